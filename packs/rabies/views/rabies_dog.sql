-- view: rabies_dog
-- name: 犬只管理和免疫
-- grain: one row per village with its latest figures of the period
-- subject: area
-- column: registered_on date 登记日期
-- column: dogs integer 存栏犬
-- column: registered integer 已登记
-- column: vaccinated integer 已免疫
-- column: strays integer 本期收容处置流浪犬
-- source: 犬只管理和免疫登记制度
select
    d.subject,
    max(d.at) as registered_on,
    last_value(d.dogs order by d.at) as dogs,
    last_value(d.registered order by d.at) as registered,
    last_value(d.vaccinated order by d.at) as vaccinated,
    sum(d.strays_handled) as strays
from rabies_dog_month d
where d.at between $start and $end
group by d.subject
