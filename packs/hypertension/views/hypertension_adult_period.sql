-- view: hypertension_adult_period
-- name: 35岁及以上常住居民
-- grain: one row per resident aged 35 and over at the end of the period
-- subject: resident
-- column: name text 姓名
-- column: birth_date date 出生日期
-- column: phone text 电话
-- column: measured boolean 本期量过血压
-- column: raised boolean 筛查血压升高
-- column: known boolean 已纳入高血压管理
-- column: high_risk boolean 高血压高危人群
-- column: followed boolean 高危人群6个月内量过血压
-- column: last_bp text 最近一次筛查血压
-- column: screened_on date 最近一次筛查日期
-- source: 国家基本公共卫生服务规范（第三版），2017，高血压患者健康管理服务规范
select
    p.subject,
    r.name,
    p.birth_date,
    r.phone,
    coalesce(m.measured_on >= $start, false) as measured,
    coalesce(s.raised, false) and e.resident is null as raised,
    e.resident is not null as known,
    coalesce(s.high_risk, false) and e.resident is null as high_risk,
    coalesce(s.high_risk, false) and e.resident is null and coalesce(m.measured_on > $end - interval '6 months', false) as followed,
    s.last_bp,
    s.screened_on
from population_resident_period p
join population_resident r on r.subject = p.subject and r.valid_to = date '9999-12-31'
left join (
    select n.resident
    from hypertension_enrolment n
    where n.at <= $end and n.subject not in (select c.subject from hypertension_closing c where c.at <= $end)
    group by n.resident
) e on e.resident = p.subject
left join (
    select resident, max(measured_on) as measured_on
    from (
        select resident, t.at as measured_on from hypertension_screening t where t.at <= $end
        union all
        select resident, t.at as measured_on from hypertension_followup t where t.at <= $end and systolic is not null
        union all
        select resident, t.at as measured_on from diabetes_t2_followup t where t.at <= $end and systolic is not null
        union all
        select resident, t.at as measured_on from health_record_examination t where t.at <= $end and systolic is not null
    ) b
    group by resident
) m on m.resident = p.subject
left join (
    select
        t.subject,
        max(t.at) as screened_on,
        max(cast(t.at as varchar) || ' ' || cast(t.systolic as varchar) || '/' || cast(t.diastolic as varchar)) as last_bp,
        last_value(t.result = '3' order by t.at) as raised,
        last_value(t.high_risk order by t.at) as high_risk
    from hypertension_screening t
    where t.at <= $end
    group by t.subject
) s on s.subject = p.subject
where p.birth_date <= $end - interval '35 years'
