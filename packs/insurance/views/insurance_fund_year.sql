-- view: insurance_fund_year
-- name: 年度可用基金
-- grain: one row per area and fund of the year
-- subject: area
-- column: available decimal 可用医疗基金
-- column: outpatient_available decimal 门诊统筹、家庭账户
-- column: chronic_available decimal 慢性病
-- column: inpatient_available decimal 住院
-- source: 新型农村合作医疗制度，2003；城乡居民基本医疗保险制度，2016
select subject, available, outpatient_available, chronic_available, inpatient_available
from insurance_fund
where year = extract(year from cast($end as date))
