-- view: immunization_child
-- name: 预防接种在册儿童
-- grain: one row per enrolled child living here at the end of the period
-- subject: resident
-- column: birth_date date 出生日期
-- column: floating boolean 外来儿童
-- column: under_7 boolean 不满7岁
-- column: born_in_period boolean 本期出生
-- column: in_basic_cohort boolean 本期满12月龄
-- column: carded boolean 已建卡
-- column: certificate boolean 已建证
-- column: certificate_due boolean 出生满1个月
-- column: hepb1_given boolean 已种首针乙肝
-- column: hepb1_timely boolean 首针乙肝在出生后24小时内
-- column: dtp1_given boolean 已种百白破第1剂
-- column: bcg_done boolean 卡介苗完成
-- column: hepb_done boolean 乙肝疫苗3剂完成
-- column: polio_done boolean 脊灰疫苗3剂完成
-- column: dtp_done boolean 百白破3剂完成
-- column: measles_done boolean 含麻疹成分疫苗完成
-- column: five_done boolean 五苗全程完成
-- source: 国家免疫规划疫苗儿童免疫程序及说明（2021年版）；国家基本公共卫生服务规范（第三版），2017
with slot_doses as (
    select d.subject, b.slot, b.doses as needed, count(distinct d.dose) as given
    from immunization_dose d
    join immunization_antigen a on a.vaccine = d.vaccine
    join immunization_basic_series b on b.slot = a.slot and d.dose <= b.doses
    where d.session <> '4' and d.at <= $end
    group by d.subject, b.slot, b.doses
),
series as (
    select
        subject,
        max(case when slot = 'bcg' and given >= needed then 1 else 0 end) as bcg,
        max(case when slot = 'hepb' and given >= needed then 1 else 0 end) as hepb,
        max(case when slot = 'polio' and given >= needed then 1 else 0 end) as polio,
        max(case when slot = 'dtp' and given >= needed then 1 else 0 end) as dtp,
        max(case when slot = 'measles' and given >= needed then 1 else 0 end) as measles
    from slot_doses
    group by subject
),
first_doses as (
    select
        subject,
        min(case when vaccine = 'HepB' then t.at end) as hepb1_on,
        min(case when vaccine = 'HepB' then given_at end) as hepb1_at,
        min(case when vaccine in ('DTwP', 'DTaP') then t.at end) as dtp1_on
    from immunization_dose t
    where category = '1' and session <> '4' and dose = 1 and t.at <= $end
    group by subject
)
select
    p.subject,
    p.birth_date,
    p.floating,
    p.birth_date > $end - interval '7 years' as under_7,
    p.birth_date between $start and $end as born_in_period,
    p.birth_date + interval '12 months' >= $start and p.birth_date + interval '12 months' < $end + interval '1 day' as in_basic_cohort,
    coalesce(e.carded_on <= $end, false) as carded,
    coalesce(e.certificate_on <= $end, false) as certificate,
    p.birth_date <= $end - interval '1 month' as certificate_due,
    f.hepb1_on is not null as hepb1_given,
    coalesce(
        case
            when f.hepb1_at is not null and p.born_at is not null then f.hepb1_at <= p.born_at + interval '24 hours'
            else f.hepb1_on <= p.birth_date
        end,
        false
    ) as hepb1_timely,
    f.dtp1_on is not null as dtp1_given,
    coalesce(s.bcg, 0) = 1 as bcg_done,
    coalesce(s.hepb, 0) = 1 as hepb_done,
    coalesce(s.polio, 0) = 1 as polio_done,
    coalesce(s.dtp, 0) = 1 as dtp_done,
    coalesce(s.measles, 0) = 1 as measles_done,
    coalesce(s.bcg + s.hepb + s.polio + s.dtp + s.measles, 0) = 5 as five_done
from immunization_person p
join immunization_enrolment e on e.subject = p.subject
left join series s on s.subject = p.subject
left join first_doses f on f.subject = p.subject
where $end between e.valid_from and e.valid_to
