-- view: insurance_reimbursement
-- name: 补偿记录
-- grain: one row per reimbursement
-- subject: resident
-- additive: happened_on
-- column: happened_on date 补偿日期
-- column: kind text 补偿类别
-- column: cost decimal 医疗费用
-- column: paid decimal 补偿金额
-- source: 新型农村合作医疗制度，2003；城乡居民基本医疗保险制度，2016
select subject, t.at as happened_on, kind, cost, paid
from insurance_claim t
where t.at between $start and $end
