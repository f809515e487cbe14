-- view: copd_patient_period
-- name: 期末在管慢阻肺患者
-- grain: one row per patient in care who lives here at the end of the period
-- subject: copd_patient
-- column: name text 姓名
-- column: birth_date date 出生日期
-- column: phone text 电话
-- column: enrolled_on date 管理起始
-- column: spirometry boolean 有肺功能结果
-- column: visits integer 随访次数
-- column: face_visits integer 面对面随访次数
-- column: last_on date 最近随访日期
-- column: mmrc text 最近呼吸困难分级
-- column: cat integer 最近CAT得分
-- column: oxygen integer 最近血氧饱和度
-- column: many_symptoms boolean 最近一次症状多
-- column: exacerbations integer 急性加重次数
-- column: hospitalised integer 急性加重住院次数
-- column: smoker boolean 最近一次仍吸烟
-- column: inhaler_regular boolean 最近一次规律吸入
-- column: unstable_visits integer 需2周内随访的次数
-- column: rechecked integer 其中2周内随访
-- column: referrals integer 转诊次数
-- column: exam_on date 体检日期
-- column: missing_quarters integer 缺面对面随访的季度数
-- column: managed boolean 本期有服务
-- column: standard boolean 每季面对面随访并有年度体检
-- source: 慢性阻塞性肺疾病患者健康服务规范，2024
-- verified: false
select
    s.*,
    s.visits > 0 or s.enrolled_on >= $start as managed,
    s.missing_quarters <= 0 and s.exam_on is not null as standard
from (
    select
        e.subject,
        r.name,
        r.birth_date,
        r.phone,
        e.enrolled_on,
        coalesce(e.spirometry, false) as spirometry,
        coalesce(v.visits, 0) as visits,
        coalesce(v.face_visits, 0) as face_visits,
        cast(
            extract(year from $end) * 4 + extract(quarter from $end)
            - extract(year from greatest(e.enrolled_on, $start - interval '1 day')) * 4
            - extract(quarter from greatest(e.enrolled_on, $start - interval '1 day'))
            - coalesce(v.face_quarters, 0) as bigint
        ) as missing_quarters,
        v.last_on,
        v.mmrc,
        v.cat,
        v.oxygen,
        coalesce(v.many_symptoms, false) as many_symptoms,
        coalesce(v.exacerbations, 0) as exacerbations,
        coalesce(v.hospitalised, 0) as hospitalised,
        coalesce(v.smoker, false) as smoker,
        coalesce(v.inhaler_regular, false) as inhaler_regular,
        coalesce(v.unstable_visits, 0) as unstable_visits,
        coalesce(v.rechecked, 0) as rechecked,
        coalesce(v.referrals, 0) as referrals,
        x.exam_on
    from (
        select subject, resident, max(n.at) as enrolled_on, bool_or(fev1_fvc is not null) as spirometry from copd_enrolment n where n.at <= $end group by subject, resident
    ) e
    join population_resident_period p on p.subject = e.resident
    join population_resident r on r.subject = e.resident and r.valid_to = date '9999-12-31'
    left join (select subject, max(c.at) as closed_on from copd_closing c where c.at <= $end group by subject) c on c.subject = e.subject
    left join (
        select
            d.subject,
            count(*) as visits,
            sum(case when d.mode <> '3' then 1 else 0 end) as face_visits,
            count(distinct case
                when d.mode <> '3' and extract(year from d.at) * 4 + extract(quarter from d.at) > extract(year from n.enrolled_on) * 4 + extract(quarter from n.enrolled_on)
                    then extract(year from d.at) * 4 + extract(quarter from d.at)
            end) as face_quarters,
            max(d.at) as last_on,
            last_value(d.mmrc order by d.at) as mmrc,
            last_value(d.cat order by d.at) as cat,
            last_value(d.oxygen order by d.at) as oxygen,
            last_value(d.symptom_burden = '2' order by d.at) as many_symptoms,
            sum(d.exacerbations) as exacerbations,
            sum(coalesce(d.hospitalised, 0)) as hospitalised,
            last_value(coalesce(d.smoking > 0, false) order by d.at) as smoker,
            last_value(coalesce(d.inhaler = '1', false) order by d.at) as inhaler_regular,
            sum(case when d.unstable then 1 else 0 end) as unstable_visits,
            sum(case when d.unstable and d.next_at <= d.at + interval '14 days' then 1 else 0 end) as rechecked,
            sum(case when d.referred then 1 else 0 end) as referrals
        from (
            select
                f.*,
                lead(f.at) over (partition by f.subject order by f.at) as next_at
            from copd_followup f
        ) d
        join (select subject, max(n.at) as enrolled_on from copd_enrolment n where n.at <= $end group by subject) n on n.subject = d.subject
        where d.at between $start and $end
        group by d.subject
    ) v on v.subject = e.subject
    left join (
        select m.subject, max(m.at) as exam_on
        from health_record_examination m
        where m.at <= $end and m.at > $end - interval '12 months'
        group by m.subject
    ) x on x.subject = e.resident
    where c.closed_on is null or c.closed_on < e.enrolled_on
) s
