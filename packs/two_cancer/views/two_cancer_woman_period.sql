-- view: two_cancer_woman_period
-- name: 两癌筛查目标妇女
-- grain: one row per woman of 35 to 64 living here at the end of the period
-- subject: resident
-- column: cervical boolean 宫颈癌筛查在有效期内（HPV 5年、细胞学3年）
-- column: breast boolean 乳腺癌筛查在有效期内（3年）
-- column: both boolean 两癌都在有效期内
-- column: cervical_year boolean 本期做过宫颈癌筛查
-- column: breast_year boolean 本期做过乳腺癌筛查
-- column: any_year boolean 本期做过任一项筛查
-- source: 宫颈癌筛查工作方案、乳腺癌筛查工作方案，2022：35～64岁妇女
select
    r.subject,
    coalesce(c.valid, false) as cervical,
    coalesce(b.valid, false) as breast,
    coalesce(c.valid, false) and coalesce(b.valid, false) as both,
    coalesce(c.year, false) as cervical_year,
    coalesce(b.year, false) as breast_year,
    coalesce(c.year, false) or coalesce(b.year, false) as any_year
from population_resident_period r
left join (
    select
        subject,
        bool_or(
            (m.hpv is not null and m.at > $end - interval '5 years')
            or (m.cytology is not null and m.cytology <> '9' and m.at > $end - interval '3 years')
        ) as valid,
        bool_or(m.at >= $start) as year
    from two_cancer_cervical m
    where m.at <= $end
    group by subject
) c on c.subject = r.subject
left join (
    select subject, bool_or(m.at > $end - interval '3 years') as valid, bool_or(m.at >= $start) as year
    from two_cancer_breast m
    where m.at <= $end
    group by subject
) b on b.subject = r.subject
where r.sex = '2' and r.birth_date <= $end - interval '35 years' and r.birth_date > $end - interval '65 years'
