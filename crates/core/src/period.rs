//! Periods (时段) and the two calendars they are read in.
//!
//! Written forms: year `2012`, half `2012H1`, quarter `2012Q1`, month `2012-03`, ten-day `2012-03a` (1–10, 11–20,
//! 21–end), ISO week `2012W07`, day `2012-03-05`. Both ends of a period are included.

use std::fmt;
use std::str::FromStr;

use jiff::ToSpan;
use jiff::civil::{Date, ISOWeekDate, Weekday, date};

use crate::fault::Fault;

/// Which year a period is read in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Calendar {
    /// 1 January to 31 December.
    #[default]
    Civil,
    /// The statistical year of maternal and child health: 1 October of the year before to 30 September.
    ///
    /// Source: 全国妇幼卫生调查制度. Years, halves and quarters shift by three months; months, ten-day
    /// periods, weeks and days are the same in both calendars.
    Mch,
}

/// A stretch of days with a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Period {
    /// 年
    Year(i16),
    /// 半年: year, 1 or 2.
    Half(i16, i8),
    /// 季: year, 1 to 4.
    Quarter(i16, i8),
    /// 月: year, month.
    Month(i16, i8),
    /// 旬: year, month, 0 to 2.
    TenDays(i16, i8, i8),
    /// ISO week: year, week.
    Week(i16, i8),
    /// 日
    Day(Date),
}

impl Period {
    /// First and last day, both included.
    #[must_use]
    pub fn range(self, calendar: Calendar) -> (Date, Date) {
        let months = |year: i16, first: i8, count: i32| {
            let mut start = date(year, first, 1);
            if calendar == Calendar::Mch && count >= 3 {
                start = start.saturating_sub(3.months());
            }
            (start, start.saturating_add(count.months()).saturating_sub(1.day()))
        };
        match self {
            Self::Year(year) => months(year, 1, 12),
            Self::Half(year, half) => months(year, half * 6 - 5, 6),
            Self::Quarter(year, quarter) => months(year, quarter * 3 - 2, 3),
            Self::Month(year, month) => months(year, month, 1),
            Self::TenDays(year, month, third) => {
                let first = date(year, month, third * 10 + 1);
                let last = if third == 2 { first.last_of_month() } else { date(year, month, third * 10 + 10) };
                (first, last)
            }
            Self::Week(year, week) => {
                let monday = ISOWeekDate::new(year, week, Weekday::Monday).map_or(date(year, 1, 1), Date::from);
                (monday, monday.saturating_add(6.days()))
            }
            Self::Day(day) => (day, day),
        }
    }

    /// The same period a year before, for "比上年".
    #[must_use]
    pub fn year_before(self) -> Self {
        match self {
            Self::Year(y) => Self::Year(y - 1),
            Self::Half(y, h) => Self::Half(y - 1, h),
            Self::Quarter(y, q) => Self::Quarter(y - 1, q),
            Self::Month(y, m) => Self::Month(y - 1, m),
            Self::TenDays(y, m, t) => Self::TenDays(y - 1, m, t),
            Self::Week(y, w) => Self::Week(y - 1, w.min(52)),
            Self::Day(d) => Self::Day(d.saturating_sub(1.year())),
        }
    }

    /// The year a period is counted in.
    #[must_use]
    pub fn year(self) -> i16 {
        match self {
            Self::Year(y) | Self::Half(y, _) | Self::Quarter(y, _) | Self::Month(y, _) | Self::TenDays(y, ..) | Self::Week(y, _) => y,
            Self::Day(d) => d.year(),
        }
    }

    /// Year, halves, quarters and months of a year: what returns are made for.
    #[must_use]
    pub fn all_of_year(year: i16) -> Vec<Self> {
        let mut all = vec![Self::Year(year)];
        all.extend((1..=2).map(|half| Self::Half(year, half)));
        all.extend((1..=4).map(|quarter| Self::Quarter(year, quarter)));
        all.extend((1..=12).map(|month| Self::Month(year, month)));
        all
    }

