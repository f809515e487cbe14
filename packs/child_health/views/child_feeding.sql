-- view: child_feeding
-- name: 6个月内婴儿喂养调查
-- grain: one row per check-up of an infant up to six months in the period, with the feeding of the last 24 hours
-- subject: resident
-- additive: happened_on
-- column: breastfed boolean 母乳喂养
-- column: exclusive boolean 纯母乳喂养
-- source: 全国妇幼卫生调查制度，2012
select c.subject, c.at as happened_on, c.feeding in ('1', '2') as breastfed, c.feeding = '1' as exclusive
from child_health_checkup c
where c.feeding is not null and c.stage in ('01', '03', '06') and c.at between $start and $end
