-- view: elderly_insurance_place
-- name: 老年友善服务检查
-- grain: one row per check of a place
-- subject: organisation
-- additive: happened_on
-- column: happened_on date 检查日期
-- column: name text 机构
-- column: priority boolean 优先窗口
-- column: barrier_free boolean 无障碍
-- column: without_phone boolean 不用手机
-- column: large_print boolean 大字标识
-- column: helper boolean 陪诊帮办
-- column: passed boolean 合格
-- column: recheck_due date 应复查
-- source: 老年友善医疗机构建设口径，2020
select
    f.subject,
    f.at as happened_on,
    o.name,
    f.priority,
    f.barrier_free,
    f.without_phone,
    f.large_print,
    f.helper,
    f.priority and f.barrier_free and f.without_phone and f.large_print and f.helper as passed,
    f.recheck_due
from elderly_insurance_age_friendly f
left join population_organisation o on o.subject = f.subject and f.at between o.valid_from and o.valid_to
where f.at between $start and $end
