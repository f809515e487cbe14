-- view: facilities_device
-- name: 期末设备
-- grain: one row per piece of equipment not written off at the end of the period
-- subject: equipment
-- column: name text 设备
-- column: kind text 类别
-- column: value decimal 原值
-- column: bought_on date 购置日期
-- column: bought boolean 本期购置
-- column: condition text 状况
-- column: working boolean 正常
-- column: calibrated_until date 检定有效期
-- column: calibrated boolean 在检定有效期内
-- source: 医疗器械监督管理条例，2021
select
    e.subject,
    e.name,
    e.kind,
    e.value,
    e.bought_on,
    e.bought_on between $start and $end as bought,
    e.condition,
    e.condition = '1' as working,
    e.calibrated_until,
    coalesce(e.calibrated_until >= $end, false) as calibrated
from facilities_equipment e
where $end between e.valid_from and e.valid_to and e.condition <> '4'
