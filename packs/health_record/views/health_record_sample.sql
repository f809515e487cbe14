-- view: health_record_sample
-- name: 质量抽查
-- grain: one row per sampled record
-- subject: resident
-- additive: happened_on
-- column: kind text 抽查内容
-- column: qualified boolean 合格
-- column: asked boolean 联系上并核实
-- column: genuine boolean 属实
-- source: 基本公共卫生服务项目绩效评价口径
-- verified: false
select
    s.subject,
    s.at as happened_on,
    s.kind,
    s.qualified,
    coalesce(s.confirmed in ('1', '2'), false) as asked,
    coalesce(s.confirmed = '1', false) as genuine
from health_record_sampling s
where s.at between $start and $end
