-- view: training_clinic_award
-- name: 卫生室奖励
-- grain: one row per award
-- subject: area
-- additive: happened_on
-- column: happened_on date 日期
-- column: work text 奖励的工作
-- column: amount decimal 金额
-- source: 卫生室目标责任书
select subject, t.at as happened_on, work, amount
from training_award t
where t.at between $start and $end
