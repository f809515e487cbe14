-- view: family_doctor_expired
-- name: 到期协议的履约与续约
-- grain: one row per contract that ran out in the period and was not ended before
-- subject: resident
-- additive: happened_on
-- column: agreed integer 约定服务次数
-- column: delivered integer 履行次数（不超过约定）
-- column: renewed boolean 到期前后3个月内续约
-- source: 关于推进家庭医生签约服务高质量发展的指导意见，2022
select
    c.subject,
    c.end_on as happened_on,
    c.agreed,
    least(c.agreed, coalesce(count(s.record), 0)) as delivered,
    n.subject is not null as renewed
from (
    select x.subject, x.record, x.start_on, x.end_on, coalesce(x.agreed, 0) as agreed
    from family_doctor_contract x
    left join family_doctor_ending e on e.subject = x.subject and e.at >= x.start_on and e.at < x.end_on
    where x.end_on between $start and $end and e.record is null
) c
left join family_doctor_service s on s.subject = c.subject and s.at between c.start_on and c.end_on
left join (
    select a.subject, a.record
    from family_doctor_contract a
    join family_doctor_contract b on b.subject = a.subject and b.start_on > a.start_on and b.start_on <= a.end_on + interval '3 months'
    group by a.subject, a.record
) n on n.record = c.record
group by c.subject, c.record, c.end_on, c.agreed, n.subject
