//! Which returns are owed when: periods by frequency, and the day by which each is due, read from the words of the return.

use jiff::ToSpan;
use qianmo_core::pack::Return;
use qianmo_core::{Date, Period};

/// How many periods back a return can still fall due.
const BACK: usize = 5;

/// The periods of a return that fall due in a month, with the day.
pub(crate) fn owed(form: &Return, year: i16, month: i8) -> Vec<(Period, Date)> {
    let Some(first) = latest(&form.frequency, year, month) else { return Vec::new() };
    let candidates = std::iter::successors(Some(first), |period| before(*period)).take(BACK);
    let mut owed: Vec<(Period, Date)> =
        candidates.map(|period| (period, due_on(form, period))).filter(|(_, due)| (due.year(), due.month()) == (year, month)).collect();
    owed.reverse();
    owed
}

/// Whether a return is made for periods of this kind.
pub(crate) fn fits(form: &Return, period: Period) -> bool {
    matches!(
        (form.frequency.as_str(), period),
        ("year", Period::Year(_)) | ("half", Period::Half(..)) | ("quarter", Period::Quarter(..)) | ("month", Period::Month(..))
    )
}

/// The period that a month belongs to.
fn latest(frequency: &str, year: i16, month: i8) -> Option<Period> {
    match frequency {
        // A year in the calendar of maternal and child health ends within the civil year of its name.
        "year" => Some(Period::Year(year)),
        "half" => Some(Period::Half(year, (month + 5) / 6)),
        // Its fourth quarter ends three months before that of the civil year: one more can be over.
        "quarter" => Some(Period::Quarter(year, (month + 2) / 3)),
        "month" => Some(Period::Month(year, month)),
        _ => None,
    }
}

/// The period of the same length before.
fn before(period: Period) -> Option<Period> {
    Some(match period {
        Period::Year(year) => Period::Year(year - 1),
        Period::Half(year, 1) => Period::Half(year - 1, 2),
        Period::Half(year, _) => Period::Half(year, 1),
        Period::Quarter(year, 1) => Period::Quarter(year - 1, 4),
        Period::Quarter(year, quarter) => Period::Quarter(year, quarter - 1),
        Period::Month(year, 1) => Period::Month(year - 1, 12),
        Period::Month(year, month) => Period::Month(year, month - 1),
        Period::TenDays(..) | Period::Week(..) | Period::Day(_) => return None,
    })
}

/// The last day on which a return for a period is in time.
///
/// Read from words such as 次月5日前 (that day of the month after the period), 次年度10月12日前 and 1月10日、4月10日…前 (the first such day after
/// the period). Without a day: the end of the month after.
pub(crate) fn due_on(form: &Return, period: Period) -> Date {
    let (_, end) = period.range(form.calendar);
    let next = end.saturating_add(1.day()).first_of_month();
    let in_month = |start: Date, day: i8| Date::new(start.year(), start.month(), day.min(start.days_in_month())).unwrap_or(start);
    let days = days(&form.due);
    let dated = days.iter().filter_map(|(month, day)| {
        let month = (*month)?;
        let this = Date::new(end.year(), month, 1).ok().map(|start| in_month(start, *day)).filter(|date| *date > end);
        this.or_else(|| Date::new(end.year() + 1, month, 1).ok().map(|start| in_month(start, *day)))
    });
    let bare = days.iter().find(|(month, _)| month.is_none()).map(|(_, day)| in_month(next, *day));
    dated.min().or(bare).unwrap_or_else(|| next.last_of_month())
}

/// The days that a text names: month, when it stands before, and day.
fn days(text: &str) -> Vec<(Option<i8>, i8)> {
    let mut found = Vec::new();
    let parts: Vec<&str> = text.split('日').collect();
    for part in parts.split_last().map_or(&[][..], |(_, before)| before) {
        let (before, day) = number_at_end(part);
        let month = before.strip_suffix('月').and_then(|before| number_at_end(before).1).filter(|month| (1..=12).contains(month));
        found.extend(day.filter(|day| (1..=31).contains(day)).map(|day| (month, day)));
    }
    found
}

fn number_at_end(text: &str) -> (&str, Option<i8>) {
    let before = text.trim_end_matches(|c: char| c.is_ascii_digit());
    (before, text[before.len()..].parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(frequency: &str, due: &str, calendar: qianmo_core::Calendar) -> Return {
        Return {
            id: "R01".into(),
            name: String::new(),
            name_en: String::new(),
            form_number: String::new(),
            issued_by: String::new(),
            calendar,
            frequency: frequency.into(),
            due: due.into(),
            rows: Vec::new(),
            by_village: false,
            checks: Vec::new(),
            notes: Vec::new(),
            source: String::new(),
        }
    }

    #[test]
    fn due_days_are_read_from_the_words() {
        use qianmo_core::Calendar::{Civil, Mch};
        for (frequency, due, calendar, period, day) in [
            ("month", "次月5日前", Civil, "2026-11", "2026-12-05"),
            ("month", "次月10日前", Civil, "2026-12", "2027-01-10"),
            ("month", "次月31日前", Civil, "2026-01", "2026-02-28"),
            ("quarter", "季后5日内", Civil, "2026Q4", "2027-01-05"),
            ("quarter", "1月10日、4月10日、7月10日、10月12日前", Mch, "2026Q1", "2026-01-10"),
            ("quarter", "1月10日、4月10日、7月10日、10月12日前", Mch, "2026Q4", "2026-10-12"),
            ("year", "次年度10月12日前", Mch, "2026", "2026-10-12"),
            ("year", "次年度1月10日前", Civil, "2026", "2027-01-10"),
            ("year", "年后报", Civil, "2026", "2027-01-31"),
        ] {
            assert_eq!(due_on(&form(frequency, due, calendar), period.parse().unwrap()).to_string(), day, "{due} {period}");
        }
    }

    #[test]
    fn a_month_owes_what_falls_due_in_it() {
        use qianmo_core::Calendar::{Civil, Mch};
        let texts = |form: Return, year, month| owed(&form, year, month).iter().map(|(period, _)| period.to_string()).collect::<Vec<_>>();
        assert_eq!(texts(form("month", "次月5日前", Civil), 2027, 1), ["2026-12"]);
        assert_eq!(texts(form("quarter", "季后5日内", Civil), 2026, 10), ["2026Q3"]);
        assert!(texts(form("quarter", "季后5日内", Civil), 2026, 11).is_empty());
        let mch = || form("quarter", "1月10日、4月10日、7月10日、10月12日前", Mch);
        assert_eq!(texts(mch(), 2026, 10), ["2026Q4"]);
        assert_eq!(texts(mch(), 2027, 1), ["2027Q1"]);
        assert_eq!(texts(form("year", "次年度10月12日前", Mch), 2026, 10), ["2026"]);
        assert_eq!(texts(form("year", "次年度1月10日前", Civil), 2027, 1), ["2026"]);
        assert!(texts(form("campaign", "", Civil), 2027, 1).is_empty());
    }

    #[test]
    fn a_return_is_made_for_its_own_periods_only() {
        let quarter = form("quarter", "", qianmo_core::Calendar::Civil);
        assert!(fits(&quarter, Period::Quarter(2026, 1)));
        assert!(!fits(&quarter, Period::Year(2026)) && !fits(&quarter, Period::Month(2026, 1)));
    }
}
