-- view: immunization_campaign_list
-- name: 群体性接种目标人群名册
-- grain: one row per person on the target roster of a campaign round
-- subject: resident
-- additive: happened_on
-- column: happened_on date 活动开始日期
-- column: campaign text 接种活动
-- column: name text 姓名
-- column: birth_date date 出生日期
-- column: phone text 联系电话
-- column: floating boolean 外来人员
-- column: zero_dose boolean 零剂次
-- column: given boolean 本轮已种
-- column: given_on date 接种日期
-- source: 疫苗管理法，2019，第五十条
select c.subject, c.happened_on, c.campaign, r.name, r.birth_date, r.phone, c.floating, c.zero_dose, c.given, c.given_on
from immunization_campaign c
left join population_resident r on r.subject = c.subject and r.valid_to = date '9999-12-31'
where c.happened_on between $start and $end
