-- view: maternal_deceased
-- name: 孕产妇死亡
-- grain: one row per woman who died in pregnancy or within 42 days of its end, accidents left out
-- subject: resident
-- additive: happened_on
-- column: haemorrhage boolean 产科出血
-- column: hypertension boolean 妊娠期高血压疾病
-- column: embolism boolean 羊水栓塞
-- column: internal boolean 内科合并症
-- column: other boolean 其他原因
-- column: floating boolean 非户籍
-- source: 全国妇幼卫生调查制度，2012
select
    subject,
    died_on as happened_on,
    cause = 1 as haemorrhage,
    cause = 2 as hypertension,
    cause = 3 as embolism,
    cause = 4 as internal,
    cause = 9 as other,
    floating
from (
    select
        d.subject,
        d.died_on,
        case
            when substr(d.icd10, 1, 3) in ('O20', 'O43', 'O44', 'O45', 'O46', 'O67', 'O71', 'O72') then 1
            when substr(d.icd10, 1, 3) in ('O10', 'O11', 'O12', 'O13', 'O14', 'O15', 'O16') then 2
            when substr(d.icd10, 1, 3) = 'O88' then 3
            when substr(d.icd10, 1, 3) in ('O98', 'O99') then 4
            else 9
        end as cause,
        coalesce(w.residence_type = '2', false) as floating
    from population_death d
    left join population_resident w on w.subject = d.subject and w.valid_to = date '9999-12-31'
    where d.pregnancy and not coalesce(d.accident, false) and d.died_on between $start and $end
) s
