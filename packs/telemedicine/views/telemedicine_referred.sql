-- view: telemedicine_referred
-- name: 双向转诊
-- grain: one row per referral
-- subject: resident
-- additive: happened_on
-- column: happened_on date 转诊日期
-- column: name text 姓名
-- column: up boolean 上转
-- column: down boolean 转回
-- column: direction text 方向
-- column: reason text 原因
-- column: hospital text 对方机构
-- column: emergency boolean 急危重
-- column: arrived boolean 到位
-- column: arrived_on date 到达日期
-- column: followed_on date 随访日期
-- column: face_to_face boolean 面对面随访
-- column: result text 结果
-- column: not_gone boolean 没有去
-- column: next_on date 再次随访
-- column: followed_2w boolean 两周内随访
-- source: 国家基本公共卫生服务规范（第三版），2017，双向转诊
select
    t.subject,
    t.at as happened_on,
    r.name,
    t.direction = '1' as up,
    t.direction = '2' as down,
    t.direction,
    t.reason,
    t.hospital,
    t.reason = '2' as emergency,
    t.arrived_on is not null as arrived,
    t.arrived_on,
    f.followed_on,
    coalesce(v.mode in ('1', '2'), false) as face_to_face,
    v.result,
    coalesce(v.result = '4', false) as not_gone,
    v.next_on,
    coalesce(f.followed_on <= t.at + interval '14 days', false) as followed_2w
from telemedicine_referral t
left join (
    select a.record, min(b.at) as followed_on
    from telemedicine_referral a
    join telemedicine_followup b on b.subject = a.subject and b.at >= a.at
    group by a.record
) f on f.record = t.record
left join (
    select subject, c.at as day_of, max(mode) as mode, max(result) as result, max(next_on) as next_on
    from telemedicine_followup c
    group by subject, c.at
) v on v.subject = t.subject and v.day_of = f.followed_on
left join population_resident r on r.subject = t.subject and t.at between r.valid_from and r.valid_to
where t.at between $start and $end
