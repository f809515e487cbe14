//! Exact numbers and the intervals that printed numbers stand for.
//!
//! Lives here: fractions of `i128` with checked arithmetic, closed intervals of them, rounding for print.
//! May not: floating point, text of the document, rules. An overflow is `None`, never a wrong verdict.

use std::cmp::Ordering;

/// A fraction with a positive denominator; not necessarily reduced.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Exact {
    num: i128,
    den: i128,
}

impl Exact {
    pub(crate) const ZERO: Exact = Exact { num: 0, den: 1 };

    pub(crate) fn new(num: i128, den: i128) -> Option<Exact> {
        match den.cmp(&0) {
            Ordering::Equal => None,
            Ordering::Greater => Some(Exact { num, den }),
            Ordering::Less => Some(Exact { num: num.checked_neg()?, den: den.checked_neg()? }),
        }
    }

    pub(crate) fn whole(value: i128) -> Exact {
        Exact { num: value, den: 1 }
    }

    pub(crate) fn add(self, other: Exact) -> Option<Exact> {
        // Printed numbers have powers of ten below the line: one divides the other and no product is needed.
        if self.den == other.den {
            return Some(Exact { num: self.num.checked_add(other.num)?, den: self.den });
        }
        let (large, small) = if self.den > other.den { (self, other) } else { (other, self) };
        if large.den % small.den == 0 {
            let scaled = small.num.checked_mul(large.den / small.den)?;
            return Some(Exact { num: large.num.checked_add(scaled)?, den: large.den });
        }
        let left = self.num.checked_mul(other.den)?;
        let right = other.num.checked_mul(self.den)?;
        Some(Exact { num: left.checked_add(right)?, den: self.den.checked_mul(other.den)? })
    }

    pub(crate) fn negate(self) -> Exact {
        // Mantissas have at most 18 digits, so the minimum of i128 cannot occur; saturating keeps it total.
        Exact { num: self.num.saturating_neg(), den: self.den }
    }

    pub(crate) fn sub(self, other: Exact) -> Option<Exact> {
        self.add(other.negate())
    }

    pub(crate) fn mul(self, other: Exact) -> Option<Exact> {
        Some(Exact { num: self.num.checked_mul(other.num)?, den: self.den.checked_mul(other.den)? })
    }

    pub(crate) fn div(self, other: Exact) -> Option<Exact> {
        Exact::new(self.num.checked_mul(other.den)?, self.den.checked_mul(other.num)?)
    }

    pub(crate) fn abs(self) -> Exact {
        Exact { num: self.num.saturating_abs(), den: self.den }
    }

    pub(crate) fn sign(self) -> Ordering {
        self.num.cmp(&0)
    }

    pub(crate) fn compare(self, other: Exact) -> Option<Ordering> {
        if self.den == other.den {
            return Some(self.num.cmp(&other.num));
        }
        Some(self.num.checked_mul(other.den)?.cmp(&other.num.checked_mul(self.den)?))
    }

    pub(crate) fn at_most(self, other: Exact) -> bool {
        matches!(self.compare(other), Some(Ordering::Less | Ordering::Equal))
    }

    pub(crate) fn less(self, other: Exact) -> bool {
        matches!(self.compare(other), Some(Ordering::Less))
    }

    pub(crate) fn same(self, other: Exact) -> bool {
        matches!(self.compare(other), Some(Ordering::Equal))
    }

    /// Prints the value with `decimals` places, rounded half up (away from zero).
    pub(crate) fn rounded(self, decimals: u32) -> Option<String> {
        let scale = 10_i128.checked_pow(decimals)?;
        let doubled = self.num.checked_abs()?.checked_mul(scale)?.checked_mul(2)?.checked_add(self.den)?;
        let units = doubled / self.den.checked_mul(2)?;
        let sign = if self.num < 0 && units != 0 { "-" } else { "" };
        if decimals == 0 {
            return Some(format!("{sign}{units}"));
        }
        Some(format!("{sign}{}.{:0width$}", units / scale, units % scale, width = decimals as usize))
    }

    /// Prints a terminating decimal without trailing zeros; other fractions with four places.
    pub(crate) fn plain(self) -> String {
        for decimals in 0..=8_u32 {
            let Some(scale) = 10_i128.checked_pow(decimals) else { break };
            let Some(scaled) = self.num.checked_mul(scale) else { break };
            if scaled % self.den == 0 {
                return self.rounded(decimals).unwrap_or_default();
            }
        }
        self.rounded(4).unwrap_or_default()
    }
}

