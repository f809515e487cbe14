-- view: blood_donation_event
-- name: 无偿献血活动
-- grain: one row per event
-- subject: area
-- additive: happened_on
-- column: happened_on date 日期
-- column: kind text 活动形式
-- column: place text 地点
-- column: people integer 到场咨询
-- column: examined integer 免费体检
-- column: donors integer 成功献血
-- column: volume integer 献血量
-- source: 献血法，1997
select subject, e.at as happened_on, kind, place, people, examined, donors, volume
from blood_donation_event e
where e.at between $start and $end
