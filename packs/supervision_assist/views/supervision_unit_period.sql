-- view: supervision_unit_period
-- name: 期末在册监督协管单位
-- grain: one row per unit on the patrol register at the end of the period
-- subject: organisation
-- column: name text 单位名称
-- column: specialties text 协管专业
-- column: filed_on date 建档日期
-- column: filed boolean 已建单位档案
-- column: food boolean 食品安全
-- column: water boolean 饮用水
-- column: school boolean 学校卫生
-- column: practice boolean 非法行医
-- column: family_planning boolean 计划生育相关机构
-- column: occupational boolean 职业卫生
-- column: food_twice boolean 食品安全巡查2次
-- column: water_twice boolean 饮用水巡查2次
-- column: school_twice boolean 学校卫生巡查2次
-- column: practice_twice boolean 非法行医巡查2次
-- column: family_planning_twice boolean 计划生育相关巡查2次
-- column: occupational_twice boolean 职业卫生巡查2次
-- column: inspections integer 本期巡查次数
-- column: inspected boolean 本期巡查过
-- column: twice_each boolean 各专业都巡查2次
-- column: unannounced boolean 本期不通知巡查过
-- column: last_inspected date 最近巡查日期
-- column: catering boolean 餐饮单位
-- column: graded boolean 已量化分级
-- column: food_grade text 量化分级
-- column: water_central boolean 集中式供水单位
-- column: water_tested boolean 本期水质监测过
-- column: workers_due integer 应检劳动者
-- column: workers_examined integer 实检劳动者
-- source: 国家基本公共卫生服务规范（第三版），2017，卫生监督协管服务规范
with patrolled as (
    select
        subject,
        sum(case when specialty = '1' then 1 else 0 end) as n1,
        sum(case when specialty = '2' then 1 else 0 end) as n2,
        sum(case when specialty = '3' then 1 else 0 end) as n3,
        sum(case when specialty = '4' then 1 else 0 end) as n4,
        sum(case when specialty = '5' then 1 else 0 end) as n5,
        sum(case when specialty = '6' then 1 else 0 end) as n6,
        sum(case when unannounced then 1 else 0 end) as unannounced_times,
        count(*) as times,
        max(i.at) as last_at
    from supervision_assist_inspection i
    where i.at between $start and $end
    group by subject
),
listed as (
    select
        u.subject,
        o.name,
        u.specialties,
        u.filed_on,
        u.catering,
        u.food_grade,
        u.water_central,
        u.specialties like '%|1|%' as food,
        u.specialties like '%|2|%' as water,
        u.specialties like '%|3|%' as school,
        u.specialties like '%|4|%' as practice,
        u.specialties like '%|5|%' as family_planning,
        u.specialties like '%|6|%' as occupational,
        coalesce(p.n1, 0) as n1,
        coalesce(p.n2, 0) as n2,
        coalesce(p.n3, 0) as n3,
        coalesce(p.n4, 0) as n4,
        coalesce(p.n5, 0) as n5,
        coalesce(p.n6, 0) as n6,
        coalesce(p.unannounced_times, 0) as unannounced_times,
        coalesce(p.times, 0) as times,
        p.last_at
    from supervision_assist_unit u
    join population_organisation o on o.subject = u.subject and $end between o.valid_from and o.valid_to
    left join patrolled p on p.subject = u.subject
    where $end between u.valid_from and u.valid_to
        and (u.left_on is null or u.left_on > $end)
        and (o.closed_on is null or o.closed_on > $end)
)
select
    l.subject,
    l.name,
    l.specialties,
    l.filed_on,
    coalesce(l.filed_on <= $end, false) as filed,
    l.food,
    l.water,
    l.school,
    l.practice,
    l.family_planning,
    l.occupational,
    l.food and l.n1 >= 2 as food_twice,
    l.water and l.n2 >= 2 as water_twice,
    l.school and l.n3 >= 2 as school_twice,
    l.practice and l.n4 >= 2 as practice_twice,
    l.family_planning and l.n5 >= 2 as family_planning_twice,
    l.occupational and l.n6 >= 2 as occupational_twice,
    l.times as inspections,
    l.times > 0 as inspected,
    (not l.food or l.n1 >= 2) and (not l.water or l.n2 >= 2) and (not l.school or l.n3 >= 2) and (not l.practice or l.n4 >= 2)
        and (not l.family_planning or l.n5 >= 2) and (not l.occupational or l.n6 >= 2) as twice_each,
    l.unannounced_times > 0 as unannounced,
    l.last_at as last_inspected,
    l.catering,
    l.catering and l.food_grade is not null as graded,
    l.food_grade,
    l.water_central,
    t.subject is not null as water_tested,
    coalesce(e.workers_due, 0) as workers_due,
    coalesce(e.workers_examined, 0) as workers_examined
from listed l
left join (
    select subject from supervision_assist_water_test w where w.at between $start and $end group by subject
) t on t.subject = l.subject
left join (
    select subject, sum(workers_due) as workers_due, sum(workers_examined) as workers_examined
    from supervision_assist_occupational_exam x
    where x.at between $start and $end
    group by subject
) e on e.subject = l.subject
