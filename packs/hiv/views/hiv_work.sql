-- view: hiv_work
-- name: 艾滋病检测、救助和宣传汇总
-- grain: one row per task, tally or outreach record
-- subject: area
-- additive: happened_on
-- column: happened_on date 日期
-- column: pregnant_task integer 孕产妇检测任务
-- column: premarital_task integer 婚前检测任务
-- column: pregnant integer 孕产妇检测
-- column: premarital integer 婚前检测
-- column: voluntary integer 自愿咨询检测
-- column: other integer 其他检测
-- column: screened_positive integer 初筛阳性
-- column: confirmed integer 确证阳性
-- column: relief_persons integer 救助人数
-- column: relief_orphans integer 救助孤儿
-- column: relief_amount decimal 救助金额
-- column: condoms integer 安全套
-- column: bulletins integer 宣传栏
-- column: leaflets integer 宣传资料
-- column: beneficiaries integer 受益人口
-- source: 艾滋病防治条例，2019
select p.subject, p.at as happened_on,
    p.pregnant_task as pregnant_task,
    p.premarital_task as premarital_task,
    0 as pregnant,
    0 as premarital,
    0 as voluntary,
    0 as other,
    0 as screened_positive,
    0 as confirmed,
    0 as relief_persons,
    0 as relief_orphans,
    cast(0 as decimal(18, 2)) as relief_amount,
    0 as condoms,
    0 as bulletins,
    0 as leaflets,
    0 as beneficiaries
from hiv_plan p
where p.at between $start and $end
union all
select t.subject, t.at as happened_on,
    0 as pregnant_task,
    0 as premarital_task,
    case when t.population = '1' then t.tested else 0 end as pregnant,
    case when t.population = '2' then t.tested else 0 end as premarital,
    case when t.population = '3' then t.tested else 0 end as voluntary,
    case when t.population in ('4', '9') then t.tested else 0 end as other,
    t.screened_positive as screened_positive,
    t.confirmed as confirmed,
    0 as relief_persons,
    0 as relief_orphans,
    cast(0 as decimal(18, 2)) as relief_amount,
    0 as condoms,
    0 as bulletins,
    0 as leaflets,
    0 as beneficiaries
from hiv_testing t
where t.at between $start and $end
union all
select r.subject, r.at as happened_on,
    0 as pregnant_task,
    0 as premarital_task,
    0 as pregnant,
    0 as premarital,
    0 as voluntary,
    0 as other,
    0 as screened_positive,
    0 as confirmed,
    r.persons as relief_persons,
    case when r.kind = '2' then r.persons else 0 end as relief_orphans,
    r.amount as relief_amount,
    0 as condoms,
    0 as bulletins,
    0 as leaflets,
    0 as beneficiaries
from hiv_relief r
where r.at between $start and $end
union all
select o.subject, o.at as happened_on,
    0 as pregnant_task,
    0 as premarital_task,
    0 as pregnant,
    0 as premarital,
    0 as voluntary,
    0 as other,
    0 as screened_positive,
    0 as confirmed,
    0 as relief_persons,
    0 as relief_orphans,
    cast(0 as decimal(18, 2)) as relief_amount,
    coalesce(o.condoms, 0) as condoms,
    coalesce(o.bulletins, 0) as bulletins,
    coalesce(o.leaflets, 0) as leaflets,
    coalesce(o.beneficiaries, 0) as beneficiaries
from hiv_outreach o
where o.at between $start and $end
