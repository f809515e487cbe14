-- view: immunization_candidate
-- name: 群体性接种可能的目标人群
-- grain: one row per person here on the day, however long
-- subject: resident
-- column: age_months integer 月龄
-- column: floating boolean 外来人员
-- column: polio boolean 种过脊灰疫苗
-- column: measles boolean 种过含麻疹成分疫苗
-- column: mpsv boolean 种过流脑疫苗
-- column: je boolean 种过乙脑疫苗
-- column: hepa boolean 种过甲肝疫苗
-- column: covid boolean 种过新冠病毒疫苗
-- source: 疫苗管理法，2019，第五十条
with dose as (
    select
        d.subject,
        max(case when a.slot = 'polio' then 1 else 0 end) as polio,
        max(case when a.slot = 'measles' then 1 else 0 end) as measles,
        max(case when a.slot in ('mpsv_a', 'mpsv_ac') then 1 else 0 end) as mpsv,
        max(case when a.slot = 'je' then 1 else 0 end) as je,
        max(case when a.slot = 'hepa' then 1 else 0 end) as hepa,
        max(case when a.slot = 'covid' then 1 else 0 end) as covid
    from immunization_dose d
    join immunization_antigen a on a.vaccine = d.vaccine
    where d.at < $start
    group by d.subject
)
select
    r.subject,
    cast(
        12 * (extract(year from cast($end as date)) - extract(year from r.birth_date)) + extract(month from cast($end as date))
        - extract(month from r.birth_date)
        - case when extract(day from cast($end as date)) < extract(day from r.birth_date) then 1 else 0 end as bigint
    ) as age_months,
    r.residence_type = '2' as floating,
    coalesce(d.polio, 0) = 1 as polio,
    coalesce(d.measles, 0) = 1 as measles,
    coalesce(d.mpsv, 0) = 1 as mpsv,
    coalesce(d.je, 0) = 1 as je,
    coalesce(d.hepa, 0) = 1 as hepa,
    coalesce(d.covid, 0) = 1 as covid
from population_resident r
left join dose d on d.subject = r.subject
left join (select subject, max(left_on) as left_on from population_departure where left_on <= $end group by subject) l on l.subject = r.subject
left join (select subject, min(died_on) as died_on from population_death where died_on <= $end group by subject) x on x.subject = r.subject
where $end between r.valid_from and r.valid_to
    and r.birth_date <= $end
    and x.subject is null
    and (l.subject is null or coalesce(r.settled_on, r.birth_date) > l.left_on)
