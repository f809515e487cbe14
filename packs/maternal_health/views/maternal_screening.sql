-- view: maternal_screening
-- name: 妇女常见病筛查
-- grain: one row per woman invited in the period; those who decline are left out
-- subject: resident
-- additive: happened_on
-- column: screened boolean 已查
-- column: ill boolean 查出疾病
-- column: treated boolean 已治疗
-- column: vaginitis boolean 阴道炎（滴虫、假丝酵母菌、细菌性）
-- column: cervicitis boolean 宫颈炎
-- column: fibroids boolean 子宫肌瘤
-- column: prolapse boolean 盆腔器官脱垂
-- column: breast boolean 乳腺良性疾病
-- column: other boolean 其他疾病
-- source: 全国妇幼卫生调查制度，2012，妇女常见病筛查情况年报表
select
    s.subject,
    s.at as happened_on,
    s.state = '1' as screened,
    coalesce(s.ill, false) as ill,
    coalesce(s.treated, false) as treated,
    coalesce(s.diseases like '%|1|%' or s.diseases like '%|2|%' or s.diseases like '%|3|%', false) as vaginitis,
    coalesce(s.diseases like '%|4|%', false) as cervicitis,
    coalesce(s.diseases like '%|5|%', false) as fibroids,
    coalesce(s.diseases like '%|6|%', false) as prolapse,
    coalesce(s.diseases like '%|7|%', false) as breast,
    coalesce(s.diseases like '%|8|%', false) as other
from maternal_health_women_screening s
where s.state in ('1', '2') and s.at between $start and $end
