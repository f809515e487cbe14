-- view: immunization_cold_chain
-- name: 冷链运转
-- grain: one row per cold-chain run
-- subject: area
-- additive: happened_on
-- column: happened_on date 运转日期
-- column: vaccine_doses integer 运转疫苗
-- column: departure_temperature decimal 启运温度
-- column: arrival_temperature decimal 到达温度
-- column: carrier text 运送人
-- column: in_range boolean 全程2—8℃
-- source: 疫苗储存和运输管理规范
select
    subject,
    t.at as happened_on,
    vaccine_doses,
    departure_temperature,
    arrival_temperature,
    carrier,
    departure_temperature between 2 and 8 and arrival_temperature between 2 and 8 as in_range
from immunization_cold_chain_run t
where t.at between $start and $end
