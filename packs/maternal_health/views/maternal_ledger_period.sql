-- view: maternal_ledger_period
-- name: 妇幼台账
-- grain: one row per place and level whose ledgers were checked in the period
-- subject: area
-- column: township boolean 乡级
-- column: village boolean 村级
-- column: books integer 本数
-- column: kinds integer 种数
-- source: 妇幼卫生台账设置口径
select subject, level = '1' as township, level = '2' as village, max(books) as books, max(kinds) as kinds
from maternal_health_ledger_check m
where m.at between $start and $end
group by subject, level
