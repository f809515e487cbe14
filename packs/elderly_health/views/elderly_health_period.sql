-- view: elderly_health_period
-- name: 65岁及以上老年人
-- grain: one row per resident who reaches 65 in the year of the period's end
-- subject: resident
-- column: name text 姓名
-- column: sex text 性别
-- column: birth_date date 出生日期
-- column: phone text 电话
-- column: address text 住址
-- column: exam_on date 体检日期
-- column: examined boolean 本期体检
-- column: items boolean 规定的体检项目都做了
-- column: abnormal boolean 体检异常
-- column: findings text 异常项
-- column: blood_pressure text 血压
-- column: fasting_glucose decimal 空腹血糖
-- column: xray text DR
-- column: xray_done boolean 做了DR
-- column: hba1c decimal 糖化血红蛋白
-- column: assessed boolean 本期自理能力评估
-- column: adl_score integer 自理得分
-- column: adl_grade text 自理等级
-- column: adl_label text 自理等级（文字）
-- column: poor_health boolean 自评健康不太满意或不满意
-- column: cognition text 认知粗筛
-- column: emotion text 情感粗筛
-- column: managed boolean 健康管理（建档、评估、体检、指导）
-- column: feedback_on date 反馈日期
-- column: informed boolean 体检结果已反馈
-- column: pushed boolean 异常转到专项管理
-- column: standard boolean 规范健康管理
-- column: constitution text 体质类型
-- column: diseases text 慢病标志
-- column: gaps text 缺项
-- source: 国家基本公共卫生服务规范（第三版），2017，老年人健康管理服务规范；关于做好2025年基本公共卫生服务工作的通知，2025
select
    s.*,
    case s.adl_grade when '1' then '可自理' when '2' then '轻度依赖' when '3' then '中度依赖' when '4' then '不能自理' end as adl_label,
    s.examined and s.feedback_on is not null as informed,
    s.managed and s.feedback_on is not null as standard,
    case when not s.assessed then '缺评估；' else '' end
        || case when not s.examined then '缺体检；' when not s.items then '体检项目不全；' else '' end
        || case when s.examined and s.feedback_on is null then '结果未反馈；' else '' end as gaps
from (
    select
        p.subject,
        r.name,
        p.sex,
        p.birth_date,
        r.phone,
        r.address,
        x.exam_on,
        x.subject is not null as examined,
        coalesce(x.items, false) as items,
        coalesce(x.abnormal, false) as abnormal,
        x.findings,
        cast(x.systolic as varchar) || '/' || cast(x.diastolic as varchar) as blood_pressure,
        x.fasting_glucose,
        case x.chest_xray when '1' then '正常' when '2' then '异常' end as xray,
        coalesce(x.xray_done, false) as xray_done,
        x.hba1c,
        a.subject is not null as assessed,
        a.adl_score,
        a.adl_grade,
        coalesce(a.self_rating in ('4', '5'), false) as poor_health,
        a.cognition,
        a.emotion,
        p.archived and a.subject is not null and coalesce(x.items and x.guided, false) as managed,
        f.feedback_on,
        coalesce(f.pushed, false) as pushed,
        t.main as constitution,
        trim(case when h.resident is not null then '高血压 ' else '' end || case when d.resident is not null then '糖尿病' else '' end) as diseases
    from population_resident_period p
    join population_resident r on r.subject = p.subject and r.valid_to = date '9999-12-31'
    left join (
        select
            e.subject,
            max(e.happened_on) as exam_on,
            bool_or(e.elderly_items) as items,
            bool_or(e.guided) as guided,
            bool_or(e.abnormal) as abnormal,
            bool_or(e.xray_done) as xray_done,
            max(e.chest_xray) as chest_xray,
            max(e.hba1c) as hba1c,
            last_value(e.findings order by e.happened_on) as findings,
            last_value(e.systolic order by e.happened_on) as systolic,
            last_value(e.diastolic order by e.happened_on) as diastolic,
            last_value(e.fasting_glucose order by e.happened_on) as fasting_glucose
        from health_record_exam e
        group by e.subject
    ) x on x.subject = p.subject
    left join (
        select
            a.subject,
            last_value(a.adl_score order by a.at) as adl_score,
            last_value(a.adl_grade order by a.at) as adl_grade,
            last_value(a.self_rating order by a.at) as self_rating,
            last_value(a.cognition order by a.at) as cognition,
            last_value(a.emotion order by a.at) as emotion
        from elderly_health_assessment a
        where a.at between $start and $end
        group by a.subject
    ) a on a.subject = p.subject
    left join (
        select b.subject, max(b.at) as feedback_on, bool_or(coalesce(b.pushed <> '|1|', false)) as pushed
        from elderly_health_feedback b
        join (select e.subject, min(e.happened_on) as first_on from health_record_exam e group by e.subject) e on e.subject = b.subject and b.at >= e.first_on
        where b.at <= $end
        group by b.subject
    ) f on f.subject = p.subject
    left join (select c.subject, last_value(c.main order by c.happened_on) as main from tcm_constitution_event c group by c.subject) t on t.subject = p.subject
    left join (
        select n.resident
        from hypertension_enrolment n
        where n.at <= $end and n.subject not in (select c.subject from hypertension_closing c where c.at <= $end)
        group by n.resident
    ) h on h.resident = p.subject
    left join (
        select n.resident
        from diabetes_t2_enrolment n
        where n.at <= $end and n.subject not in (select c.subject from diabetes_t2_closing c where c.at <= $end)
        group by n.resident
    ) d on d.resident = p.subject
    where extract(year from $end) - extract(year from p.birth_date) >= 65
) s
