//! The random source: ChaCha8 from the seed, a label and a year, so that changing one group reshuffles no other.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A deterministic stream of random numbers.
#[derive(Debug)]
pub(crate) struct Random(ChaCha8Rng);

impl Random {
    /// The stream that belongs to a seed, a label (a group's id) and a year.
    pub(crate) fn new(seed: u64, label: &str, year: i16) -> Self {
        let mut key = [0_u8; 32];
        let mut state = seed ^ 0x9E37_79B9_7F4A_7C15;
        for byte in label.bytes().chain(year.to_le_bytes()) {
            state = (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
            state ^= state >> 29;
        }
        for chunk in key.chunks_exact_mut(8) {
            state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut mixed = state;
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            chunk.copy_from_slice(&(mixed ^ (mixed >> 31)).to_le_bytes());
        }
        Self(ChaCha8Rng::from_seed(key))
    }

    /// Sixty-four random bits.
    pub(crate) fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A whole number below `n`; 0 when `n` is 0.
    pub(crate) fn below(&mut self, n: u64) -> u64 {
        u64::try_from((u128::from(self.bits()) * u128::from(n)) >> 64).unwrap_or(0)
    }

    /// An index below `n`.
    pub(crate) fn index(&mut self, n: usize) -> usize {
        usize::try_from(self.below(n as u64)).unwrap_or(0)
    }

    /// A whole number from `low` to `high`, both included; `low` when they are the wrong way round.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        let width = high.checked_sub(low).and_then(|width| u64::try_from(width).ok()).unwrap_or(0);
        low.saturating_add(i64::try_from(self.below(width.saturating_add(1))).unwrap_or(0))
    }

    /// A number in 0..1.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit exactly")]
    pub(crate) fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Puts `count` randomly chosen items, in random order, at the front.
    pub(crate) fn choose_front<T>(&mut self, items: &mut [T], count: usize) {
        for at in 0..count.min(items.len()) {
            let other = at + self.index(items.len() - at);
            items.swap(at, other);
        }
    }

    /// A position by cumulated weights (ascending, the last is the total); `None` when the total is nothing.
    pub(crate) fn weighted(&mut self, cumulated: &[f64]) -> Option<usize> {
        let total = cumulated.last().copied().filter(|total| *total > 0.0)?;
        let point = self.unit() * total;
        Some(cumulated.partition_point(|upto| *upto <= point).min(cumulated.len() - 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_depends_on_seed_label_and_year_only() {
        let first = |seed, label, year| Random::new(seed, label, year).bits();
        assert_eq!(first(1, "population.adults", 2012), first(1, "population.adults", 2012));
        assert_ne!(first(1, "population.adults", 2012), first(2, "population.adults", 2012));
        assert_ne!(first(1, "population.adults", 2012), first(1, "population.women", 2012));
        assert_ne!(first(1, "population.adults", 2012), first(1, "population.adults", 2013));
    }

    #[test]
    fn both_ends_are_reached_and_none_beyond() {
        let mut random = Random::new(7, "ends", 2012);
        let seen: std::collections::BTreeSet<i64> = (0..200).map(|_| random.between(-1, 2)).collect();
        assert_eq!(seen.into_iter().collect::<Vec<_>>(), [-1, 0, 1, 2]);
        assert_eq!(random.between(5, 3), 5);
    }

    #[test]
    fn weight_zero_is_never_taken() {
        let mut random = Random::new(7, "weights", 2012);
        assert!((0..200).all(|_| random.weighted(&[0.0, 1.0, 1.0, 4.0]).is_some_and(|at| at == 1 || at == 3)));
        assert_eq!(random.weighted(&[0.0, 0.0]), None);
    }
}
