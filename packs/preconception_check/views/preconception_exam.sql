-- view: preconception_exam
-- name: 孕前优生健康检查
-- grain: one row per person examined in the period
-- subject: couple
-- additive: happened_on
-- column: woman boolean 女方
-- column: complete boolean 规定项目全部完成
-- column: rated boolean 已评估风险
-- column: high_risk boolean 高风险人群
-- column: counselled boolean 高风险已咨询指导
-- source: 国家免费孕前优生健康检查项目技术服务规范，2010
select
    p.subject,
    p.at as happened_on,
    p.person = '1' as woman,
    p.complete,
    p.risk is not null as rated,
    coalesce(p.risk = '2', false) as high_risk,
    coalesce(p.risk = '2' and p.counselled_on is not null, false) as counselled
from preconception_check_exam p
where p.at between $start and $end
