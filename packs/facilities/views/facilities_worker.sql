-- view: facilities_worker
-- name: 期末在岗卫生人员
-- grain: one row per health worker in post at the end of the period
-- subject: staff
-- column: name text 姓名
-- column: level text 层级
-- column: township boolean 乡级
-- column: village boolean 村级
-- column: qualification text 执业类别
-- column: physician boolean 执业（助理）医师
-- column: rural_doctor boolean 乡村医生
-- column: nurse boolean 护士
-- column: tcm boolean 中医类别
-- column: college boolean 大专及以上
-- column: licence_until date 证书有效期
-- column: licence_valid boolean 证书在有效期内
-- source: 乡村医生从业管理条例，2003
select
    s.subject,
    s.name,
    s.level,
    s.level = '2' as township,
    s.level = '3' as village,
    d.qualification,
    coalesce(d.qualification in ('1', '2'), false) as physician,
    coalesce(d.qualification = '3', false) as rural_doctor,
    coalesce(d.qualification = '4', false) as nurse,
    coalesce(d.tcm, false) as tcm,
    coalesce(d.college, false) as college,
    d.licence_until,
    coalesce(d.licence_until >= $end, false) as licence_valid
from population_staff s
left join facilities_staff_detail d on d.subject = s.subject and $end between d.valid_from and d.valid_to
where $end between s.valid_from and s.valid_to and (s.left_on is null or s.left_on > $end)
