-- view: training_event
-- name: 培训与会议
-- grain: one row per class or meeting
-- subject: area
-- additive: happened_on
-- column: happened_on date 日期
-- column: kind text 类型
-- column: topic text 主题
-- column: place text 地点
-- column: trainer text 主讲（主持）人
-- column: expected integer 应到
-- column: hospital_staff integer 卫生院（医院）人员
-- column: village_doctors integer 村医
-- column: others integer 其他人员
-- column: present integer 实到
-- column: assessed integer 参加考核
-- column: passed integer 考核合格
-- column: archive text 存档材料
-- source: 乡村医生从业管理条例，2003，第三十一条
select
    subject,
    t.at as happened_on,
    kind,
    topic,
    place,
    trainer,
    expected,
    coalesce(hospital_staff, 0) as hospital_staff,
    coalesce(village_doctors, 0) as village_doctors,
    coalesce(others, 0) as others,
    coalesce(hospital_staff, 0) + coalesce(village_doctors, 0) + coalesce(others, 0) as present,
    coalesce(assessed, 0) as assessed,
    coalesce(passed, 0) as passed,
    archive
from training_session t
where t.at between $start and $end
