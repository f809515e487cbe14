-- view: training_plan_period
-- name: 年度培训督导安排
-- grain: one row per place with a plan for the year
-- subject: area
-- column: classes integer 计划培训班
-- column: meetings integer 计划例会
-- column: visits integer 计划督导人次
-- source: 基本公共卫生服务项目督导制度
select p.subject, p.classes, p.meetings, p.visits
from training_plan p
where $end between p.valid_from and p.valid_to and p.year = extract(year from $end)
