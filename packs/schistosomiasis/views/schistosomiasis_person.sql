-- view: schistosomiasis_person
-- name: 血吸虫病检查
-- grain: one row per examination of a person
-- subject: resident
-- additive: happened_on
-- column: happened_on date 检查日期
-- column: name text 姓名
-- column: method text 检查方式
-- column: stool boolean 粪检
-- column: blood boolean 血检
-- column: positive boolean 阳性
-- column: disease text 病种
-- column: treated_on date 治疗日期
-- column: treated boolean 已治疗
-- source: 血吸虫病控制和消除（GB 15976—2015）
select
    p.subject,
    p.at as happened_on,
    w.name,
    p.method,
    p.method = '1' as stool,
    p.method = '2' as blood,
    p.positive,
    p.disease,
    p.treated_on,
    p.treated_on is not null as treated
from schistosomiasis_person_exam p
left join population_resident w on w.subject = p.subject and w.valid_to = date '9999-12-31'
where p.at between $start and $end
