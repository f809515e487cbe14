-- view: publicity_day
-- name: 卫生宣传日
-- grain: one row per place that keeps health days and health day of the period
-- subject: area
-- additive: happened_on
-- column: happened_on date 宣传日
-- column: name text 名称
-- column: observed boolean 已开展
-- column: first_on date 开展日期
-- column: activities integer 活动次数
-- source: 国家基本公共卫生服务规范（第三版），2017，健康教育服务规范
with years as (
    select extract(year from $start) as year_no
    union
    select extract(year from $end) as year_no
),
places as (
    select subject from publicity_day_activity a group by subject
),
dated as (
    select
        d.day,
        d.name,
        y.year_no,
        cast(cast(cast(y.year_no as bigint) as varchar) || '-' || d.month_day as date) as happened_on,
        d.valid_from,
        d.valid_to
    from publicity_days d
    cross join years y
)
select
    p.subject,
    d.happened_on,
    d.name,
    count(a.record) > 0 as observed,
    min(a.at) as first_on,
    count(a.record) as activities
from dated d
cross join places p
left join publicity_day_activity a
    on a.subject = p.subject and a.day = d.day
        and a.at between d.happened_on - interval '15 days' and d.happened_on + interval '15 days'
where d.happened_on between $start and $end and d.happened_on between d.valid_from and d.valid_to
group by p.subject, d.happened_on, d.name
