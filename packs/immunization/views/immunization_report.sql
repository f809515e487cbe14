-- view: immunization_report
-- name: 监测旬报
-- grain: one row per ten-day report
-- subject: area
-- additive: happened_on
-- column: happened_on date 旬截止日
-- column: period_from date 旬起始日
-- column: reported_on date 上报日期
-- column: timely boolean 旬末2日内上报
-- column: zero boolean 零病例
-- column: afp_cases integer 急性弛缓性麻痹病例
-- column: measles_cases integer 麻疹病例
-- column: tetanus_cases integer 新生儿破伤风病例
-- source: 全国疾病监测零报告制度
select
    subject,
    period_to as happened_on,
    period_from,
    t.at as reported_on,
    t.at <= period_to + interval '2 days' as timely,
    afp_cases + measles_cases + tetanus_cases = 0 as zero,
    afp_cases,
    measles_cases,
    tetanus_cases
from immunization_surveillance_report t
where period_to between $start and $end
