-- view: health_education_event
-- name: 健康教育活动
-- grain: one row per activity
-- subject: area
-- additive: happened_on
-- column: happened_on date 活动日期
-- column: form text 活动形式
-- column: topic text 主题
-- column: place text 地点
-- column: audience text 对象
-- column: people integer 受教人次
-- column: staff integer 医务人员
-- column: talks integer 口头宣传人次
-- column: consultations integer 接受咨询人次
-- column: material_kinds integer 资料种类
-- column: leaflets integer 宣传材料
-- column: slogans integer 标语
-- column: posters integer 宣传画
-- column: boards integer 展版
-- column: minutes integer 播放分钟
-- column: speaker text 主讲人
-- column: archive text 存档材料
-- source: 国家基本公共卫生服务规范（第三版），2017，健康教育服务规范
select
    subject,
    t.at as happened_on,
    form,
    topic,
    place,
    audience,
    coalesce(people, 0) as people,
    coalesce(staff, 0) as staff,
    coalesce(talks, 0) as talks,
    coalesce(consultations, 0) as consultations,
    coalesce(material_kinds, 0) as material_kinds,
    coalesce(leaflets, 0) as leaflets,
    coalesce(slogans, 0) as slogans,
    coalesce(posters, 0) as posters,
    coalesce(boards, 0) as boards,
    coalesce(minutes, 0) as minutes,
    speaker,
    archive
from health_education_activity t
where t.at between $start and $end
