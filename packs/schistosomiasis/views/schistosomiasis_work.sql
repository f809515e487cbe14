-- view: schistosomiasis_work
-- name: 查螺灭螺、家畜检查和地方病任务
-- grain: one row per survey, control, livestock examination or task
-- subject: area
-- additive: happened_on
-- column: happened_on date 日期
-- column: work text 工作
-- column: method text 方法
-- column: surveyed_area decimal 查螺面积
-- column: snail_area decimal 有螺面积
-- column: frames integer 调查框数
-- column: frames_with_snails integer 有螺框数
-- column: snails integer 捕获螺数
-- column: infected integer 阳性螺数
-- column: treated_area decimal 灭螺面积
-- column: drug_kg decimal 用药量
-- column: animals integer 家畜检查
-- column: animals_positive integer 家畜阳性
-- column: task integer 任务数
-- column: done integer 完成数
-- column: salt_done integer 碘缺乏病检测数
-- column: salt_qualified integer 碘缺乏病合格数
-- source: 血吸虫病控制和消除（GB 15976—2015）
select s.subject, s.at as happened_on, '1' as work, s.method as method,
    s.surveyed_area as surveyed_area,
    s.snail_area as snail_area,
    s.frames as frames,
    s.frames_with_snails as frames_with_snails,
    s.snails as snails,
    s.infected as infected,
    cast(0 as decimal(18, 2)) as treated_area,
    cast(0 as decimal(18, 2)) as drug_kg,
    0 as animals,
    0 as animals_positive,
    0 as task,
    0 as done,
    0 as salt_done,
    0 as salt_qualified
from schistosomiasis_snail_survey s
where s.at between $start and $end
union all
select k.subject, k.at as happened_on, '2' as work, k.method as method,
    cast(0 as decimal(18, 2)) as surveyed_area,
    cast(0 as decimal(18, 2)) as snail_area,
    0 as frames,
    0 as frames_with_snails,
    0 as snails,
    0 as infected,
    k.area_treated as treated_area,
    coalesce(k.drug_kg, cast(0 as decimal(18, 2))) as drug_kg,
    0 as animals,
    0 as animals_positive,
    0 as task,
    0 as done,
    0 as salt_done,
    0 as salt_qualified
from schistosomiasis_snail_control k
where k.at between $start and $end
union all
select l.subject, l.at as happened_on, '3' as work, '' as method,
    cast(0 as decimal(18, 2)) as surveyed_area,
    cast(0 as decimal(18, 2)) as snail_area,
    0 as frames,
    0 as frames_with_snails,
    0 as snails,
    0 as infected,
    cast(0 as decimal(18, 2)) as treated_area,
    cast(0 as decimal(18, 2)) as drug_kg,
    l.tested as animals,
    l.positive as animals_positive,
    0 as task,
    0 as done,
    0 as salt_done,
    0 as salt_qualified
from schistosomiasis_livestock_exam l
where l.at between $start and $end
union all
select e.subject, e.at as happened_on, '4' as work, '' as method,
    cast(0 as decimal(18, 2)) as surveyed_area,
    cast(0 as decimal(18, 2)) as snail_area,
    0 as frames,
    0 as frames_with_snails,
    0 as snails,
    0 as infected,
    cast(0 as decimal(18, 2)) as treated_area,
    cast(0 as decimal(18, 2)) as drug_kg,
    0 as animals,
    0 as animals_positive,
    e.task as task,
    e.done as done,
    case when e.disease = '1' and e.qualified is not null then e.done else 0 end as salt_done,
    case when e.disease = '1' then coalesce(e.qualified, 0) else 0 end as salt_qualified
from schistosomiasis_endemic_task e
where e.at between $start and $end
