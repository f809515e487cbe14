-- view: contraception_supply
-- name: 避孕药具发放
-- grain: one row per issue of supplies in the period
-- subject: supply_client
-- additive: happened_on
-- column: item text 品名
-- column: quantity integer 数量
-- column: first boolean 初用
-- column: machine boolean 自助机领取
-- column: follow_due boolean 应随访（自助机领取的除外）
-- column: followed boolean 一个月内已随访
-- source: 免费避孕药具发放与随访口径：发放后一个月内随访
select
    i.subject,
    i.at as happened_on,
    i.item,
    i.quantity,
    i.first_use = '1' as first,
    i.outlet = '3' as machine,
    i.outlet <> '3' as follow_due,
    i.outlet <> '3' and bool_or(coalesce(f.at > i.at, false)) as followed
from contraception_issue i
left join contraception_followup f on f.subject = i.subject and f.at <= i.at + interval '1 month'
where i.at between $start and $end
group by i.record, i.subject, i.at, i.item, i.quantity, i.first_use, i.outlet
