-- view: supervision_patrol
-- name: 监督协管巡查
-- grain: one row per patrol
-- subject: organisation
-- additive: happened_on
-- column: happened_on date 巡查日期
-- column: name text 单位
-- column: specialty text 专业
-- column: content text 地点与内容
-- column: unannounced boolean 事先未通知
-- column: person_times integer 出动人次
-- column: vehicle_times integer 出动车次
-- column: recheck boolean 复查
-- column: problems integer 发现问题
-- column: problem_text text 主要问题
-- column: handling text 处理
-- column: reported_on date 报告日期
-- column: reported boolean 已报告
-- column: recheck_due date 应复查日期
-- column: rechecked_on date 复查日期
-- column: rechecked boolean 已按期复查
-- source: 国家基本公共卫生服务规范（第三版），2017，卫生监督协管服务规范
select
    i.subject,
    i.at as happened_on,
    o.name,
    i.specialty,
    i.content,
    i.unannounced,
    i.person_times,
    coalesce(i.vehicle_times, 0) as vehicle_times,
    i.recheck,
    i.problems,
    i.problem_text,
    i.handling,
    i.reported_on,
    i.reported_on is not null as reported,
    i.recheck_due,
    r.rechecked_on,
    coalesce(r.rechecked_on <= i.recheck_due, false) as rechecked
from supervision_assist_inspection i
left join population_organisation o on o.subject = i.subject and i.at between o.valid_from and o.valid_to
left join (
    select a.record, min(b.at) as rechecked_on
    from supervision_assist_inspection a
    join supervision_assist_inspection b
        on b.subject = a.subject and b.specialty = a.specialty and b.recheck and b.at > a.at
    where a.recheck_due is not null
    group by a.record
) r on r.record = i.record
where i.at between $start and $end
