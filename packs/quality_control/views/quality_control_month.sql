-- view: quality_control_month
-- name: 医疗质量月度检查
-- grain: one row per monthly review
-- subject: organisation
-- additive: happened_on
-- column: happened_on date 检查日期
-- column: name text 机构
-- column: records_checked integer 抽查病历
-- column: records_good integer 甲级病历
-- column: records_bad integer 丙级病历
-- column: prescriptions_checked integer 点评处方
-- column: prescriptions_rational integer 合理处方
-- column: hand_moments integer 手卫生时机
-- column: hand_done integer 已执行
-- column: nursing_items integer 护理检查项次
-- column: nursing_passed integer 护理合格项次
-- column: discharges integer 出院人数
-- column: infections integer 医院感染
-- column: infections_24h integer 24小时内上报
-- column: sharps_injuries integer 锐器伤
-- column: adverse_events integer 不良事件
-- column: problems integer 发现问题
-- column: rectify_by date 整改期限
-- column: asked boolean 有上次问题
-- column: rectified boolean 上次问题已整改
-- source: 医疗质量管理办法，2016
select
    m.subject,
    m.at as happened_on,
    o.name,
    m.records_checked,
    m.records_good,
    m.records_bad,
    m.prescriptions_checked,
    m.prescriptions_rational,
    m.hand_moments,
    m.hand_done,
    m.nursing_items,
    m.nursing_passed,
    m.discharges,
    m.infections,
    m.infections_24h,
    m.sharps_injuries,
    m.adverse_events,
    m.problems,
    m.rectify_by,
    m.rectified is not null as asked,
    coalesce(m.rectified, false) as rectified
from quality_control_monthly_review m
left join population_organisation o on o.subject = m.subject and m.at between o.valid_from and o.valid_to
where m.at between $start and $end
