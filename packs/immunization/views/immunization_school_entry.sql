-- view: immunization_school_entry
-- name: 入托、入学查验
-- grain: one row per entrant and check
-- subject: resident
-- additive: happened_on
-- column: happened_on date 查验日期
-- column: name text 姓名
-- column: birth_date date 出生日期
-- column: school text 学校
-- column: checked boolean 已查验
-- column: has_certificate boolean 有接种证
-- column: incomplete boolean 查出漏种
-- column: missing_doses integer 漏种剂次
-- column: caught_up boolean 漏种已补
-- column: caught_up_on date 补种完成日期
-- source: 疫苗管理法，2019，第四十八条
select
    t.subject,
    t.at as happened_on,
    r.name,
    r.birth_date,
    t.school,
    checked,
    coalesce(has_certificate, false) as has_certificate,
    coalesce(missing_doses > 0, false) as incomplete,
    missing_doses,
    coalesce(missing_doses > 0 and caught_up_on is not null, false) as caught_up,
    caught_up_on
from immunization_school_check t
left join population_resident r on r.subject = t.subject and r.valid_to = date '9999-12-31'
where t.at between $start and $end
