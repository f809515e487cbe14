-- view: diabetes_t2_screen
-- name: 血糖筛查
-- grain: one row per glucose screening
-- subject: resident
-- additive: happened_on
-- column: high_risk boolean 高危人群
-- column: impaired boolean 空腹血糖受损
-- column: raised boolean 升高
-- column: known boolean 筛查后纳入管理
-- source: 中国2型糖尿病防治指南，2020
-- verified: false
select
    s.subject,
    s.at as happened_on,
    coalesce(s.high_risk, false) as high_risk,
    s.result = '2' as impaired,
    s.result = '3' as raised,
    s.result = '3' and e.enrolled_on is not null as known
from diabetes_t2_screening s
left join (select resident, max(n.at) as enrolled_on from diabetes_t2_enrolment n group by resident) e on e.resident = s.subject and e.enrolled_on >= s.at
where s.at between $start and $end
