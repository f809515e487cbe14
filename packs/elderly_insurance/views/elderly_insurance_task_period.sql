-- view: elderly_insurance_task_period
-- name: 银龄安康年度任务
-- grain: one row per place with a task of the year
-- subject: area
-- column: people integer 任务人数
-- source: 上级年度任务分解表
select t.subject, t.people
from elderly_insurance_task t
where $end between t.valid_from and t.valid_to and t.year = extract(year from $end)
