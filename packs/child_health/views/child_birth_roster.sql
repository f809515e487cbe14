-- view: child_birth_roster
-- name: 出生人员花名册
-- grain: one row per live birth in the period
-- subject: pregnancy
-- additive: happened_on
-- column: child_name text 新生儿姓名
-- column: child_sex text 性别
-- column: gestational_week integer 出生孕周
-- column: weight integer 出生体重
-- column: place text 出生地点
-- column: mode text 分娩方式
-- column: birth_order integer 孩次（统计用）
-- column: mother_name text 母亲姓名
-- column: mother_born date 母亲出生日期
-- column: residence_type text 常住类型
-- column: address text 现住址
-- column: certificate_no text 出生医学证明编号
-- column: visited_on date 新生儿访视日期
-- column: bcg_on date 卡介苗日期
-- column: hepatitis_b_on date 乙肝疫苗首针日期
-- source: 全国妇幼卫生调查制度，2012
select
    b.subject,
    b.born_on as happened_on,
    c.name as child_name,
    b.child_sex,
    d.gestational_week,
    b.weight,
    b.place,
    b.mode,
    b.birth_order,
    w.name as mother_name,
    w.birth_date as mother_born,
    w.residence_type,
    w.address,
    b.certificate_no,
    n.visited_on,
    i.bcg_on,
    i.hepatitis_b_on
from maternal_health_birth b
left join (
    select subject, max(gestational_week) as gestational_week, max(resident) as mother
    from maternal_health_delivery
    group by subject
) d on d.subject = b.subject
left join population_resident c on c.subject = b.child and c.valid_to = date '9999-12-31'
left join population_resident w on w.subject = d.mother and w.valid_to = date '9999-12-31'
left join (
    select subject, min(m.at) as visited_on from child_health_newborn_visit m group by subject
) n on n.subject = b.child
left join (
    select
        subject,
        min(case when vaccine = 'BCG' then m.at end) as bcg_on,
        min(case when vaccine = 'HepB' and dose = 1 then m.at end) as hepatitis_b_on
    from immunization_dose m
    where vaccine in ('BCG', 'HepB')
    group by subject
) i on i.subject = b.child
where b.outcome = '1' and b.born_on between $start and $end
