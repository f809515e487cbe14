-- view: population_area_period
-- name: 期末村（社区）
-- grain: one row per community or village at the end of the period
-- subject: area
-- column: community boolean 社区
-- column: village boolean 村
-- column: natural_villages integer 自然村数
-- column: rural_income decimal 本年度农村居民纯收入总额
-- column: grain decimal 本年度口粮总量
-- column: has_clinic boolean 有村卫生室
-- source: 乡镇年度统计口径
select
    a.subject,
    a.kind = 'community' as community,
    a.kind = 'village' as village,
    y.natural_villages,
    case when y.year = extract(year from $end) then y.rural_income_total end as rural_income,
    case when y.year = extract(year from $end) then y.grain_total end as grain,
    c.area is not null as has_clinic
from area a
left join population_area_year y on y.subject = a.subject and $end between y.valid_from and y.valid_to
left join (
    select h.area
    from population_organisation o
    join home h on h.subject = o.subject and $end between h.valid_from and h.valid_to
    where o.kind = '3' and $end between o.valid_from and o.valid_to and (o.closed_on is null or o.closed_on > $end)
    group by h.area
) c on c.area = a.code
where a.kind in ('community', 'village') and $end between a.valid_from and a.valid_to
