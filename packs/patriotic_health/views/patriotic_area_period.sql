-- view: patriotic_area_period
-- name: 爱国卫生安排与创建
-- grain: one row per place with a plan, a check or an application of the period
-- subject: area
-- column: vector_rounds integer 计划统一除四害次数
-- column: cleanups integer 计划环境整治次数
-- column: applications integer 申报创建
-- column: passes integer 创建通过
-- column: checks integer 环境卫生检查次数
-- column: score_sum integer 检查得分合计
-- column: low integer 不到80分的次数
-- column: rechecks integer 复查次数
-- column: last_score integer 最近一次得分
-- source: 国务院关于深入开展爱国卫生运动的意见，2020
with planned as (
    select subject, vector_rounds, cleanups
    from patriotic_health_plan p
    where $end between p.valid_from and p.valid_to and p.year = extract(year from $end)
),
created as (
    select
        subject,
        sum(case when applied_on between $start and $end then 1 else 0 end) as applications,
        sum(case when applied_on between $start and $end and passed and assessed_on <= $end then 1 else 0 end) as passes
    from patriotic_health_creation c
    group by subject
),
scored as (
    select distinct
        subject,
        count(*) over (partition by subject) as checks,
        sum(total) over (partition by subject) as score_sum,
        sum(case when total < 80 then 1 else 0 end) over (partition by subject) as low,
        sum(case when recheck then 1 else 0 end) over (partition by subject) as rechecks,
        last_value(total) over (
            partition by subject order by s.at, s.record rows between unbounded preceding and unbounded following
        ) as last_score
    from patriotic_health_score s
    where s.at between $start and $end
)
select
    a.subject,
    coalesce(p.vector_rounds, 0) as vector_rounds,
    coalesce(p.cleanups, 0) as cleanups,
    coalesce(c.applications, 0) as applications,
    coalesce(c.passes, 0) as passes,
    coalesce(s.checks, 0) as checks,
    coalesce(s.score_sum, 0) as score_sum,
    coalesce(s.low, 0) as low,
    coalesce(s.rechecks, 0) as rechecks,
    s.last_score
from area a
left join planned p on p.subject = a.subject
left join created c on c.subject = a.subject
left join scored s on s.subject = a.subject
where $end between a.valid_from and a.valid_to
