//! Numbers as spreadsheets hold them: full-width, with thousands separators, with their unit.

use qianmo_core::Decimal;

use crate::source::Cell;
use crate::text::narrow;

/// Significant digits that a spreadsheet keeps.
const DIGITS: usize = 15;

/// The number in a cell, its unit (if it is the field's) left out; `None` when it isn't one.
pub(crate) fn decimal(cell: &Cell, unit: &str) -> Option<Decimal> {
    match cell {
        Cell::Number(number) => from_float(*number),
        Cell::Text(text) => from_text(text, unit),
        _ => None,
    }
}

/// What the spreadsheet shows for a float: 15 digits, so that 0.1 + 0.2 is 0.3.
pub(crate) fn from_float(number: f64) -> Option<Decimal> {
    let text = format!("{number:.precision$e}", precision = DIGITS - 1);
    Decimal::from_scientific(&text).ok().map(|number| number.normalize())
}

fn from_text(text: &str, unit: &str) -> Option<Decimal> {
    let mut plain: String = narrow(text).to_lowercase();
    plain.retain(|c| !c.is_whitespace());
    let unit = narrow(unit).to_lowercase();
    let bare = plain.strip_suffix(unit.as_str()).unwrap_or(&plain).trim_start_matches(['¥', '￥', '+']);
    let bare = bare.replace('，', ",");
    let (negative, bare) = bare.strip_prefix('-').map_or((false, bare.as_str()), |rest| (true, rest));
    let (whole, fraction) = bare.split_once('.').unwrap_or((bare, ""));
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let groups: Vec<&str> = whole.split(',').collect();
    let grouped = groups.len() == 1 || groups[0].len() <= 3 && groups[1..].iter().all(|group| group.len() == 3);
    let fits = grouped && groups.iter().all(|group| !group.is_empty() && digits(group)) && digits(fraction) && !bare.ends_with('.');
    if !fits {
        return None;
    }
    let number: Decimal = bare.replace(',', "").parse().ok()?;
    Some(if negative { -number } else { number })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, unit: &str) -> Option<String> {
        decimal(&Cell::Text(text.into()), unit).map(|number| number.to_string())
    }

    #[test]
    fn numbers_as_typed_are_read() {
        for (text, unit, number) in [
            ("１２．５", "", "12.5"),
            ("1,234.50", "", "1234.50"),
            ("１，２３４", "", "1234"),
            ("120 mmHg", "mmHg", "120"),
            ("3.2KG", "kg", "3.2"),
            ("98.5%", "%", "98.5"),
            ("-3", "", "-3"),
            ("￥1,000", "元", "1000"),
            ("50元", "元", "50"),
        ] {
            assert_eq!(read(text, unit).as_deref(), Some(number), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_not_guessed() {
        for text in ["1,23", "1,2345", "约3", "3-4", "12.", "1.2.3", "", "３公斤", "1e5", ".5"] {
            assert_eq!(read(text, "kg"), None, "{text}");
        }
    }

    #[test]
    fn floats_show_what_the_spreadsheet_shows() {
        let read = |number| decimal(&Cell::Number(number), "").map(|number| number.to_string());
        assert_eq!(read(0.1 + 0.2).as_deref(), Some("0.3"));
        assert_eq!(read(31_742.0).as_deref(), Some("31742"));
        assert_eq!(read(-2.5).as_deref(), Some("-2.5"));
        assert_eq!(read(f64::NAN), None);
    }
}
