-- view: training_supervision_visit
-- name: 督导
-- grain: one row per supervision visit
-- subject: area
-- additive: happened_on
-- column: happened_on date 日期
-- column: direction text 方向
-- column: person_times integer 人次
-- column: days integer 天数
-- column: topic text 内容
-- column: supervisor text 督导人
-- column: problems integer 发现问题
-- column: rectified integer 已整改
-- column: rectify_by date 整改期限
-- column: services_sampled integer 抽查服务
-- column: services_confirmed integer 核实真实
-- source: 基本公共卫生服务项目督导制度
select
    subject,
    t.at as happened_on,
    direction,
    person_times,
    days,
    topic,
    supervisor,
    coalesce(problems, 0) as problems,
    coalesce(rectified, 0) as rectified,
    rectify_by,
    coalesce(services_sampled, 0) as services_sampled,
    coalesce(services_confirmed, 0) as services_confirmed
from training_supervision t
where t.at between $start and $end
