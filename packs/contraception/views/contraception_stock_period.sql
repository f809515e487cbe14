-- view: contraception_stock_period
-- name: 避孕药具库存
-- grain: one row per organisation and item that ever came into stock
-- subject: organisation
-- column: item text 品名
-- column: organisation_name text 机构
-- column: received integer 本期入库
-- column: moved integer 本期调出
-- column: lost integer 本期报损
-- column: issued integer 本期发放
-- column: balance integer 期末结存
-- column: expires_on date 最早有效期
-- source: 免费避孕药具发放与随访口径
select
    s.subject,
    s.item,
    max(o.name) as organisation_name,
    sum(case when s.at >= $start and s.kind = '1' then s.quantity else 0 end) as received,
    sum(case when s.at >= $start and s.kind = '2' then s.quantity else 0 end) as moved,
    sum(case when s.at >= $start and s.kind = '3' then s.quantity else 0 end) as lost,
    sum(case when s.at >= $start and s.kind = '4' then s.quantity else 0 end) as issued,
    sum(case when s.kind = '1' then s.quantity else -s.quantity end) as balance,
    min(case when s.kind = '1' and s.expires_on > $end then s.expires_on end) as expires_on
from (
    select m.subject, m.item, m.kind, m.at, m.quantity, m.expires_on
    from contraception_stock m
    where m.at <= $end
    union all
    select m.organisation as subject, m.item, '4' as kind, m.at, m.quantity, m.expires_on
    from contraception_issue m
    where m.at <= $end and m.organisation is not null
) s
left join population_organisation o on o.subject = s.subject and $end between o.valid_from and o.valid_to
group by s.subject, s.item
