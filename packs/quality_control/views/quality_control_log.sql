-- view: quality_control_log
-- name: 灭菌、消毒与医疗废物记录
-- grain: one row per sterilisation batch, disinfection check or waste hand-over
-- subject: organisation
-- additive: happened_on
-- column: happened_on date 日期
-- column: name text 机构
-- column: kind text 记录类别
-- column: batch text 锅次
-- column: temperature decimal 温度
-- column: minutes integer 时间
-- column: item text 消毒监测项目
-- column: result decimal 监测值
-- column: required decimal 标准值
-- column: biological_done boolean 做了生物监测
-- column: passed boolean 合格
-- column: failed boolean 不合格
-- column: recalled boolean 已召回
-- column: weight decimal 医疗废物
-- column: sharps decimal 损伤性废物
-- column: in_two_days boolean 两天内交接
-- column: signed boolean 联单齐全
-- source: 医院感染管理办法，2006；医疗废物管理条例，2011
with logged as (
    select
        s.subject,
        s.at as happened_on,
        '1' as kind,
        s.batch,
        s.temperature,
        s.minutes,
        cast(null as varchar) as item,
        cast(null as decimal(18, 1)) as result,
        cast(null as decimal(18, 1)) as required,
        s.biological <> '3' as biological_done,
        s.chemical and s.biological <> '2' as passed,
        coalesce(s.recalled, false) as recalled,
        cast(0 as decimal(18, 2)) as weight,
        cast(0 as decimal(18, 2)) as sharps,
        false as in_two_days,
        false as signed
    from quality_control_sterilization s
    union all
    select
        d.subject,
        d.at as happened_on,
        '2' as kind,
        cast(null as varchar) as batch,
        cast(null as decimal(18, 1)) as temperature,
        cast(null as bigint) as minutes,
        d.item,
        d.result,
        d.required,
        false as biological_done,
        d.passed,
        false as recalled,
        cast(0 as decimal(18, 2)) as weight,
        cast(0 as decimal(18, 2)) as sharps,
        false as in_two_days,
        false as signed
    from quality_control_disinfection d
    union all
    select
        w.subject,
        w.at as happened_on,
        '3' as kind,
        cast(null as varchar) as batch,
        cast(null as decimal(18, 1)) as temperature,
        cast(null as bigint) as minutes,
        cast(null as varchar) as item,
        cast(null as decimal(18, 1)) as result,
        cast(null as decimal(18, 1)) as required,
        false as biological_done,
        w.signed and w.at <= w.collected_from + interval '2 days' as passed,
        false as recalled,
        w.weight,
        w.sharps,
        w.at <= w.collected_from + interval '2 days' as in_two_days,
        w.signed
    from quality_control_waste w
)
select
    l.subject,
    l.happened_on,
    o.name,
    l.kind,
    l.batch,
    l.temperature,
    l.minutes,
    l.item,
    l.result,
    l.required,
    l.biological_done,
    l.passed,
    not l.passed as failed,
    l.recalled,
    l.weight,
    l.sharps,
    l.in_two_days,
    l.signed
from logged l
left join population_organisation o on o.subject = l.subject and l.happened_on between o.valid_from and o.valid_to
where l.happened_on between $start and $end
