//! Days and times as spreadsheets hold them: serial numbers, `2012年3月5日`, `2012.3.5`, `20120305`.

use calamine::{ExcelDateTime, ExcelDateTimeType};
use jiff::civil::{Date, DateTime, Time};

use crate::map::DateOrder;
use crate::source::Cell;
use crate::text::narrow;

/// Why a cell is no date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// It has year, month and day, but the calendar has no such day.
    NoSuchDay,
    /// It doesn't say a full date (or, where wanted, time).
    Unclear,
}

/// The date in a cell; a time of day beside it is passed over.
pub(crate) fn date(cell: &Cell, order: DateOrder) -> Result<Date, Unreadable> {
    match cell {
        Cell::Moment(moment) => from_serial(*moment).map(DateTime::date),
        Cell::Number(number) => date_of_number(*number),
        Cell::Text(text) => {
            let plain = narrow(text);
            let (day, _) = split_time(&plain);
            date_of_text(day, order)
        }
        _ => Err(Unreadable::Unclear),
    }
}

/// The date and time in a cell; text must say both.
pub(crate) fn date_time(cell: &Cell, order: DateOrder) -> Result<DateTime, Unreadable> {
    match cell {
        Cell::Moment(moment) => from_serial(*moment),
        Cell::Number(number) if *number < 1_000_000.0 => from_serial(serial(*number)),
        Cell::Text(text) => {
            let plain = narrow(text);
            let (day, time) = split_time(&plain);
            Ok(date_of_text(day, order)?.to_datetime(time_of_text(time)?))
        }
        _ => Err(Unreadable::Unclear),
    }
}

fn serial(number: f64) -> ExcelDateTime {
    ExcelDateTime::new(number, ExcelDateTimeType::DateTime, false)
}

fn from_serial(moment: ExcelDateTime) -> Result<DateTime, Unreadable> {
    // Below 1 it is only a time of day; above, spreadsheets know no such day.
    if !(1.0..2_958_466.0).contains(&moment.as_f64()) {
        return Err(Unreadable::Unclear);
    }
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    let date = calendar(year.into(), month.into(), day.into())?;
    let [hour, minute, second] = [hour, minute, second].map(|part| i8::try_from(part).unwrap_or(0));
    Ok(date.to_datetime(Time::new(hour, minute, second, 0).map_err(|_| Unreadable::Unclear)?))
}

fn date_of_number(number: f64) -> Result<Date, Unreadable> {
    if number >= 1_000_000.0 {
        date_of_text(&format!("{number}"), DateOrder::YearFirst)
    } else {
        from_serial(serial(number)).map(DateTime::date)
    }
}

fn calendar(year: i64, month: i64, day: i64) -> Result<Date, Unreadable> {
    let small = |part: i64| i8::try_from(part).map_err(|_| Unreadable::NoSuchDay);
    let year = i16::try_from(year).map_err(|_| Unreadable::NoSuchDay)?;
    Date::new(year, small(month)?, small(day)?).map_err(|_| Unreadable::NoSuchDay)
}

/// `2012-03-05 08:30` as its two halves; the second may be empty.
fn split_time(text: &str) -> (&str, &str) {
    if let Some((day, time)) = text.split_once(['T', ' ']) {
        return (day, time);
    }
    // 2012年3月5日8时30分
    text.find('日').map_or((text, ""), |at| text.split_at(at + '日'.len_utf8()))
}

fn date_of_text(text: &str, order: DateOrder) -> Result<Date, Unreadable> {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let number = |part: &str| part.parse::<i64>().map_err(|_| Unreadable::Unclear);
    if digits(text) {
        return match text.len() {
            8 => calendar(number(&text[..4])?, number(&text[4..6])?, number(&text[6..])?),
            // A serial number that lost its format on the way into a csv file.
            5 => date_of_number(text.parse().map_err(|_| Unreadable::Unclear)?),
            _ => Err(Unreadable::Unclear),
        };
    }
    let parts: Vec<&str> = text.trim_end_matches(['日', '号']).split(['年', '月', '.', '/', '-', '。', '、']).map(str::trim).collect();
    let [first, second, third] = parts[..] else { return Err(Unreadable::Unclear) };
    if ![first, second, third].into_iter().all(digits) {
        return Err(Unreadable::Unclear);
    }
    let (year, month, day) = match order {
        _ if first.len() == 4 => (first, second, third),
        DateOrder::DayFirst => (third, second, first),
        DateOrder::MonthFirst => (third, first, second),
        DateOrder::YearFirst => return Err(Unreadable::Unclear),
    };
    // Two digits of a year don't say which century: of a person of 100 or of a baby.
    if year.len() == 4 { calendar(number(year)?, number(month)?, number(day)?) } else { Err(Unreadable::Unclear) }
}

