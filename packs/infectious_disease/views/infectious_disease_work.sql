-- view: infectious_disease_work
-- name: 疫情分析和漏报检查
-- grain: one row per analysis written or check made
-- subject: area
-- additive: happened_on
-- column: happened_on date 日期
-- column: kind text 分析类型
-- column: checked integer 检查病例数
-- column: missed integer 漏报
-- column: late integer 迟报
-- source: 传染病疫情分析制度；传染病漏报检查
select a.subject, case when a.kind = '4' then a.at else a.covers_to end as happened_on, a.kind, 0 as checked, 0 as missed, 0 as late
from infectious_disease_analysis a
where case when a.kind = '4' then a.at else a.covers_to end between $start and $end
union all
select c.subject, c.at as happened_on, '' as kind, c.checked, c.missed, c.late
from infectious_disease_leak_check c
where c.at between $start and $end
