-- view: plague_work
-- name: 鼠疫防治工作
-- grain: one row per signal or density survey
-- subject: area
-- additive: happened_on
-- column: happened_on date 日期
-- column: kind text 三报种类
-- column: number integer 数量
-- column: animal_signal boolean 病死鼠（獭）
-- column: human_signal boolean 病人
-- column: signal boolean 三报
-- column: timely boolean 2小时内报告
-- column: sampled boolean 采样送检
-- column: found_at timestamp 发现时间
-- column: reported_at timestamp 报告时间
-- column: species text 动物种类
-- column: actions text 处理
-- column: timing text 监测时机
-- column: traps integer 布夹数
-- column: caught integer 捕鼠数
-- source: 全国鼠疫监测方案；鼠疫“三报”制度
select s.subject, cast(s.found_at as date) as happened_on,
    s.kind as kind,
    s.number as number,
    s.kind = '1' as animal_signal,
    s.kind in ('2', '3') as human_signal,
    true as signal,
    coalesce(s.reported_at <= s.found_at + interval '2 hours', false) as timely,
    coalesce(s.actions like '%|1|%', false) as sampled,
    s.found_at as found_at,
    s.reported_at as reported_at,
    coalesce(s.species, '') as species,
    coalesce(s.actions, '') as actions,
    '' as timing,
    0 as traps,
    0 as caught
from plague_signal s
where cast(s.found_at as date) between $start and $end
union all
select d.subject, d.at as happened_on,
    '' as kind,
    0 as number,
    false as animal_signal,
    false as human_signal,
    false as signal,
    false as timely,
    false as sampled,
    cast(null as timestamp) as found_at,
    cast(null as timestamp) as reported_at,
    '' as species,
    '' as actions,
    d.timing as timing,
    d.traps as traps,
    d.caught as caught
from plague_rodent_density d
where d.at between $start and $end
