-- view: infectious_disease_zero_due
-- name: 应报零报告
-- grain: one row per report due of an organisation in the period, and per report sent without being due
-- subject: organisation
-- additive: happened_on
-- column: happened_on date 期次截止日
-- column: period_from date 期次起始日
-- column: topic text 病种
-- column: frequency text 报告频次
-- column: reported_on date 报告日期
-- column: cases integer 病例数
-- column: due boolean 应报
-- column: sent boolean 已报
-- column: timely boolean 按时报告
-- source: 传染病零报告制度
select
    coalesce(d.subject, r.subject) as subject,
    coalesce(d.ends, r.period_to) as happened_on,
    coalesce(d.starts, r.period_from) as period_from,
    coalesce(d.topic, r.topic) as topic,
    coalesce(d.frequency, r.frequency) as frequency,
    r.reported_on,
    r.cases,
    d.subject is not null as due,
    r.subject is not null as sent,
    coalesce(case
        when r.frequency = '1' then r.reported_on <= r.period_to + interval '2 days'
        else r.reported_on <= r.period_to + interval '1 day'
    end, false) as timely
from (
    select t.subject, t.topic, t.frequency, p.starts, p.ends
    from infectious_disease_surveillance_task t
    join (
        select
            s.frequency,
            make_date(s.y, s.month, s.first_day) as starts,
            make_date(s.y, s.month, case when s.last_day > s.days then s.days else s.last_day end) as ends
        from (
            select
                q.frequency,
                y.y,
                m.month,
                case when q.first_day > y.days then y.days else q.first_day end as first_day,
                q.first_day as wanted,
                q.last_day,
                y.days
            from infectious_disease_report_day q
            cross join infectious_disease_report_month m
            join (
                select b.y, n.month, cast(extract(day from make_date(b.y, cast(n.month as integer), 1) + interval '1 month' - interval '1 day') as integer) as days
                from (
                    select cast(extract(year from $start) as integer) as y
                    union
                    select cast(extract(year from $end) as integer) as y
                ) b
                cross join infectious_disease_report_month n
            ) y on y.month = m.month
        ) s
        where s.wanted <= s.days
    ) p on p.frequency = t.frequency
    where p.ends between $start and $end
        and p.ends >= t.from_on
        and (t.to_on is null or p.starts <= t.to_on)
) d
full join (
    select subject, topic, frequency, period_from, max(period_to) as period_to, min(z.at) as reported_on, max(cases) as cases
    from infectious_disease_zero_report z
    where period_to between $start and $end
    group by subject, topic, frequency, period_from
) r on r.subject = d.subject and r.topic = d.topic and r.frequency = d.frequency and r.period_from = d.starts
