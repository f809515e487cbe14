-- view: training_due_return
-- name: 应报报表
-- grain: one row per return due in the period
-- subject: area
-- additive: happened_on
-- column: happened_on date 应报日期
-- column: return_name text 报表
-- column: submitted_on date 实报日期
-- column: timely boolean 按时报送
-- column: accurate boolean 审核无误
-- column: items_compared integer 核对数据项
-- column: items_agreeing integer 一致数据项
-- source: 统计法，2024，第七条
select
    subject,
    due_on as happened_on,
    return_name,
    submitted_on,
    coalesce(submitted_on <= due_on, false) as timely,
    coalesce(accurate, false) as accurate,
    coalesce(items_compared, 0) as items_compared,
    coalesce(items_agreeing, 0) as items_agreeing
from training_return_submission
where due_on between $start and $end
