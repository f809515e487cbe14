-- view: health_education_place_period
-- name: 健康教育阵地
-- grain: one row per place of health education at the end of the period
-- subject: area
-- column: level text 级别
-- column: boards integer 宣传栏
-- column: boards_enough boolean 宣传栏数量面积达标
-- column: updates integer 宣传栏更新次数
-- column: updates_enough boolean 每块更新6次
-- column: lectures integer 讲座次数
-- column: lectures_enough boolean 讲座次数达标
-- column: last_board date 最近更新宣传栏
-- column: last_lecture date 最近讲座
-- source: 国家基本公共卫生服务规范（第三版），2017，健康教育服务规范
select
    p.subject,
    p.level,
    p.boards,
    p.boards >= case when p.level = '1' then 2 else 1 end and coalesce(p.smallest >= 2, false) as boards_enough,
    coalesce(a.updates, 0) as updates,
    p.boards > 0 and coalesce(a.updates, 0) >= 6 * p.boards as updates_enough,
    coalesce(a.lectures, 0) as lectures,
    coalesce(a.lectures, 0) >= case when p.level = '1' then 12 else 6 end as lectures_enough,
    a.last_board,
    a.last_lecture
from health_education_place p
left join (
    select
        subject,
        sum(case when form = '3' then 1 else 0 end) as updates,
        sum(case when form = '5' then 1 else 0 end) as lectures,
        max(case when form = '3' then t.at end) as last_board,
        max(case when form = '5' then t.at end) as last_lecture
    from health_education_activity t
    where t.at between $start and $end
    group by subject
) a on a.subject = p.subject
where $end between p.valid_from and p.valid_to
