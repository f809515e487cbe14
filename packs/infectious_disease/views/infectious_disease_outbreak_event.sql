-- view: infectious_disease_outbreak_event
-- name: 聚集性疫情
-- grain: one row per outbreak found in the period, as last reported
-- subject: outbreak
-- additive: happened_on
-- column: happened_on date 发现日期
-- column: disease text 疾病名称
-- column: setting text 发生场所
-- column: place_name text 单位或地点
-- column: first_onset_on date 首例发病日期
-- column: found_at timestamp 发现时间
-- column: reported_at timestamp 报告时间
-- column: cases integer 累计发病
-- column: listed integer 其中已登记个案
-- column: handled_on date 处置日期
-- column: ended_on date 终止日期
-- column: timely boolean 2小时内报告
-- column: handled boolean 已处置
-- column: in_school boolean 学校和托幼机构
-- source: 传染病信息报告管理规范（2026年版）
select
    o.subject,
    cast(o.found_at as date) as happened_on,
    o.disease,
    o.setting,
    o.place_name,
    o.first_onset_on,
    o.found_at,
    o.reported_at,
    o.cases,
    coalesce(c.listed, 0) as listed,
    o.handled_on,
    o.ended_on,
    coalesce(o.reported_at <= o.found_at + interval '2 hours', false) as timely,
    o.handled_on is not null as handled,
    o.setting in ('1', '2') as in_school
from infectious_disease_outbreak o
left join (select outbreak, count(*) as listed from infectious_disease_case group by outbreak) c on c.outbreak = o.subject
where o.valid_to = date '9999-12-31' and cast(o.found_at as date) between $start and $end
