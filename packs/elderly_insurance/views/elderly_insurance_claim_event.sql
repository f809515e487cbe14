-- view: elderly_insurance_claim_event
-- name: 意外伤害理赔
-- grain: one row per claim
-- subject: resident
-- additive: happened_on
-- column: happened_on date 登记日期
-- column: name text 姓名
-- column: accident_on date 出险日期
-- column: cause text 出险原因
-- column: fall boolean 跌倒
-- column: settled boolean 已赔付
-- column: paid_on date 赔付日期
-- column: paid decimal 赔付金额
-- source: 银龄安康行动实施口径
select
    c.subject,
    c.at as happened_on,
    r.name,
    c.accident_on,
    c.cause,
    c.cause = '1' as fall,
    c.paid_on is not null as settled,
    c.paid_on,
    coalesce(c.paid, 0) as paid
from elderly_insurance_claim c
left join population_resident r on r.subject = c.subject and c.at between r.valid_from and r.valid_to
where c.at between $start and $end
