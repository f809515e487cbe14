-- view: health_education_answer
-- name: 知识与行为调查
-- grain: one row per person surveyed
-- subject: resident
-- additive: happened_on
-- column: happened_on date 调查日期
-- column: asked integer 问题数
-- column: correct integer 答对数
-- column: behaviour_formed boolean 健康行为已形成
-- column: literate boolean 达到健康素养水平
-- column: awareness_asked boolean 问过知晓
-- column: knows boolean 知晓
-- column: rated boolean 评价过服务
-- column: satisfied boolean 满意
-- source: 健康素养监测方案
select
    subject,
    t.at as happened_on,
    asked,
    correct,
    behaviour_formed,
    correct * 10 >= asked * 8 as literate,
    knows_services is not null as awareness_asked,
    coalesce(knows_services, false) as knows,
    coalesce(satisfaction in ('1', '2', '3'), false) as rated,
    coalesce(satisfaction in ('1', '2'), false) as satisfied
from health_education_survey t
where t.at between $start and $end
