-- view: malaria_person
-- name: 疟疾病例和休止期对象
-- grain: one row per case diagnosed in the period and per person of the rest season
-- subject: malaria_case
-- additive: happened_on
-- column: happened_on date 日期
-- column: name text 姓名
-- column: is_case boolean 现症病例
-- column: species text 疟原虫种
-- column: origin text 病例来源
-- column: travel_country text 感染来源
-- column: reported_on date 报告日期
-- column: investigated_on date 个案调查日期
-- column: focus_on date 疫点处置日期
-- column: treated_on date 治疗日期
-- column: reported_1 boolean 1日内报告
-- column: investigated_3 boolean 3日内调查
-- column: focus_7 boolean 7日内处置
-- column: treated boolean 已治疗
-- column: kind text 休止期工作
-- column: done boolean 已完成
-- column: focus_due boolean 有病灶点
-- column: focus_handled boolean 病灶点已处理
-- source: 消除疟疾技术方案（2011年版）
select
    c.subject,
    c.diagnosed_on as happened_on,
    w.name,
    true as is_case,
    c.species,
    c.origin,
    c.travel_country,
    c.reported_on,
    r.investigated_on,
    r.focus_on,
    r.treated_on,
    coalesce(c.reported_on <= c.diagnosed_on + interval '1 day', false) as reported_1,
    coalesce(r.investigated_on <= c.diagnosed_on + interval '3 days', false) as investigated_3,
    coalesce(r.focus_on <= c.diagnosed_on + interval '7 days', false) as focus_7,
    r.treated_on is not null as treated,
    '' as kind,
    false as done,
    false as focus_due,
    false as focus_handled
from malaria_case c
left join (
    select
        subject,
        min(case when kind = '1' then m.at end) as investigated_on,
        min(case when kind = '2' then m.at end) as focus_on,
        min(case when kind = '3' then m.at end) as treated_on
    from malaria_response m
    group by subject
) r on r.subject = c.subject
left join population_resident w on w.subject = c.resident and w.valid_to = date '9999-12-31'
where c.diagnosed_on between $start and $end
union all
select
    s.subject,
    s.at as happened_on,
    w.name,
    false as is_case,
    '' as species,
    '' as origin,
    '' as travel_country,
    cast(null as date) as reported_on,
    cast(null as date) as investigated_on,
    cast(null as date) as focus_on,
    cast(null as date) as treated_on,
    false as reported_1,
    false as investigated_3,
    false as focus_7,
    false as treated,
    s.kind,
    s.done,
    s.focus in ('1', '2') as focus_due,
    s.focus = '1' as focus_handled
from malaria_rest_season s
left join population_resident w on w.subject = s.resident and w.valid_to = date '9999-12-31'
where s.at between $start and $end
