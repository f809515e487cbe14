-- view: health_record_task
-- name: 年度任务数
-- grain: one row per area with task numbers of the year
-- subject: area
-- column: hypertension_estimated integer 高血压估计患病人数
-- column: hypertension_task integer 高血压管理任务数
-- column: diabetes_estimated integer 糖尿病估计患病人数
-- column: diabetes_task integer 糖尿病管理任务数
-- source: 各级年度任务下达文件
-- verified: false
select
    t.subject,
    t.hypertension_estimated,
    t.hypertension_task,
    t.diabetes_estimated,
    t.diabetes_task
from health_record_annual_task t
where $end between t.valid_from and t.valid_to and t.year = extract(year from $end)
