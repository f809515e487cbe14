-- view: people_child
-- name: 儿童
-- grain: one row per resident
-- subject: resident
-- column: birth_date date 出生日期
-- column: months integer 月龄
-- source: 测试规范，2020
select
    r.subject,
    r.birth_date,
    cast(extract(year from cast($end as date)) * 12 + extract(month from cast($end as date)) - extract(year from r.birth_date) * 12 - extract(month from r.birth_date) as bigint) as months
from people_resident r
where $end between r.valid_from and r.valid_to and r.name is not null
