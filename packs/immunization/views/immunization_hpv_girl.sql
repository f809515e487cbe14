-- view: immunization_hpv_girl
-- name: 适龄女孩
-- grain: one row per girl aged 13 at the end of the period and born after 10 November 2011
-- subject: resident
-- column: first_given boolean 已种第1剂
-- column: both_given boolean 已种2剂
-- source: 国家疾控局等七部门通知，2025年10月
with hpv as (
    select subject, count(distinct dose) as doses
    from immunization_dose t
    where vaccine = 'HPV2' and t.at <= $end
    group by subject
)
select
    p.subject,
    coalesce(h.doses, 0) >= 1 as first_given,
    coalesce(h.doses, 0) >= 2 as both_given
from immunization_person p
left join hpv h on h.subject = p.subject
where p.sex = '2'
    and p.birth_date > date '2011-11-10'
    and p.birth_date <= $end - interval '13 years'
    and p.birth_date > $end - interval '14 years'
