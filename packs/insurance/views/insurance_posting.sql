-- view: insurance_posting
-- name: 补偿公示
-- grain: one row per publication
-- subject: area
-- additive: happened_on
-- column: happened_on date 公示日期
-- column: period_from date 时段起
-- column: period_to date 时段止
-- column: claims integer 公示人次
-- column: amount decimal 公示金额
-- source: 新型农村合作医疗制度，2003；城乡居民基本医疗保险制度，2016；个人信息保护法，2021，第二十五条
select subject, t.at as happened_on, period_from, period_to, claims, amount
from insurance_publicity t
where t.at between $start and $end
