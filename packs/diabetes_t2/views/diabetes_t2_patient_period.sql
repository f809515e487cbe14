-- view: diabetes_t2_patient_period
-- name: 期末在管2型糖尿病患者
-- grain: one row per patient in care who lives here at the end of the period
-- subject: diabetes_patient
-- column: name text 姓名
-- column: age integer 年龄
-- column: phone text 电话
-- column: address text 住址
-- column: enrolled_on date 管理起始
-- column: entered boolean 本期新纳入
-- column: managed boolean 本期有服务
-- column: face_visits integer 面对面随访次数
-- column: extra_visits integer 增加随访次数
-- column: missing_quarters integer 缺随访的季度数
-- column: unclassified integer 项目不全的面对面随访次数
-- column: unchecked integer 不满意而2周内未复查的次数
-- column: q1 text 一季度最近一次随访
-- column: q2 text 二季度最近一次随访
-- column: q3 text 三季度最近一次随访
-- column: q4 text 四季度最近一次随访
-- column: last_controlled boolean 最近一次随访达标
-- column: last_regular boolean 最近一次规律服药
-- column: last_glucose decimal 最近一次空腹血糖
-- column: hba1c decimal 本期糖化血红蛋白
-- column: foot boolean 查过足背动脉
-- column: tests integer 空腹血糖检测次数
-- column: exam_on date 体检日期
-- column: examined boolean 年度体检完整
-- column: standard boolean 规范管理
-- column: gaps text 缺项
-- source: 国家基本公共卫生服务规范（第三版），2017，2型糖尿病患者健康管理服务规范；年中纳入的从次季起每季一次，为本系统约定
select
    s.*,
    s.managed and s.missing_quarters <= 0 and s.unclassified = 0 and s.unchecked = 0 and s.examined as standard,
    case when not s.managed then '本期没有服务；' else '' end
        || case when s.missing_quarters > 0 then '缺面对面随访' || cast(s.missing_quarters as varchar) || '季；' else '' end
        || case when s.unclassified > 0 then '随访项目不全；' else '' end
        || case when s.unchecked > 0 then '不满意未在2周内复查；' else '' end
        || case when not s.examined then '缺年度体检或项目不全；' else '' end as gaps
from (
    select
        e.subject,
        r.name,
        cast(extract(year from $end) - extract(year from r.birth_date) as bigint) as age,
        r.phone,
        r.address,
        e.enrolled_on,
        e.enrolled_on >= $start as entered,
        e.enrolled_on >= $start or v.subject is not null or coalesce(x.exam_on >= $start, false) as managed,
        coalesce(v.face_visits, 0) as face_visits,
        coalesce(v.visits, 0) - coalesce(v.quarters, 0) as extra_visits,
        coalesce(v.unclassified, 0) as unclassified,
        coalesce(v.unchecked, 0) as unchecked,
        cast(
            extract(year from $end) * 4 + extract(quarter from $end)
            - extract(year from greatest(e.enrolled_on, $start - interval '1 day')) * 4
            - extract(quarter from greatest(e.enrolled_on, $start - interval '1 day'))
            - coalesce(v.face_quarters, 0) as bigint
        ) as missing_quarters,
        v.q1,
        v.q2,
        v.q3,
        v.q4,
        coalesce(v.last_controlled, false) as last_controlled,
        coalesce(v.last_regular, false) as last_regular,
        v.last_glucose,
        v.hba1c,
        coalesce(v.foot, false) as foot,
        coalesce(v.tests, 0) as tests,
        x.exam_on,
        coalesce(x.examined, false) as examined
    from (
        select subject, resident, max(n.at) as enrolled_on from diabetes_t2_enrolment n where n.at <= $end group by subject, resident
    ) e
    join population_resident_period p on p.subject = e.resident
    join population_resident r on r.subject = e.resident and r.valid_to = date '9999-12-31'
    left join (
        select subject, max(c.at) as closed_on from diabetes_t2_closing c where c.at <= $end group by subject
    ) c on c.subject = e.subject
    left join (
        select
            v.subject,
            count(*) as visits,
            count(distinct v.quarter) as quarters,
            sum(case when v.face_to_face then 1 else 0 end) as face_visits,
            count(distinct case when v.face_to_face and v.after_entry then extract(year from v.happened_on) * 4 + v.quarter end) as face_quarters,
            sum(case when v.face_to_face and not v.complete then 1 else 0 end) as unclassified,
            sum(case when v.unsatisfied and not v.rechecked and v.happened_on + interval '14 days' <= $end then 1 else 0 end) as unchecked,
            max(case when v.quarter = 1 then cast(v.happened_on as varchar) || ' ' || coalesce(cast(v.glucose as varchar) || ' ', '') || case v.class when '1' then '满意' when '2' then '不满意' when '3' then '不良反应' when '4' then '并发症' else '' end end) as q1,
            max(case when v.quarter = 2 then cast(v.happened_on as varchar) || ' ' || coalesce(cast(v.glucose as varchar) || ' ', '') || case v.class when '1' then '满意' when '2' then '不满意' when '3' then '不良反应' when '4' then '并发症' else '' end end) as q2,
            max(case when v.quarter = 3 then cast(v.happened_on as varchar) || ' ' || coalesce(cast(v.glucose as varchar) || ' ', '') || case v.class when '1' then '满意' when '2' then '不满意' when '3' then '不良反应' when '4' then '并发症' else '' end end) as q3,
            max(case when v.quarter = 4 then cast(v.happened_on as varchar) || ' ' || coalesce(cast(v.glucose as varchar) || ' ', '') || case v.class when '1' then '满意' when '2' then '不满意' when '3' then '不良反应' when '4' then '并发症' else '' end end) as q4,
            last_value(v.glucose order by v.happened_on) as last_glucose,
            max(v.hba1c) as hba1c,
            bool_or(v.foot) as foot,
            sum(case when v.glucose is not null then 1 else 0 end) as tests,
            last_value(v.controlled order by v.happened_on) as last_controlled,
            last_value(v.regular order by v.happened_on) as last_regular
        from diabetes_t2_visit v
        group by v.subject
    ) v on v.subject = e.resident
    left join (
        select m.subject, max(m.at) as exam_on, bool_or(symptoms is not null and temperature is not null and pulse is not null and respiration is not null and systolic is not null and height is not null and weight is not null and waist is not null and smoking is not null and drinking is not null and exercise is not null and hearing is not null and motor is not null and heart_rhythm is not null and breath_sounds is not null and edema is not null and dorsalis_pedis is not null) as examined
        from health_record_examination m
        where m.at <= $end and m.at > $end - interval '12 months'
        group by m.subject
    ) x on x.subject = e.resident
    where c.closed_on is null or c.closed_on < e.enrolled_on
) s
