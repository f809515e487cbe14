-- view: school_health_period
-- name: 期末学校与托幼机构
-- grain: one row per school or kindergarten open at the end of the period
-- subject: organisation
-- column: name text 学校
-- column: stage text 办学阶段
-- column: pupils integer 学生数
-- column: canteen boolean 有食堂
-- column: health_teacher boolean 有保健教师
-- column: checks integer 卫生检查次数
-- column: checked_twice boolean 检查2次
-- column: canteen_checks integer 食堂检查次数
-- column: canteen_twice boolean 食堂检查2次
-- column: morning_days integer 晨检登记次数
-- column: due integer 应筛查人数
-- column: screened integer 实筛查人数
-- column: poor_vision integer 视力不良
-- column: caries integer 患龋
-- column: told integer 已告知家长
-- source: 学校卫生工作条例，1990
with hygiene as (
    select subject, sum(case when recheck then 0 else 1 end) as times
    from school_health_hygiene_check h
    where h.at between $start and $end
    group by subject
),
kitchen as (
    select subject, sum(case when recheck then 0 else 1 end) as times
    from school_health_canteen_check c
    where c.at between $start and $end
    group by subject
),
morning as (
    select subject, count(*) as times from school_health_morning_check m where m.at between $start and $end group by subject
),
screen as (
    select
        subject,
        sum(due) as due,
        sum(screened) as screened,
        sum(poor_vision) as poor_vision,
        sum(caries) as caries,
        sum(told) as told
    from school_health_screening n
    where n.at between $start and $end
    group by subject
)
select
    s.subject,
    o.name,
    s.stage,
    s.pupils,
    s.canteen,
    s.health_teacher,
    coalesce(h.times, 0) as checks,
    coalesce(h.times >= 2, false) as checked_twice,
    coalesce(k.times, 0) as canteen_checks,
    s.canteen and coalesce(k.times >= 2, false) as canteen_twice,
    coalesce(m.times, 0) as morning_days,
    coalesce(n.due, 0) as due,
    coalesce(n.screened, 0) as screened,
    coalesce(n.poor_vision, 0) as poor_vision,
    coalesce(n.caries, 0) as caries,
    coalesce(n.told, 0) as told
from school_health_school s
join population_organisation o on o.subject = s.subject and $end between o.valid_from and o.valid_to
left join hygiene h on h.subject = s.subject
left join kitchen k on k.subject = s.subject
left join morning m on m.subject = s.subject
left join screen n on n.subject = s.subject
where $end between s.valid_from and s.valid_to and (o.closed_on is null or o.closed_on > $end)
