-- view: newborn_screening_birth
-- name: 新生儿疾病筛查
-- grain: one row per child born alive in the period and registered as a resident
-- subject: resident
-- additive: happened_on
-- column: metabolic boolean 两病筛查
-- column: in_time boolean 按时采血
-- column: blood_taken boolean 已采血
-- column: suspected boolean 血片可疑阳性
-- column: recalled boolean 可疑阳性已召回
-- column: confirmed boolean 确诊
-- column: treated boolean 确诊已治疗
-- column: hearing boolean 听力初筛
-- column: hearing_failed boolean 初筛未通过
-- column: hearing_again boolean 初筛未通过的按时复筛
-- column: hearing_referred boolean 复筛未通过
-- column: hearing_diagnosed boolean 复筛未通过的已诊断
-- column: hearing_impaired boolean 诊断为听力障碍
-- column: hearing_intervened boolean 听力障碍已干预
-- source: 新生儿疾病筛查管理办法，2009；新生儿疾病筛查技术规范，2010年版：出生72小时后、7天之内采血，听力初筛未通过的42天内复筛
select
    b.child as subject,
    b.born_on as happened_on,
    coalesce(s.phenylketonuria and s.hypothyroidism, false) as metabolic,
    coalesce(s.in_time, false) as in_time,
    s.subject is not null as blood_taken,
    coalesce(s.suspected, false) as suspected,
    coalesce(s.suspected and r.recalled, false) as recalled,
    coalesce(r.confirmed, false) as confirmed,
    coalesce(r.treated, false) as treated,
    coalesce(h.screened, false) as hearing,
    coalesce(h.failed, false) as hearing_failed,
    coalesce(h.failed and h.again, false) as hearing_again,
    coalesce(h.referred, false) as hearing_referred,
    coalesce(h.referred and h.diagnosed, false) as hearing_diagnosed,
    coalesce(h.impaired, false) as hearing_impaired,
    coalesce(h.impaired and h.intervened, false) as hearing_intervened
from maternal_health_birth b
left join (
    select
        n.subject,
        bool_or(n.items like '%|1|%') as phenylketonuria,
        bool_or(n.items like '%|2|%') as hypothyroidism,
        bool_or(n.at >= e.born_on + interval '3 days' and n.at <= e.born_on + interval '7 days') as in_time,
        bool_or(n.result = '2') as suspected
    from newborn_screening_blood_spot n
    join maternal_health_birth e on e.child = n.subject
    group by n.subject
) s on s.subject = b.child
left join (
    select
        subject,
        bool_or(outcome in ('1', '2')) as recalled,
        bool_or(outcome = '2' and disease is not null) as confirmed,
        bool_or(outcome = '2' and treated_on is not null) as treated
    from newborn_screening_recall
    group by subject
) r on r.subject = b.child
left join (
    select
        n.subject,
        bool_or(n.stage = '1') as screened,
        bool_or(n.stage = '1' and n.result = '2') as failed,
        bool_or(n.stage = '2' and n.at <= e.born_on + interval '42 days') as again,
        bool_or(n.stage = '2' and n.result = '2') as referred,
        bool_or(n.stage = '3') as diagnosed,
        bool_or(n.stage = '3' and n.result = '2') as impaired,
        bool_or(n.stage = '3' and n.intervened_on is not null) as intervened
    from newborn_screening_hearing n
    join maternal_health_birth e on e.child = n.subject
    group by n.subject
) h on h.subject = b.child
where b.outcome = '1' and b.child is not null and b.born_on between $start and $end
