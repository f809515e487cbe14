-- view: health_education_person
-- name: 接受健康教育的重点人群
-- grain: one row per key person educated in the period
-- subject: resident
-- column: young_woman boolean 18—35岁育龄妇女
-- column: pregnant_woman boolean 孕产妇
-- column: newlywed boolean 新婚登记人员
-- column: reproductive_health boolean 生殖健康、优生优育内容
-- column: times integer 受教次数
-- source: 国家基本公共卫生服务规范（第三版），2017，健康教育服务规范
select
    subject,
    max(case when audience = '1' then 1 else 0 end) = 1 as young_woman,
    max(case when audience = '2' then 1 else 0 end) = 1 as pregnant_woman,
    max(case when audience = '3' then 1 else 0 end) = 1 as newlywed,
    max(case when topic in ('1', '5') then 1 else 0 end) = 1 as reproductive_health,
    count(*) as times
from health_education_participation t
where t.at between $start and $end
group by subject
