-- view: death_cause_death
-- name: 死因登记
-- grain: one row per resident who died in the period
-- subject: resident
-- additive: happened_on
-- column: name text 姓名
-- column: age integer 死亡年龄
-- column: direct_cause text 直接死因
-- column: settled boolean 常住
-- column: reported boolean 已网报
-- column: in_time boolean 时限内网报
-- column: male boolean 男
-- column: female boolean 女
-- column: age_0 boolean 不满1岁
-- column: age_1_4 boolean 1—4岁
-- column: age_5_14 boolean 5—14岁
-- column: age_15_44 boolean 15—44岁
-- column: age_45_64 boolean 45—64岁
-- column: age_65 boolean 65岁及以上
-- column: in_institution boolean 死于医疗卫生机构
-- column: at_home boolean 死于家中
-- column: chapter text 死因大类
-- column: heart boolean 心脏病
-- column: stroke boolean 脑血管病
-- column: vague boolean 没有编码或只有症状体征
-- column: inferred boolean 死后推断
-- column: inquired boolean 有调查记录
-- column: informant text 被调查者
-- column: history text 病史及症状
-- column: inferred_cause text 推断死因
-- source: 居民死亡医学证明（推断）书，2014；根本死因按ICD-10归类
select
    p.subject,
    p.happened_on,
    p.name,
    p.age,
    p.direct_cause,
    p.settled,
    p.reported_on is not null as reported,
    p.timely = '是' as in_time,
    p.sex = '1' as male,
    p.sex = '2' as female,
    p.age < 1 as age_0,
    p.age between 1 and 4 as age_1_4,
    p.age between 5 and 14 as age_5_14,
    p.age between 15 and 44 as age_15_44,
    p.age between 45 and 64 as age_45_64,
    p.age >= 65 as age_65,
    coalesce(p.place = '1', false) as in_institution,
    coalesce(p.place = '3', false) as at_home,
    case
        when p.icd10 is null or p.icd10 like 'R%' and p.icd10 not like 'R95%' then 'unknown'
        when substr(p.icd10, 1, 1) in ('A', 'B') then 'infection'
        when substr(p.icd10, 1, 1) = 'C' or p.icd10 between 'D00' and 'D48.9' then 'tumour'
        when substr(p.icd10, 1, 1) = 'E' then 'endocrine'
        when substr(p.icd10, 1, 1) = 'I' then 'circulation'
        when substr(p.icd10, 1, 1) = 'J' then 'respiration'
        when substr(p.icd10, 1, 1) = 'K' then 'digestion'
        when substr(p.icd10, 1, 1) = 'O' then 'maternal'
        when substr(p.icd10, 1, 1) in ('P', 'Q') then 'perinatal'
        when substr(p.icd10, 1, 1) in ('V', 'W', 'X', 'Y') then 'injury'
        else 'other'
    end as chapter,
    coalesce(p.icd10 between 'I00' and 'I52.9', false) as heart,
    coalesce(p.icd10 between 'I60' and 'I69.9', false) as stroke,
    p.icd10 is null or p.icd10 like 'R%' and p.icd10 not like 'R95%' as vague,
    coalesce(p.diagnosed_from = '6', false) as inferred,
    q.subject is not null as inquired,
    q.informant,
    q.history,
    q.inferred_cause
from population_deceased p
left join (
    select subject, max(informant) as informant, max(history) as history, max(inferred) as inferred_cause
    from death_cause_inquiry
    group by subject
) q on q.subject = p.subject
where p.happened_on between $start and $end
