-- view: mother_health_listed
-- name: 母亲健康工程应查妇女
-- grain: one row per woman on the roster of a round that began in the period
-- subject: resident
-- additive: happened_on
-- column: round integer 轮次
-- column: due boolean 应查（本人不参加的除外）
-- column: examined boolean 已查
-- column: complete boolean 七项都做了
-- column: ill boolean 患病
-- column: treated boolean 已治疗
-- column: treated_here boolean 在妇幼、计生服务机构治疗
-- column: cured boolean 治愈
-- column: revisited boolean 一个月内回访
-- column: needs_help boolean 回访时需要协助就医
-- source: 母亲健康工程实施口径：检查后一个月内对查出疾病的妇女回访
select
    t.subject,
    t.at as happened_on,
    t.round,
    coalesce(c.attended, '1') = '1' as due,
    coalesce(c.attended = '1', false) as examined,
    coalesce(
        c.items like '%|1|%' and c.items like '%|2|%' and c.items like '%|3|%' and c.items like '%|4|%'
        and c.items like '%|5|%' and c.items like '%|6|%' and c.items like '%|7|%',
        false
    ) as complete,
    coalesce(c.diseases not like '%|0|%', false) as ill,
    coalesce(c.diseases not like '%|0|%', false) and m.subject is not null as treated,
    coalesce(c.diseases not like '%|0|%' and m.here, false) as treated_here,
    coalesce(c.diseases not like '%|0|%' and m.cured, false) as cured,
    coalesce(c.diseases not like '%|0|%' and v.visited_on <= c.checked_on + interval '1 month', false) as revisited,
    coalesce(v.needs_help, false) as needs_help
from mother_health_target t
left join (
    select
        subject,
        round,
        min(attended) as attended,
        max(items) as items,
        max(diseases) as diseases,
        min(case when attended = '1' then k.at end) as checked_on
    from mother_health_check k
    group by subject, round
) c on c.subject = t.subject and c.round = t.round
left join (
    select subject, round, bool_or(place = '1') as here, bool_or(result = '1') as cured
    from mother_health_treatment
    group by subject, round
) m on m.subject = t.subject and m.round = t.round
left join (
    select subject, round, min(k.at) as visited_on, bool_or(needs_help) as needs_help
    from mother_health_revisit k
    group by subject, round
) v on v.subject = t.subject and v.round = t.round
where t.at between $start and $end
