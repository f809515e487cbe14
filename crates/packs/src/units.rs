//! Units of indicators and fields: the factors of rates, and the words that are known.

use rust_decimal::Decimal;

/// Rates: the printed unit and the factor it gives.
const RATES: [(&str, u32); 7] =
    [("%", 100), ("‰", 1000), ("/10万", 100_000), ("1/万", 10_000), ("/万", 10_000), ("1/10万", 100_000), ("女=100", 100)];

/// Plain units, printed as they are. A county that needs another one adds it here.
const PLAIN: [&str; 99] = [
    "",
    "人",
    "个",
    "户",
    "例",
    "次",
    "期",
    "元",
    "万元",
    "人次",
    "份",
    "块",
    "条",
    "张",
    "种",
    "天",
    "日",
    "本",
    "所",
    "家",
    "名",
    "场",
    "岁",
    "月",
    "年",
    "周",
    "小时",
    "分钟",
    "月龄",
    "周岁",
    "孕周",
    "千克",
    "公斤",
    "克",
    "斤",
    "吨",
    "mg",
    "g",
    "kg",
    "μg",
    "cm",
    "mm",
    "m",
    "厘米",
    "毫米",
    "米",
    "公里",
    "平方米",
    "平方公里",
    "亩",
    "ml",
    "mL",
    "毫升",
    "升",
    "L",
    "mmHg",
    "kPa",
    "mmol/L",
    "μmol/L",
    "g/L",
    "mg/L",
    "mg/dL",
    "U/L",
    "IU/L",
    "kg/m²",
    "次/分",
    "次/分钟",
    "℃",
    "人/户",
    "千克/人",
    "元/人",
    "元/人次",
    "元/户",
    "人/平方公里",
    "床",
    "张床",
    "剂",
    "剂次",
    "支",
    "盒",
    "瓶",
    "片",
    "袋",
    "只",
    "套",
    "台",
    "辆",
    "幅",
    "篇",
    "件",
    "项",
    "级",
    "分",
    "村",
    "课时",
    "题",
    "人份",
    "百分点",
    "公斤/人",
];

/// Every known unit, rates first.
pub fn known_units() -> impl Iterator<Item = &'static str> {
    RATES.iter().map(|(unit, _)| *unit).chain(PLAIN)
}

/// The factor of a unit: 100 for `%`, 1 for a plain one; `None` for an unknown one.
///
/// ```
/// assert_eq!(qianmo_packs::scale("‰"), Some(1000.into()));
/// assert_eq!(qianmo_packs::scale("人"), Some(1.into()));
/// assert_eq!(qianmo_packs::scale("percent"), None);
/// ```
#[must_use]
pub fn scale(unit: &str) -> Option<Decimal> {
    let rate = RATES.iter().find(|(known, _)| *known == unit).map(|(_, scale)| Decimal::from(*scale));
    rate.or_else(|| PLAIN.contains(&unit).then_some(Decimal::ONE))
}
