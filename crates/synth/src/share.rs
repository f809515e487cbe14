//! Exact shares: whole units that sum to a total, none below its smallest or above its largest.

/// What one member may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Taker {
    /// Smallest share, in units.
    pub(crate) min: i64,
    /// Largest share, in units.
    pub(crate) max: i64,
    /// Weight, not negative.
    pub(crate) weight: f64,
}

/// Splits `total` units by weight within each taker's bounds. `None` when no split can have that sum.
pub(crate) fn split(total: i64, takers: &[Taker]) -> Option<Vec<i64>> {
    let low: i128 = takers.iter().map(|taker| i128::from(taker.min)).sum();
    let high: i128 = takers.iter().map(|taker| i128::from(taker.max)).sum();
    if takers.iter().any(|taker| taker.min > taker.max) || i128::from(total) < low || i128::from(total) > high {
        return None;
    }
    let mut shares: Vec<i64> = takers.iter().map(|taker| taker.min).collect();
    let mut rest = i64::try_from(i128::from(total) - low).ok()?;
    while rest > 0 {
        let open: Vec<usize> = (0..takers.len()).filter(|&at| shares[at] < takers[at].max).collect();
        let weights: f64 = open.iter().map(|&at| weight(takers[at])).sum();
        let before = rest;
        for &at in &open {
            let wanted = proportion(before, weight(takers[at]) / weights);
            let taken = wanted.min(takers[at].max - shares[at]).min(rest);
            shares[at] += taken;
            rest -= taken;
        }
        if rest == before || usize::try_from(rest).is_ok_and(|rest| rest <= open.len()) {
            for &at in &open {
                if rest > 0 && shares[at] < takers[at].max {
                    shares[at] += 1;
                    rest -= 1;
                }
            }
        }
    }
    Some(shares)
}

/// A weight of nothing still takes what the others can't.
fn weight(taker: Taker) -> f64 {
    if taker.weight.is_finite() { taker.weight.max(1e-9) } else { 1e-9 }
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "a share is cut to whole units; the rest is handed out after"
)]
fn proportion(units: i64, part: f64) -> i64 {
    (units as f64 * part) as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn taker(min: i64, max: i64, weight: f64) -> Taker {
        Taker { min, max, weight }
    }

    #[test]
    fn bounds_that_cannot_hold_the_total_are_refused() {
        assert_eq!(split(5, &[taker(3, 9, 1.0), taker(3, 9, 1.0)]), None);
        assert_eq!(split(19, &[taker(3, 9, 1.0), taker(3, 9, 1.0)]), None);
        assert_eq!(split(1, &[]), None);
        assert_eq!(split(0, &[]), Some(vec![]));
    }

    #[test]
    fn equal_bounds_give_equal_shares() {
        assert_eq!(split(1800, &[taker(600, 600, 3.0), taker(600, 600, 1.0), taker(600, 600, 0.0)]), Some(vec![600; 3]));
    }

    proptest! {
        #[test]
        fn shares_sum_to_the_total_within_bounds(
            bounds in prop::collection::vec((0_i64..50, 0_i64..5000, 0.0_f64..3.0), 1..40), part in 0.0_f64..1.0,
        ) {
            let takers: Vec<Taker> = bounds.iter().map(|(min, room, weight)| taker(*min, min + room, *weight)).collect();
            let low: i64 = takers.iter().map(|taker| taker.min).sum();
            let high: i64 = takers.iter().map(|taker| taker.max).sum();
            let total = low + proportion(high - low, part);
            let shares = split(total, &takers).unwrap();
            prop_assert_eq!(shares.iter().sum::<i64>(), total);
            prop_assert!(shares.iter().zip(&takers).all(|(share, taker)| (taker.min..=taker.max).contains(share)));
        }
    }
}
