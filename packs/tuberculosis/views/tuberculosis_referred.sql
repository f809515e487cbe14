-- view: tuberculosis_referred
-- name: 肺结核可疑者推介转诊
-- grain: one row per referral
-- subject: resident
-- additive: happened_on
-- column: happened_on date 转诊日期
-- column: name text 姓名
-- column: reasons text 可疑症状
-- column: followed_on date 随访日期
-- column: followed_in_week boolean 1周内随访
-- column: arrived boolean 已就诊
-- column: result text 就诊结果
-- source: 国家基本公共卫生服务规范（第三版），2017，肺结核患者健康管理
select
    r.subject,
    r.at as happened_on,
    w.name,
    r.reasons,
    f.followed_on,
    coalesce(f.followed_on <= r.at + interval '7 days', false) as followed_in_week,
    coalesce(f.arrived, false) as arrived,
    f.result
from tuberculosis_referral r
left join (
    select s.record, min(t.at) as followed_on, bool_or(t.arrived) as arrived, max(t.result) as result
    from tuberculosis_referral s
    join tuberculosis_referral_followup t on t.subject = s.subject and t.at >= s.at and t.at <= s.at + interval '3 months'
    group by s.record
) f on f.record = r.record
left join population_resident w on w.subject = r.subject and w.valid_to = date '9999-12-31'
where r.at between $start and $end
