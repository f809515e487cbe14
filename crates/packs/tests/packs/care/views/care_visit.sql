-- view: care_visit
-- name: 访视
-- grain: one row per visit
-- subject: stay
-- additive: happened_on
-- column: at_home boolean 在家访视
-- column: weight decimal 体重
-- column: place text 地点
-- source: 测试规范，2017
select v.subject, v.visited_on as happened_on, v.place = '1' as at_home, v.weight, v.place, v.signs, v.carer, v.started, v.count
from care_visit v
where v.visited_on between $start and $end
