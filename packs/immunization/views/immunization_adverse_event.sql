-- view: immunization_adverse_event
-- name: 疑似预防接种异常反应
-- grain: one row per reported event
-- subject: resident
-- additive: happened_on
-- column: happened_on date 发现日期
-- column: name text 姓名
-- column: birth_date date 出生日期
-- column: vaccine text 可疑疫苗
-- column: onset_at timestamp 发生时间
-- column: found_at timestamp 发现时间
-- column: reported_at timestamp 报告时间
-- column: kind text 分类
-- column: serious boolean 严重或群体性
-- column: timely boolean 48小时内报告
-- source: 全国疑似预防接种异常反应监测方案
select
    t.subject,
    cast(t.found_at as date) as happened_on,
    r.name,
    r.birth_date,
    t.vaccine,
    onset_at,
    found_at,
    reported_at,
    kind,
    serious,
    coalesce(reported_at <= found_at + interval '48 hours', false) as timely
from immunization_aefi t
left join population_resident r on r.subject = t.subject and r.valid_to = date '9999-12-31'
where cast(t.found_at as date) between $start and $end
