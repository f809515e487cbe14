-- view: premarital_area_period
-- name: 婚姻登记与任务
-- grain: one row per place with registrations in the period or a task for its year
-- subject: area
-- column: registered integer 结婚登记人数
-- column: task integer 年度任务人数
-- source: 民政部门婚姻登记月报口径；上级下达的年度任务
select subject, sum(registered) as registered, max(task) as task
from (
    select m.subject, m.registered, cast(0 as bigint) as task
    from premarital_check_marriages m
    where m.at between $start and $end
    union all
    select m.subject, cast(0 as bigint) as registered, m.task
    from premarital_check_plan m
    where m.year = extract(year from $end) and m.at <= $end
) s
group by subject
