-- view: contraception_visit
-- name: 药具随访
-- grain: one row per follow-up in the period
-- subject: supply_client
-- additive: happened_on
-- column: effective boolean 没有使用中怀孕
-- column: answered boolean 表示过满意与否
-- column: satisfied boolean 满意
-- column: side_effect boolean 有副作用
-- column: switched boolean 换用
-- column: stopped boolean 停用
-- column: unsuited boolean 因副作用停用
-- source: 免费避孕药具发放与随访口径
select
    m.subject,
    m.at as happened_on,
    not coalesce(m.failed, false) as effective,
    m.satisfied is not null as answered,
    coalesce(m.satisfied, false) as satisfied,
    coalesce(m.side_effect, false) as side_effect,
    coalesce(m.action = '2', false) as switched,
    not m.still_using or coalesce(m.action = '3', false) as stopped,
    coalesce(m.stop_reason = '2', false) as unsuited
from contraception_followup m
where m.at between $start and $end
