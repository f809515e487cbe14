-- view: phe_event
-- name: 突发公共卫生事件
-- grain: one row per event on the day it became known
-- subject: health_event
-- additive: happened_on
-- column: happened_on date 获知日期
-- column: name text 事件名称
-- column: category text 信息类别
-- column: grade text 事件等级
-- column: known_at timestamp 获知时间
-- column: reported_at timestamp 初次报告时间
-- column: timely boolean 2小时内报告
-- column: cases integer 累计病例
-- column: deaths integer 累计死亡
-- column: first_onset_on date 首例发病
-- column: last_onset_on date 末例发病
-- column: reports integer 报告次数
-- column: measures text 措施
-- column: closed_on date 结案日期
-- column: closed boolean 已结案
-- source: 突发公共卫生事件应急条例，2011，第二十条；突发公共卫生事件应对法，2025
select
    f.subject,
    cast(f.known_at as date) as happened_on,
    l.name,
    l.category,
    l.grade,
    f.known_at,
    f.reported_at,
    coalesce(f.reported_at <= f.known_at + interval '2 hours', false) as timely,
    l.cases,
    l.deaths,
    l.first_onset_on,
    l.last_onset_on,
    l.reports,
    l.measures,
    l.closed_on,
    l.closed_on is not null as closed
from (
    select subject, min(known_at) as known_at, min(reported_at) as reported_at
    from public_health_emergency_event_report
    where report_kind = '1'
    group by subject
) f
join (
    select
        subject,
        last_value(name order by reported_at) as name,
        last_value(category order by reported_at) as category,
        last_value(grade order by reported_at) as grade,
        last_value(cases order by reported_at) as cases,
        last_value(deaths order by reported_at) as deaths,
        min(first_onset_on) as first_onset_on,
        max(last_onset_on) as last_onset_on,
        last_value(measures order by case when measures is null then 0 else 1 end, reported_at) as measures,
        count(*) as reports,
        min(case when report_kind = '3' then e.at end) as closed_on
    from public_health_emergency_event_report e
    group by subject
) l on l.subject = f.subject
where cast(f.known_at as date) between $start and $end
