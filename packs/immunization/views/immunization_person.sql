-- view: immunization_person
-- name: 期末在本地居住的人员
-- grain: one row per person living here at the end of the period (floating persons from three months on)
-- subject: resident
-- column: sex text 性别
-- column: birth_date date 出生日期
-- column: born_at timestamp 出生时间
-- column: floating boolean 外来人员
-- column: under_15 boolean 不满15岁
-- source: 国家基本公共卫生服务规范（第三版），2017，预防接种服务规范（居住满3个月）
with left_here as (
    select subject, max(left_on) as left_on
    from population_departure
    where left_on <= $end
    group by subject
),
dead as (
    select subject, min(died_on) as died_on
    from population_death
    where died_on <= $end
    group by subject
)
select
    r.subject,
    r.sex,
    r.birth_date,
    r.born_at,
    r.residence_type = '2' as floating,
    r.birth_date > $end - interval '15 years' as under_15
from population_resident r
left join left_here l on l.subject = r.subject
left join dead d on d.subject = r.subject
where $end between r.valid_from and r.valid_to
    and d.subject is null
    and r.birth_date <= $end
    and (l.subject is null or coalesce(r.settled_on, r.birth_date) > l.left_on)
    and (r.residence_type <> '2' or r.settled_on <= $end - interval '3 months')
