-- view: maternal_premarital
-- name: 婚前医学检查
-- grain: one row per monthly count
-- subject: area
-- additive: happened_on
-- column: registered integer 结婚登记人数
-- column: examined integer 检查人数
-- source: 全国妇幼卫生调查制度，2012，婚前保健情况年报表
select p.subject, p.at as happened_on, p.registered, p.examined
from maternal_health_premarital p
where p.at between $start and $end
