-- view: population_quality
-- name: 人口信息质量核查
-- grain: one row per check of a village
-- subject: area
-- additive: happened_on
-- column: births_found integer 核查到的出生数
-- column: births_correct integer 登记准确数
-- column: persons_found integer 核查到的人数
-- column: persons_recorded integer 已入库人数
-- source: 全员人口信息质量核查口径
select
    q.subject,
    q.at as happened_on,
    q.births_found,
    q.births_correct,
    q.persons_found,
    q.persons_recorded
from population_quality_check q
where q.at between $start and $end
