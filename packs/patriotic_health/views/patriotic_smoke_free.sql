-- view: patriotic_smoke_free
-- name: 无烟单位检查
-- grain: one row per premises checked
-- subject: organisation
-- additive: happened_on
-- column: happened_on date 检查日期
-- column: name text 单位
-- column: signs boolean 禁烟标识
-- column: no_smoking boolean 无人吸烟
-- column: no_ads boolean 无烟草广告
-- column: advice boolean 有人劝阻
-- column: passed boolean 合格
-- column: recheck boolean 复查
-- column: recheck_due date 应复查日期
-- source: 无烟党政机关、无烟医疗卫生机构、无烟学校建设口径，2020
select
    s.subject,
    s.at as happened_on,
    o.name,
    s.signs,
    s.no_smoking,
    s.no_ads,
    s.advice,
    s.signs and s.no_smoking and s.no_ads and s.advice as passed,
    s.recheck,
    s.recheck_due
from patriotic_health_smoke_free s
left join population_organisation o on o.subject = s.subject and s.at between o.valid_from and o.valid_to
where s.at between $start and $end
