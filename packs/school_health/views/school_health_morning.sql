-- view: school_health_morning
-- name: 晨检与因病缺课
-- grain: one row per school and day reported
-- subject: organisation
-- additive: happened_on
-- column: happened_on date 日期
-- column: name text 学校
-- column: enrolled integer 应到
-- column: present integer 实到
-- column: checked integer 晨检
-- column: symptoms integer 有症状
-- column: absent_sick integer 因病缺课
-- column: traced integer 已追踪
-- column: similar integer 同班相似症状
-- column: cluster boolean 聚集性情况
-- column: reported_on date 报告日期
-- column: reported_24h boolean 一天内报告
-- source: 学校和托幼机构传染病疫情报告工作规范（试行），2006
select
    m.subject,
    m.at as happened_on,
    o.name,
    m.enrolled,
    m.present,
    m.checked,
    m.symptoms,
    m.absent_sick,
    m.traced,
    m.similar,
    m.similar >= 3 as cluster,
    m.reported_on,
    m.similar >= 3 and coalesce(m.reported_on <= m.at + interval '1 day', false) as reported_24h
from school_health_morning_check m
left join population_organisation o on o.subject = m.subject and m.at between o.valid_from and o.valid_to
where m.at between $start and $end
