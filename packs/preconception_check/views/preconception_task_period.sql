-- view: preconception_task_period
-- name: 孕前优生年度任务
-- grain: one row per place with a task for the year in which the period ends
-- subject: area
-- column: task integer 任务人数
-- source: 上级下达的年度任务
select subject, max(task) as task
from preconception_check_plan m
where m.year = extract(year from $end) and m.at <= $end
group by subject
