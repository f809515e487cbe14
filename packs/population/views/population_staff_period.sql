-- view: population_staff_period
-- name: 期末卫生人员
-- grain: one row per health worker in post at the end of the period
-- subject: staff
-- column: name text 姓名
-- column: prevention_township boolean 乡级预防保健人员
-- column: prevention_village boolean 村级预防保健人员
-- source: 乡镇预防保健人员统计口径
select
    s.subject,
    s.name,
    s.prevention and s.level = '2' as prevention_township,
    s.prevention and s.level = '3' as prevention_village
from population_staff s
where $end between s.valid_from and s.valid_to and (s.left_on is null or s.left_on > $end)
