-- view: family_doctor_served
-- name: 签约服务人次
-- grain: one row per service under a contract
-- subject: resident
-- additive: happened_on
-- column: home boolean 上门
-- column: clinic boolean 门诊
-- column: remote boolean 电话或网络
-- column: kind text 服务内容
-- source: 关于推进家庭医生签约服务高质量发展的指导意见，2022
select s.subject, s.at as happened_on, s.mode = '1' as home, s.mode = '2' as clinic, s.mode = '3' as remote, s.kind
from family_doctor_service s
where s.at between $start and $end
