-- view: premarital_exam
-- name: 婚前医学检查
-- grain: one row per person examined in the period
-- subject: resident
-- additive: happened_on
-- column: man boolean 男
-- column: woman boolean 女
-- column: ill boolean 检出疾病
-- column: infectious boolean 指定传染病
-- column: hereditary boolean 严重遗传性疾病
-- column: mental boolean 有关精神病
-- column: reproductive boolean 生殖系统疾病
-- column: internal boolean 内科系统疾病
-- column: advised boolean 提出暂缓结婚或采取医学措施的意见
-- column: counselled boolean 婚前卫生咨询
-- column: hiv_tested boolean 艾滋病检测
-- column: syphilis_tested boolean 梅毒检测
-- source: 全国妇幼卫生调查制度，2012，婚前保健情况年报表
select
    p.subject,
    p.at as happened_on,
    coalesce(r.sex = '1', false) as man,
    coalesce(r.sex = '2', false) as woman,
    p.findings not like '%|1|%' as ill,
    p.findings like '%|2|%' as infectious,
    p.findings like '%|3|%' as hereditary,
    p.findings like '%|4|%' as mental,
    p.findings like '%|5|%' as reproductive,
    p.findings like '%|6|%' as internal,
    p.opinion in ('3', '5') as advised,
    p.counselled,
    coalesce(p.hiv_tested, false) as hiv_tested,
    coalesce(p.syphilis_tested, false) as syphilis_tested
from premarital_check_exam p
left join population_resident r on r.subject = p.subject and r.valid_to = date '9999-12-31'
where p.at between $start and $end
