-- view: elderly_insurance_person
-- name: 50岁及以上居民参保
-- grain: one row per resident aged 50 or over at the end of the period
-- subject: resident
-- column: name text 姓名
-- column: birth_date date 出生日期
-- column: insured boolean 期末在保
-- column: policy_no text 保险单号
-- column: payer text 出资方
-- column: starts_on date 起期
-- column: ends_on date 止期
-- column: premium decimal 保费
-- column: self_paid boolean 本人出资
-- column: public_paid boolean 政府或村集体出资
-- column: expired boolean 上期保险到期
-- column: renewed boolean 已续保
-- source: 银龄安康行动实施口径
with current_policy as (
    select distinct
        subject,
        last_value(policy_no) over w as policy_no,
        last_value(payer) over w as payer,
        last_value(starts_on) over w as starts_on,
        last_value(ends_on) over w as ends_on,
        last_value(premium) over w as premium
    from elderly_insurance_policy p
    where $end between p.starts_on and p.ends_on
    window w as (partition by subject order by p.starts_on, p.record rows between unbounded preceding and unbounded following)
),
ended as (
    select subject, max(ends_on) as ended_on
    from elderly_insurance_policy p
    where p.ends_on >= $start - interval '1 day' and p.ends_on < $end
    group by subject
)
select
    r.subject,
    n.name,
    r.birth_date,
    c.subject is not null as insured,
    c.policy_no,
    c.payer,
    c.starts_on,
    c.ends_on,
    coalesce(c.premium, 0) as premium,
    coalesce(c.payer = '1', false) as self_paid,
    coalesce(c.payer in ('3', '4'), false) as public_paid,
    e.subject is not null as expired,
    coalesce(c.starts_on > e.ended_on, false) as renewed
from population_resident_period r
left join population_resident n on n.subject = r.subject and $end between n.valid_from and n.valid_to
left join current_policy c on c.subject = r.subject
left join ended e on e.subject = r.subject
where r.birth_date <= $end - interval '50 years'
