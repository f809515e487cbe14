-- view: contraception_roster
-- name: 避孕药具与叶酸发放
-- grain: one row per issue of contraceptives or folic acid in the period
-- subject: resident
-- additive: happened_on
-- column: client text 领取人
-- column: item text 品名
-- column: spec text 规格
-- column: lot text 批号
-- column: quantity integer 数量
-- column: first_use text 初用或续用
-- column: followed_on date 随访日期
-- column: followup text 情况
-- source: 免费避孕药具发放与随访口径；增补叶酸预防神经管缺陷项目管理方案，2009
select
    i.subject,
    i.at as happened_on,
    coalesce(i.client_code, '') as client,
    i.item,
    i.spec,
    i.lot,
    i.quantity,
    case when i.first_use = '1' then '初用' else '续用' end as first_use,
    min(case when f.at > i.at then f.at end) as followed_on,
    max(case when f.at > i.at then case when f.still_using then '在用' else '停用' end end) as followup
from contraception_issue i
left join contraception_followup f on f.subject = i.subject and f.at <= i.at + interval '1 month'
where i.at between $start and $end
group by i.record, i.subject, i.at, i.client_code, i.item, i.spec, i.lot, i.quantity, i.first_use
union all
select
    i.subject,
    i.at as happened_on,
    max(r.name) as client,
    '叶酸' as item,
    '0.4毫克' as spec,
    i.lot,
    i.bottles as quantity,
    case when i.stage = '1' then '孕前' else '孕早期' end as first_use,
    min(f.at) as followed_on,
    max(case when f.adherence = '1' then '规律' when f.adherence = '2' then '不规律' when f.adherence = '3' then '停服' end) as followup
from folic_acid_issue i
left join folic_acid_followup f on f.subject = i.subject and f.at > i.at and f.at <= i.at + interval '2 months'
left join population_resident r on r.subject = i.subject and r.valid_to = date '9999-12-31'
where i.state = '1' and i.at between $start and $end
group by i.record, i.subject, i.at, i.lot, i.bottles, i.stage
