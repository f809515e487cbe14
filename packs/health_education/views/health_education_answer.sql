-- view: health_education_answer
-- name: 知识与行为调查
-- grain: one row per person surveyed
-- subject: resident
-- additive: happened_on
-- column: happened_on date 调查日期
-- column: asked integer 问题数
-- column: correct integer 答对数
-- column: behaviour_formed boolean 健康行为已形成
-- source: 健康素养监测方案
select subject, t.at as happened_on, asked, correct, behaviour_formed
from health_education_survey t
where t.at between $start and $end