/// All values that a printed number, or a calculation on printed numbers, can stand for. Both ends included.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Interval {
    pub(crate) low: Exact,
    pub(crate) high: Exact,
}

impl Interval {
    pub(crate) fn point(value: Exact) -> Interval {
        Interval { low: value, high: value }
    }

    pub(crate) fn around(value: Exact, half_width: Exact) -> Option<Interval> {
        Some(Interval { low: value.sub(half_width)?, high: value.add(half_width)? })
    }

    pub(crate) fn add(self, other: Interval) -> Option<Interval> {
        Some(Interval { low: self.low.add(other.low)?, high: self.high.add(other.high)? })
    }

    pub(crate) fn sub(self, other: Interval) -> Option<Interval> {
        Some(Interval { low: self.low.sub(other.high)?, high: self.high.sub(other.low)? })
    }

    /// Quotient of two intervals of non-negative numbers; `None` when the divisor can be zero.
    pub(crate) fn div(self, other: Interval) -> Option<Interval> {
        if other.low.sign() != Ordering::Greater {
            return None;
        }
        Some(Interval { low: self.low.div(other.high)?, high: self.high.div(other.low)? })
    }

    pub(crate) fn times(self, factor: Exact) -> Option<Interval> {
        Some(Interval { low: self.low.mul(factor)?, high: self.high.mul(factor)? })
    }

    /// Distances from zero of all the values.
    pub(crate) fn abs(self) -> Interval {
        match (self.low.sign(), self.high.sign()) {
            (Ordering::Less, Ordering::Less) => Interval { low: self.high.abs(), high: self.low.abs() },
            (Ordering::Less, _) => {
                let far = if self.low.abs().at_most(self.high) { self.high } else { self.low.abs() };
                Interval { low: Exact::ZERO, high: far }
            }
            _ => self,
        }
    }

    pub(crate) fn meets(self, other: Interval) -> bool {
        self.low.at_most(other.high) && other.low.at_most(self.high)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exact(num: i128, den: i128) -> Exact {
        Exact::new(num, den).expect("test denominators are not zero")
    }

    #[test]
    fn rounding_is_half_up_away_from_zero() {
        assert_eq!(exact(1, 8).rounded(2).as_deref(), Some("0.13"));
        assert_eq!(exact(-1, 8).rounded(2).as_deref(), Some("-0.13"));
        assert_eq!(exact(-1, 800).rounded(2).as_deref(), Some("0.00"));
        assert_eq!(exact(5, 2).rounded(0).as_deref(), Some("3"));
        assert_eq!(exact(200, 3).rounded(2).as_deref(), Some("66.67"));
    }

    #[test]
    fn plain_print_keeps_what_terminates() {
        assert_eq!(exact(95_500, 1).plain(), "95500");
        assert_eq!(exact(15_020, 100).plain(), "150.2");
        assert_eq!(exact(1, 3).plain(), "0.3333");
    }

    #[test]
    fn rounded_operands_widen_the_quotient() {
        let part = Interval::around(exact(34_600, 1), exact(50, 1)).expect("small numbers");
        let whole = Interval::around(exact(41_000, 1), exact(500, 1)).expect("small numbers");
        let share = part.div(whole).and_then(|q| q.times(Exact::whole(100))).expect("small numbers");
        assert!(share.low.less(exact(8_335, 100)) && exact(8_550, 100).less(share.high));
    }

    #[test]
    fn overflow_and_zero_divisors_are_no_answer() {
        assert!(exact(i128::MAX, 1).add(exact(1, 1)).is_none());
        assert!(exact(1, 1).div(Exact::ZERO).is_none());
        let spans_zero = Interval { low: exact(-1, 1), high: exact(1, 1) };
        assert!(Interval::point(exact(1, 1)).div(spans_zero).is_none());
    }

    #[test]
    fn distance_of_an_interval_across_zero_starts_at_zero() {
        let spread = Interval { low: exact(-3, 1), high: exact(2, 1) }.abs();
        assert!(spread.low.same(Exact::ZERO) && spread.high.same(exact(3, 1)));
    }
}
