-- view: immunization_temperature_day
-- name: 冷链设备温度
-- grain: one row per equipment and day
-- subject: area
-- additive: happened_on
-- column: happened_on date 日期
-- column: equipment text 设备
-- column: frozen boolean 冷冻
-- column: morning decimal 上午温度
-- column: afternoon decimal 下午温度
-- column: twice boolean 测了两次
-- column: in_range boolean 温度合格
-- column: handled text 处理
-- source: 疫苗储存和运输管理规范
select
    subject,
    t.at as happened_on,
    equipment,
    frozen,
    morning,
    afternoon,
    morning is not null and afternoon is not null as twice,
    case
        when frozen then coalesce(morning, -20) <= -15 and coalesce(afternoon, -20) <= -15
        else coalesce(morning, 5) between 2 and 8 and coalesce(afternoon, 5) between 2 and 8
    end as in_range,
    handled
from immunization_temperature t
where t.at between $start and $end
