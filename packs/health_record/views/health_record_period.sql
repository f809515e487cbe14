-- view: health_record_period
-- name: 居民健康档案与使用
-- grain: one row per resident living here at the end of the period
-- subject: resident
-- column: name text 姓名
-- column: birth_date date 出生日期
-- column: archive_no text 档案编号
-- column: archived boolean 已建档
-- column: standard boolean 规范化电子健康档案（封面和个人基本信息表完整）
-- column: used boolean 期内有动态使用
-- column: open boolean 已向本人开放
-- column: served_on date 最近一次服务日期
-- column: gaps text 待完善
-- source: 国家基本公共卫生服务规范（第三版），2017，居民健康档案管理服务规范；规范化和动态使用的判定为绩效评价口径
-- Dynamic use looks into the service records of all programmes, also of packs that build on this one.
select
    p.subject,
    r.name,
    p.birth_date,
    r.archive_no,
    p.archived,
    p.archived and coalesce(f.complete, false) as standard,
    p.archived and coalesce(u.served_on >= $start, false) as used,
    p.archived and coalesce(a.state = '1', false) as open,
    u.served_on,
    case
        when not p.archived then '未建档'
        when f.complete is null then '缺个人基本信息表'
        when not f.complete then '个人基本信息表不完整'
        when u.served_on is null or u.served_on < $start then '期内没有服务记录'
        else ''
    end as gaps
from population_resident_period p
join population_resident r on r.subject = p.subject and r.valid_to = date '9999-12-31'
left join (
    select
        s.subject,
        contact_name is not null and contact_phone is not null and blood_abo is not null and blood_rh is not null
            and payment is not null and drug_allergy is not null and exposure is not null and disease_history is not null
            and family_history is not null and disability is not null as complete
    from health_record_personal s
    where $end between s.valid_from and s.valid_to
) f on f.subject = p.subject
left join health_record_access a on a.subject = p.subject and $end between a.valid_from and a.valid_to
left join (
    select resident, max(served_on) as served_on
    from (
        select resident, s.at as served_on from health_record_examination s where s.at <= $end
        union all
        select resident, s.at as served_on from child_health_checkup s where s.at <= $end
        union all
        select resident, s.at as served_on from maternal_health_antenatal s where s.at <= $end
        union all
        select resident, s.at as served_on from maternal_health_postnatal s where s.at <= $end
        union all
        select resident, s.at as served_on from immunization_dose s where s.at <= $end
        union all
        select resident, s.at as served_on from elderly_health_assessment s where s.at <= $end
        union all
        select resident, s.at as served_on from hypertension_followup s where s.at <= $end
        union all
        select resident, s.at as served_on from hypertension_screening s where s.at <= $end
        union all
        select resident, s.at as served_on from diabetes_t2_followup s where s.at <= $end
        union all
        select resident, s.at as served_on from diabetes_t2_screening s where s.at <= $end
        union all
        select resident, s.at as served_on from copd_followup s where s.at <= $end
        union all
        select resident, s.at as served_on from severe_mental_followup s where s.at <= $end
        union all
        select resident, s.at as served_on from tcm_constitution s where s.at <= $end
        union all
        select resident, s.at as served_on from tcm_child_guidance s where s.at <= $end
        union all
        select resident, s.at as served_on from family_doctor_service s where s.at <= $end
    ) s
    group by resident
) u on u.resident = p.subject
