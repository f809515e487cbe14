-- view: patriotic_event
-- name: 爱国卫生活动
-- grain: one row per activity
-- subject: area
-- additive: happened_on
-- column: happened_on date 日期
-- column: kind text 类别
-- column: april boolean 爱国卫生月
-- column: vector boolean 除四害
-- column: unified boolean 全镇统一活动
-- column: place text 地点
-- column: people integer 参加人次
-- column: waste decimal 清运垃圾
-- column: bait decimal 投放药物
-- column: households integer 覆盖户数
-- column: beneficiaries integer 受益人口
-- column: cost decimal 经费
-- source: 国务院关于深入开展爱国卫生运动的意见，2020
select
    e.subject,
    e.at as happened_on,
    e.kind,
    e.april,
    e.kind in ('2', '3', '4') as vector,
    e.unified,
    e.place,
    e.people,
    coalesce(e.waste, 0) as waste,
    coalesce(e.bait, 0) as bait,
    coalesce(e.households, 0) as households,
    coalesce(e.beneficiaries, 0) as beneficiaries,
    coalesce(e.cost, 0) as cost
from patriotic_health_event e
where e.at between $start and $end
