-- view: supervision_clue
-- name: 监督协管信息
-- grain: one row per clue found or water sample taken
-- subject: area
-- additive: happened_on
-- column: happened_on date 发现日期
-- column: category text 类别
-- column: content text 内容
-- column: reported_on date 报告日期
-- column: reported boolean 已报告
-- column: outcome text 反馈
-- column: case_filed boolean 立案
-- column: closed_down boolean 取缔
-- column: fine decimal 罚款
-- column: ordered boolean 责令限期改正
-- column: corrected boolean 按期改正
-- column: corrected_on date 改正日期
-- source: 国家基本公共卫生服务规范（第三版），2017，卫生监督协管服务规范
select
    subject,
    c.at as happened_on,
    category,
    content,
    reported_on,
    reported_on is not null as reported,
    outcome,
    coalesce(outcome = '3', false) as case_filed,
    coalesce(outcome = '4', false) as closed_down,
    coalesce(fine, 0) as fine,
    coalesce(outcome = '5', false) as ordered,
    coalesce(outcome = '5' and corrected_on <= correct_by, false) as corrected,
    corrected_on
from supervision_assist_report c
where c.at between $start and $end
