-- view: death_cause_checked
-- name: 死亡报告卡抽样核查
-- grain: one row per card checked
-- subject: resident
-- additive: happened_on
-- column: name text 姓名
-- column: died_on date 死亡日期
-- column: certificate_no text 报告卡号
-- column: agrees_online boolean 与网上登记一致
-- column: complete boolean 填写完整
-- column: standard boolean 死因填写规范
-- column: agrees_history boolean 与病史符合
-- column: timely boolean 时限内报告
-- source: 全国死因登记信息网络报告工作规范
select
    c.subject,
    c.at as happened_on,
    r.name,
    d.died_on,
    d.certificate_no,
    c.agrees_online,
    c.complete,
    c.standard,
    c.agrees_history,
    c.timely
from death_cause_card_check c
left join population_resident r on r.subject = c.subject and r.valid_to = date '9999-12-31'
left join (
    select subject, max(died_on) as died_on, max(certificate_no) as certificate_no from population_death group by subject
) d on d.subject = c.subject
where c.at between $start and $end
