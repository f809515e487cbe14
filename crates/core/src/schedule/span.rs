//! Spans as packs write them: `28 days`, `12 months 29 days`, `-7 days`, `6 years`, `24 hours`.
//!
//! Months are added first and clamp to the month's last day (31 January + 1 month = 28 February), then days. Hours
//! are rounded up to whole days, since records carry dates: within 24 hours of a birth is up to the day after it.
//! Tested below.

use std::fmt;

use jiff::civil::Date;

/// A span of civil time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Span {
    /// Civil months (a year is 12).
    pub months: i32,
    /// Days (a week is 7).
    pub days: i32,
    /// Hours, beside the days.
    pub hours: i32,
}

impl Span {
    /// So many days.
    #[must_use]
    pub const fn days(days: i32) -> Self {
        Self { months: 0, days, hours: 0 }
    }

    /// So many months.
    #[must_use]
    pub const fn months(months: i32) -> Self {
        Self { months, days: 0, hours: 0 }
    }

    /// Reads pairs of number and unit; a minus before the first number is for all. `None` when it is none.
    ///
    /// ```
    /// use qianmo_core::schedule::Span;
    /// assert_eq!(Span::parse("1 year 2 weeks"), Some(Span { months: 12, days: 14, hours: 0 }));
    /// assert_eq!(Span::parse("-7 days"), Some(Span::days(-7)));
    /// assert_eq!(Span::parse("a week"), None);
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (sign, text) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
        let words: Vec<&str> = text.split_whitespace().collect();
        let mut span = Self::default();
        for pair in words.chunks(2) {
            let [number, unit] = pair else { return None };
            let number: i32 = number.bytes().all(|b| b.is_ascii_digit()).then(|| number.parse().ok())??;
            let (held, each) = match unit.strip_suffix('s').unwrap_or(unit) {
                "year" => (&mut span.months, 12),
                "month" => (&mut span.months, 1),
                "week" => (&mut span.days, 7),
                "day" => (&mut span.days, 1),
                "hour" => (&mut span.hours, 1),
                _ => return None,
            };
            *held = number.checked_mul(each).and_then(|more| held.checked_add(more)).filter(|held| *held <= LONGEST)?;
        }
        (!words.is_empty()).then_some(Self { months: sign * span.months, days: sign * span.days, hours: sign * span.hours })
    }

    /// The day so long after (or before) a day; the first or last of all days when it would lie beyond.
    #[must_use]
    pub fn after(self, day: Date) -> Date {
        let moved = if self.months == 0 { day } else { add_months(day, self.months) };
        match self.days + self.hours_as_days() {
            0 => moved,
            days => day_of_number(number_of_day(moved) + days),
        }
    }

    /// The last day of what must be done before this age, counted from `birth`; with hours: within so many hours.
    #[must_use]
    pub fn last_day_before(self, birth: Date) -> Date {
        let day = self.after(birth);
        if self.hours == 0 { day.yesterday().unwrap_or(day) } else { day }
    }

    /// Both, one after the other.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self { months: self.months + other.months, days: self.days + other.days, hours: self.hours + other.hours }
    }

    /// This without the other, part by part.
    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        self.plus(Self { months: -other.months, days: -other.days, hours: -other.hours })
    }

    /// Whether it is certainly longer than another, from whatever day it counts: `3 months` and `90 days` are neither.
    #[must_use]
    pub fn surely_longer(self, other: Self) -> bool {
        let (this, that) = (self.bounds(), other.bounds());
        self != other && (this.0 > that.1 || (self.months == other.months && this.0 > that.0))
    }

    /// Fewest and most days it can be.
    fn bounds(self) -> (i64, i64) {
        let (months, days) = (i64::from(self.months), i64::from(self.days + self.hours_as_days()));
        // Twelve months are 365 or 366 days; of the rest each month has 28 to 31.
        let (years, rest) = (months.div_euclid(12), months.rem_euclid(12));
        let whole = |year_days: i64, month_days: i64| years * year_days + rest * month_days + days;
        if years >= 0 { (whole(365, 28), whole(366, 31)) } else { (whole(366, 28), whole(365, 31)) }
    }

    fn hours_as_days(self) -> i32 {
        self.hours.div_euclid(24) + i32::from(self.hours.rem_euclid(24) > 0)
    }

    /// `3个月`, `28天`.
    #[must_use]
    pub fn chinese(self) -> String {
        self.words([("年", "年"), ("个月", "个月"), ("天", "天"), ("小时", "小时")], "")
    }

    fn words(self, units: [(&str, &str); 4], between: &str) -> String {
        let parts = [self.months / 12, self.months % 12, self.days, self.hours];
        let words = parts.iter().zip(units).filter(|(n, _)| **n != 0);
        let words: Vec<String> = words.map(|(n, (one, many))| format!("{n}{between}{}", if *n == 1 { one } else { many })).collect();
        if words.is_empty() { format!("0{between}{}", units[2].1) } else { words.join(between) }
    }
}

