-- view: hypertension_visit
-- name: 高血压随访
-- grain: one row per patient and day with a follow-up, on the hypertension sheet or the combined one
-- subject: resident
-- additive: happened_on
-- column: quarter integer 季度
-- column: after_entry boolean 纳入管理当季以后的随访
-- column: face_to_face boolean 面对面
-- column: complete boolean 量了血压，生活方式、服药都问了
-- column: systolic integer 收缩压
-- column: diastolic integer 舒张压
-- column: controlled boolean 血压达标
-- column: class text 此次随访分类
-- column: unsatisfied boolean 控制不满意、不良反应或并发症
-- column: rechecked boolean 2周内再次随访
-- column: regular boolean 规律服药
-- column: medicated boolean 问过服药
-- column: urgent boolean 血压危急
-- column: referred boolean 转诊
-- source: 国家基本公共卫生服务规范（第三版），2017，高血压患者健康管理服务规范；关于做好2025年基本公共卫生服务工作的通知，2025，慢性病患者健康管理一张表
select
    v.resident as subject,
    v.at as happened_on,
    extract(quarter from v.at) as quarter,
    v.after_entry,
    v.face_to_face,
    v.class is not null and v.lived and v.medicated as complete,
    v.systolic,
    v.diastolic,
    coalesce(v.controlled, false) as controlled,
    v.class,
    coalesce(v.class <> '1', false) as unsatisfied,
    coalesce(v.next_at <= v.at + interval '14 days', false) as rechecked,
    v.regular,
    v.medicated,
    v.urgent as urgent,
    v.referred
from (
    select
        d.*,
        lead(d.at) over (partition by d.resident order by d.at) as next_at
    from (
        select
            f.resident,
            f.at,
            bool_or(f.mode <> '3') as face_to_face,
            bool_or(extract(year from f.at) * 4 + extract(quarter from f.at) > extract(year from e.enrolled_on) * 4 + extract(quarter from e.enrolled_on)) as after_entry,
            bool_or(f.smoking is not null and f.drinking is not null and f.exercise_times is not null and f.salt is not null) as lived,
            bool_or(f.adherence is not null and f.adverse_reaction is not null) as medicated,
            bool_or(coalesce(f.adherence = '1', false)) as regular,
            bool_or(coalesce(f.referred, false)) as referred,
            max(f.class) as class,
            bool_and(f.bp_control = '1') as controlled,
            bool_or(coalesce(f.urgent, false)) as urgent,
            max(f.systolic) as systolic,
            max(f.diastolic) as diastolic
        from (
            select resident, h.at, mode, systolic, diastolic, smoking, drinking, exercise_times, salt, adherence, adverse_reaction, complication, referred, bp_control, class, urgent
            from hypertension_followup h
            union all
            select resident, s.at, mode, systolic, diastolic, smoking, drinking, exercise_times, salt, adherence, adverse_reaction, complication, referred, bp_control, bp_class, systolic >= 180 or diastolic >= 110 as urgent
            from diabetes_t2_followup s
            where systolic is not null and diastolic is not null
        ) f
        join (select resident, min(n.at) as enrolled_on from hypertension_enrolment n group by resident) e on e.resident = f.resident and f.at >= e.enrolled_on
        group by f.resident, f.at
    ) d
) v
where v.at between $start and $end
