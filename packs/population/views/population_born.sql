-- view: population_born
-- name: 本地出生人口
-- grain: one row per resident born in the period to a family living here
-- subject: resident
-- additive: happened_on
-- column: boy boolean 男
-- column: girl boolean 女
-- source: 乡镇年度统计口径
select r.subject, r.birth_date as happened_on, r.sex = '1' as boy, r.sex = '2' as girl
from population_resident r
join (
    select subject, min(coalesce(settled_on, birth_date)) as since from population_resident group by subject
) s on s.subject = r.subject
where r.valid_to = date '9999-12-31' and s.since <= r.birth_date and r.birth_date between $start and $end
