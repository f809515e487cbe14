-- view: immunization_journal
-- name: 接种日志
-- grain: one row per dose given
-- subject: resident
-- additive: happened_on
-- column: happened_on date 接种日期
-- column: name text 姓名
-- column: birth_date date 出生日期
-- column: vaccine text 疫苗
-- column: dose integer 剂次
-- column: session text 组织形式
-- column: category text 类别
-- column: site text 部位途径
-- column: lot text 批号
-- column: trace_code text 追溯码
-- column: holder text 上市许可持有人
-- column: expires_on date 有效期
-- column: consent_by text 知情同意人
-- column: observed boolean 留观满30分钟
-- source: 疫苗管理法，2019，第四十五、四十六条
select
    d.subject,
    d.at as happened_on,
    r.name,
    r.birth_date,
    d.vaccine,
    d.dose,
    d.session,
    d.category,
    d.site,
    d.lot,
    d.trace_code,
    d.holder,
    d.expires_on,
    d.consent_by,
    d.observed
from immunization_dose d
left join population_resident r on r.subject = d.subject and r.valid_to = date '9999-12-31'
where d.at between $start and $end
