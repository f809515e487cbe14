-- view: facilities_monthly
-- name: 机构业务量
-- grain: one row per institution and month
-- subject: organisation
-- additive: happened_on
-- column: happened_on date 月份
-- column: name text 机构
-- column: outpatients integer 门急诊
-- column: tcm_outpatients integer 中医
-- column: discharges integer 出院
-- column: bed_days integer 住院日
-- column: driver_exams integer 驾驶员体检
-- column: worker_exams integer 从业人员体检
-- source: 卫生健康统计调查制度
select
    a.subject,
    a.month as happened_on,
    o.name,
    a.outpatients,
    a.tcm_outpatients,
    a.discharges,
    a.bed_days,
    a.driver_exams,
    a.worker_exams
from facilities_activity a
left join population_organisation o on o.subject = a.subject and a.at between o.valid_from and o.valid_to
where a.month between $start and $end
