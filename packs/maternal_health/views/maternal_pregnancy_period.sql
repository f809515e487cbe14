-- view: maternal_pregnancy_period
-- name: 孕产妇
-- grain: one row per pregnancy delivered in the period or still going on at its end
-- subject: pregnancy
-- column: delivered boolean 已分娩
-- column: high_risk boolean 高危孕产妇
-- column: high_risk_managed boolean 高危孕产妇已管理
-- source: 全国妇幼卫生调查制度，2012
select
    k.subject,
    d.subject is not null as delivered,
    h.subject is not null as high_risk,
    h.subject is not null and v.subject is not null as high_risk_managed
from (
    select subject, min(known_on) as known_on
    from (
        select m.subject, m.at as known_on from maternal_health_registration m where m.at <= $end
        union all
        select m.subject, m.at as known_on from maternal_health_antenatal m where m.at <= $end
        union all
        select subject, delivered_on as known_on from maternal_health_delivery m where delivered_on <= $end
    ) s
    group by subject
) k
left join (
    select subject, max(delivered_on) as delivered_on
    from maternal_health_delivery m
    where delivered_on <= $end
    group by subject
) d on d.subject = k.subject
left join (select subject from maternal_health_closure m where m.at <= $end group by subject) c on c.subject = k.subject
left join (select subject from maternal_risk where found_on <= $end group by subject) h on h.subject = k.subject
left join (select subject from maternal_health_high_risk_visit m where m.at <= $end group by subject) v on v.subject = k.subject
where d.delivered_on >= $start
    or (d.subject is null and c.subject is null and k.known_on > $end - interval '10 months')
