-- view: facilities_institution
-- name: 期末医疗卫生机构
-- grain: one row per health centre or village clinic open at the end of the period
-- subject: organisation
-- column: name text 机构
-- column: kind text 类别
-- column: centre boolean 乡镇卫生院
-- column: clinic boolean 村卫生室
-- column: listed boolean 已登记服务能力
-- column: floor_area decimal 业务用房面积
-- column: rooms_separate boolean 用房分开
-- column: beds integer 床位
-- column: tcm boolean 能提供中医药服务
-- column: insurance_point boolean 医保定点
-- column: sterilizes boolean 自行消毒灭菌
-- column: building boolean 本期有建设
-- column: completed boolean 本期竣工
-- column: planned decimal 计划投资
-- column: spent decimal 完成投资
-- source: 村卫生室管理办法（试行），2014；乡镇卫生院服务能力标准，2022
select
    o.subject,
    o.name,
    o.kind,
    o.kind = '2' as centre,
    o.kind = '3' as clinic,
    c.subject is not null as listed,
    coalesce(c.floor_area, 0) as floor_area,
    coalesce(c.rooms_separate, false) as rooms_separate,
    coalesce(c.beds, 0) as beds,
    coalesce(c.tcm, false) as tcm,
    coalesce(c.insurance_point, false) as insurance_point,
    coalesce(c.sterilizes, false) as sterilizes,
    p.subject is not null as building,
    coalesce(p.completed = 1, false) as completed,
    coalesce(p.planned, 0) as planned,
    coalesce(p.spent, 0) as spent
from population_organisation o
left join facilities_capacity c on c.subject = o.subject and $end between c.valid_from and c.valid_to
left join (
    select
        subject,
        max(case when stage in ('3', '4') then 1 else 0 end) as completed,
        sum(coalesce(planned, 0)) as planned,
        sum(coalesce(spent, 0)) as spent
    from facilities_project j
    where j.at between $start and $end and j.work in ('1', '2', '3')
    group by subject
) p on p.subject = o.subject
where o.kind in ('2', '3') and $end between o.valid_from and o.valid_to and (o.closed_on is null or o.closed_on > $end)
