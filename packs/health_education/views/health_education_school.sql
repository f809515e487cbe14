-- view: health_education_school
-- name: 开展健康教育课的学校
-- grain: one row per school with health classes in the period
-- subject: organisation
-- column: hours integer 课时
-- column: pupils integer 听课学生
-- source: 学校卫生工作条例，1990，第十三条
select subject, sum(hours) as hours, max(pupils) as pupils
from health_education_school_class t
where t.at between $start and $end
group by subject
