//! A quantity: number, unit, stated precision, label and place.
//!
//! Lives here: the type that scanning fills and rules read. May not: scan; judge.

use crate::cues::Cue;
use crate::exact::{Exact, Interval};
use crate::numeral::Numeral;
use crate::text::Span;
use crate::units::{Family, Unit};

/// How literally a number is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Approximation {
    /// As printed.
    None,
    /// 约, 近, 左右.
    About,
    /// 多, 余, 以上, 超过.
    AtLeast,
    /// 以下, 不足.
    AtMost,
}

/// What the number does in its clause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// States how much there is.
    Level,
    /// States by how much something rose or fell.
    Change,
    /// States what it was before, or elsewhere.
    Prior,
    /// Above the line of a printed fraction.
    FractionTop,
    /// Below the line of a printed fraction.
    FractionBottom,
    /// A unit whose number is missing or masked.
    Blank,
}

/// A number with everything the rules ask about it.
#[derive(Clone, Debug)]
pub(crate) struct Quantity {
    /// From the first digit to the end of unit and approximation.
    pub(crate) span: Span,
    /// End of the digits alone.
    pub(crate) digits_end: usize,
    pub(crate) mantissa: i128,
    pub(crate) decimals: u32,
    /// Power of ten of the multiplier: 4 for 万, 8 for 亿.
    pub(crate) shift: u32,
    pub(crate) unit: Unit,
    pub(crate) approximation: Approximation,
    pub(crate) role: Role,
    /// Written in Chinese numerals.
    pub(crate) spelled: bool,
    /// Words before the number that say what it counts.
    pub(crate) label: Span,
    /// Words after a measure word that say what it counts.
    pub(crate) noun: Span,
    /// Characters of label and noun as a bit set, to refuse unlike labels cheaply.
    pub(crate) mask: u64,
    /// Nothing before this place belongs to the label: end of the previous quantity or date.
    pub(crate) floor: usize,
    pub(crate) group: usize,
    pub(crate) sentence: usize,
    pub(crate) line: usize,
    /// First character of its line.
    pub(crate) line_start: usize,
    pub(crate) scope: usize,
    pub(crate) depth: usize,
    /// Tabs before it in its line: the column of a table.
    pub(crate) cell: usize,
    /// Where the last 其中 (or its like) before it stands, when in the same list.
    pub(crate) among: Option<usize>,
    /// Whether it is one of a set of parts that exhaust a whole.
    pub(crate) cue: Cue,
    pub(crate) value: Exact,
    pub(crate) interval: Interval,
}

impl Quantity {
    /// Value and printed interval of a numeral with multiplier and unit.
    pub(crate) fn measure(numeral: Numeral, shift: u32, unit: Unit) -> Option<(Exact, Interval)> {
        let value = Exact::new(numeral.mantissa.checked_mul(10_i128.checked_pow(shift)?)?, 10_i128.checked_pow(numeral.decimals)?)?;
        let interval = if is_exact(numeral, shift, unit) {
            Interval::point(value)
        } else {
            Interval::around(value, half_unit(numeral.decimals, shift)?)?
        };
        Some((value, interval))
    }

    /// Half a unit of the last printed place.
    pub(crate) fn half_unit(&self) -> Option<Exact> {
        half_unit(self.decimals, self.shift)
    }

    /// All values that print as this number.
    pub(crate) fn printed_interval(&self) -> Option<Interval> {
        Interval::around(self.value, self.half_unit()?)
    }

    pub(crate) fn is_exact_count(&self) -> bool {
        self.unit.family.is_count() && self.shift == 0 && self.decimals == 0
    }

    /// A level that can be an operand: a count or an amount, meant literally.
    pub(crate) fn is_operand(&self) -> bool {
        self.approximation == Approximation::None
            && matches!(self.role, Role::Level | Role::FractionTop | Role::FractionBottom)
            && (self.unit.family.is_count() || self.unit.family == Family::Money)
    }
}

fn half_unit(decimals: u32, shift: u32) -> Option<Exact> {
    let power = shift.min(decimals);
    Exact::new(10_i128.checked_pow(shift - power)?, 2 * 10_i128.checked_pow(decimals - power)?)
}

/// Whole counts and amounts to the cent are exact; 万, rates and measures are rounded.
fn is_exact(numeral: Numeral, shift: u32, unit: Unit) -> bool {
    shift == 0
        && match unit.family {
            Family::Money => numeral.decimals <= 2,
            Family::Bare => numeral.decimals == 0 || numeral.decimals == 2,
            family => family.is_count() && numeral.decimals == 0,
        }
}
