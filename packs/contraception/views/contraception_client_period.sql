-- view: contraception_client_period
-- name: 药具服务对象
-- grain: one row per client counselled or supplied in the period
-- subject: supply_client
-- column: counselled boolean 已知情选择咨询
-- column: asked boolean 要求领取药具
-- column: received boolean 已领取药具
-- column: follow_due boolean 新婚、产后、术后同意随访
-- column: follow_done boolean 其中已随访
-- source: 免费避孕药具发放与随访口径
select
    s.subject,
    s.counselled > 0 as counselled,
    s.asked > 0 as asked,
    s.received > 0 as received,
    s.follow > 0 as follow_due,
    s.follow > 0 and coalesce(f.last_on > s.follow_on, false) as follow_done
from (
    select
        subject,
        sum(counselled) as counselled,
        sum(asked) as asked,
        sum(received) as received,
        sum(follow) as follow,
        min(follow_on) as follow_on
    from (
        select
            m.subject,
            1 as counselled,
            case when m.decision = '1' then 1 else 0 end as asked,
            0 as received,
            case when m.occasion in ('1', '2', '3') and m.follow_agreed then 1 else 0 end as follow,
            case when m.occasion in ('1', '2', '3') and m.follow_agreed then m.at end as follow_on
        from contraception_consultation m
        where m.at between $start and $end
        union all
        select m.subject, 0 as counselled, 1 as asked, 1 as received, 0 as follow, cast(null as date) as follow_on
        from contraception_issue m
        where m.at between $start and $end
    ) u
    group by subject
) s
left join (
    select subject, max(m.at) as last_on from contraception_followup m where m.at <= $end group by subject
) f on f.subject = s.subject
