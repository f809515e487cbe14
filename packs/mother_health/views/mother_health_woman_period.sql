-- view: mother_health_woman_period
-- name: 15～64岁妇女生殖保健
-- grain: one row per woman of 15 to 64 living here at the end of the period
-- subject: resident
-- column: age integer 期末年龄
-- column: woman_15_49 boolean 15～49岁
-- column: asked boolean 15～49岁中同意建生殖保健档案的
-- column: filed boolean 其中已建档
-- column: served boolean 15～49岁中期内接受过基本生殖保健服务的
-- source: 生殖保健服务口径：妇女病普查、母亲健康检查、两癌筛查、孕前检查、产前检查任一项
select
    r.subject,
    cast(
        extract(year from $end) - extract(year from r.birth_date)
        - case
            when extract(month from $end) * 100 + extract(day from $end)
                < extract(month from r.birth_date) * 100 + extract(day from r.birth_date) then 1
            else 0
        end as bigint
    ) as age,
    r.woman_15_49,
    r.woman_15_49 and f.subject is not null as asked,
    r.woman_15_49 and coalesce(f.filed, false) as filed,
    r.woman_15_49 and s.subject is not null as served
from population_resident_period r
left join (
    select subject, bool_or(file_no is not null) as filed
    from mother_health_file m
    where m.agreed and m.at <= $end
    group by subject
) f on f.subject = r.subject
left join (
    select subject
    from (
        select m.subject from mother_health_check m where m.attended = '1' and m.at between $start and $end
        union all
        select m.subject from maternal_health_women_screening m where m.state = '1' and m.at between $start and $end
        union all
        select m.subject from two_cancer_cervical m where m.at between $start and $end
        union all
        select m.subject from two_cancer_breast m where m.at between $start and $end
        union all
        select m.resident as subject from preconception_check_exam m where m.person = '1' and m.at between $start and $end
        union all
        select m.resident as subject from maternal_health_antenatal m where not coalesce(m.reminder, false) and m.at between $start and $end
    ) u
    group by subject
) s on s.subject = r.subject
where r.sex = '2' and r.birth_date <= $end - interval '15 years' and r.birth_date > $end - interval '65 years'
