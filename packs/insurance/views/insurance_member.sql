-- view: insurance_member
-- name: 参合登记人员
-- grain: one row per person registered as eligible for the year of the period or the year before
-- subject: resident
-- column: eligible boolean 本年应参合
-- column: enrolled boolean 本年已参合
-- column: subsidised boolean 本年由政府资助缴费
-- column: rural boolean 农村居民
-- column: eligible_last_year boolean 上年应参合
-- column: enrolled_last_year boolean 上年已参合
-- source: 新型农村合作医疗制度，2003；城乡居民基本医疗保险制度，2016
select
    subject,
    max(case when year = extract(year from cast($end as date)) then 1 else 0 end) = 1 as eligible,
    max(case when year = extract(year from cast($end as date)) and enrolled then 1 else 0 end) = 1 as enrolled,
    max(case when year = extract(year from cast($end as date)) and enrolled and subsidised then 1 else 0 end) = 1 as subsidised,
    max(case when year = extract(year from cast($end as date)) and basis = '1' then 1 else 0 end) = 1 as rural,
    max(case when year = extract(year from cast($end as date)) - 1 then 1 else 0 end) = 1 as eligible_last_year,
    max(case when year = extract(year from cast($end as date)) - 1 and enrolled then 1 else 0 end) = 1 as enrolled_last_year
from insurance_enrolment t
where t.at <= $end
    and year <= extract(year from cast($end as date))
    and year >= extract(year from cast($end as date)) - 1
group by subject
