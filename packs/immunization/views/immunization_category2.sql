-- view: immunization_category2
-- name: 非免疫规划（二类）疫苗接种人员
-- grain: one row per person vaccinated in the period with a vaccine outside the national programme
-- subject: resident
-- column: hepb boolean 乙肝疫苗
-- column: doses integer 接种剂次
-- source: 疫苗管理法，2019，第九十七条（非免疫规划疫苗）
select
    subject,
    max(case when vaccine = 'HepB' then 1 else 0 end) = 1 as hepb,
    count(*) as doses
from immunization_dose t
where category = '2' and t.at between $start and $end
group by subject
