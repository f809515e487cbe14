-- view: child_deceased
-- name: 5岁以下儿童死亡
-- grain: one row per child who died in the period before the fifth birthday
-- subject: resident
-- additive: happened_on
-- column: early boolean 早期新生儿（7天内）
-- column: neonatal boolean 新生儿（28天内）
-- column: infant boolean 婴儿（1岁以内）
-- column: floating boolean 非户籍
-- source: 全国妇幼卫生调查制度，2012
select
    d.subject,
    d.died_on as happened_on,
    d.died_on < r.birth_date + interval '7 days' as early,
    d.died_on < r.birth_date + interval '28 days' as neonatal,
    d.died_on < r.birth_date + interval '1 year' as infant,
    coalesce(r.residence_type = '2', false) as floating
from population_death d
join population_resident r on r.subject = d.subject and r.valid_to = date '9999-12-31'
where d.died_on < r.birth_date + interval '5 years' and d.died_on between $start and $end
