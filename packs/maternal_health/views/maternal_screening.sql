-- view: maternal_screening
-- name: 妇女常见病筛查
-- grain: one row per woman invited in the period; those who decline are left out
-- subject: resident
-- additive: happened_on
-- column: screened boolean 已查
-- column: ill boolean 查出疾病
-- column: treated boolean 已治疗
-- source: 全国妇幼卫生调查制度，2012，妇女常见病筛查情况年报表
select
    s.subject,
    s.at as happened_on,
    s.state = '1' as screened,
    coalesce(s.ill, false) as ill,
    coalesce(s.treated, false) as treated
from maternal_health_women_screening s
where s.state in ('1', '2') and s.at between $start and $end
