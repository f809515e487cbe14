-- view: immunization_stock
-- name: 疫苗结存
-- grain: one row per vaccine and lot with a stock or a movement in the period
-- subject: area
-- column: moved_on date 最近出入库
-- column: vaccine text 疫苗
-- column: lot text 批号
-- column: trace_code text 追溯码
-- column: expires_on date 有效期至
-- column: opening integer 上期结存
-- column: received integer 入库
-- column: used integer 领用
-- column: lost integer 损耗
-- column: returned integer 退回
-- column: closing integer 结存
-- column: expired boolean 过期未处理
-- column: short boolean 出库多于入库
-- column: handler text 经手人
-- source: 疫苗管理法，2019，第三十七、三十八、四十六条；疫苗储存和运输管理规范
with lot_sum as (
    select
        subject,
        vaccine,
        lot,
        max(t.at) as moved_on,
        max(trace_code) as trace_code,
        max(expires_on) as expires_on,
        max(handler) as handler,
        sum(case when t.at < $start and kind = '1' then doses when t.at < $start then -doses else 0 end) as opening,
        sum(case when t.at >= $start and kind = '1' then doses else 0 end) as received,
        sum(case when t.at >= $start and kind = '2' then doses else 0 end) as used,
        sum(case when t.at >= $start and kind = '3' then doses else 0 end) as lost,
        sum(case when t.at >= $start and kind = '4' then doses else 0 end) as returned
    from immunization_stock_move t
    where t.at <= $end
    group by subject, vaccine, lot
)
select
    subject,
    moved_on,
    vaccine,
    lot,
    trace_code,
    expires_on,
    opening,
    received,
    used,
    lost,
    returned,
    opening + received - used - lost - returned as closing,
    opening + received - used - lost - returned > 0 and expires_on < $end as expired,
    opening + received - used - lost - returned < 0 as short,
    handler
from lot_sum
where opening <> 0 or moved_on >= $start
