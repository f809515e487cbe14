-- view: school_health_inspection
-- name: 学校与食堂卫生检查
-- grain: one row per check sheet
-- subject: organisation
-- additive: happened_on
-- column: happened_on date 检查日期
-- column: name text 学校
-- column: canteen boolean 食堂检查
-- column: recheck boolean 复查
-- column: failed integer 不合格项
-- column: passed boolean 全部合格
-- column: water_locked boolean 饮水设备上锁
-- column: rubbish boolean 垃圾清运
-- column: toilets boolean 厕所洗手
-- column: ventilation boolean 采光通风
-- column: disinfection boolean 消毒记录
-- column: morning_kept boolean 晨检记录
-- column: absence_kept boolean 缺课追踪
-- column: school_certificates boolean 接种证查验
-- column: lessons boolean 健康教育课
-- column: eye_teeth boolean 视力龋齿防治
-- column: acceptance boolean 索证验收
-- column: storage boolean 离地隔墙
-- column: separation boolean 生熟分开
-- column: soaking boolean 蔬菜浸泡
-- column: tableware boolean 餐具消毒
-- column: staff_certificates boolean 健康证
-- column: proofing boolean 三防设施
-- column: samples boolean 留样
-- column: recheck_due date 应复查日期
-- column: rechecked_on date 复查日期
-- column: rechecked boolean 按期复查
-- source: 学校卫生工作条例，1990；学校食品安全与营养健康管理规定，2019
with sheets as (
    select
        h.record,
        h.subject,
        h.at as happened_on,
        false as canteen,
        h.recheck,
        h.recheck_due,
        h.failed,
        h.water_locked,
        h.rubbish,
        h.toilets,
        h.ventilation,
        h.disinfection,
        h.morning_kept,
        h.absence_kept,
        h.certificates as school_certificates,
        h.lessons,
        h.eye_teeth,
        cast(null as boolean) as acceptance,
        cast(null as boolean) as storage,
        cast(null as boolean) as separation,
        cast(null as boolean) as soaking,
        cast(null as boolean) as tableware,
        cast(null as boolean) as staff_certificates,
        cast(null as boolean) as proofing,
        cast(null as boolean) as samples
    from school_health_hygiene_check h
    union all
    select
        c.record,
        c.subject,
        c.at as happened_on,
        true as canteen,
        c.recheck,
        c.recheck_due,
        c.failed,
        cast(null as boolean) as water_locked,
        cast(null as boolean) as rubbish,
        cast(null as boolean) as toilets,
        cast(null as boolean) as ventilation,
        cast(null as boolean) as disinfection,
        cast(null as boolean) as morning_kept,
        cast(null as boolean) as absence_kept,
        cast(null as boolean) as school_certificates,
        cast(null as boolean) as lessons,
        cast(null as boolean) as eye_teeth,
        c.acceptance,
        c.storage,
        c.separation,
        c.soaking,
        c.tableware,
        c.certificates as staff_certificates,
        c.proofing,
        c.samples
    from school_health_canteen_check c
),
again as (
    select a.record, min(b.happened_on) as rechecked_on
    from sheets a
    join sheets b on b.subject = a.subject and b.canteen = a.canteen and b.recheck and b.happened_on > a.happened_on
    where a.recheck_due is not null
    group by a.record
)
select
    s.subject,
    s.happened_on,
    o.name,
    s.canteen,
    s.recheck,
    s.failed,
    s.failed = 0 as passed,
    s.water_locked,
    s.rubbish,
    s.toilets,
    s.ventilation,
    s.disinfection,
    s.morning_kept,
    s.absence_kept,
    s.school_certificates,
    s.lessons,
    s.eye_teeth,
    s.acceptance,
    s.storage,
    s.separation,
    s.soaking,
    s.tableware,
    s.staff_certificates,
    s.proofing,
    s.samples,
    s.recheck_due,
    g.rechecked_on,
    coalesce(g.rechecked_on <= s.recheck_due, false) as rechecked
from sheets s
left join again g on g.record = s.record
left join population_organisation o on o.subject = s.subject and s.happened_on between o.valid_from and o.valid_to
where s.happened_on between $start and $end
