-- view: floating_population_person
-- name: 流动人口
-- grain: one row per person registered elsewhere who lived here in the period
-- subject: resident
-- column: name text 姓名
-- column: sex text 性别
-- column: birth_date date 出生日期
-- column: settled_on date 流入日期
-- column: left_on date 流出日期
-- column: origin text 户籍地
-- column: address text 现住地
-- column: phone text 联系电话
-- column: with_children integer 同行儿童
-- column: needs text 需要服务
-- column: agrees text 同意联系
-- column: last_contact date 最近联系
-- column: here boolean 期末在本地
-- column: registered boolean 已作服务登记
-- column: contact_due boolean 期末在本地且同意联系
-- column: contacted boolean 期内联系上
-- column: archive_due boolean 应建健康档案
-- column: archive_given boolean 已建健康档案
-- column: education_due boolean 应受健康教育
-- column: education_given boolean 已受健康教育
-- column: vaccination_due boolean 应纳入接种管理
-- column: vaccination_given boolean 已纳入接种管理
-- column: child_due boolean 应受儿童保健
-- column: child_given boolean 已受儿童保健
-- column: maternal_due boolean 应受孕产妇保健
-- column: maternal_given boolean 已受孕产妇保健
-- column: infection_due boolean 应受传染病防治服务
-- column: infection_given boolean 已受传染病防治服务
-- column: information_due boolean 应告知生殖健康服务
-- column: information_given boolean 已告知生殖健康服务
-- source: 流动人口基本公共卫生服务均等化，2014；国家基本公共卫生服务规范（第三版），2017：建档满6个月，其余满3个月
with person as (
    select
        r.subject,
        r.name,
        r.sex,
        r.birth_date,
        r.settled_on,
        r.address,
        r.phone,
        coalesce(r.archived_on <= $end, false) as archived,
        case when l.left_on >= r.settled_on then l.left_on end as left_on,
        coalesce(l.left_on < r.settled_on, true) as here,
        r.settled_on <= $end - interval '3 months' as three_months,
        r.settled_on <= $end - interval '6 months' as six_months
    from population_resident r
    left join (
        select subject, max(left_on) as left_on from population_departure where left_on <= $end group by subject
    ) l on l.subject = r.subject
    left join (
        select subject, min(died_on) as died_on from population_death where died_on <= $end group by subject
    ) d on d.subject = r.subject
    where $end between r.valid_from and r.valid_to
        and r.residence_type = '2'
        and r.settled_on <= $end
        and d.subject is null
        and (l.left_on is null or l.left_on < r.settled_on or l.left_on >= $start)
),
contact as (
    select
        subject,
        max(t.at) as last_contact,
        max(case when given like '%|2|%' then 1 else 0 end) = 1 as education,
        max(case when given like '%|6|%' then 1 else 0 end) = 1 as infection,
        max(case when given like '%|7|%' then 1 else 0 end) = 1 as information
    from floating_population_contact t
    where reached and t.at between $start and $end
    group by subject
),
mother as (
    select d.resident as subject, max(case when g.subject is not null then 1 else 0 end) = 1 as booked
    from maternal_health_delivery d
    left join (select distinct subject from maternal_health_registration) g on g.subject = d.subject
    where d.delivered_on between $start and $end
    group by d.resident
),
child as (
    select subject from child_health_checkup t where t.at between $start and $end
    union
    select subject from child_health_newborn_visit t where t.at between $start and $end
),
joined as (
    select
        p.subject,
        p.name,
        p.sex,
        p.birth_date,
        p.settled_on,
        p.left_on,
        s.origin,
        p.address,
        p.phone,
        s.with_children,
        s.needs,
        case when s.agrees_contact then '是' when not s.agrees_contact then '否' else '' end as agrees,
        c.last_contact,
        p.here,
        s.subject is not null as registered,
        p.here and coalesce(s.agrees_contact, false) as contact_due,
        c.subject is not null as contacted,
        p.here and p.six_months as archive_due,
        p.archived,
        p.here and p.three_months and coalesce(s.agrees_contact, true) as told_due,
        p.here and p.three_months and p.birth_date > $end - interval '7 years' as small,
        coalesce(c.education, false) as education,
        coalesce(c.infection, false) as infection,
        coalesce(c.information, false) as information,
        e.subject is not null as enrolled,
        k.subject is not null as checked,
        p.here and m.subject is not null as delivered,
        coalesce(m.booked, false) as booked,
        p.birth_date <= $end - interval '18 years' and p.birth_date > $end - interval '50 years' as aged_18_49
    from person p
    left join floating_population_stay s on s.subject = p.subject and $end between s.valid_from and s.valid_to
    left join contact c on c.subject = p.subject
    left join mother m on m.subject = p.subject
    left join child k on k.subject = p.subject
    left join (select distinct subject from immunization_enrolment where carded_on <= $end) e on e.subject = p.subject
)
select
    subject,
    name,
    sex,
    birth_date,
    settled_on,
    left_on,
    origin,
    address,
    phone,
    with_children,
    needs,
    agrees,
    last_contact,
    here,
    registered,
    contact_due,
    contact_due and contacted as contacted,
    archive_due,
    archive_due and archived as archive_given,
    told_due as education_due,
    told_due and education as education_given,
    small as vaccination_due,
    small and enrolled as vaccination_given,
    small as child_due,
    small and checked as child_given,
    delivered as maternal_due,
    delivered and booked as maternal_given,
    told_due as infection_due,
    told_due and infection as infection_given,
    told_due and aged_18_49 as information_due,
    told_due and aged_18_49 and information as information_given
from joined
