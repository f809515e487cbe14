-- view: health_education_young_woman
-- name: 18—35岁常住妇女受教情况
-- grain: one row per woman aged 18 to 35 living here at the end of the period
-- subject: resident
-- column: educated boolean 本期受教
-- source: 妇幼卫生年度考核口径
with educated as (
    select subject
    from health_education_participation t
    where audience = '1' and t.at between $start and $end
    group by subject
)
select w.subject, e.subject is not null as educated
from population_resident_period w
left join educated e on e.subject = w.subject
where w.woman_18_35
