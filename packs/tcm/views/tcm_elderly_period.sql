-- view: tcm_elderly_period
-- name: 老年人中医药健康管理
-- grain: one row per resident who reaches 65 in the year of the period's end
-- subject: resident
-- column: name text 姓名
-- column: birth_date date 出生日期
-- column: phone text 电话
-- column: assessed_on date 辨识日期
-- column: main text 主要体质
-- column: undetermined boolean 最近一次未能判定
-- column: served boolean 辨识、告知并指导
-- source: 国家基本公共卫生服务规范（第三版），2017，中医药健康管理服务规范
select
    p.subject,
    r.name,
    p.birth_date,
    r.phone,
    c.assessed_on,
    c.main,
    coalesce(c.undetermined, false) as undetermined,
    coalesce(c.served, false) as served
from population_resident_period p
join population_resident r on r.subject = p.subject and r.valid_to = date '9999-12-31'
left join (
    select
        e.subject,
        max(e.happened_on) as assessed_on,
        last_value(e.main order by e.happened_on) as main,
        last_value(e.undetermined order by e.happened_on) as undetermined,
        bool_or(e.served) as served
    from tcm_constitution_event e
    group by e.subject
) c on c.subject = p.subject
where extract(year from $end) - extract(year from p.birth_date) >= 65
