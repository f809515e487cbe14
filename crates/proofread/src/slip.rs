//! Slips of the pen: what a mistyped digit makes of a number.
//!
//! Lives here: telling a near miss from another number. May not: readings, verdicts.
//! A wrong base changes all digits of a rate; a slip changes one, or swaps two. That difference lets a reading that is
//! only likely accuse: an unrelated number looks like a slip about once in thirty times.

use crate::exact::Exact;

/// Whether `stated` looks like a mistyped or miscounted `value`, both printed with `decimals` places.
pub(crate) fn is_slip(stated: Exact, value: Exact, decimals: u32) -> bool {
    // Within one part in two hundred, or one digit off without changing the size of the number.
    within(stated, value, 200).unwrap_or(false) || is_mistyped(stated, value, decimals)
}

fn within(stated: Exact, value: Exact, parts: i128) -> Option<bool> {
    let gap = value.sub(stated)?.abs();
    Some(gap.at_most(stated.abs().mul(Exact::new(1, parts)?)?))
}

/// Whether `stated` is `value` with a mistyped digit. Lists that leave small parts out come close to their total all the
/// same, so that being close alone says nothing about a sum.
pub(crate) fn is_mistyped(stated: Exact, value: Exact, decimals: u32) -> bool {
    within(stated, value, 5).unwrap_or(false) && one_digit(stated, value, decimals)
}

fn one_digit(stated: Exact, value: Exact, decimals: u32) -> bool {
    const FEWEST_DIGITS: usize = 3;
    let (Some(stated), Some(value)) = (stated.rounded(decimals), value.rounded(decimals)) else { return false };
    let (stated, value) = (stated.into_bytes(), value.into_bytes());
    if stated.len() != value.len() || stated.iter().filter(|b| b.is_ascii_digit()).count() < FEWEST_DIGITS {
        return false;
    }
    let unlike: Vec<usize> = (0..stated.len()).filter(|&at| stated[at] != value[at]).collect();
    match unlike[..] {
        [_] => true,
        [first, second] => stated[first] == value[second] && stated[second] == value[first],
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slip(stated: i128, value: i128) -> bool {
        let hundredth = |n| Exact::new(n, 100).expect("100 is not zero");
        is_slip(hundredth(stated), hundredth(value), 2)
    }

    #[test]
    fn one_digit_or_two_swapped_or_nearly_equal() {
        assert!(slip(9377, 9677));
        assert!(slip(9767, 9677));
        assert!(slip(9938, 9917));
        assert!(!slip(9050, 9677));
        assert!(!slip(1206, 9677));
        assert!(!slip(2677, 9677));
    }
}
