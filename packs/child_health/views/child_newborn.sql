-- view: child_newborn
-- name: 新生儿
-- grain: one row per child born alive in the period
-- subject: resident
-- additive: happened_on
-- column: visited boolean 28天内访视
-- column: visited_week boolean 出院后7天内访视
-- column: exclusive boolean 访视时纯母乳喂养
-- source: 国家基本公共卫生服务规范（第三版），2017，0～6岁儿童健康管理
select
    b.child as subject,
    b.born_on as happened_on,
    coalesce(v.visited, false) as visited,
    coalesce(v.visited_week, false) as visited_week,
    coalesce(v.exclusive, false) as exclusive
from maternal_health_birth b
left join (
    select
        n.subject,
        bool_or(n.at <= e.born_on + interval '28 days') as visited,
        bool_or(n.at <= coalesce(n.discharged_on, e.born_on) + interval '7 days') as visited_week,
        bool_or(n.feeding = '1') as exclusive
    from child_health_newborn_visit n
    join maternal_health_birth e on e.child = n.subject
    where n.at >= e.born_on
    group by n.subject
) v on v.subject = b.child
where b.outcome = '1' and b.child is not null and b.born_on between $start and $end
