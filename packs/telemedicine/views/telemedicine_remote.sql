-- view: telemedicine_remote
-- name: 远程医疗
-- grain: one row per consultation
-- subject: resident
-- additive: happened_on
-- column: happened_on date 申请日期
-- column: name text 姓名
-- column: kind text 服务项目
-- column: hospital text 上级机构
-- column: urgent boolean 急危重
-- column: answered boolean 已答复
-- column: answered_on date 答复日期
-- column: same_day boolean 当天答复
-- column: advice text 处理意见
-- column: treated_here boolean 就地治疗
-- source: 远程医疗服务管理规范（试行），2018
select
    c.subject,
    c.at as happened_on,
    r.name,
    c.kind,
    c.hospital,
    c.urgent,
    c.answered_on is not null as answered,
    c.answered_on,
    coalesce(c.answered_on = c.at, false) as same_day,
    c.advice,
    coalesce(c.advice = '1', false) as treated_here
from telemedicine_consultation c
left join population_resident r on r.subject = c.subject and c.at between r.valid_from and r.valid_to
where c.at between $start and $end
