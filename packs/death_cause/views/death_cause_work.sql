-- view: death_cause_work
-- name: 死因监测工作
-- grain: one row per training, supervision visit, report or comparison with another list
-- subject: area
-- additive: happened_on
-- column: kind text 工作
-- column: participants integer 参加人次
-- column: list text 核对的名册
-- column: listed integer 名册上的死亡
-- column: missing integer 没有登记的
-- column: added integer 已补报的
-- source: 全国死因登记信息网络报告工作规范
select
    a.subject,
    a.at as happened_on,
    a.kind,
    coalesce(a.participants, 0) as participants,
    '' as list,
    0 as listed,
    0 as missing,
    0 as added
from death_cause_activity a
where a.at between $start and $end
union all
select
    c.subject,
    c.at as happened_on,
    'list' as kind,
    0 as participants,
    c.list,
    c.listed,
    c.missing,
    coalesce(c.added, 0) as added
from death_cause_cross_check c
where c.at between $start and $end
