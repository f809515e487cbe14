-- view: people_target_list
-- name: 应种名单
-- grain: one row per target
-- subject: resident
-- column: round text 行动编号
-- column: age integer 月龄
-- source: 测试规范，2020
select t.subject, t.round, t.age from people_target t where t.at <= $end
