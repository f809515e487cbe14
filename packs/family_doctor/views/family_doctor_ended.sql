-- view: family_doctor_ended
-- name: 签约与终止
-- grain: one row per contract signed or ended in the period
-- subject: resident
-- additive: happened_on
-- column: signed boolean 新签或续签
-- column: package text 服务包
-- column: amount decimal 签约服务费
-- column: ended boolean 终止
-- column: at_wish boolean 本人解约
-- source: 关于推进家庭医生签约服务高质量发展的指导意见，2022
select c.subject, c.at as happened_on, true as signed, c.package, coalesce(c.amount, 0) as amount, false as ended, false as at_wish
from family_doctor_contract c
where c.at between $start and $end
union all
select e.subject, e.at as happened_on, false as signed, null as package, 0 as amount, true as ended, e.reason = '1' as at_wish
from family_doctor_ending e
where e.at between $start and $end
