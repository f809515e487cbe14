-- view: tcm_constitution_event
-- name: 中医体质辨识
-- grain: one row per constitution assessment
-- subject: resident
-- additive: happened_on
-- column: main text 主要体质
-- column: undetermined boolean 未能判定
-- column: balanced boolean 平和质（含基本是）
-- column: qi_deficiency boolean 气虚质（是或倾向是）
-- column: yang_deficiency boolean 阳虚质（是或倾向是）
-- column: yin_deficiency boolean 阴虚质（是或倾向是）
-- column: phlegm_dampness boolean 痰湿质（是或倾向是）
-- column: damp_heat boolean 湿热质（是或倾向是）
-- column: blood_stasis boolean 血瘀质（是或倾向是）
-- column: qi_stagnation boolean 气郁质（是或倾向是）
-- column: inherited_special boolean 特禀质（是或倾向是）
-- column: served boolean 告知结果并给了指导
-- source: 国家基本公共卫生服务规范（第三版），2017，中医药健康管理服务规范，老年人中医药健康管理服务记录表
select
    s.subject,
    s.happened_on,
    case s.main when '0' then '未能判定' when '1' then '平和质' when '2' then '气虚质' when '3' then '阳虚质' when '4' then '阴虚质' when '5' then '痰湿质' when '6' then '湿热质' when '7' then '血瘀质' when '8' then '气郁质' when '9' then '特禀质' end as main,
    s.main = '0' as undetermined,
    s.main = '1' as balanced,
    s.qi_deficiency,
    s.yang_deficiency,
    s.yin_deficiency,
    s.phlegm_dampness,
    s.damp_heat,
    s.blood_stasis,
    s.qi_stagnation,
    s.inherited_special,
    s.served
from (
    select
        x.subject,
        x.happened_on,
        case
            when balanced_score >= 17 and highest <= 10 then '1'
            when highest < 9 then '0'
            when qi_deficiency_score = highest then '2'
            when yang_deficiency_score = highest then '3'
            when yin_deficiency_score = highest then '4'
            when phlegm_dampness_score = highest then '5'
            when damp_heat_score = highest then '6'
            when blood_stasis_score = highest then '7'
            when qi_stagnation_score = highest then '8'
            when inherited_special_score = highest then '9'
        end as main,
        qi_deficiency_score >= 9 as qi_deficiency,
        yang_deficiency_score >= 9 as yang_deficiency,
        yin_deficiency_score >= 9 as yin_deficiency,
        phlegm_dampness_score >= 9 as phlegm_dampness,
        damp_heat_score >= 9 as damp_heat,
        blood_stasis_score >= 9 as blood_stasis,
        qi_stagnation_score >= 9 as qi_stagnation,
        inherited_special_score >= 9 as inherited_special,
        x.served
    from (
        select
            b.*,
            greatest(qi_deficiency_score, yang_deficiency_score, yin_deficiency_score, phlegm_dampness_score, damp_heat_score, blood_stasis_score, qi_stagnation_score, inherited_special_score) as highest
        from (
            select
                subject,
                c.at as happened_on,
                coalesce(told, false) and guidance is not null as served,
                q1 + (6 - q2) + (6 - q4) + (6 - q5) + (6 - q13) as balanced_score,
                q2 + q3 + q4 + q14 as qi_deficiency_score,
                q11 + q12 + q13 + q29 as yang_deficiency_score,
                q10 + q21 + q26 + q31 as yin_deficiency_score,
                q9 + q16 + q28 + q32 as phlegm_dampness_score,
                q23 + q25 + q27 + q30 as damp_heat_score,
                q19 + q22 + q24 + q33 as blood_stasis_score,
                q5 + q6 + q7 + q8 as qi_stagnation_score,
                q15 + q17 + q18 + q20 as inherited_special_score
            from tcm_constitution c
            where c.at between $start and $end
        ) b
    ) x
) s
