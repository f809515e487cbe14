-- view: floating_population_movement
-- name: 流入流出
-- grain: one row per person and arrival or departure
-- subject: resident
-- additive: happened_on
-- column: arrived boolean 流入
-- column: left_again boolean 外来人员流出
-- column: away boolean 户籍人口外出
-- column: returned boolean 户籍人口返回
-- column: male boolean 男
-- column: female boolean 女
-- source: 流动人口统计口径
select
    r.subject,
    r.settled_on as happened_on,
    r.residence_type = '2' as arrived,
    false as left_again,
    false as away,
    r.residence_type = '1' as returned,
    r.sex = '1' as male,
    r.sex = '2' as female
from population_resident r
where r.valid_to = date '9999-12-31' and r.settled_on between $start and $end
union all
select
    d.subject,
    d.left_on as happened_on,
    false as arrived,
    r.residence_type = '2' as left_again,
    r.residence_type = '1' as away,
    false as returned,
    r.sex = '1' as male,
    r.sex = '2' as female
from population_departure d
join population_resident r on r.subject = d.subject and r.valid_to = date '9999-12-31'
where d.left_on between $start and $end
