-- view: contraception_service_month
-- name: 计划生育技术服务
-- grain: one row per service and monthly count
-- subject: organisation
-- additive: happened_on
-- column: kind text 服务项目
-- column: asked integer 本人要求例数
-- column: done integer 完成例数
-- column: consented integer 有知情同意的例数
-- column: free integer 免费例数
-- column: complications integer 并发症
-- source: 全国妇幼卫生调查制度，2012，计划生育技术服务数量和质量情况年报表
select m.subject, m.at as happened_on, m.kind, m.asked, m.done, m.consented, m.free, m.complications
from contraception_service m
where m.at between $start and $end
