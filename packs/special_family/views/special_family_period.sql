-- view: special_family_period
-- name: 特殊家庭
-- grain: one row per family file open at the end of the period
-- subject: special_family
-- column: name text 联系居民
-- column: family_type text 家庭类别
-- column: members integer 家庭人数
-- column: contact_worker text 联系人
-- column: has_contact boolean 有固定联系人
-- column: agreed boolean 同意走访
-- column: opened_on date 建档日期
-- column: needs text 家庭需要
-- column: doctor_wanted boolean 需要家庭医生
-- column: doctor_given boolean 需要的已落实家庭医生
-- column: quarters_due integer 应走访季度数
-- column: quarters_visited integer 已走访季度数
-- column: visited boolean 本期走访过
-- column: visits integer 走访次数
-- column: festival_visits integer 节日慰问次数
-- column: last_visit date 最近走访
-- column: asked integer 提出需要的次数
-- column: answered integer 按期落实的次数
-- column: helps integer 帮扶次数
-- column: help_amount decimal 帮扶金额
-- source: 特殊家庭季度走访制度口径
with filed as (
    select
        f.subject,
        f.family_type,
        f.members,
        f.contact_worker,
        f.agreed,
        f.needs,
        f.opened_on,
        extract(year from $end) * 4 + extract(quarter from $end) as last_quarter,
        case
            when f.opened_on < $start then extract(year from $start) * 4 + extract(quarter from $start)
            else extract(year from f.opened_on) * 4 + extract(quarter from f.opened_on) + 1
        end as first_quarter
    from special_family_file f
    where $end between f.valid_from and f.valid_to and (f.closed_on is null or f.closed_on > $end)
),
visited as (
    select
        v.subject,
        count(*) as visits,
        count(distinct case
            when (v.mode <> '2' or v.result = '3')
                and extract(year from v.at) * 4 + extract(quarter from v.at) >= f.first_quarter
                then extract(year from v.at) * 4 + extract(quarter from v.at)
        end) as quarters,
        sum(case when v.festival then 1 else 0 end) as festival_visits,
        max(v.at) as last_visit
    from special_family_visit v
    join filed f on f.subject = v.subject
    where v.result in ('1', '3') and v.at between $start and $end
    group by v.subject
),
wanted as (
    select v.subject, v.record, v.answer_by, min(h.at) as helped_on
    from special_family_visit v
    left join special_family_help h on h.subject = v.subject and h.at >= v.at
    where v.needs is not null and v.at between $start and $end
    group by v.subject, v.record, v.answer_by
),
asked as (
    select subject, count(*) as asked, sum(case when helped_on <= answer_by then 1 else 0 end) as answered
    from wanted
    group by subject
),
helped as (
    select subject, count(*) as helps, sum(coalesce(amount, 0)) as help_amount,
        max(case when kind = '1' then 1 else 0 end) as doctor
    from special_family_help h
    where h.at between $start and $end
    group by subject
)
select
    f.subject,
    r.name,
    f.family_type,
    f.members,
    f.contact_worker,
    f.contact_worker is not null as has_contact,
    f.agreed,
    f.opened_on,
    f.needs,
    coalesce(f.needs like '%|1|%', false) as doctor_wanted,
    coalesce(f.needs like '%|1|%' and h.doctor = 1, false) as doctor_given,
    cast(case when f.agreed then greatest(f.last_quarter - f.first_quarter + 1, 0) else 0 end as bigint) as quarters_due,
    cast(case when f.agreed then least(coalesce(v.quarters, 0), greatest(f.last_quarter - f.first_quarter + 1, 0)) else 0 end as bigint)
        as quarters_visited,
    coalesce(v.visits > 0, false) as visited,
    coalesce(v.visits, 0) as visits,
    coalesce(v.festival_visits, 0) as festival_visits,
    v.last_visit,
    coalesce(a.asked, 0) as asked,
    coalesce(a.answered, 0) as answered,
    coalesce(h.helps, 0) as helps,
    coalesce(h.help_amount, 0) as help_amount
from filed f
join (select subject, max(resident) as resident from special_family_file group by subject) x on x.subject = f.subject
left join population_resident r on r.subject = x.resident and $end between r.valid_from and r.valid_to
left join visited v on v.subject = f.subject
left join asked a on a.subject = f.subject
left join helped h on h.subject = f.subject
