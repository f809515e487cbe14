-- view: diabetes_t2_visit
-- name: 糖尿病随访
-- grain: one row per patient and day with a follow-up
-- subject: resident
-- additive: happened_on
-- column: quarter integer 季度
-- column: after_entry boolean 纳入管理当季以后的随访
-- column: face_to_face boolean 面对面
-- column: complete boolean 测了血压和空腹血糖，生活方式、服药都问了
-- column: glucose decimal 空腹血糖
-- column: hba1c decimal 糖化血红蛋白
-- column: foot boolean 查了足背动脉
-- column: controlled boolean 空腹血糖达标
-- column: class text 此次随访分类
-- column: unsatisfied boolean 控制不满意、不良反应或并发症
-- column: urgent boolean 需紧急转诊
-- column: rechecked boolean 2周内再次随访
-- column: regular boolean 规律服药
-- column: low_glucose boolean 有低血糖反应
-- column: referred boolean 转诊
-- source: 国家基本公共卫生服务规范（第三版），2017，2型糖尿病患者健康管理服务规范
select
    v.resident as subject,
    v.at as happened_on,
    extract(quarter from v.at) as quarter,
    v.after_entry,
    v.face_to_face,
    v.class is not null and v.lived as complete,
    v.glucose,
    v.hba1c,
    v.foot,
    coalesce(v.controlled, false) as controlled,
    v.class,
    coalesce(v.class <> '1', false) as unsatisfied,
    v.urgent,
    coalesce(v.next_at <= v.at + interval '14 days', false) as rechecked,
    v.regular,
    v.low_glucose,
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
            bool_or(
                f.systolic is not null and f.smoking is not null and f.drinking is not null and f.exercise_times is not null
                and f.staple_food is not null and f.adherence is not null and f.adverse_reaction is not null and f.hypoglycaemia is not null
            ) as lived,
            bool_or(coalesce(f.adherence = '1', false)) as regular,
            bool_or(coalesce(f.hypoglycaemia in ('2', '3'), false)) as low_glucose,
            bool_or(coalesce(f.referred, false)) as referred,
            bool_or(f.dorsalis_pedis is not null) as foot,
            max(f.class) as class,
            bool_and(f.glucose_control = '1') as controlled,
            bool_or(coalesce(f.urgent, false)) as urgent,
            max(f.fasting_glucose) as glucose,
            max(f.hba1c) as hba1c
        from diabetes_t2_followup f
        join (select resident, min(n.at) as enrolled_on from diabetes_t2_enrolment n group by resident) e on e.resident = f.resident and f.at >= e.enrolled_on
        group by f.resident, f.at
    ) d
) v
where v.at between $start and $end
