-- view: immunization_round_progress
-- name: 群体性接种轮次
-- grain: one row per campaign round
-- subject: area
-- additive: happened_on
-- column: happened_on date 开始日期
-- column: campaign text 接种活动
-- column: age_from integer 满月龄
-- column: age_to integer 不满月龄
-- column: ends_on date 结束日期
-- column: approval text 批准文号
-- column: due integer 应种
-- column: given integer 实种
-- column: zero_due integer 零剂次应种
-- column: zero_given integer 零剂次实种
-- column: floating_due integer 外来应种
-- column: floating_given integer 外来实种
-- source: 疫苗管理法，2019，第五十条
select
    r.subject,
    r.at as happened_on,
    r.campaign,
    r.age_from,
    r.age_to,
    r.ends_on,
    r.approval,
    coalesce(c.due, 0) as due,
    coalesce(c.given, 0) as given,
    coalesce(c.zero_due, 0) as zero_due,
    coalesce(c.zero_given, 0) as zero_given,
    coalesce(c.floating_due, 0) as floating_due,
    coalesce(c.floating_given, 0) as floating_given
from immunization_round r
left join (
    select
        happened_on,
        campaign,
        count(*) as due,
        sum(case when given then 1 else 0 end) as given,
        sum(case when zero_dose then 1 else 0 end) as zero_due,
        sum(case when zero_dose and given then 1 else 0 end) as zero_given,
        sum(case when floating then 1 else 0 end) as floating_due,
        sum(case when floating and given then 1 else 0 end) as floating_given
    from immunization_campaign
    group by happened_on, campaign
) c on c.campaign = r.campaign and c.happened_on = r.at
where r.at between $start and $end
