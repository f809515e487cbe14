-- view: maternal_rescued
-- name: 危急孕产妇抢救
-- grain: one row per rescue in the period
-- subject: pregnancy
-- additive: happened_on
-- column: success boolean 抢救成功
-- source: 全国妇幼卫生调查制度，2012
select r.subject, r.at as happened_on, r.success
from maternal_health_rescue r
where r.at between $start and $end
