-- view: maternal_roster
-- name: 孕产妇管理台账
-- grain: one row per pregnancy delivered in the period or still going on at its end
-- subject: pregnancy
-- column: name text 姓名
-- column: age integer 年龄
-- column: phone text 电话
-- column: address text 住址
-- column: lmp date 末次月经
-- column: due_on date 预产期
-- column: registered_on date 建册日期
-- column: registered_week integer 建册孕周
-- column: risk text 风险颜色
-- column: anc1_on date 第1次产前检查
-- column: anc2_on date 孕16—20周检查
-- column: anc3_on date 孕21—24周检查
-- column: anc4_on date 孕28—36周检查
-- column: anc5_on date 孕37—40周检查
-- column: delivered_on date 分娩日期
-- column: mode text 分娩方式
-- column: place text 分娩地点
-- column: live_births integer 活产数
-- column: postnatal_on date 产后访视日期
-- column: checked_42_on date 42天检查日期
-- column: closing text 处理
-- column: recovered text 42天已恢复
-- column: closed text 结案原因
-- source: 国家基本公共卫生服务规范（第三版），2017，孕产妇健康管理
select
    k.subject,
    w.name,
    cast(extract(year from $end) - extract(year from w.birth_date) as bigint) as age,
    w.phone,
    w.address,
    r.lmp,
    r.due_on,
    r.registered_on,
    r.registered_week,
    a.risk,
    a.anc1_on,
    a.anc2_on,
    a.anc3_on,
    a.anc4_on,
    a.anc5_on,
    d.delivered_on,
    b.mode,
    b.place,
    b.live_births,
    p.postnatal_on,
    c.checked_42_on,
    c.closing,
    case when c.recovered then '是' when not c.recovered then '否' end as recovered,
    x.reason as closed
from maternal_pregnancy_period k
left join (
    select
        subject,
        max(resident) as resident,
        min(lmp) as lmp,
        min(due_on) as due_on,
        min(m.at) as registered_on,
        min(gestational_week) as registered_week
    from maternal_health_registration m
    where m.at <= $end
    group by subject
) r on r.subject = k.subject
left join (
    select
        subject,
        max(resident) as resident,
        max(colour) as risk,
        min(m.at) as anc1_on,
        min(case when gestational_week between 16 and 20 then m.at end) as anc2_on,
        min(case when gestational_week between 21 and 24 then m.at end) as anc3_on,
        min(case when gestational_week between 28 and 36 then m.at end) as anc4_on,
        min(case when gestational_week between 37 and 41 then m.at end) as anc5_on
    from maternal_health_antenatal m
    where m.at <= $end and not coalesce(reminder, false)
    group by subject
) a on a.subject = k.subject
left join (
    select subject, max(resident) as resident, max(delivered_on) as delivered_on
    from maternal_health_delivery m
    where delivered_on <= $end
    group by subject
) d on d.subject = k.subject
left join (
    select subject, max(mode) as mode, min(place) as place, sum(case when outcome = '1' then 1 else 0 end) as live_births
    from maternal_health_birth m
    where born_on <= $end
    group by subject
) b on b.subject = k.subject
left join (
    select subject, min(m.at) as postnatal_on from maternal_health_postnatal m where m.at <= $end group by subject
) p on p.subject = k.subject
left join (
    select subject, min(m.at) as checked_42_on, max(closing) as closing, bool_and(recovered) as recovered
    from maternal_health_check42 m
    where m.at <= $end
    group by subject
) c on c.subject = k.subject
left join (
    select m.subject, max(m.reason) as reason from maternal_health_closure m where m.at <= $end group by m.subject
) x on x.subject = k.subject
left join population_resident w
    on w.subject = coalesce(r.resident, a.resident, d.resident) and $end between w.valid_from and w.valid_to
