-- view: maternal_birth
-- name: 出生儿
-- grain: one row per child born in the period, live or still
-- subject: pregnancy
-- additive: happened_on
-- column: live boolean 活产
-- column: still boolean 死胎死产
-- column: live_in_hospital boolean 住院分娩活产
-- column: clean boolean 新法接生
-- column: home boolean 非住院分娩
-- column: home_clean boolean 非住院分娩中新法接生
-- column: caesarean boolean 剖宫产活产
-- column: low_weight boolean 低出生体重活产
-- column: high_weight boolean 巨大儿活产
-- column: preterm boolean 早产活产
-- column: defect boolean 出生缺陷
-- column: guided boolean 母乳喂养已指导
-- column: exclusive boolean 纯母乳喂养
-- source: 全国妇幼卫生调查制度，2012
select
    b.subject,
    b.born_on as happened_on,
    b.outcome = '1' as live,
    b.outcome <> '1' as still,
    b.outcome = '1' and b.place in ('1', '2', '3') as live_in_hospital,
    b.clean,
    b.place in ('4', '9') as home,
    b.place in ('4', '9') and b.clean as home_clean,
    b.outcome = '1' and coalesce(b.mode = '3', false) as caesarean,
    b.outcome = '1' and coalesce(b.weight < t.low_weight_below, false) as low_weight,
    b.outcome = '1' and coalesce(b.weight >= t.high_weight_from, false) as high_weight,
    b.outcome = '1' and coalesce(d.gestational_week < t.preterm_below_week, false) as preterm,
    coalesce(b.defect, false) as defect,
    b.outcome = '1' and coalesce(f.guided, false) as guided,
    b.outcome = '1' and coalesce(f.guided and f.exclusive, false) as exclusive
from maternal_health_birth b
left join maternal_health_standards t on b.born_on between t.valid_from and t.valid_to
left join (
    select subject, max(gestational_week) as gestational_week from maternal_health_delivery group by subject
) d on d.subject = b.subject
left join (
    select subject, bool_or(guided) as guided, bool_and(coalesce(exclusive, false)) as exclusive
    from maternal_health_breastfeeding
    group by subject
) f on f.subject = b.child
where b.born_on between $start and $end
