-- view: maternal_risk_roster
-- name: 高危孕产妇专案
-- grain: one row per high-risk case of a pregnancy of the period
-- subject: pregnancy
-- column: name text 姓名
-- column: phone text 电话
-- column: risk text 风险颜色
-- column: infectious text 紫色标识
-- column: factors text 风险因素
-- column: found_on date 发现日期
-- column: found_week integer 发现孕周
-- column: reported_on date 报告日期
-- column: referred_to text 转诊机构
-- column: visits integer 随访次数
-- column: visited_on date 最近随访日期
-- column: outcome text 转归
-- source: 孕产妇妊娠风险评估与管理工作规范，2017
select
    h.subject,
    w.name,
    w.phone,
    h.risk,
    case when h.infectious then '是' else '' end as infectious,
    h.factors,
    h.at as found_on,
    a.found_week,
    h.reported_on,
    h.referred_to,
    v.visits,
    v.visited_on,
    v.outcome
from maternal_health_high_risk h
join maternal_pregnancy_period k on k.subject = h.subject
left join (
    select subject, min(gestational_week) as found_week
    from maternal_health_antenatal m
    where special_case
    group by subject
) a on a.subject = h.subject
left join (
    select subject, count(*) as visits, max(m.at) as visited_on, max(outcome) as outcome
    from maternal_health_high_risk_visit m
    where m.at <= $end
    group by subject
) v on v.subject = h.subject
left join population_resident w on w.subject = h.resident and $end between w.valid_from and w.valid_to
where h.at <= $end
