-- view: malaria_work
-- name: 疟疾防治工作
-- grain: one row per task, tally, return or project record
-- subject: area
-- additive: happened_on
-- column: happened_on date 日期
-- column: resident_task integer 本地居民血检任务
-- column: floating_task integer 流动人口血检任务
-- column: prophylaxis_task integer 预防服药任务
-- column: resident_tests integer 本地居民血检
-- column: floating_tests integer 流动人口血检
-- column: positives integer 血检阳性
-- column: groups_due integer 应血检村民小组
-- column: groups_tested integer 已血检村民小组
-- column: prophylaxis integer 预防服药
-- column: nets integer 浸泡蚊帐
-- column: month_reports integer 月报
-- column: quarter_reports integer 季报
-- column: timely_reports integer 期末5日内上报
-- column: round integer 项目轮次
-- column: vivax_treated integer 治疗间日疟
-- column: falciparum_treated integer 治疗恶性疟
-- source: 消除疟疾技术方案（2011年版）
select p.subject, p.at as happened_on,
    p.resident_task as resident_task,
    coalesce(p.floating_task, 0) as floating_task,
    coalesce(p.prophylaxis_task, 0) as prophylaxis_task,
    0 as resident_tests,
    0 as floating_tests,
    0 as positives,
    0 as groups_due,
    0 as groups_tested,
    0 as prophylaxis,
    0 as nets,
    0 as month_reports,
    0 as quarter_reports,
    0 as timely_reports,
    0 as round,
    0 as vivax_treated,
    0 as falciparum_treated
from malaria_plan p
where p.at between $start and $end
union all
select b.subject, b.at as happened_on,
    0 as resident_task,
    0 as floating_task,
    0 as prophylaxis_task,
    case when b.population = '1' then b.tested else 0 end as resident_tests,
    case when b.population = '2' then b.tested else 0 end as floating_tests,
    b.positive as positives,
    0 as groups_due,
    0 as groups_tested,
    0 as prophylaxis,
    0 as nets,
    0 as month_reports,
    0 as quarter_reports,
    0 as timely_reports,
    0 as round,
    0 as vivax_treated,
    0 as falciparum_treated
from malaria_blood_test b
where b.at between $start and $end
union all
select v.subject, v.at as happened_on,
    0 as resident_task,
    0 as floating_task,
    0 as prophylaxis_task,
    0 as resident_tests,
    0 as floating_tests,
    0 as positives,
    coalesce(v.groups_due, 0) as groups_due,
    coalesce(v.groups_tested, 0) as groups_tested,
    coalesce(v.prophylaxis, 0) as prophylaxis,
    coalesce(v.nets_dipped, 0) as nets,
    0 as month_reports,
    0 as quarter_reports,
    0 as timely_reports,
    0 as round,
    0 as vivax_treated,
    0 as falciparum_treated
from malaria_village_work v
where v.at between $start and $end
union all
select r.subject, r.period_to as happened_on,
    0 as resident_task,
    0 as floating_task,
    0 as prophylaxis_task,
    0 as resident_tests,
    0 as floating_tests,
    0 as positives,
    0 as groups_due,
    0 as groups_tested,
    0 as prophylaxis,
    0 as nets,
    case when r.kind = '1' then 1 else 0 end as month_reports,
    case when r.kind = '2' then 1 else 0 end as quarter_reports,
    case when r.at <= r.period_to + interval '5 days' then 1 else 0 end as timely_reports,
    0 as round,
    0 as vivax_treated,
    0 as falciparum_treated
from malaria_report r
where r.period_to between $start and $end
union all
select j.subject, j.at as happened_on,
    0 as resident_task,
    0 as floating_task,
    0 as prophylaxis_task,
    0 as resident_tests,
    0 as floating_tests,
    0 as positives,
    0 as groups_due,
    0 as groups_tested,
    0 as prophylaxis,
    0 as nets,
    0 as month_reports,
    0 as quarter_reports,
    0 as timely_reports,
    j.round as round,
    j.vivax_treated as vivax_treated,
    j.falciparum_treated as falciparum_treated
from malaria_project j
where j.at between $start and $end
