-- view: maternal_risk
-- name: 高危孕产妇认定
-- grain: one row per finding of a high risk up to the end of the period
-- subject: pregnancy
-- column: found_on date 发现日期
-- column: risk text 妊娠风险分级
-- source: 孕产妇妊娠风险评估与管理工作规范，2017：橙色、红色、紫色纳入高危孕产妇专案
select subject, at as found_on, risk from maternal_health_high_risk where at <= $end
union all
select subject, at as found_on, risk
from maternal_health_registration
where (risk in ('3', '4') or infectious) and at <= $end
union all
select subject, at as found_on, risk
from maternal_health_antenatal
where (risk in ('3', '4') or infectious) and at <= $end
