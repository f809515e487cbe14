//! Cells of the indicator cube, and the one way a number is shown.

use rust_decimal::{Decimal, RoundingStrategy};

use crate::area::AreaCode;
use crate::period::Period;

/// Which part of an indicator is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Part {
    /// The count or sum on top.
    Numerator,
    /// The count or sum below.
    Denominator,
    /// The rate, or the numerator of an indicator without a denominator.
    #[default]
    Value,
}

impl Part {
    /// The word for it in packs and on the command line.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Numerator => "numerator",
            Self::Denominator => "denominator",
            Self::Value => "value",
        }
    }
}

/// One cell of the cube: what one indicator counts in one area and one period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cell {
    /// Sum of the numerator.
    pub numerator: Decimal,
    /// Sum of the denominator; `None` for an indicator that has none.
    pub denominator: Option<Decimal>,
}

impl Cell {
    /// The value before rounding: numerator, or numerator ÷ denominator × `scale` (100 for %).
    /// `None` for a zero denominator: shown as `—`.
    #[must_use]
    pub fn value(&self, scale: Decimal) -> Option<Decimal> {
        match self.denominator {
            None => Some(self.numerator),
            Some(below) if below.is_zero() => None,
            Some(below) => self.numerator.checked_mul(scale)?.checked_div(below),
        }
    }

    /// The value rounded half up, once, to `decimals`.
    #[must_use]
    pub fn rounded(&self, scale: Decimal, decimals: u32) -> Option<Decimal> {
        self.value(scale).map(|value| round_half_up(value, decimals))
    }
}

/// Rounds half away from zero, the rounding of printed Chinese statistics (四舍五入).
#[must_use]
pub fn round_half_up(value: Decimal, decimals: u32) -> Decimal {
    value.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero)
}

/// Prints a value with exactly `decimals` decimals; `—` when there is none.
#[must_use]
pub fn format_decimal(value: Option<Decimal>, decimals: u32) -> String {
    match value {
        None => "—".to_owned(),
        Some(value) => format!("{:.*}", decimals as usize, round_half_up(value, decimals)),
    }
}

/// Where the numbers of documents come from: the cube, read by indicator, area and period.
pub trait Numbers {
    /// The cell of an indicator; `None` when nothing has been computed for it there and then.
    fn cell(&self, indicator: &str, area: AreaCode, period: Period) -> Option<Cell>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_rounded_half_up_once() {
        let cell = Cell { numerator: Decimal::from(1), denominator: Some(Decimal::from(16)) };
        assert_eq!(format_decimal(cell.rounded(Decimal::ONE_HUNDRED, 1), 1), "6.3");
        let cell = Cell { numerator: Decimal::from(322), denominator: Some(Decimal::from(332)) };
        assert_eq!(format_decimal(cell.rounded(Decimal::ONE_HUNDRED, 2), 2), "96.99");
    }

    #[test]
    fn nothing_below_is_a_dash() {
        let cell = Cell { numerator: Decimal::ZERO, denominator: Some(Decimal::ZERO) };
        assert_eq!(format_decimal(cell.rounded(Decimal::ONE_HUNDRED, 2), 2), "—");
    }
}
