-- view: hiv_case_period
-- name: 随访管理的感染者和病人
-- grain: one row per coded case to be followed in the period
-- subject: hiv_case
-- column: due boolean 应随访
-- column: declined boolean 本期起本人不再接受随访
-- column: died boolean 本期死亡
-- column: newly boolean 本期确证
-- column: aids boolean 病人
-- column: follow_ups integer 本期随访次数
-- column: followed boolean 本期已随访
-- column: cd4_tested boolean 本期已测CD4
-- column: partner_due boolean 应测配偶
-- column: partner_tested boolean 本期配偶已检测
-- column: treated boolean 最近随访在治
-- column: births integer 本期分娩
-- column: births_blocked integer 本期母婴阻断
-- source: 全国艾滋病感染者和病人随访管理要求
select
    c.subject,
    coalesce(x.reason <> '3', true) as due,
    coalesce(x.reason = '3', false) as declined,
    coalesce(x.reason = '1', false) as died,
    c.confirmed_on >= $start as newly,
    c.stage = '2' as aids,
    coalesce(f.follow_ups, 0) as follow_ups,
    coalesce(f.follow_ups, 0) > 0 as followed,
    coalesce(f.cd4_tested, false) as cd4_tested,
    c.has_partner and coalesce(x.reason <> '3', true) as partner_due,
    c.has_partner and coalesce(x.reason <> '3', true) and coalesce(f.partner_tested, false) as partner_tested,
    coalesce(g.on_treatment, false) as treated,
    coalesce(b.births, 0) as births,
    coalesce(b.blocked, 0) as births_blocked
from (
    select
        subject,
        min(confirmed_on) as confirmed_on,
        last_value(stage order by t.at) as stage,
        last_value(has_partner order by t.at) as has_partner
    from hiv_case t
    where t.at <= $end
    group by subject
) c
left join (select subject, min(t.at) as closed_on, last_value(reason order by t.at) as reason from hiv_closing t where t.at <= $end group by subject) x on x.subject = c.subject
left join (
    select subject, count(*) as follow_ups, bool_or(cd4 is not null) as cd4_tested, bool_or(coalesce(partner_tested, false)) as partner_tested
    from hiv_followup t
    where t.at between $start and $end
    group by subject
) f on f.subject = c.subject
left join (select subject, last_value(on_treatment order by t.at) as on_treatment from hiv_followup t where t.at <= $end group by subject) g on g.subject = c.subject
left join (
    select subject, count(*) as births, sum(case when mother_treated and infant_treated then 1 else 0 end) as blocked
    from hiv_pmtct t
    where delivered_on between $start and $end
    group by subject
) b on b.subject = c.subject
where c.confirmed_on <= $end and (x.closed_on is null or x.closed_on >= $start)