    /// How a Chinese document names it, saying so when the statistical year of maternal and child health is meant.
    #[must_use]
    pub fn chinese(self, calendar: Calendar) -> String {
        let plain = match self {
            Self::Year(y) => format!("{y}年"),
            Self::Half(y, 1) => format!("{y}年上半年"),
            Self::Half(y, _) => format!("{y}年下半年"),
            Self::Quarter(y, q) => format!("{y}年第{}季度", ["一", "二", "三", "四"][usize::try_from(q - 1).unwrap_or(0).min(3)]),
            Self::Month(y, m) => format!("{y}年{m}月"),
            Self::TenDays(y, m, t) => format!("{y}年{m}月{}旬", ["上", "中", "下"][usize::try_from(t).unwrap_or(0).min(2)]),
            Self::Week(y, w) => format!("{y}年第{w}周"),
            Self::Day(d) => format!("{}年{}月{}日", d.year(), d.month(), d.day()),
        };
        let (start, end) = self.range(calendar);
        if (start, end) == self.range(Calendar::Civil) {
            plain
        } else {
            format!("{plain}（妇幼年度：{}年{}月—{}年{}月）", start.year(), start.month(), end.year(), end.month())
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Year(y) => write!(f, "{y:04}"),
            Self::Half(y, h) => write!(f, "{y:04}H{h}"),
            Self::Quarter(y, q) => write!(f, "{y:04}Q{q}"),
            Self::Month(y, m) => write!(f, "{y:04}-{m:02}"),
            Self::TenDays(y, m, t) => write!(f, "{y:04}-{m:02}{}", ["a", "b", "c"][usize::try_from(*t).unwrap_or(0).min(2)]),
            Self::Week(y, w) => write!(f, "{y:04}W{w:02}"),
            Self::Day(d) => write!(f, "{d}"),
        }
    }
}

/// Reads a period as it is written.
///
/// Errors: `CORE-0301` when the text is none of the written forms or names a month, week or day that doesn't exist.
impl FromStr for Period {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        read_period(text).ok_or_else(|| Fault::new("CORE-0301").with("period", text))
    }
}

fn read_period(text: &str) -> Option<Period> {
    if !text.is_ascii() || text.len() < 4 {
        return None;
    }
    let (year, rest) = text.split_at(4);
    let year: i16 = year.bytes().all(|b| b.is_ascii_digit()).then(|| year.parse().ok())??;
    if !(1900..=2999).contains(&year) {
        return None;
    }
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit()).then(|| s.parse::<i8>().ok()).flatten();
    let within = |n: i8, low: i8, high: i8| (low..=high).contains(&n).then_some(n);
    match (rest.get(..1), rest.get(1..)) {
        (None, _) => Some(Period::Year(year)),
        (Some("H"), Some(n)) if n.len() == 1 => Some(Period::Half(year, within(digits(n)?, 1, 2)?)),
        (Some("Q"), Some(n)) if n.len() == 1 => Some(Period::Quarter(year, within(digits(n)?, 1, 4)?)),
        (Some("W"), Some(n)) if n.len() == 2 => {
            let week = digits(n)?;
            ISOWeekDate::new(year, week, Weekday::Monday).ok()?;
            Some(Period::Week(year, week))
        }
        (Some("-"), Some(n)) if n.len() >= 2 => {
            let month = within(digits(&n[..2])?, 1, 12)?;
            match &n[2..] {
                "" => Some(Period::Month(year, month)),
                "a" => Some(Period::TenDays(year, month, 0)),
                "b" => Some(Period::TenDays(year, month, 1)),
                "c" => Some(Period::TenDays(year, month, 2)),
                day if day.len() == 3 && day.starts_with('-') => Date::new(year, month, digits(&day[1..])?).ok().map(Period::Day),
                _ => None,
            }
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_forms_read_back_and_have_their_days() {
        for (text, start, end) in [
            ("2012", "2012-01-01", "2012-12-31"),
            ("2012H2", "2012-07-01", "2012-12-31"),
            ("2012Q1", "2012-01-01", "2012-03-31"),
            ("2012-02", "2012-02-01", "2012-02-29"),
            ("2012-02a", "2012-02-01", "2012-02-10"),
            ("2012-02c", "2012-02-21", "2012-02-29"),
            ("2012W01", "2012-01-02", "2012-01-08"),
            ("2012-02-29", "2012-02-29", "2012-02-29"),
        ] {
            let period: Period = text.parse().unwrap();
            assert_eq!(period.to_string(), text);
            let (first, last) = period.range(Calendar::Civil);
            assert_eq!((first.to_string(), last.to_string()), (start.into(), end.into()), "{text}");
        }
    }

    #[test]
    fn the_maternal_and_child_health_year_runs_from_october() {
        for (text, start, end) in [
            ("2012", "2011-10-01", "2012-09-30"),
            ("2012Q1", "2011-10-01", "2011-12-31"),
            ("2012H2", "2012-04-01", "2012-09-30"),
            ("2012-03", "2012-03-01", "2012-03-31"),
        ] {
            let (first, last) = text.parse::<Period>().unwrap().range(Calendar::Mch);
            assert_eq!((first.to_string(), last.to_string()), (start.into(), end.into()), "{text}");
        }
    }

    #[test]
    fn what_is_no_period_is_refused() {
        for text in ["", "12", "2012H3", "2012Q0", "2012-13", "2012-02-30", "2012-02d", "2012W54", "二零一二", "2012Q11"] {
            assert_eq!(text.parse::<Period>().unwrap_err().code, "CORE-0301", "{text}");
        }
    }
}
