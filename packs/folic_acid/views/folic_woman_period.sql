-- view: folic_woman_period
-- name: 应服叶酸妇女
-- grain: one row per woman who was offered folic acid, booked before 13 weeks or had a pre-pregnancy check in the period
-- subject: resident
-- column: due boolean 应服（本人不领取的除外）
-- column: issued boolean 已领取免费叶酸
-- column: issued_before boolean 孕前开始领取
-- column: bottles integer 发放瓶数
-- column: followed boolean 领取后已随访
-- column: took boolean 已服用（含自备）
-- column: regular boolean 规律服用
-- column: reaction boolean 有不良反应
-- source: 增补叶酸预防神经管缺陷项目管理方案，2009：孕前3个月至孕早期3个月
select
    s.subject,
    s.declined = 0 or s.supplied > 0 as due,
    s.issued > 0 as issued,
    s.issued_before > 0 as issued_before,
    s.bottles,
    s.issued > 0 and f.subject is not null as followed,
    s.supplied > 0 and coalesce(f.took, false) as took,
    s.supplied > 0 and coalesce(f.took and f.last = '1', false) as regular,
    coalesce(f.reaction, false) as reaction
from (
    select
        subject,
        sum(issued) as issued,
        sum(issued_before) as issued_before,
        sum(supplied) as supplied,
        sum(declined) as declined,
        sum(bottles) as bottles
    from (
        select
            m.subject,
            case when m.state = '1' then 1 else 0 end as issued,
            case when m.state = '1' and m.stage = '1' then 1 else 0 end as issued_before,
            case when m.state in ('1', '2') then 1 else 0 end as supplied,
            case when m.state = '3' then 1 else 0 end as declined,
            coalesce(m.bottles, 0) as bottles
        from folic_acid_issue m
        where m.at between $start and $end
        union all
        select m.resident as subject, 0 as issued, 0 as issued_before, 0 as supplied, 0 as declined, 0 as bottles
        from maternal_health_registration m
        where m.gestational_week < 13 and m.resident is not null and m.at between $start and $end
        union all
        select m.resident as subject, 0 as issued, 0 as issued_before, 0 as supplied, 0 as declined, 0 as bottles
        from preconception_check_exam m
        where m.person = '1' and m.resident is not null and m.at between $start and $end
    ) u
    group by subject
) s
left join (
    select
        m.subject,
        bool_or(m.adherence in ('1', '2')) as took,
        last_value(m.adherence order by m.at) as last,
        bool_or(coalesce(m.reaction, false)) as reaction
    from folic_acid_followup m
    join (
        select subject, min(i.at) as first_on
        from folic_acid_issue i
        where i.state in ('1', '2') and i.at between $start and $end
        group by subject
    ) g on g.subject = m.subject
    where m.at >= g.first_on and m.at <= $end
    group by m.subject
) f on f.subject = s.subject
