-- view: population_declined
-- name: 谢绝服务
-- grain: one row per service declined in the period
-- subject: resident
-- additive: happened_on
-- column: programme text 谢绝的服务或项目
-- column: asks_again boolean 愿意以后再约
-- source: 基本医疗卫生与健康促进法，2019，第三十二条
select
    t.subject,
    t.at as happened_on,
    t.service as programme,
    coalesce(t.wishes, false) as asks_again
from population_decline t
where t.at between $start and $end
