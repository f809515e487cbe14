-- view: training_doctor_period
-- name: 期末在岗村医的培训
-- grain: one row per village health worker in post at the end of the period
-- subject: staff
-- column: name text 姓名
-- column: hours integer 本期学时
-- column: times integer 本期培训次数
-- column: trained_2y boolean 两年内培训过
-- column: assessed boolean 本期培训考核过
-- column: passed boolean 本期培训考核都合格
-- column: last_on date 最近培训日期
-- source: 乡村医生从业管理条例，2003，第三十一条
select
    s.subject,
    s.name,
    coalesce(t.hours, 0) as hours,
    coalesce(t.times, 0) as times,
    coalesce(t.last_on > $end - interval '2 years', false) as trained_2y,
    coalesce(t.assessed > 0, false) as assessed,
    coalesce(t.assessed > 0 and t.failed = 0, false) as passed,
    t.last_on
from population_staff s
left join (
    select
        subject,
        sum(case when a.at >= $start then hours else 0 end) as hours,
        sum(case when a.at >= $start then 1 else 0 end) as times,
        sum(case when a.at >= $start and passed is not null then 1 else 0 end) as assessed,
        sum(case when a.at >= $start and not passed then 1 else 0 end) as failed,
        max(a.at) as last_on
    from training_attendance a
    where a.at <= $end
    group by subject
) t on t.subject = s.subject
where s.level = '3' and $end between s.valid_from and s.valid_to and (s.left_on is null or s.left_on > $end)
