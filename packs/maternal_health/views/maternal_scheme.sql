-- view: maternal_scheme
-- name: 围产期保健保偿
-- grain: one row per registration for the scheme in the period
-- subject: pregnancy
-- additive: happened_on
-- column: due boolean 应参加
-- column: enrolled boolean 已参加
-- source: 孕产妇围产期保健保偿责任制口径
select s.subject, s.at as happened_on, s.state in ('1', '2') as due, s.state = '1' as enrolled
from maternal_health_perinatal_scheme s
where s.at between $start and $end
