-- view: family_doctor_resident_period
-- name: 常住居民签约情况
-- grain: one row per resident living here at the end of the period
-- subject: resident
-- column: name text 姓名
-- column: birth_date date 出生日期
-- column: phone text 电话
-- column: signed boolean 协议有效
-- column: paid boolean 有偿签约有效
-- column: team text 服务团队
-- column: end_on date 协议到期日期
-- column: expiring boolean 期末后30天内到期
-- column: key boolean 重点人群
-- column: key_groups text 重点人群类别
-- column: home_visits integer 本期上门次数
-- column: visited boolean 本期每季上门2次及以上
-- column: services integer 本期签约服务次数
-- source: 关于推进家庭医生签约服务高质量发展的指导意见，2022
select
    p.subject,
    r.name,
    p.birth_date,
    r.phone,
    c.subject is not null as signed,
    coalesce(c.paid, false) as paid,
    c.team,
    c.end_on,
    coalesce(c.end_on <= $end + interval '30 days', false) as expiring,
    p.birth_date <= $end - interval '65 years' or p.birth_date > $end - interval '7 years' or k.resident is not null as key,
    case when p.birth_date <= $end - interval '65 years' then '老年人 ' when p.birth_date > $end - interval '7 years' then '儿童 ' else '' end
        || coalesce(k.kinds, '') as key_groups,
    coalesce(v.home_visits, 0) as home_visits,
    coalesce(v.good_quarters, 0) >= extract(year from $end) * 4 + extract(quarter from $end) - extract(year from $start) * 4 - extract(quarter from $start) + 1 as visited,
    coalesce(v.services, 0) as services
from population_resident_period p
join population_resident r on r.subject = p.subject and r.valid_to = date '9999-12-31'
left join (
    select
        c.subject,
        bool_or(c.paid) as paid,
        max(c.team) as team,
        max(c.end_on) as end_on
    from family_doctor_contract c
    left join (select e.subject, max(e.at) as ended_on from family_doctor_ending e where e.at <= $end group by e.subject) e on e.subject = c.subject
    where c.at <= $end and $end between c.start_on and c.end_on and (e.ended_on is null or e.ended_on < c.start_on)
    group by c.subject
) c on c.subject = p.subject
left join (
    select
        g.resident,
        case when max(g.kind) = min(g.kind) then max(g.kind) else min(g.kind) || ' ' || max(g.kind) end as kinds
    from (
        select n.resident, '高血压' as kind from hypertension_enrolment n where n.at <= $end and n.subject not in (select c.subject from hypertension_closing c where c.at <= $end)
        union all
        select n.resident, '糖尿病' as kind from diabetes_t2_enrolment n where n.at <= $end and n.subject not in (select c.subject from diabetes_t2_closing c where c.at <= $end)
        union all
        select n.resident, '其他' as kind from severe_mental_enrolment n where $end between n.valid_from and n.valid_to and n.subject not in (select c.subject from severe_mental_closing c where c.at <= $end)
        union all
        select b.resident, '孕产妇' as kind
        from maternal_health_registration b
        left join (select d.subject, min(d.delivered_on) as delivered_on from maternal_health_delivery d where d.delivered_on <= $end group by d.subject) d on d.subject = b.subject
        where b.at <= $end and (d.delivered_on > $end - interval '42 days' or (d.delivered_on is null and b.at > $end - interval '10 months'))
        union all
        select o.resident, '残疾人' as kind from family_doctor_key_group o where $end between o.valid_from and o.valid_to and o.groups like '%|1|%'
        union all
        select o.resident, '低收入等' as kind from family_doctor_key_group o where $end between o.valid_from and o.valid_to and (o.groups like '%|2|%' or o.groups like '%|3|%' or o.groups like '%|9|%')
    ) g
    group by g.resident
) k on k.resident = p.subject
left join (
    select
        q.subject,
        sum(q.services) as services,
        sum(q.home_visits) as home_visits,
        sum(case when q.home_visits >= 2 then 1 else 0 end) as good_quarters
    from (
        select
            s.subject,
            extract(quarter from s.at) as quarter,
            count(*) as services,
            sum(case when s.mode = '1' then 1 else 0 end) as home_visits
        from family_doctor_service s
        where s.at between $start and $end
        group by s.subject, extract(year from s.at), extract(quarter from s.at)
    ) q
    group by q.subject
) v on v.subject = p.subject
