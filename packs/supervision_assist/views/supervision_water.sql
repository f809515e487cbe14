-- view: supervision_water
-- name: 水质监测
-- grain: one row per water sample
-- subject: organisation
-- additive: happened_on
-- column: happened_on date 采样日期
-- column: name text 供水单位
-- column: season text 水期
-- column: sample text 水样
-- column: qualified boolean 合格
-- column: failed_items text 不合格指标
-- source: 农村饮用水水质监测口径
select w.subject, w.at as happened_on, o.name, w.season, w.sample, w.qualified, w.failed_items
from supervision_assist_water_test w
left join population_organisation o on o.subject = w.subject and w.at between o.valid_from and o.valid_to
where w.at between $start and $end
