-- view: population_deceased
-- name: 死亡居民
-- grain: one row per resident who died in the period
-- subject: resident
-- additive: happened_on
-- column: name text 姓名
-- column: sex text 性别
-- column: birth_date date 出生日期
-- column: age integer 死亡年龄
-- column: place text 死亡地点
-- column: direct_cause text 直接死因
-- column: icd10 text 根本死因编码
-- column: diagnosed_by text 最高诊断单位
-- column: diagnosed_from text 最高诊断依据
-- column: certificate_no text 报告卡号
-- column: reported_on date 网报日期
-- column: timely text 15日内网报
-- column: settled boolean 常住
-- column: deregistered_on date 户口注销核对日期
-- column: late boolean 死亡30日后才登记
-- source: 居民死亡医学证明（推断）书，2014
select
    d.subject,
    d.died_on as happened_on,
    r.name,
    r.sex,
    r.birth_date,
    cast(
        extract(year from d.died_on) - extract(year from r.birth_date)
        - case
            when extract(month from d.died_on) * 100 + extract(day from d.died_on)
                < extract(month from r.birth_date) * 100 + extract(day from r.birth_date) then 1
            else 0
        end as bigint
    ) as age,
    d.place,
    d.direct_cause,
    d.icd10,
    d.diagnosed_by,
    d.diagnosed_from,
    d.certificate_no,
    d.reported_on,
    case when d.reported_on <= d.died_on + interval '15 days' then '是' else '否' end as timely,
    r.residence_type = '1' or r.settled_on <= d.died_on - interval '6 months' as settled,
    d.deregistered_on,
    d.at > d.died_on + interval '30 days' as late
from population_death d
join population_resident r on r.subject = d.subject and r.valid_to = date '9999-12-31'
where d.died_on between $start and $end
