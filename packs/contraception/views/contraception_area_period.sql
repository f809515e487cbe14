-- view: contraception_area_period
-- name: 知情选择开展面
-- grain: one row per community or village at the end of the period
-- subject: area
-- column: offers boolean 期内开展知情选择咨询
-- source: 人口与计划生育法，2021修正，第十九条
select a.subject, c.area is not null as offers
from area a
left join (
    select m.area from contraception_consultation m where m.explained and m.at between $start and $end group by m.area
) c on c.area = a.code
where a.kind in ('community', 'village') and $end between a.valid_from and a.valid_to
