-- view: immunization_register
-- name: 预防接种登记
-- grain: one row per enrolled child under seven at the end of the period
-- subject: resident
-- column: name text 姓名
-- column: sex text 性别
-- column: birth_date date 出生日期
-- column: certificate_number text 接种证号
-- column: phone text 监护人电话
-- column: carded_on date 建卡日期
-- column: certificate_on date 建证日期
-- column: floating boolean 外来儿童
-- column: bcg date 卡介苗
-- column: hepb_1 date 乙肝第1剂
-- column: hepb_2 date 乙肝第2剂
-- column: hepb_3 date 乙肝第3剂
-- column: polio_1 date 脊灰第1剂
-- column: polio_2 date 脊灰第2剂
-- column: polio_3 date 脊灰第3剂
-- column: polio_4 date 脊灰第4剂
-- column: dtp_1 date 百白破第1剂
-- column: dtp_2 date 百白破第2剂
-- column: dtp_3 date 百白破第3剂
-- column: dtp_4 date 百白破第4剂
-- column: dtp_5 date 百白破第5剂
-- column: dt date 白破
-- column: measles_1 date 含麻疹成分第1剂
-- column: measles_2 date 含麻疹成分第2剂
-- column: je_1 date 乙脑第1剂
-- column: je_2 date 乙脑第2剂
-- column: mpsv_a_1 date A群流脑第1剂
-- column: mpsv_a_2 date A群流脑第2剂
-- column: mpsv_ac_1 date A+C群流脑第1剂
-- column: mpsv_ac_2 date A+C群流脑第2剂
-- column: hepa date 甲肝
-- column: overdue_doses integer 逾期剂次
-- column: contraindication text 禁忌、暂缓
-- source: 国家免疫规划疫苗儿童免疫程序及说明（2021年版）
with child as (
    select
        c.subject,
        c.floating,
        12 * (extract(year from cast($end as date)) - extract(year from c.birth_date)) + extract(month from cast($end as date))
            - extract(month from c.birth_date)
            - case when extract(day from cast($end as date)) < extract(day from c.birth_date) then 1 else 0 end as months_end,
        c.birth_date
    from immunization_child c
    where c.under_7
),
given as (
    select
        d.subject,
        max(case when a.slot = 'bcg' and d.dose = 1 then d.at end) as bcg,
        max(case when a.slot = 'hepb' and d.dose = 1 then d.at end) as hepb_1,
        max(case when a.slot = 'hepb' and d.dose = 2 then d.at end) as hepb_2,
        max(case when a.slot = 'hepb' and d.dose = 3 then d.at end) as hepb_3,
        max(case when a.slot = 'polio' and d.dose = 1 then d.at end) as polio_1,
        max(case when a.slot = 'polio' and d.dose = 2 then d.at end) as polio_2,
        max(case when a.slot = 'polio' and d.dose = 3 then d.at end) as polio_3,
        max(case when a.slot = 'polio' and d.dose = 4 then d.at end) as polio_4,
        max(case when a.slot = 'dtp' and d.dose = 1 then d.at end) as dtp_1,
        max(case when a.slot = 'dtp' and d.dose = 2 then d.at end) as dtp_2,
        max(case when a.slot = 'dtp' and d.dose = 3 then d.at end) as dtp_3,
        max(case when a.slot = 'dtp' and d.dose = 4 then d.at end) as dtp_4,
        max(case when a.slot = 'dtp' and d.dose = 5 then d.at end) as dtp_5,
        max(case when a.slot = 'dt' and d.dose = 1 then d.at end) as dt,
        max(case when a.slot = 'measles' and d.dose = 1 then d.at end) as measles_1,
        max(case when a.slot = 'measles' and d.dose = 2 then d.at end) as measles_2,
        max(case when a.slot = 'je' and d.dose = 1 then d.at end) as je_1,
        max(case when a.slot = 'je' and d.dose = 2 then d.at end) as je_2,
        max(case when a.slot = 'mpsv_a' and d.dose = 1 then d.at end) as mpsv_a_1,
        max(case when a.slot = 'mpsv_a' and d.dose = 2 then d.at end) as mpsv_a_2,
        max(case when a.slot = 'mpsv_ac' and d.dose = 1 then d.at end) as mpsv_ac_1,
        max(case when a.slot = 'mpsv_ac' and d.dose = 2 then d.at end) as mpsv_ac_2,
        max(case when a.slot = 'hepa' and d.dose = 1 then d.at end) as hepa
    from immunization_dose d
    join immunization_antigen a on a.vaccine = d.vaccine
    where d.session <> '4' and d.at <= $end
    group by d.subject
),
filled as (
    select d.subject, a.slot, d.dose
    from immunization_dose d
    join immunization_antigen a on a.vaccine = d.vaccine
    where d.session <> '4' and d.at <= $end
    group by d.subject, a.slot, d.dose
),
late as (
    select c.subject, count(*) as doses
    from child c
    join immunization_schedule s on c.birth_date >= s.born_from and c.birth_date <= s.born_to
    left join filled f on f.subject = c.subject and f.slot = s.slot and f.dose = s.dose
    where s.complete_by_months <= c.months_end and s.for_sex = '' and f.subject is null
    group by c.subject
),
excused as (
    select subject, max(reason) as reason
    from immunization_contraindication t
    where t.at <= $end and (kind = '1' or until >= $end)
    group by subject
)
select
    c.subject,
    r.name,
    r.sex,
    r.birth_date,
    e.certificate_number,
    coalesce(m.phone, r.phone) as phone,
    e.carded_on,
    e.certificate_on,
    c.floating,
    g.bcg,
    g.hepb_1,
    g.hepb_2,
    g.hepb_3,
    g.polio_1,
    g.polio_2,
    g.polio_3,
    g.polio_4,
    g.dtp_1,
    g.dtp_2,
    g.dtp_3,
    g.dtp_4,
    g.dtp_5,
    g.dt,
    g.measles_1,
    g.measles_2,
    g.je_1,
    g.je_2,
    g.mpsv_a_1,
    g.mpsv_a_2,
    g.mpsv_ac_1,
    g.mpsv_ac_2,
    g.hepa,
    coalesce(l.doses, 0) as overdue_doses,
    x.reason as contraindication
from child c
join population_resident r on r.subject = c.subject and $end between r.valid_from and r.valid_to
left join population_resident m on m.subject = r.mother and $end between m.valid_from and m.valid_to
left join immunization_enrolment e on e.subject = c.subject and $end between e.valid_from and e.valid_to
left join given g on g.subject = c.subject
left join late l on l.subject = c.subject
left join excused x on x.subject = c.subject
