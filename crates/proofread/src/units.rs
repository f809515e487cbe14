//! The units (量词) that make a number a quantity, and which of them count the same kind of thing.
//!
//! Lives here: the table of units and their families. May not: read numbers; judge.

use crate::text::Text;

/// What a unit counts. Persons, person-times and households are never merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    /// No unit printed.
    Bare,
    Person,
    Attendance,
    Household,
    Money,
    Percent,
    Permille,
    PerTenThousand,
    PerHundredThousand,
    /// Percentage points (or points per thousand).
    Point,
    /// Days, months, years.
    Time,
    /// Areas, weights, volumes: measured, so their last digit is rounded.
    Measure,
    /// Amount of money for each unit of something.
    MoneyEach,
    /// Everything else that is counted: 个, 所, 份, 台 ...
    Piece,
}

impl Family {
    pub(crate) fn is_rate(self) -> bool {
        use Family::{PerHundredThousand, PerTenThousand, Percent, Permille};
        matches!(self, Percent | Permille | PerTenThousand | PerHundredThousand)
    }

    /// How many of the base a rate refers to.
    pub(crate) fn scale(self) -> i128 {
        match self {
            Family::Percent => 100,
            Family::Permille => 1_000,
            Family::PerTenThousand => 10_000,
            Family::PerHundredThousand => 100_000,
            _ => 1,
        }
    }

    /// Whether the quantity counts whole things, so that an unabbreviated number is exact.
    pub(crate) fn is_count(self) -> bool {
        use Family::{Attendance, Bare, Household, Person, Piece};
        matches!(self, Bare | Person | Attendance | Household | Piece)
    }
}

/// A printed unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unit {
    pub(crate) text: &'static str,
    pub(crate) family: Family,
}

impl Unit {
    pub(crate) const BARE: Unit = Unit { text: "", family: Family::Bare };

    /// Whether sums of quantities in the two units make sense.
    pub(crate) fn adds_to(self, other: Unit) -> bool {
        self.family == other.family && (self.family != Family::Piece || self.text == other.text)
    }
}

/// Units by family; within the table the longest that fits wins.
const TABLE: &[(Family, &str)] = &[
    (Family::Person, "人 名 位 口 例 对 胎"),
    (Family::Attendance, "人次 例次 人份 剂次 家次 户次 辆次 车次 场次 次 剂 针次 人天"),
    (Family::Household, "户 余户"),
    (Family::Money, "元 元钱 元人民币 块钱"),
    (Family::MoneyEach, "元/人 元/户 元/次 元/人年 元/例"),
    (Family::Percent, "% 个百分比"),
    (Family::Permille, "‰"),
    (Family::PerTenThousand, "‱"),
    (Family::Point, "个百分点 百分点 个千分点 千分点 个点"),
    (Family::Time, "天 日 周 年 个月 个小时 小时 个工作日 工作日 分钟 个季度 季度 个周期 周年"),
    (Family::Measure, "平方公里 平方千米 平方米 公里 千米 米 亩 公顷 公斤 千克 克 吨 毫升 升 斤 立方米 毫克 度 兆 人/平方公里"),
    (
        Family::Piece,
        "个 所 家 支 期 份 张 条 块 台 辆 起 件 箱 场 项 本 册 种 只 组 批 盒 粒 幅 处 座 间 栋 套 面 篇 \
         宗 则 类 笼 包 袋 瓶 支队 床 张床 头 棵 株 根 片 副 枚 把 顶 期刊 部 班 节 堂 轮 回 趟 幢 口井 \
         村 镇 乡 社区 组 站 点 方面 到位 大 步 卷 版 段 门 道 号人 户次 单位 路 拨 队 亩次",
    ),
];

/// Units that are no units after a number: ordinals, models, clock and calendar parts.
pub(crate) const NOT_UNITS: &[&str] = &[
    "年代",
    "月份",
    "月龄",
    "周岁",
    "个月龄",
    "级",
    "型",
    "届",
    "版",
    "岁",
    "月",
    "日",
    "号",
    "时",
    "点钟",
    "孩",
    "胎率",
    "楼",
    "栋楼",
    "年级",
    "分之",
];

fn by_first_char() -> &'static std::collections::HashMap<char, Vec<Unit>> {
    use std::sync::LazyLock;
    static INDEX: LazyLock<std::collections::HashMap<char, Vec<Unit>>> = LazyLock::new(|| {
        let mut index: std::collections::HashMap<char, Vec<Unit>> = std::collections::HashMap::new();
        for &(family, words) in TABLE {
            for text in words.split_whitespace() {
                if let Some(first) = text.chars().next() {
                    index.entry(first).or_default().push(Unit { text, family });
                }
            }
        }
        for units in index.values_mut() {
            units.sort_by_key(|unit| std::cmp::Reverse(unit.text.chars().count()));
        }
        index
    });
    &INDEX
}

/// The longest unit that stands at `at`, and where it ends.
pub(crate) fn unit_at(text: &Text, at: usize) -> Option<(Unit, usize)> {
    let units = by_first_char().get(&text.at(at))?;
    let unit = units.iter().find(|unit| text.starts_with(at, unit.text))?;
    Some((*unit, at + unit.text.chars().count()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<&'static str> {
        unit_at(&Text::new(text), 0).map(|(unit, _)| unit.text)
    }

    #[test]
    fn longest_unit_wins() {
        assert_eq!(read("人次"), Some("人次"));
        assert_eq!(read("人,"), Some("人"));
        assert_eq!(read("个百分点"), Some("个百分点"));
        assert_eq!(read("个村"), Some("个"));
        assert_eq!(read("的"), None);
    }

    #[test]
    fn persons_and_attendances_do_not_add() {
        let unit = |text| unit_at(&Text::new(text), 0).expect("a unit of the table").0;
        assert!(unit("人").adds_to(unit("例")));
        assert!(!unit("人").adds_to(unit("人次")));
        assert!(!unit("份").adds_to(unit("张")));
    }
}
