-- view: child_period
-- name: 7岁以下儿童
-- grain: one row per child under 7 living here at the end of the period
-- subject: resident
-- column: under_5 boolean 5岁以下
-- column: under_3 boolean 3岁以下
-- column: followed boolean 期内随访1次及以上（含新生儿访视）
-- column: checked boolean 期内健康检查1次及以上
-- column: systematic boolean 0～6岁按年龄应做的检查都做了
-- column: systematic_under_3 boolean 3岁以下系统管理
-- column: measured boolean 期内测过体重和身高
-- column: eye_checked boolean 期内眼保健和视力检查
-- column: weight_rated boolean 5岁以下评价过年龄别体重
-- column: malnourished boolean 5岁以下中重度营养不良
-- column: height_rated boolean 5岁以下评价过年龄别身高
-- column: stunted boolean 5岁以下生长迟缓
-- column: shape_rated boolean 5岁以下评价过身高别体重
-- column: wasted boolean 5岁以下消瘦
-- column: overweight boolean 5岁以下超重
-- column: obese boolean 5岁以下肥胖
-- column: haemoglobin_tested boolean 5岁以下检测过血红蛋白
-- column: anaemia boolean 5岁以下贫血
-- column: delayed boolean 发育异常
-- column: referred boolean 转诊
-- column: hearing_failed boolean 听力未通过
-- column: high_risk boolean 5岁以下高危儿
-- column: high_risk_managed boolean 5岁以下高危儿已管理
-- column: floating boolean 非户籍
-- source: 国家基本公共卫生服务规范（第三版），2017，0～6岁儿童健康管理；全国妇幼卫生调查制度，2012
select
    r.subject,
    r.under_5,
    r.under_3,
    n.subject is not null or coalesce(c.checks > 0, false) as followed,
    coalesce(c.checks > 0, false) as checked,
    coalesce(c.year_checks, 0) >= case
        when r.birth_date > $end - interval '4 months' then 1
        when r.birth_date > $end - interval '7 months' then 2
        when r.birth_date > $end - interval '9 months' then 3
        when r.birth_date > $end - interval '12 months' then 4
        when r.birth_date > $end - interval '36 months' then 2
        else 1
    end as systematic,
    r.under_3 and coalesce(c.year_checks, 0) >= case
        when r.birth_date > $end - interval '4 months' then 1
        when r.birth_date > $end - interval '7 months' then 2
        when r.birth_date > $end - interval '9 months' then 3
        when r.birth_date > $end - interval '12 months' then 4
        else 2
    end as systematic_under_3,
    coalesce(c.measured, false) as measured,
    coalesce(c.eye_checked, false) or coalesce(n.eye_checked, false) as eye_checked,
    r.under_5 and coalesce(c.weight_rated, false) as weight_rated,
    r.under_5 and coalesce(c.malnourished, false) as malnourished,
    r.under_5 and coalesce(c.height_rated, false) as height_rated,
    r.under_5 and coalesce(c.stunted, false) as stunted,
    r.under_5 and coalesce(c.shape_rated, false) as shape_rated,
    r.under_5 and coalesce(c.wasted, false) as wasted,
    r.under_5 and coalesce(c.overweight, false) as overweight,
    r.under_5 and coalesce(c.obese, false) as obese,
    r.under_5 and coalesce(c.anaemia_rated, false) as haemoglobin_tested,
    r.under_5 and coalesce(c.anaemia, false) as anaemia,
    coalesce(c.delayed, false) as delayed,
    coalesce(c.referred, false) or coalesce(n.referred, false) as referred,
    coalesce(c.hearing_failed, false) as hearing_failed,
    r.under_5 and h.subject is not null as high_risk,
    r.under_5 and h.subject is not null and coalesce(v.visited, false) as high_risk_managed,
    not r.registered as floating
from population_resident_period r
left join (
    select
        subject,
        sum(case when m.at >= $start then 1 else 0 end) as checks,
        sum(case when m.at > $end - interval '12 months' then 1 else 0 end) as year_checks,
        bool_or(m.at >= $start and weight is not null and height is not null) as measured,
        bool_or(m.at >= $start and eye_checked) as eye_checked,
        bool_or(m.at >= $start and weight_class is not null) as weight_rated,
        bool_or(m.at >= $start and weight_class in ('2', '3')) as malnourished,
        bool_or(m.at >= $start and height_class is not null) as height_rated,
        bool_or(m.at >= $start and height_class = '2') as stunted,
        bool_or(m.at >= $start and shape_class is not null) as shape_rated,
        bool_or(m.at >= $start and shape_class = '2') as wasted,
        bool_or(m.at >= $start and shape_class = '3') as overweight,
        bool_or(m.at >= $start and shape_class = '4') as obese,
        bool_or(m.at >= $start and anaemia is not null) as anaemia_rated,
        bool_or(m.at >= $start and anaemia) as anaemia,
        bool_or(m.at >= $start and delay) as delayed,
        bool_or(m.at >= $start and referred) as referred,
        bool_or(m.at >= $start and hearing = '2') as hearing_failed
    from child_health_checkup m
    where m.at <= $end
    group by subject
) c on c.subject = r.subject
left join (
    select subject, bool_or(eye_checked) as eye_checked, bool_or(referred) as referred
    from child_health_newborn_visit m
    where m.at between $start and $end
    group by subject
) n on n.subject = r.subject
left join (
    select s.subject
    from child_health_high_risk s
    left join (
        select subject, max(m.at) as closed_on from child_health_high_risk_visit m where outcome = '2' and m.at < $start group by subject
    ) e on e.subject = s.subject
    where s.at <= $end and (e.closed_on is null or e.closed_on < s.at)
    group by s.subject
) h on h.subject = r.subject
left join (
    select subject, true as visited
    from child_health_high_risk_visit m
    where m.at between $start and $end
    group by subject
) v on v.subject = r.subject
where r.under_7
