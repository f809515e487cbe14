-- view: two_cancer_screening
-- name: 两癌筛查人次
-- grain: one row per screening in the period, with what followed it
-- subject: resident
-- additive: happened_on
-- column: cervical boolean 宫颈癌筛查
-- column: breast boolean 乳腺癌筛查
-- column: positive boolean 需要进一步检查
-- column: followed boolean 已进一步检查
-- column: closed boolean 追踪已结束
-- column: precancer boolean 查出癌前病变
-- column: cancer boolean 查出浸润癌
-- column: treated boolean 查出病变已治疗
-- source: 宫颈癌筛查工作方案、乳腺癌筛查工作方案，2022：HPV 16/18阳性、细胞学ASC-US及以上、BI-RADS 0级或4级及以上的进一步检查
select
    s.subject,
    s.happened_on,
    s.site = '1' as cervical,
    s.site = '2' as breast,
    s.positive,
    s.positive and bool_or(coalesce(f.examination in ('1', '2'), false)) as followed,
    s.positive and bool_or(coalesce(f.closed, false)) as closed,
    bool_or(coalesce(f.histology = '3', false)) as precancer,
    bool_or(coalesce(f.histology = '4', false)) as cancer,
    bool_or(coalesce(f.histology in ('3', '4') and f.treated_on is not null, false)) as treated
from (
    select
        m.record,
        m.subject,
        m.at as happened_on,
        '1' as site,
        coalesce(m.hpv = '2', false) or coalesce(m.cytology in ('2', '3', '4', '5', '6', '7'), false) as positive
    from two_cancer_cervical m
    where m.at between $start and $end
    union all
    select
        m.record,
        m.subject,
        m.at as happened_on,
        '2' as site,
        coalesce(greatest(m.ultrasound, m.mammography) >= 4, false)
        or coalesce(least(m.ultrasound, m.mammography) = 0, false)
        or (m.examined = '2' and m.ultrasound is null and m.mammography is null) as positive
    from two_cancer_breast m
    where m.at between $start and $end
) s
left join two_cancer_followup f
    on f.subject = s.subject and f.site = s.site and f.at >= s.happened_on and f.at <= s.happened_on + interval '1 year'
group by s.record, s.subject, s.happened_on, s.site, s.positive
