-- view: immunization_campaign
-- name: 群体性接种目标人群
-- grain: one row per person on the target roster of a campaign round
-- subject: resident
-- additive: happened_on
-- column: happened_on date 活动开始日期
-- column: campaign text 接种活动
-- column: floating boolean 外来人员
-- column: zero_dose boolean 零剂次
-- column: given boolean 本轮已种
-- column: given_on date 接种日期
-- source: 疫苗管理法，2019，第五十条
with supplementary as (
    select d.subject, a.slot, d.at
    from immunization_dose d
    join immunization_antigen a on a.vaccine = d.vaccine
    where d.session = '4'
)
select
    t.subject,
    t.opened_on as happened_on,
    t.campaign,
    t.floating,
    t.zero_dose,
    count(d.subject) > 0 as given,
    min(d.at) as given_on
from immunization_campaign_target t
left join supplementary d on d.subject = t.subject
    and d.slot = t.campaign
    and d.at >= t.opened_on
    and d.at < t.opened_on + interval '3 months'
where t.opened_on between $start and $end
group by t.subject, t.record, t.opened_on, t.campaign, t.floating, t.zero_dose
