-- view: health_record_ending
-- name: 慢病终止管理
-- grain: one row per end of care of a patient
-- subject: resident
-- additive: happened_on
-- column: programme text 项目
-- column: refused boolean 本人拒绝
-- column: lost boolean 失访
-- source: 国家基本公共卫生服务规范（第三版），2017
select c.resident as subject, c.at as happened_on, '高血压' as programme, c.reason = '4' as refused, c.reason = '3' as lost from hypertension_closing c where c.at between $start and $end
union all
select c.resident as subject, c.at as happened_on, '2型糖尿病' as programme, c.reason = '4' as refused, c.reason = '3' as lost from diabetes_t2_closing c where c.at between $start and $end
union all
select c.resident as subject, c.at as happened_on, '慢性阻塞性肺疾病' as programme, c.reason = '4' as refused, c.reason = '3' as lost from copd_closing c where c.at between $start and $end
