-- view: child_roster
-- name: 0～6岁儿童管理台账
-- grain: one row per child under 7 living here at the end of the period
-- subject: resident
-- column: name text 姓名
-- column: sex text 性别
-- column: birth_date date 出生日期
-- column: mother_name text 母亲姓名
-- column: phone text 电话
-- column: address text 住址
-- column: visited_on date 新生儿访视
-- column: m01_on date 满月
-- column: m03_on date 3月
-- column: m06_on date 6月
-- column: m08_on date 8月
-- column: m12_on date 12月
-- column: m18_on date 18月
-- column: m24_on date 24月
-- column: m30_on date 30月
-- column: m36_on date 36月
-- column: m48_on date 4岁
-- column: m60_on date 5岁
-- column: m72_on date 6岁
-- column: weight_grade text 最近一次年龄别体重
-- column: height_grade text 最近一次年龄别身长（身高）
-- column: shape_grade text 最近一次身长（身高）别体重
-- column: haemoglobin integer 血红蛋白最低值
-- column: hearing text 听力
-- column: eye_checks integer 眼保健次数
-- column: delay text 发育异常
-- column: referred text 转诊
-- column: factors text 高危因素
-- source: 国家基本公共卫生服务规范（第三版），2017，0～6岁儿童健康管理
select
    p.subject,
    r.name,
    p.sex,
    p.birth_date,
    m.name as mother_name,
    coalesce(r.phone, m.phone) as phone,
    coalesce(r.address, m.address) as address,
    n.visited_on,
    c.m01_on,
    c.m03_on,
    c.m06_on,
    c.m08_on,
    c.m12_on,
    c.m18_on,
    c.m24_on,
    c.m30_on,
    c.m36_on,
    c.m48_on,
    c.m60_on,
    c.m72_on,
    case c.weight_grade when '1' then '下' when '2' then '下' when '3' then '中下' when '4' then '中' when '5' then '中上' when '6' then '上' when '7' then '上' end as weight_grade,
    case c.height_grade when '1' then '下' when '2' then '下' when '3' then '中下' when '4' then '中' when '5' then '中上' when '6' then '上' when '7' then '上' end as height_grade,
    case c.shape_grade when '1' then '下' when '2' then '下' when '3' then '中下' when '4' then '中' when '5' then '中上' when '6' then '上' when '7' then '上' end as shape_grade,
    c.haemoglobin,
    c.hearing,
    coalesce(c.eye_checks, 0) + coalesce(n.eye_checks, 0) as eye_checks,
    case when c.delayed then '有' else '' end as delay,
    case when c.referred then '是' else '' end as referred,
    h.factors
from population_resident_period p
join population_resident r on r.subject = p.subject and r.valid_to = date '9999-12-31'
left join population_resident m on m.subject = r.mother and m.valid_to = date '9999-12-31'
left join (
    select subject, min(m.at) as visited_on, sum(case when eye_checked then 1 else 0 end) as eye_checks
    from child_health_newborn_visit m
    where m.at <= $end
    group by subject
) n on n.subject = p.subject
left join (
    select
        subject,
        min(case when stage = '01' then m.at end) as m01_on,
        min(case when stage = '03' then m.at end) as m03_on,
        min(case when stage = '06' then m.at end) as m06_on,
        min(case when stage = '08' then m.at end) as m08_on,
        min(case when stage = '12' then m.at end) as m12_on,
        min(case when stage = '18' then m.at end) as m18_on,
        min(case when stage = '24' then m.at end) as m24_on,
        min(case when stage = '30' then m.at end) as m30_on,
        min(case when stage = '36' then m.at end) as m36_on,
        min(case when stage = '48' then m.at end) as m48_on,
        min(case when stage = '60' then m.at end) as m60_on,
        min(case when stage = '72' then m.at end) as m72_on,
        last_value(weight_grade order by m.at) as weight_grade,
        last_value(height_grade order by m.at) as height_grade,
        last_value(shape_grade order by m.at) as shape_grade,
        min(haemoglobin) as haemoglobin,
        max(hearing) as hearing,
        sum(case when eye_checked then 1 else 0 end) as eye_checks,
        bool_or(delay) as delayed,
        bool_or(referred) as referred
    from child_health_checkup m
    where m.at <= $end
    group by subject
) c on c.subject = p.subject
left join (
    select subject, max(factors) as factors from child_health_high_risk m where m.at <= $end group by subject
) h on h.subject = p.subject
where p.under_7
