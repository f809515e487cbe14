-- view: maternal_report
-- name: 妇幼卫生信息报送
-- grain: one row per submission in the period
-- subject: area
-- additive: happened_on
-- column: monthly boolean 月报
-- column: has_due boolean 有截止日期
-- column: timely boolean 按时报送
-- source: 全国妇幼卫生调查制度，2012
select
    r.subject,
    r.at as happened_on,
    r.kind = '1' as monthly,
    r.due_on is not null as has_due,
    coalesce(r.at <= r.due_on, false) as timely
from maternal_health_report r
where r.at between $start and $end
