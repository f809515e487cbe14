-- view: infectious_disease_patient
-- name: 传染病病例
-- grain: one row per registered case, on the day of diagnosis, as last corrected
-- subject: notified_case
-- additive: happened_on
-- column: happened_on date 诊断日期
-- column: disease text 疾病名称
-- column: class text 法定分类
-- column: case_class text 病例分类
-- column: occupation text 人群分类
-- column: onset_on date 发病日期
-- column: diagnosed_at timestamp 诊断时间
-- column: card_no text 卡片编号
-- column: reported_at timestamp 报告时间
-- column: hours_taken integer 诊断到报告的整小时数
-- column: limit_hours integer 报告时限（小时）
-- column: reported boolean 已报告
-- column: timely boolean 按时限报告
-- column: incident boolean 计入发病：现住本辖区的临床诊断和确诊病例
-- column: in_school boolean 托幼儿童和学生
-- column: died boolean 死亡
-- column: coded boolean 性病艾滋病，按编码管理
-- source: 传染病信息报告管理规范（2026年版）
select
    c.subject,
    cast(c.diagnosed_at as date) as happened_on,
    c.disease,
    coalesce(d.class, '9') as class,
    c.case_class,
    c.occupation,
    c.onset_on,
    c.diagnosed_at,
    c.card_no,
    c.reported_at,
    cast(floor((extract(epoch from c.reported_at) - extract(epoch from c.diagnosed_at)) / 3600) as bigint) as hours_taken,
    d.hours as limit_hours,
    c.reported_at is not null as reported,
    coalesce(case
        when d.hours = 2 then c.reported_at <= c.diagnosed_at + interval '2 hours'
        else c.reported_at <= c.diagnosed_at + interval '24 hours'
    end, false) as timely,
    c.local and c.case_class in ('2', '3') as incident,
    c.occupation in ('01', '03') as in_school,
    c.died_on is not null as died,
    c.disease in ('0601', '0602', '0700', '0801', '0802', '0803', '0804', '0805') as coded
from (
    select
        t.subject,
        coalesce(l.disease, t.disease) as disease,
        coalesce(l.case_class, t.case_class) as case_class,
        t.occupation,
        t.onset_on,
        t.diagnosed_at,
        t.local,
        f.card_no,
        f.reported_at,
        l.died_on
    from infectious_disease_case t
    left join (
        select subject, min(card_no) as card_no, min(reported_at) as reported_at
        from infectious_disease_report_card
        where card_kind = '1'
        group by subject
    ) f on f.subject = t.subject
    left join (
        select
            subject,
            last_value(revised_disease order by case when revised_disease is null then 0 else 1 end, reported_at) as disease,
            last_value(revised_class order by case when revised_class is null then 0 else 1 end, reported_at) as case_class,
            max(died_on) as died_on
        from infectious_disease_report_card
        group by subject
    ) l on l.subject = t.subject
    where cast(t.diagnosed_at as date) between $start and $end
) c
left join infectious_disease_disease d
    on d.disease = c.disease and cast(c.diagnosed_at as date) between d.valid_from and d.valid_to
