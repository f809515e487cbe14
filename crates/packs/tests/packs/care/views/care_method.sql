-- view: care_method
-- name: 知情选择
-- grain: one row per resident
-- subject: resident
-- column: chose_first boolean 选甲
-- column: content boolean 满意
-- source: 测试规范，2017
with latest as (
    select subject, last_value(method order by at) as held, bool_or(satisfied) as content from care_choice group by subject
)
select l.subject, l.held = '1' as chose_first, l.content from latest l
where $end >= $start
