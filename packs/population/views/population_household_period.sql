-- view: population_household_period
-- name: 期末家庭户
-- grain: one row per household at the end of the period
-- subject: household
-- column: number text 户编号
-- source: 国家基本公共卫生服务规范（第三版），2017，居民健康档案管理
select h.subject, h.number
from population_household h
where $end between h.valid_from and h.valid_to and (h.closed_on is null or h.closed_on > $end)
