-- view: rabies_exposure_case
-- name: 狂犬病暴露
-- grain: one row per exposure on the day of presentation
-- subject: exposure
-- additive: happened_on
-- column: happened_on date 就诊日期
-- column: name text 姓名
-- column: exposed_at timestamp 暴露时间
-- column: animal text 致伤动物
-- column: animal_state text 动物情况
-- column: animal_vaccinated boolean 动物一年内已免疫
-- column: sites text 伤口部位
-- column: degree text 暴露程度
-- column: grade text 按此处置的级别
-- column: wound_care text 伤口处理
-- column: course text 处置方案
-- column: dog boolean 犬伤
-- column: to_vaccinate boolean 应接种
-- column: first_on date 首针日期
-- column: last_on date 末针日期
-- column: doses integer 已种针次
-- column: lot text 疫苗批号
-- column: passive_on date 被动免疫日期
-- column: passive_lot text 被动免疫批号
-- column: same_day boolean 就诊当天首针
-- column: completed boolean 全程接种
-- column: to_passive boolean 应被动免疫
-- column: passive boolean 已被动免疫
-- column: treated_wound boolean 医疗机构处理伤口
-- column: declined boolean 不接种
-- source: 狂犬病暴露预防处置工作规范（2023年版）
select
    e.subject,
    e.at as happened_on,
    w.name,
    e.exposed_at,
    e.animal,
    e.animal_state,
    coalesce(e.animal_vaccinated, false) as animal_vaccinated,
    e.sites,
    e.degree,
    e.grade,
    e.wound_care,
    e.course,
    e.animal = '2' as dog,
    c.doses is not null as to_vaccinate,
    d.first_on,
    d.last_on,
    coalesce(d.doses, 0) as doses,
    d.lot,
    d.passive_on,
    d.passive_lot,
    c.doses is not null and coalesce(d.first_on = e.at, false) as same_day,
    c.doses is not null and coalesce(d.doses, 0) >= c.doses as completed,
    e.grade = '3' and e.course in ('1', '2') as to_passive,
    e.grade = '3' and e.course in ('1', '2') and coalesce(d.passive_on <= d.first_on + interval '7 days', false) as passive,
    e.wound_care = '2' as treated_wound,
    e.course = '5' as declined
from rabies_exposure e
left join rabies_courses c on c.course = e.course and e.at between c.valid_from and c.valid_to
left join (
    select
        subject,
        sum(case when product = 'RAB' then 1 else 0 end) as doses,
        min(case when product = 'RAB' then t.at end) as first_on,
        max(case when product = 'RAB' then t.at end) as last_on,
        max(case when product = 'RAB' then lot end) as lot,
        min(case when product <> 'RAB' then t.at end) as passive_on,
        max(case when product <> 'RAB' then lot end) as passive_lot
    from rabies_dose t
    group by subject
) d on d.subject = e.subject
left join population_resident w on w.subject = e.resident and w.valid_to = date '9999-12-31'
where e.at between $start and $end
