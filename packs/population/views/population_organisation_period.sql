-- view: population_organisation_period
-- name: 期末机构
-- grain: one row per organisation open at the end of the period
-- subject: organisation
-- column: name text 机构名称
-- column: kind text 机构类别
-- column: clinic boolean 村卫生室
-- column: grade_a boolean 甲级村卫生室
-- source: 乡村一体化管理村卫生室等级评定口径
select
    o.subject,
    o.name,
    o.kind,
    o.kind = '3' as clinic,
    o.kind = '3' and coalesce(o.grade = '1', false) as grade_a
from population_organisation o
where $end between o.valid_from and o.valid_to and (o.closed_on is null or o.closed_on > $end)
