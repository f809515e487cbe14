//! How official texts word a number: value and unit, fraction, change against the year before.

use qianmo_core::numbers::round_half_up;
use qianmo_core::pack::{Better, Indicator};
use qianmo_core::{Cell, Decimal, format_decimal};

/// What stands where a number is missing: never a guess.
pub const MISSING: &str = "（未开展）";

/// Whether changes of an indicator are told in points (of %, ‰, /10万) and not in percent.
#[must_use]
pub fn in_points(indicator: &Indicator) -> bool {
    indicator.denominator.is_some() && indicator.scale > Decimal::ONE
}

/// Puts the unit to a number: `96.99%`, `30.12/10万`, `3.20/万`, `106.40（女=100）`, `332人`.
#[must_use]
pub fn with_unit(number: &str, unit: &str) -> String {
    if number == "—" {
        return number.to_owned();
    }
    match unit {
        "1/万" => format!("{number}/万"),
        _ if unit.contains('=') => format!("{number}（{unit}）"),
        _ => format!("{number}{unit}"),
    }
}

/// The bare value, rounded half up to the indicator's decimals; `—` for a zero denominator.
#[must_use]
pub fn value(indicator: &Indicator, cell: &Cell) -> String {
    format_decimal(cell.rounded(indicator.scale, indicator.decimals), indicator.decimals)
}

/// A numerator or denominator as counted: whole, or with two decimals at least when it is an amount.
#[must_use]
pub fn count(number: Decimal) -> String {
    let number = number.normalize();
    if number.scale() == 0 { number.to_string() } else { format_decimal(Some(number), number.scale().max(2)) }
}

/// The numerator: of a count with the indicator's decimals, of a rate as counted.
#[must_use]
pub fn numerator(indicator: &Indicator, cell: &Cell) -> String {
    if indicator.denominator.is_none() { format_decimal(Some(cell.numerator), indicator.decimals) } else { count(cell.numerator) }
}

/// The denominator as counted; empty for a count.
#[must_use]
pub fn denominator(cell: &Cell) -> String {
    cell.denominator.map(count).unwrap_or_default()
}

/// Value with unit and, for a rate, the fraction: `96.99%（322/332）`.
#[must_use]
pub fn fraction(indicator: &Indicator, cell: &Cell) -> String {
    let value = with_unit(&value(indicator, cell), &indicator.unit);
    match cell.denominator {
        Some(below) => format!("{value}（{}/{}）", count(cell.numerator), count(below)),
        None => value,
    }
}

/// A target as it was set: `98%`, `8.5‰`.
#[must_use]
pub fn target(indicator: &Indicator, value: Decimal) -> String {
    with_unit(&value.normalize().to_string(), &indicator.unit)
}

/// A difference between two printed values of an indicator, without sign: `1.20个百分点`.
#[must_use]
pub fn points(indicator: &Indicator, difference: Decimal) -> String {
    let number = format_decimal(Some(difference.abs()), indicator.decimals);
    match indicator.unit.as_str() {
        "%" => format!("{number}个百分点"),
        "‰" => format!("{number}个千分点"),
        unit if unit.contains('=') => number,
        unit => with_unit(&number, unit),
    }
}

/// Which way a number went against the year before.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Now minus then, of the printed values.
    pub difference: Decimal,
    /// Difference ÷ value of the year before.
    pub relative: Decimal,
    /// `提高1.20个百分点`, `增长3.1%`; empty when nothing changed.
    pub words: String,
}

/// The change against the year before; `None` when there is nothing to compare with. A year before in which
/// nothing was counted is nothing to compare with.
#[must_use]
pub fn change(indicator: &Indicator, now: &Cell, before: &Cell) -> Option<Change> {
    if before.numerator.is_zero() {
        return None;
    }
    let now = now.rounded(indicator.scale, indicator.decimals)?;
    let before = before.rounded(indicator.scale, indicator.decimals).filter(|value| !value.is_zero())?;
    let difference = now - before;
    let relative = difference.checked_div(before.abs())?;
    let words = if difference.is_zero() {
        String::new()
    } else if in_points(indicator) {
        let up = if indicator.better == Some(Better::Lower) { "上升" } else { "提高" };
        format!("{}{}", if difference > Decimal::ZERO { up } else { "下降" }, points(indicator, difference))
    } else {
        let percent = round_half_up(relative.abs() * Decimal::ONE_HUNDRED, 1);
        let verb = if difference > Decimal::ZERO { "增长" } else { "减少" };
        if percent.is_zero() { String::new() } else { format!("{verb}{percent:.1}%") }
    };
    Some(Change { difference, relative, words })
}

/// The change as a text says it: `比上年提高1.20个百分点`, `与上年持平`.
#[must_use]
pub fn change_words(change: &Change) -> String {
    match (change.words.as_str(), change.difference.is_zero()) {
        ("", true) => "与上年持平".to_owned(),
        ("", false) => "与上年基本持平".to_owned(),
        (words, _) => format!("比上年{words}"),
    }
}
