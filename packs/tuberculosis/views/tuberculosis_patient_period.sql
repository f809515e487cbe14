-- view: tuberculosis_patient_period
-- name: 肺结核患者管理
-- grain: one row per patient notified, under treatment or closed in the period
-- subject: tb_patient
-- column: name text 姓名
-- column: registration_no text 登记号
-- column: patient_type text 患者类型
-- column: sputum text 痰菌情况
-- column: resistance text 耐药情况
-- column: notified_at timestamp 接到通知时间
-- column: first_visit_at timestamp 第一次入户随访
-- column: supervisor text 督导人员
-- column: self_paid boolean 自费服药
-- column: treatment_from date 治疗起
-- column: closed_on date 结案日期
-- column: reason text 停止治疗原因
-- column: visits_due integer 应访视
-- column: visits_done integer 实访视
-- column: doses_due integer 应服药
-- column: doses_taken integer 实服药
-- column: notified boolean 本期通知
-- column: first_in_72h boolean 72小时内入户
-- column: managed boolean 已管理
-- column: under_treatment boolean 本期在治
-- column: visits integer 本期督导次数
-- column: supervised boolean 本期已督导
-- column: missed_doses integer 本期漏服药次数
-- column: educated boolean 第一次随访时九项内容都掌握
-- column: completed boolean 本期完成治疗
-- column: regular boolean 规则服药
-- column: stopped boolean 本期结案
-- column: cured boolean 本期结案且完成疗程
-- source: 国家基本公共卫生服务规范（第三版），2017，肺结核患者健康管理
select
    n.subject,
    w.name,
    n.registration_no,
    n.patient_type,
    n.sputum,
    n.resistance,
    n.notified_at,
    f.first_visit_at,
    coalesce(f.supervisor, n.supervisor) as supervisor,
    n.self_paid,
    n.treatment_from,
    c.closed_on,
    c.reason,
    c.visits_due,
    c.visits_done,
    c.doses_due,
    c.doses_taken,
    cast(n.notified_at as date) >= $start as notified,
    cast(n.notified_at as date) >= $start and coalesce(f.first_visit_at <= n.notified_at + interval '72 hours', false) as first_in_72h,
    f.first_visit_at is not null or coalesce(v.follow_ups, 0) > 0 as managed,
    n.treatment_from <= $end and (c.closed_on is null or c.closed_on >= $start) as under_treatment,
    coalesce(f.first_visits, 0) + coalesce(v.visits, 0) as visits,
    coalesce(f.first_visits, 0) + coalesce(v.visits, 0) > 0 as supervised,
    coalesce(v.missed_doses, 0) as missed_doses,
    coalesce(f.educated, false) as educated,
    coalesce(c.closed_on >= $start and c.reason = '1', false) as completed,
    coalesce(c.closed_on >= $start and c.reason = '1' and c.doses_taken * 100 >= c.doses_due * s.regular_percent, false) as regular,
    coalesce(c.closed_on >= $start, false) as stopped,
    coalesce(c.closed_on >= $start and c.reason = '1', false) as cured
from tuberculosis_notice n
join tuberculosis_standards s on $end between s.valid_from and s.valid_to
left join (
    select
        subject,
        min(visited_at) as first_visit_at,
        max(supervisor) as supervisor,
        bool_or(education = '|1|2|3|4|5|6|7|8|9|') as educated,
        sum(case when t.at >= $start then 1 else 0 end) as first_visits
    from tuberculosis_first_visit t
    where met and t.at <= $end
    group by subject
) f on f.subject = n.subject
left join (
    select
        subject,
        count(*) as follow_ups,
        sum(case when t.at >= $start and mode <> '3' then 1 else 0 end) as visits,
        sum(case when t.at >= $start then missed_doses else 0 end) as missed_doses
    from tuberculosis_followup t
    where t.at <= $end
    group by subject
) v on v.subject = n.subject
left join (
    select
        subject,
        min(t.at) as closed_on,
        last_value(reason order by t.at) as reason,
        last_value(visits_due order by t.at) as visits_due,
        last_value(visits_done order by t.at) as visits_done,
        last_value(doses_due order by t.at) as doses_due,
        last_value(doses_taken order by t.at) as doses_taken
    from tuberculosis_closing t
    where t.at <= $end
    group by subject
) c on c.subject = n.subject
left join population_resident w on w.subject = n.resident and $end between w.valid_from and w.valid_to
where cast(n.notified_at as date) <= $end and (c.closed_on is null or c.closed_on >= $start or cast(n.notified_at as date) >= $start)