fn time_of_text(text: &str) -> Result<Time, Unreadable> {
    let parts: Vec<&str> = text.trim().trim_end_matches(['分', '秒']).split([':', '时', '点', '分']).map(str::trim).collect();
    if parts.len() < 2 || parts.len() > 3 {
        return Err(Unreadable::Unclear);
    }
    let part = |i: usize| parts.get(i).map_or(Ok(0), |part| part.split('.').next().unwrap_or_default().parse::<i8>());
    match (part(0), part(1), part(2)) {
        (Ok(hour), Ok(minute), Ok(second)) => Time::new(hour, minute, second, 0).map_err(|_| Unreadable::NoSuchDay),
        _ => Err(Unreadable::Unclear),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil;

    fn read(text: &str) -> Result<Date, Unreadable> {
        date(&Cell::Text(text.into()), DateOrder::YearFirst)
    }

    #[test]
    fn every_way_to_write_a_day_is_read() {
        for text in [
            "2012年3月5日",
            "2012年03月05日",
            "2012.3.5",
            "2012/3/5",
            "2012-03-05",
            "20120305",
            "２０１２年３月５日",
            " 2012-3-5 ",
            "2012-03-05 00:00:00",
            "2012-03-05T08:30",
            "2012年3月5日8时30分",
            "2012年3月5号",
            "40973",
        ] {
            assert_eq!(read(text), Ok(civil::date(2012, 3, 5)), "{text}");
        }
        let number = |number| date(&Cell::Number(number), DateOrder::YearFirst);
        assert_eq!(number(40_973.0), Ok(civil::date(2012, 3, 5)));
        assert_eq!(number(20_120_305.0), Ok(civil::date(2012, 3, 5)));
        let old = ExcelDateTime::new(40_973.0 - 1462.0, ExcelDateTimeType::DateTime, true);
        assert_eq!(date(&Cell::Moment(old), DateOrder::YearFirst), Ok(civil::date(2012, 3, 5)));
    }

    #[test]
    fn a_day_that_the_calendar_lacks_is_told_from_one_that_is_unclear() {
        for text in ["2012年2月31日", "2011-02-29", "2012-13-01", "20120231", "2012-4-31"] {
            assert_eq!(read(text), Err(Unreadable::NoSuchDay), "{text}");
        }
        for text in ["12.3.5", "2012年3月", "2012", "去年三月", "3/5/2012", "201203", "2012-3-5-6", "1"] {
            assert_eq!(read(text), Err(Unreadable::Unclear), "{text}");
        }
        assert_eq!(date(&Cell::Number(0.5), DateOrder::YearFirst), Err(Unreadable::Unclear));
        assert_eq!(date(&Cell::Number(60.0), DateOrder::YearFirst), Err(Unreadable::NoSuchDay), "29 February 1900");
    }

    #[test]
    fn other_orders_are_read_when_said() {
        let text = Cell::Text("5/3/2012".into());
        assert_eq!(date(&text, DateOrder::DayFirst), Ok(civil::date(2012, 3, 5)));
        assert_eq!(date(&text, DateOrder::MonthFirst), Ok(civil::date(2012, 5, 3)));
    }

    #[test]
    fn a_time_is_read_where_one_is_wanted() {
        let at = civil::date(2012, 3, 5).at(8, 30, 0, 0);
        for text in ["2012-03-05 08:30", "2012年3月5日8时30分", "2012/3/5 8：30", "2012-03-05T08:30:00", "2012年3月5日 8点30分"]
        {
            assert_eq!(date_time(&Cell::Text(text.into()), DateOrder::YearFirst), Ok(at), "{text}");
        }
        assert_eq!(date_time(&Cell::Number(40_973.0 + 8.5 / 24.0), DateOrder::YearFirst), Ok(at));
        let read = |text: &str| date_time(&Cell::Text(text.into()), DateOrder::YearFirst);
        assert_eq!(read("2012-03-05"), Err(Unreadable::Unclear));
        assert_eq!(read("2012-03-05 25:00"), Err(Unreadable::NoSuchDay));
    }
}
