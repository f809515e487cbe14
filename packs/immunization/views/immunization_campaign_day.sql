-- view: immunization_campaign_day
-- name: 群体性接种进度
-- grain: one row per person on a target roster vaccinated in the period
-- subject: resident
-- additive: happened_on
-- column: campaign text 接种活动
-- column: floating boolean 外来人员
-- column: zero_dose boolean 零剂次
-- source: 疫苗管理法，2019，第五十条
select
    g.subject,
    g.given_on as happened_on,
    g.campaign,
    g.floating,
    g.zero_dose
from (
    select t.subject, t.record, t.campaign, t.floating, t.zero_dose, min(d.at) as given_on
    from immunization_campaign_target t
    join (
        select s.subject, a.slot, s.at
        from immunization_dose s
        join immunization_antigen a on a.vaccine = s.vaccine
        where s.session = '4'
    ) d on d.subject = t.subject
        and d.slot = t.campaign
        and d.at >= t.opened_on
        and d.at < t.opened_on + interval '3 months'
    group by t.subject, t.record, t.campaign, t.floating, t.zero_dose
) g
where g.given_on between $start and $end
