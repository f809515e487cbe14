-- view: publicity_activity
-- name: 宣传日活动与信息发布
-- grain: one row per health day activity or release
-- subject: area
-- additive: happened_on
-- column: happened_on date 日期
-- column: day text 宣传日
-- column: channel text 发布渠道
-- column: title text 主题或标题
-- column: topic text 内容类别
-- column: media text 宣传方式
-- column: partners text 联合部门
-- column: people integer 参加群众
-- column: activity boolean 宣传日活动
-- column: release boolean 信息发布
-- column: clinic boolean 设点咨询义诊
-- column: school boolean 进学校
-- column: joint boolean 部门联合
-- column: benefits boolean 惠民政策与免费服务
-- column: cleared boolean 已核对无个人信息
-- source: 国家基本公共卫生服务规范（第三版），2017，健康教育服务规范
select
    a.subject,
    a.at as happened_on,
    a.day,
    cast(null as varchar) as channel,
    a.theme as title,
    cast(null as varchar) as topic,
    a.media,
    a.partners,
    a.people,
    true as activity,
    false as release,
    a.media like '%|1|%' as clinic,
    a.media like '%|5|%' as school,
    a.partners is not null as joint,
    false as benefits,
    true as cleared
from publicity_day_activity a
where a.at between $start and $end
union all
select
    r.subject,
    r.at as happened_on,
    cast(null as varchar) as day,
    r.channel,
    r.title,
    r.topic,
    cast(null as varchar) as media,
    cast(null as varchar) as partners,
    0 as people,
    false as activity,
    true as release,
    false as clinic,
    false as school,
    false as joint,
    r.topic = '1' as benefits,
    r.checked as cleared
from publicity_release r
where r.at between $start and $end
