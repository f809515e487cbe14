-- view: tcm_child_period
-- name: 0～36个月儿童中医药健康管理
-- grain: one row per child up to the age of 36 months at the end of the period
-- subject: resident
-- column: name text 姓名
-- column: birth_date date 出生日期
-- column: m06_on date 6月龄
-- column: m12_on date 12月龄
-- column: m18_on date 18月龄
-- column: m24_on date 24月龄
-- column: m30_on date 30月龄
-- column: m36_on date 36月龄
-- column: in_period boolean 本期有服务
-- column: missed boolean 本期到期的月龄有缺漏
-- column: served boolean 按月龄接受服务
-- source: 国家基本公共卫生服务规范（第三版），2017，中医药健康管理服务规范
select
    s.*,
    s.in_period and not s.missed as served
from (
    select
        p.subject,
        r.name,
        p.birth_date,
        g.m06_on,
        g.m12_on,
        g.m18_on,
        g.m24_on,
        g.m30_on,
        g.m36_on,
        coalesce(g.in_period, false) as in_period,
        (g.m06_on is null and p.birth_date + interval '6 months' + interval '29 days' between $start and $end)
            or (g.m12_on is null and p.birth_date + interval '12 months' + interval '29 days' between $start and $end)
            or (g.m18_on is null and p.birth_date + interval '18 months' + interval '29 days' between $start and $end)
            or (g.m24_on is null and p.birth_date + interval '24 months' + interval '29 days' between $start and $end)
            or (g.m30_on is null and p.birth_date + interval '30 months' + interval '29 days' between $start and $end)
            or (g.m36_on is null and p.birth_date + interval '36 months' + interval '29 days' between $start and $end) as missed
    from population_resident_period p
    join population_resident r on r.subject = p.subject and r.valid_to = date '9999-12-31'
    left join (
        select
            c.subject,
            min(case when stage = '06' then c.at end) as m06_on,
            min(case when stage = '12' then c.at end) as m12_on,
            min(case when stage = '18' then c.at end) as m18_on,
            min(case when stage = '24' then c.at end) as m24_on,
            min(case when stage = '30' then c.at end) as m30_on,
            min(case when stage = '36' then c.at end) as m36_on,
            bool_or(c.at >= $start) as in_period
        from tcm_child_guidance c
        where c.at <= $end and techniques is not null and coalesce(diet_advice, false) and coalesce(daily_advice, false)
        group by c.subject
    ) g on g.subject = p.subject
    where p.birth_date > $end - interval '37 months'
) s
