-- view: maternal_delivery
-- name: 产妇
-- grain: one row per pregnancy delivered in the period
-- subject: pregnancy
-- additive: happened_on
-- column: births integer 出生数（含死胎死产）
-- column: live_births integer 活产数
-- column: carded boolean 已建卡
-- column: booked_early boolean 13周前建册并首次产前检查
-- column: antenatal_checked boolean 产前检查1次及以上
-- column: checked_early boolean 13周前产前检查
-- column: checked_5 boolean 产前检查5次及以上
-- column: visited boolean 产后28天内访视
-- column: visited_home boolean 出院后28天内访视
-- column: visit_abnormal boolean 访视发现异常
-- column: visit_referred boolean 访视转诊
-- column: checked_42 boolean 产后42天检查
-- column: clean boolean 新法接生
-- column: in_hospital boolean 住院分娩
-- column: systematic boolean 系统管理
-- column: high_risk boolean 高危产妇
-- column: high_risk_in_hospital boolean 高危产妇住院分娩
-- column: aged_35 boolean 分娩时满35岁
-- column: haemoglobin_tested boolean 血红蛋白检测
-- column: anaemia boolean 贫血
-- column: anaemia_moderate boolean 中重度贫血
-- column: hiv_tested boolean 艾滋病检测
-- column: hiv_tested_early boolean 孕早期艾滋病检测
-- column: syphilis_tested boolean 梅毒检测
-- column: hepatitis_b_tested boolean 乙肝表面抗原检测
-- column: screened boolean 产前筛查
-- column: diagnosed boolean 产前诊断
-- column: floating boolean 非户籍
-- source: 全国妇幼卫生调查制度，2012；国家基本公共卫生服务规范（第三版），2017，孕产妇健康管理
select
    d.subject,
    d.delivered_on as happened_on,
    coalesce(b.births, 0) as births,
    coalesce(b.live_births, 0) as live_births,
    r.subject is not null as carded,
    coalesce(r.early, false) and coalesce(a.early, false) as booked_early,
    a.subject is not null as antenatal_checked,
    coalesce(a.early, false) as checked_early,
    coalesce(a.visits >= t.antenatal_visits, false) as checked_5,
    coalesce(p.visited, false) as visited,
    coalesce(p.visited_home, false) as visited_home,
    coalesce(p.abnormal, false) as visit_abnormal,
    coalesce(p.referred, false) as visit_referred,
    c.subject is not null as checked_42,
    coalesce(b.clean, false) as clean,
    coalesce(b.in_hospital, false) as in_hospital,
    coalesce(a.early and a.visits >= t.antenatal_visits and b.clean and p.visited, false) as systematic,
    h.subject is not null as high_risk,
    h.subject is not null and coalesce(b.in_hospital, false) as high_risk_in_hospital,
    coalesce(w.birth_date <= d.delivered_on - interval '35 years', false) as aged_35,
    a.haemoglobin is not null as haemoglobin_tested,
    coalesce(a.haemoglobin < t.anaemia_below, false) as anaemia,
    coalesce(a.haemoglobin < t.moderate_anaemia_below, false) as anaemia_moderate,
    coalesce(a.hiv_tested, false) as hiv_tested,
    coalesce(a.hiv_tested_early, false) as hiv_tested_early,
    coalesce(a.syphilis_tested, false) as syphilis_tested,
    coalesce(a.hepatitis_b_tested, false) as hepatitis_b_tested,
    coalesce(a.screened, false) as screened,
    coalesce(a.diagnosed, false) as diagnosed,
    coalesce(w.residence_type = '2', false) as floating
from maternal_health_delivery d
left join maternal_health_standards t on d.delivered_on between t.valid_from and t.valid_to
left join (
    select
        subject,
        count(*) as births,
        sum(case when outcome = '1' then 1 else 0 end) as live_births,
        bool_and(clean) as clean,
        bool_or(place in ('1', '2', '3')) as in_hospital
    from maternal_health_birth
    group by subject
) b on b.subject = d.subject
left join (
    select subject, bool_or(gestational_week < 13) as early from maternal_health_registration group by subject
) r on r.subject = d.subject
left join (
    select
        subject,
        count(*) as visits,
        bool_or(gestational_week < 13) as early,
        min(haemoglobin) as haemoglobin,
        bool_or(hiv_tested) as hiv_tested,
        bool_or(hiv_tested and gestational_week < 13) as hiv_tested_early,
        bool_or(syphilis_tested) as syphilis_tested,
        bool_or(hepatitis_b_tested) as hepatitis_b_tested,
        bool_or(screened) as screened,
        bool_or(diagnosed) as diagnosed
    from maternal_health_antenatal
    where not coalesce(reminder, false)
    group by subject
) a on a.subject = d.subject
left join (
    select
        v.subject,
        bool_or(v.at <= e.delivered_on + interval '28 days') as visited,
        bool_or(v.at <= coalesce(e.discharged_on, e.delivered_on) + interval '28 days') as visited_home,
        bool_or(v.abnormal) as abnormal,
        bool_or(v.referred) as referred
    from maternal_health_postnatal v
    join maternal_health_delivery e on e.subject = v.subject
    where v.at >= e.delivered_on
    group by v.subject
) p on p.subject = d.subject
left join (select subject from maternal_health_check42 group by subject) c on c.subject = d.subject
left join (
    select s.subject
    from maternal_risk s
    join maternal_health_delivery e on e.subject = s.subject
    where s.found_on <= e.delivered_on + interval '42 days'
    group by s.subject
) h on h.subject = d.subject
left join population_resident w on w.subject = d.resident and w.valid_to = date '9999-12-31'
where d.delivered_on between $start and $end
