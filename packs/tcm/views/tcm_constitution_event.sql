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
        subject,
        c.at as happened_on,
        main,
        qi_deficiency in ('1', '2') as qi_deficiency,
        yang_deficiency in ('1', '2') as yang_deficiency,
        yin_deficiency in ('1', '2') as yin_deficiency,
        phlegm_dampness in ('1', '2') as phlegm_dampness,
        damp_heat in ('1', '2') as damp_heat,
        blood_stasis in ('1', '2') as blood_stasis,
        qi_stagnation in ('1', '2') as qi_stagnation,
        inherited_special in ('1', '2') as inherited_special,
        coalesce(told, false) and guidance is not null as served
    from tcm_constitution c
    where c.at between $start and $end
) s
