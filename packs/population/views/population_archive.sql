-- view: population_archive
-- name: 居民健康档案
-- grain: one row per resident with a health record at the end of the period
-- subject: resident
-- column: archive_no text 档案编号
-- column: name text 姓名
-- column: sex text 性别
-- column: birth_date date 出生日期
-- column: id_number text 身份证号
-- column: household_number text 户编号
-- column: hamlet text 自然村
-- column: address text 现住址
-- column: residence_type text 常住类型
-- column: tags text 人群标签
-- column: archived_on date 建档日期
-- column: organisation_name text 建档机构
-- column: updated_on date 最近动态日期
-- column: state text 状态
-- source: 国家基本公共卫生服务规范（第三版），2017，居民健康档案管理
select
    r.subject,
    r.archive_no,
    r.name,
    r.sex,
    r.birth_date,
    r.id_number,
    h.number as household_number,
    h.hamlet,
    r.address,
    r.residence_type,
    case
        when r.birth_date > $end - interval '7 years' then '0～6岁儿童'
        when r.birth_date <= $end - interval '65 years' then '老年人'
        else ''
    end as tags,
    r.archived_on,
    o.name as organisation_name,
    r.valid_from as updated_on,
    case
        when d.died_on is not null then '注销（死亡）'
        when l.left_on is not null and coalesce(r.settled_on, r.birth_date) <= l.left_on then '注销（迁出）'
        else '正常'
    end as state
from population_resident r
left join population_household h on h.subject = r.household and $end between h.valid_from and h.valid_to
left join population_organisation o on o.subject = r.organisation and $end between o.valid_from and o.valid_to
left join (
    select subject, min(died_on) as died_on from population_death where died_on <= $end group by subject
) d on d.subject = r.subject
left join (
    select subject, max(left_on) as left_on from population_departure where left_on <= $end group by subject
) l on l.subject = r.subject
where $end between r.valid_from and r.valid_to and r.archive_no is not null and r.archived_on <= $end
