-- view: preconception_couple_period
-- name: 备孕家庭
-- grain: one row per couple registered in the three years before the end of the period
-- subject: couple
-- column: wife_name text 妻姓名
-- column: husband_name text 夫姓名
-- column: registered_on date 登记日期
-- column: listed boolean 列入本期花名册
-- column: examined_on date 检查日期
-- column: risk text 风险评估
-- column: factors text 高风险项
-- column: counselled_on date 咨询日期
-- column: early_on date 早孕随访日期
-- column: outcome_on date 妊娠结局随访日期
-- column: outcome text 妊娠结局
-- column: target_persons integer 本期登记的目标人数
-- column: examined_persons integer 其中已检查人数
-- column: pregnant boolean 本期得知检查后怀孕
-- column: early_followed boolean 已早孕随访
-- column: outcome_due boolean 本期应随访妊娠结局
-- column: outcome_followed boolean 已随访妊娠结局
-- column: defect boolean 本期得知出生缺陷
-- source: 国家免费孕前优生健康检查项目技术服务规范，2010：早孕随访在怀孕12周内，妊娠结局随访在结束后6周内
select
    r.subject,
    w.name as wife_name,
    h.name as husband_name,
    r.registered_on,
    r.registered_on >= $start or coalesce(e.examined_on >= $start or f.early_on >= $start or o.outcome_on >= $start, false) as listed,
    e.examined_on,
    e.risk,
    e.factors,
    e.counselled_on,
    f.early_on,
    o.outcome_on,
    o.outcome,
    case when r.registered_on < $start or r.participation = '3' then 0 when r.partner is null then 1 else 2 end as target_persons,
    case
        when r.registered_on < $start or r.participation = '3' then 0
        when r.partner is null then case when e.woman then 1 else 0 end
        else case when e.woman then 1 else 0 end + case when e.man then 1 else 0 end
    end as examined_persons,
    coalesce(p.known_on between $start and $end, false) as pregnant,
    coalesce(p.known_on between $start and $end and f.early_on <= p.lmp + interval '12 weeks', false) as early_followed,
    coalesce(coalesce(o.ended_on, d.delivered_on, p.lmp + interval '280 days') + interval '6 weeks' between $start and $end, false) as outcome_due,
    coalesce(
        coalesce(o.ended_on, d.delivered_on, p.lmp + interval '280 days') + interval '6 weeks' between $start and $end
        and (o.ended_on is not null or d.delivered_on is not null),
        false
    ) as outcome_followed,
    coalesce(o.defect and o.outcome_on >= $start, false) as defect
from (
    select
        subject,
        max(resident) as resident,
        min(m.at) as registered_on,
        max(partner) as partner,
        min(participation) as participation
    from preconception_check_registration m
    where m.at <= $end and m.at > $end - interval '3 years'
    group by subject
) r
left join (
    select
        subject,
        min(m.at) as first_on,
        max(m.at) as examined_on,
        max(risk) as risk,
        max(risk_factors) as factors,
        max(counselled_on) as counselled_on,
        bool_or(person = '1') as woman,
        bool_or(person = '2') as man
    from preconception_check_exam m
    where m.at <= $end
    group by subject
) e on e.subject = r.subject
left join (
    select subject, min(m.at) as early_on
    from preconception_check_early_followup m
    where m.pregnant and m.at <= $end
    group by subject
) f on f.subject = r.subject
left join (
    select subject, max(m.at) as outcome_on, max(ended_on) as ended_on, max(outcome) as outcome, bool_or(defect) as defect
    from preconception_check_outcome m
    where m.at <= $end
    group by subject
) o on o.subject = r.subject
left join (
    select k.subject, min(k.known_on) as known_on, min(k.lmp) as lmp
    from (
        select m.subject, m.at as known_on, m.lmp from preconception_check_early_followup m where m.pregnant and m.at <= $end
        union all
        select x.subject, g.at as known_on, g.lmp
        from preconception_check_exam x
        join maternal_health_registration g on g.resident = x.resident
        where x.person = '1' and g.at <= $end and g.lmp > x.at and g.lmp <= x.at + interval '2 years'
    ) k
    group by k.subject
) p on p.subject = r.subject
left join (
    select x.subject, min(g.delivered_on) as delivered_on
    from preconception_check_exam x
    join maternal_health_delivery g on g.resident = x.resident
    where x.person = '1' and g.delivered_on <= $end and g.delivered_on > x.at + interval '20 weeks'
    group by x.subject
) d on d.subject = r.subject
left join population_resident w on w.subject = r.resident and $end between w.valid_from and w.valid_to
left join population_resident h on h.subject = r.partner and $end between h.valid_from and h.valid_to
