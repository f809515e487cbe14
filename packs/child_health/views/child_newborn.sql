-- view: child_newborn
-- name: 新生儿
-- grain: one row per child born alive in the period
-- subject: resident
-- additive: happened_on
-- column: visited boolean 28天内访视
-- column: visited_week boolean 出院后7天内访视
-- column: exclusive boolean 访视时纯母乳喂养
-- column: metabolic boolean 两病筛查
-- column: metabolic_found boolean 两病确诊
-- column: hearing boolean 听力筛查
-- column: hearing_failed boolean 听力筛查未通过
-- source: 国家基本公共卫生服务规范（第三版），2017，0～6岁儿童健康管理；新生儿疾病筛查管理办法，2009
select
    b.child as subject,
    b.born_on as happened_on,
    coalesce(v.visited, false) as visited,
    coalesce(v.visited_week, false) as visited_week,
    coalesce(v.exclusive, false) as exclusive,
    coalesce(s.metabolic, false) as metabolic,
    coalesce(s.metabolic_found, false) as metabolic_found,
    coalesce(s.hearing, false) as hearing,
    coalesce(s.hearing_failed, false) as hearing_failed
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
left join (
    select
        subject,
        bool_or(metabolic is not null) as metabolic,
        bool_or(metabolic = '3') as metabolic_found,
        bool_or(hearing is not null) as hearing,
        bool_or(hearing = '2') as hearing_failed
    from child_health_screening
    group by subject
) s on s.subject = b.child
where b.outcome = '1' and b.child is not null and b.born_on between $start and $end
