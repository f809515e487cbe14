-- view: pressure_year
-- name: 在管的人
-- grain: one row per person
-- subject: resident
-- column: controlled boolean 达标
-- column: visits integer 随访次数
-- column: mode text 随访方式
-- source: 测试规范，2020
select r.subject, true as controlled, 1 as visits, '1' as mode from people_resident r where $end between r.valid_from and r.valid_to and r.birth_date < $start
