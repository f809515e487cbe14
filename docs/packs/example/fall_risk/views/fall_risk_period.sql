-- view: fall_risk_period
-- name: 65岁及以上老年人跌倒风险
-- grain: one row per resident who reaches 65 in the year of the period's end
-- subject: resident
-- column: name text 姓名
-- column: birth_date date 出生日期
-- column: phone text 电话
-- column: screened_on date 最近筛查日期
-- column: falls integer 跌倒次数
-- column: risk text 跌倒风险
-- column: screened boolean 本期筛查
-- column: high_risk boolean 高风险
-- column: at_risk boolean 中高风险
-- column: advised boolean 中高风险并已指导
-- source: 某镇卫生院居家老人防跌倒工作方案（示例），2025
-- verified: false
select
    p.subject,
    r.name,
    p.birth_date,
    r.phone,
    s.screened_on,
    s.falls,
    case s.risk when '1' then '低' when '2' then '中' when '3' then '高' end as risk,
    s.subject is not null as screened,
    coalesce(s.risk = '3', false) as high_risk,
    coalesce(s.risk in ('2', '3'), false) as at_risk,
    coalesce(s.risk in ('2', '3') and s.advised, false) as advised
from population_resident_period p
join population_resident r on r.subject = p.subject and r.valid_to = date '9999-12-31'
left join (
    select
        t.subject,
        max(t.at) as screened_on,
        last_value(t.falls order by t.at) as falls,
        last_value(t.risk order by t.at) as risk,
        bool_or(coalesce(t.advised, false)) as advised
    from fall_risk_screening t
    where t.at between $start and $end
    group by t.subject
) s on s.subject = p.subject
where extract(year from $end) - extract(year from p.birth_date) >= 65
