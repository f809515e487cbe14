-- view: population_resident_period
-- name: 期末常住人口
-- grain: one row per resident living here at the end of the period
-- subject: resident
-- column: sex text 性别
-- column: birth_date date 出生日期
-- column: registered boolean 户籍
-- column: agricultural boolean 农业户口
-- column: woman_15_49 boolean 15—49岁妇女
-- column: woman_18_35 boolean 18—35岁妇女
-- column: woman_20_64 boolean 20—64岁妇女
-- column: under_7 boolean 7岁以下
-- column: under_5 boolean 5岁以下
-- column: under_3 boolean 3岁以下
-- column: under_16 boolean 0—15岁
-- column: aged_65 boolean 65岁及以上
-- column: archived boolean 已建健康档案
-- source: 国家基本公共卫生服务规范（第三版），2017，居民健康档案管理：常住居民指户籍居民和居住6个月以上的非户籍居民
select
    r.subject,
    r.sex,
    r.birth_date,
    r.residence_type = '1' as registered,
    coalesce(r.agricultural, false) as agricultural,
    r.sex = '2' and r.birth_date <= $end - interval '15 years' and r.birth_date > $end - interval '50 years' as woman_15_49,
    r.sex = '2' and r.birth_date <= $end - interval '18 years' and r.birth_date > $end - interval '36 years' as woman_18_35,
    r.sex = '2' and r.birth_date <= $end - interval '20 years' and r.birth_date > $end - interval '65 years' as woman_20_64,
    r.birth_date > $end - interval '7 years' as under_7,
    r.birth_date > $end - interval '5 years' as under_5,
    r.birth_date > $end - interval '3 years' as under_3,
    r.birth_date > $end - interval '16 years' as under_16,
    r.birth_date <= $end - interval '65 years' as aged_65,
    coalesce(r.archived_on <= $end, false) and r.archive_no is not null as archived
from population_resident r
left join (select subject, min(died_on) as died_on from population_death group by subject) d on d.subject = r.subject
left join (
    select subject, max(left_on) as left_on from population_departure where left_on <= $end group by subject
) l on l.subject = r.subject
join (select subject, min(valid_from) as first_on from population_resident group by subject) f on f.subject = r.subject
where (
        $end between r.valid_from and r.valid_to
        or (
            $end < r.valid_from
            and r.valid_from = f.first_on
            and r.valid_from <= r.birth_date + interval '1 year'
            and coalesce(r.settled_on, r.birth_date) <= r.birth_date
        )
    )
    and r.birth_date <= $end
    and (d.died_on is null or d.died_on > $end)
    and (l.left_on is null or coalesce(r.settled_on, r.birth_date) > l.left_on)
    and (r.residence_type = '1' or r.settled_on <= $end - interval '6 months')
