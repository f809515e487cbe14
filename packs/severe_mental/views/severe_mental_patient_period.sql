-- view: severe_mental_patient_period
-- name: 期末在册严重精神障碍患者
-- grain: one row per confirmed patient on the register who lives here at the end of the period
-- subject: mental_patient
-- column: code text 编码
-- column: diagnosis text 诊断
-- column: guardian_name text 监护人
-- column: guardian_phone text 监护人电话
-- column: consent text 知情同意
-- column: declined boolean 不同意参加管理
-- column: at_home boolean 居家
-- column: restrained boolean 目前关锁
-- column: released boolean 关锁已解除
-- column: visits integer 随访次数
-- column: managed boolean 本期随访过
-- column: face boolean 本期面对面随访过
-- column: regular_visits boolean 相邻随访间隔都不超过3个月
-- column: last_on date 最近随访日期
-- column: risk text 最近危险性
-- column: class text 最近病情分类
-- column: class_label text 最近病情分类（文字）
-- column: stable boolean 最近一次稳定或基本稳定
-- column: adherence text 最近服药依从性
-- column: medicated boolean 服药
-- column: regular boolean 规律服药
-- column: referrals integer 转诊次数
-- column: exam_on date 体检日期
-- column: examined boolean 年度体检
-- column: exam_declined boolean 不同意体检
-- column: standard boolean 规范管理
-- source: 国家基本公共卫生服务规范（第三版），2017，严重精神障碍患者管理服务规范；严重精神障碍管理治疗工作规范，2018
select
    s.*,
    case s.class when '1' then '不稳定' when '2' then '基本稳定' when '3' then '稳定' end as class_label,
    s.managed and s.regular_visits and (s.examined or s.exam_declined) as standard
from (
    select
        e.subject,
        e.code,
        e.diagnosis,
        e.guardian_name,
        e.guardian_phone,
        e.consent,
        e.consent = '0' as declined,
        coalesce(v.hospital <> '1', true) as at_home,
        coalesce(e.restraint = '2', false) as restrained,
        coalesce(e.restraint = '3', false) as released,
        coalesce(v.visits, 0) as visits,
        v.subject is not null as managed,
        coalesce(v.face, false) as face,
        coalesce(g.in_time, false) as regular_visits,
        v.last_on,
        v.risk,
        v.class,
        coalesce(v.class in ('2', '3'), false) as stable,
        v.adherence,
        coalesce(v.adherence in ('1', '2'), false) as medicated,
        coalesce(v.adherence = '1', false) as regular,
        coalesce(v.referrals, 0) as referrals,
        x.exam_on,
        coalesce(x.examined, false) as examined,
        coalesce(not e.exam_consent, false) as exam_declined
    from severe_mental_enrolment e
    join population_resident_period p on p.subject = e.resident
    left join (
        select c.subject, max(c.at) as closed_on from severe_mental_closing c where c.at <= $end group by c.subject
    ) c on c.subject = e.subject
    left join (
        select n.subject, max(n.valid_from) as entered_on from severe_mental_enrolment n where n.valid_from <= $end group by n.subject
    ) n on n.subject = e.subject
    left join (
        select
            f.subject,
            count(*) as visits,
            bool_or(f.mode <> '3') as face,
            max(f.at) as last_on,
            last_value(f.risk order by f.at) as risk,
            last_value(f.class order by f.at) as class,
            last_value(f.adherence order by f.at) as adherence,
            last_value(f.hospital order by f.at) as hospital,
            sum(case when f.referred then 1 else 0 end) as referrals
        from severe_mental_followup f
        where f.at between $start and $end
        group by f.subject
    ) v on v.subject = e.subject
    left join (
        select
            i.subject,
            bool_and(i.previous_at is null or i.at < $start or i.at <= i.previous_at + interval '3 months') as in_time
        from (
            select w.subject, w.at, lag(w.at) over (partition by w.subject order by w.at) as previous_at
            from (
                select subject, f.at from severe_mental_followup f where f.at < $end
                union
                select subject, min(n.valid_from) as at from severe_mental_enrolment n where n.valid_from < $end group by subject
                union
                select subject, $end as at from severe_mental_enrolment n where n.valid_from <= $end
            ) w
        ) i
        group by i.subject
    ) g on g.subject = e.subject
    left join (
        select
            m.subject,
            max(m.at) as exam_on,
            bool_or(systolic is not null and weight is not null and leukocytes is not null and alt is not null and fasting_glucose is not null and ecg is not null) as examined
        from health_record_examination m
        where m.at <= $end and m.at > $end - interval '12 months'
        group by m.subject
    ) x on x.subject = e.resident
    where $end between e.valid_from and e.valid_to and (c.closed_on is null or c.closed_on < n.entered_on)
) s
