-- view: training_doctor_assessment
-- name: 村医考核
-- grain: one row per village doctor and assessment
-- subject: staff
-- additive: happened_on
-- column: happened_on date 日期
-- column: half text 考核时段
-- column: score decimal 得分
-- column: passed boolean 合格
-- source: 卫生室目标责任书
select subject, t.at as happened_on, half, score, passed
from training_assessment t
where t.at between $start and $end
