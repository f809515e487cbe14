-- view: child_tetanus
-- name: 新生儿破伤风
-- grain: one row per case with onset in the period
-- subject: resident
-- additive: happened_on
-- column: died boolean 死亡
-- source: 全国妇幼卫生调查制度，2012
select t.subject, t.onset_on as happened_on, coalesce(t.died, false) as died
from child_health_neonatal_tetanus t
where t.onset_on between $start and $end
