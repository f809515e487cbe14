-- view: immunization_due_dose
-- name: 本期应种剂次
-- grain: one row per enrolled child and dose of the schedule whose time limit (one month after the starting age) falls in the period
-- subject: resident
-- column: vaccine text 疫苗
-- column: slot text 抗原
-- column: dose integer 剂次
-- column: stage text 基础或加强
-- column: given boolean 期末已种
-- source: 国家免疫规划疫苗儿童免疫程序及说明（2021年版）
with child as (
    select
        p.subject,
        p.sex,
        p.birth_date,
        -- completed months on the period's last day and on the day before its first; a month without the birth day ends on its last day
        12 * (extract(year from $end + interval '1 day') - extract(year from p.birth_date))
            + extract(month from $end + interval '1 day') - extract(month from p.birth_date)
            - case when extract(day from $end + interval '1 day') <= extract(day from p.birth_date) then 1 else 0 end as months_end,
        12 * (extract(year from cast($start as date)) - extract(year from p.birth_date))
            + extract(month from cast($start as date)) - extract(month from p.birth_date)
            - case when extract(day from cast($start as date)) <= extract(day from p.birth_date) then 1 else 0 end as months_before
    from immunization_person p
    join immunization_enrolment e on e.subject = p.subject
    where $end between e.valid_from and e.valid_to
        and p.birth_date > $end - interval '16 years'
),
due as (
    select c.subject, s.vaccine, s.slot, s.dose, s.stage
    from child c
    join immunization_schedule s on c.birth_date >= s.born_from and c.birth_date <= s.born_to
    where s.due_months + 1 <= c.months_end
        and s.due_months + 1 > c.months_before
        and (s.for_sex = '' or s.for_sex = c.sex)
),
given as (
    select d.subject, a.slot, d.dose
    from immunization_dose d
    join immunization_antigen a on a.vaccine = d.vaccine
    where d.session <> '4' and d.at <= $end
    group by d.subject, a.slot, d.dose
),
excused as (
    select k.subject, a.slot
    from immunization_contraindication k
    join immunization_antigen a
        on a.vaccine = k.vaccine or k.live and a.vaccine in ('BCG', 'OPV', 'MV', 'MR', 'MMR', 'JE-L', 'HepA-L')
    where k.at <= $end and (k.kind = '1' or k.until >= $end)
    group by k.subject, a.slot
)
select d.subject, d.vaccine, d.slot, d.dose, d.stage, g.subject is not null as given
from due d
left join given g on g.subject = d.subject and g.slot = d.slot and g.dose = d.dose
left join excused x on x.subject = d.subject and x.slot = d.slot
where x.subject is null or g.subject is not null
