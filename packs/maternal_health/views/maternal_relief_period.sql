-- view: maternal_relief_period
-- name: 孕产妇救助
-- grain: one row per pregnancy with a relief card, payment or capped price in the period
-- subject: pregnancy
-- column: card_no text 救助卡号
-- column: carded boolean 有救助卡
-- column: paid boolean 乡镇救助金
-- column: paid_amount decimal 乡镇救助金金额
-- column: capped boolean 乡镇限价收费
-- column: capped_amount decimal 乡镇限价收费补助金额
-- column: hospital_paid boolean 县级医院救助金
-- column: hospital_paid_amount decimal 县级医院救助金金额
-- column: hospital_capped boolean 县级医院限价收费
-- column: hospital_capped_amount decimal 县级医院限价收费补助金额
-- source: 降低孕产妇死亡率和消除新生儿破伤风项目（降消项目）实施口径
select
    subject,
    max(card_no) as card_no,
    bool_or(carded) as carded,
    bool_or(kind = '1' and payer = '1') as paid,
    sum(case when kind = '1' and payer = '1' then amount else 0 end) as paid_amount,
    bool_or(kind = '2' and payer = '1') as capped,
    sum(case when kind = '2' and payer = '1' then amount else 0 end) as capped_amount,
    bool_or(kind = '1' and payer = '2') as hospital_paid,
    sum(case when kind = '1' and payer = '2' then amount else 0 end) as hospital_paid_amount,
    bool_or(kind = '2' and payer = '2') as hospital_capped,
    sum(case when kind = '2' and payer = '2' then amount else 0 end) as hospital_capped_amount
from (
    select subject, card_no, true as carded, '' as kind, '' as payer, cast(0 as decimal(18, 2)) as amount
    from maternal_health_relief_card m
    where m.at between $start and $end
    union all
    select subject, cast(null as varchar) as card_no, false as carded, kind, payer, coalesce(amount, 0) as amount
    from maternal_health_relief_payment m
    where m.at between $start and $end
) s
group by subject
