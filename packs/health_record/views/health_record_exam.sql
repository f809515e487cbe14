-- view: health_record_exam
-- name: 健康体检
-- grain: one row per health examination
-- subject: resident
-- additive: happened_on
-- column: basic boolean 一般状况、生活方式、脏器功能和查体都做了
-- column: blood boolean 血常规
-- column: urine boolean 尿常规
-- column: liver boolean 肝功能
-- column: kidney boolean 肾功能
-- column: lipids boolean 血脂
-- column: glucose boolean 空腹血糖
-- column: ecg_done boolean 心电图
-- column: ultrasound_done boolean 腹部B超
-- column: xray_done boolean 胸部X线
-- column: hba1c_done boolean 糖化血红蛋白
-- column: foot boolean 足背动脉搏动
-- column: alt_done boolean 转氨酶
-- column: elderly_items boolean 老年人规定的项目都做了
-- column: measured boolean 量了身高体重
-- column: overweight boolean 超重或肥胖
-- column: obese boolean 肥胖
-- column: abnormal boolean 有异常
-- column: guided boolean 有健康指导
-- column: referred boolean 建议转诊
-- column: systolic integer 收缩压
-- column: diastolic integer 舒张压
-- column: fasting_glucose decimal 空腹血糖
-- column: hba1c decimal 糖化血红蛋白
-- column: chest_xray text 胸部X线
-- column: dorsalis_pedis text 足背动脉搏动
-- column: findings text 异常情况
-- source: 国家基本公共卫生服务规范（第三版），2017，居民健康档案管理服务规范，健康体检表；2025年起老年人增加胸部DR正位和糖化血红蛋白
select
    x.*,
    x.basic and x.blood and x.urine and x.liver and x.kidney and x.glucose and x.lipids and x.ecg_done and x.ultrasound_done
        and (x.happened_on < date '2025-01-01' or (x.xray_done and x.hba1c_done)) as elderly_items
from (
    select
        subject,
        e.at as happened_on,
        symptoms is not null and temperature is not null and pulse is not null and respiration is not null
            and systolic is not null and diastolic is not null and height is not null and weight is not null and waist is not null
            and exercise is not null and diet is not null and smoking is not null and drinking is not null
            and hearing is not null and motor is not null and breath_sounds is not null and heart_rhythm is not null
            and abdomen is not null and edema is not null as basic,
        haemoglobin is not null and leukocytes is not null and platelets is not null as blood,
        urine_protein is not null and urine_glucose is not null as urine,
        alt is not null and ast is not null and bilirubin is not null as liver,
        creatinine is not null and urea is not null as kidney,
        cholesterol is not null and triglycerides is not null and ldl is not null and hdl is not null as lipids,
        fasting_glucose is not null as glucose,
        ecg is not null as ecg_done,
        ultrasound is not null as ultrasound_done,
        chest_xray is not null as xray_done,
        hba1c is not null as hba1c_done,
        dorsalis_pedis is not null as foot,
        alt is not null as alt_done,
        height is not null and weight is not null as measured,
        coalesce(weight_status in ('3', '4'), false) as overweight,
        coalesce(weight_status = '4', false) as obese,
        assessment = '2' as abnormal,
        guidance is not null as guided,
        coalesce(guidance like '%|3|%', false) as referred,
        systolic,
        diastolic,
        fasting_glucose,
        hba1c,
        chest_xray,
        dorsalis_pedis,
        abnormal_findings as findings
    from health_record_examination e
    where e.at between $start and $end
) x
