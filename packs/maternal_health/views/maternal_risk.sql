-- view: maternal_risk
-- name: 高危孕产妇认定
-- grain: one row per finding of a high risk, at any time
-- subject: pregnancy
-- column: found_on date 发现日期
-- column: risk text 妊娠风险分级
-- source: 孕产妇妊娠风险评估与管理工作规范，2017：橙色、红色、紫色纳入高危孕产妇专案
select m.subject, m.at as found_on, m.risk from maternal_health_high_risk m
union all
select m.subject, m.at as found_on, m.colour as risk
from maternal_health_registration m
where m.special_case
union all
select m.subject, m.at as found_on, m.colour as risk
from maternal_health_antenatal m
where m.special_case