/// Days from one day to another.
pub(super) fn days_between(from: Date, to: Date) -> i32 {
    number_of_day(to) - number_of_day(from)
}

fn add_months(day: Date, months: i32) -> Date {
    let month = i32::from(day.year()) * 12 + i32::from(day.month()) - 1 + months;
    let year = i16::try_from(month.div_euclid(12)).ok();
    let first = year.and_then(|year| Date::new(year, i8::try_from(month.rem_euclid(12) + 1).ok()?, 1).ok());
    let Some(first) = first else { return if months > 0 { Date::MAX } else { Date::MIN } };
    Date::new(first.year(), first.month(), day.day().min(first.days_in_month())).unwrap_or(first)
}

/// Days since 1 March of the year 0. By hand, because a township asks for millions of dates: the calendar library's
/// general spans take ten times as long. Howard Hinnant, chrono-compatible low-level date algorithms.
fn number_of_day(day: Date) -> i32 {
    let (year, month) = (i32::from(day.year()) - i32::from(day.month() <= 2), i32::from(day.month()));
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + i32::from(day.day()) - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year
}

fn day_of_number(number: i32) -> Date {
    let (era, of_era) = (number.div_euclid(146_097), number.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let month = (shifted + 2) % 12 + 1;
    let year = era * 400 + year_of_era + i32::from(month <= 2);
    let part = |n: i32| i8::try_from(n).unwrap_or(1);
    let made = i16::try_from(year).ok().and_then(|year| Date::new(year, part(month), part(of_year - (153 * shifted + 2) / 5 + 1)).ok());
    made.unwrap_or(if number > 0 { Date::MAX } else { Date::MIN })
}

/// Largest number in a span; everything people plan is shorter.
const LONGEST: i32 = 100_000;

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words([("year", "years"), ("month", "months"), ("day", "days"), ("hour", "hours")], " "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn months_clamp_and_hours_round_up() {
        for (text, from, to) in [
            ("1 month", date(2025, 1, 31), date(2025, 2, 28)),
            ("1 month", date(2024, 1, 31), date(2024, 2, 29)),
            ("1 year", date(2024, 2, 29), date(2025, 2, 28)),
            ("12 months 29 days", date(2024, 1, 1), date(2025, 1, 30)),
            ("-7 days", date(2024, 3, 1), date(2024, 2, 23)),
            ("24 hours", date(2024, 3, 1), date(2024, 3, 2)),
            ("2 hours", date(2024, 3, 1), date(2024, 3, 2)),
            ("0 days", date(2024, 3, 1), date(2024, 3, 1)),
        ] {
            assert_eq!(Span::parse(text).unwrap().after(from), to, "{text}");
        }
        for wrong in ["", "3", "months", "3 moons", "three months", "1 -day", "99999999999 days", "3 months 2"] {
            assert_eq!(Span::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_quick_calendar_agrees_with_the_library() {
        use jiff::ToSpan as _;
        let mut day = date(-1, 1, 1);
        let mut step = 0;
        while day < date(2400, 3, 5) {
            step = step % 97 + 1;
            let (months, days) = (step * 7 - 300, step * 11 - 500);
            let by_library = day.saturating_add(months.months()).saturating_add(days.days());
            assert_eq!(Span { months, days, hours: 0 }.after(day), by_library, "{day} {months} {days}");
            let later = day.saturating_add(step.days());
            assert_eq!(days_between(day, later), step);
            day = later;
        }
        assert_eq!(Span::days(1).after(Date::MAX), Date::MAX);
        assert_eq!(Span::months(-1).after(Date::MIN), Date::MIN);
    }

    #[test]
    fn before_an_age_is_the_day_before_it() {
        assert_eq!(Span::months(12).last_day_before(date(2024, 5, 1)), date(2025, 4, 30));
        assert_eq!(Span::parse("24 hours").unwrap().last_day_before(date(2024, 5, 1)), date(2024, 5, 2));
    }

    #[test]
    fn only_what_is_longer_on_every_day_is_surely_longer() {
        let longer = |a: &str, b: &str| Span::parse(a).unwrap().surely_longer(Span::parse(b).unwrap());
        assert!(longer("15 days", "14 days"));
        assert!(longer("3 months", "80 days"));
        assert!(longer("3 months 1 day", "3 months"));
        assert!(longer("2 years", "729 days"));
        assert!(!longer("3 months", "90 days"));
        assert!(!longer("90 days", "3 months"));
        assert!(!longer("14 days", "14 days"));
    }

    #[test]
    fn words() {
        assert_eq!(Span::parse("18 months 3 days").unwrap().chinese(), "1年6个月3天");
        assert_eq!(Span::parse("14 months").unwrap().to_string(), "1 year 2 months");
        assert_eq!(Span::default().to_string(), "0 days");
    }
}
