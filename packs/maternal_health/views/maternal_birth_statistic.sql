-- view: maternal_birth_statistic
-- name: 活产统计
-- grain: one row per live birth in the period, for totals only
-- subject: pregnancy
-- additive: happened_on
-- column: boy boolean 男
-- column: girl boolean 女
-- column: sex_unknown boolean 性别不明
-- column: first boolean 第一孩
-- column: later boolean 第二孩及以上
-- source: 全国妇幼卫生调查制度，2012
select
    b.subject,
    b.born_on as happened_on,
    coalesce(b.child_sex = '1', false) as boy,
    coalesce(b.child_sex = '2', false) as girl,
    coalesce(b.child_sex, '0') = '0' as sex_unknown,
    coalesce(b.birth_order = 1, false) as first,
    coalesce(b.birth_order >= 2, false) as later
from maternal_health_birth b
where b.outcome = '1' and b.born_on between $start and $end
