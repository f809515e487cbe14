//! z-scores by the LMS method (Cole and Green 1992), as growth standards publish their reference values.
//!
//! For each sex and each key (age in days, length in cm) a table has `l` (skewness), `m` (median) and `s` (variation);
//! z = ((x/m)^l - 1)/(l*s), or ln(x/m)/s where l is 0. Beyond -3 and +3 the distance between the second and third
//! standard deviation is carried on evenly, as WHO prescribes for its weight-based standards (WHO Child Growth Standards:
//! Methods and development, 2006, chapter 7); where l is 1 both formulas are the same.

use std::collections::BTreeMap;
use std::sync::Arc;

use rust_decimal::Decimal;
use rust_decimal::prelude::{FromPrimitive, ToPrimitive};

use crate::numbers::round_half_up;

/// Reference values of one measure.
#[derive(Debug, Clone, PartialEq)]
pub struct LmsTable {
    /// The table's id, `pack.table`.
    pub id: Arc<str>,
    rows: BTreeMap<Arc<str>, Vec<(Decimal, Lms)>>,
}

/// The three parameters at one key.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lms {
    /// Power that makes the measure normal.
    pub l: f64,
    /// Median.
    pub m: f64,
    /// Coefficient of variation.
    pub s: f64,
}

impl LmsTable {
    /// A table from rows of sex, key and parameters, in any order.
    #[must_use]
    pub fn new(id: &str, rows: impl IntoIterator<Item = (Arc<str>, Decimal, Lms)>) -> Self {
        let mut by_sex: BTreeMap<Arc<str>, Vec<(Decimal, Lms)>> = BTreeMap::new();
        for (sex, key, lms) in rows {
            by_sex.entry(sex).or_default().push((key, lms));
        }
        for rows in by_sex.values_mut() {
            rows.sort_by_key(|(key, _)| *key);
        }
        Self { id: id.into(), rows: by_sex }
    }

    /// Its rows by sex, each sex's in order of the key: to carry the table elsewhere.
    pub fn rows(&self) -> impl Iterator<Item = (&Arc<str>, &[(Decimal, Lms)])> {
        self.rows.iter().map(|(sex, rows)| (sex, rows.as_slice()))
    }

    /// The z-score of `x`, to two decimals; `None` outside the table, for an unknown sex and for what isn't positive.
    ///
    /// Between two keys the parameters are taken in proportion.
    #[must_use]
    pub fn z(&self, sex: &str, key: Decimal, x: Decimal) -> Option<Decimal> {
        let rows = self.rows.get(sex)?;
        let after = rows.partition_point(|(held, _)| *held < key);
        let lms = match (rows.get(after)?, after.checked_sub(1).map(|before| rows[before])) {
            ((held, lms), _) if *held == key => *lms,
            ((high, above), Some((low, below))) => {
                let part = ((key - low) / (*high - low)).to_f64()?;
                let mix = |a: f64, b: f64| a + (b - a) * part;
                Lms { l: mix(below.l, above.l), m: mix(below.m, above.m), s: mix(below.s, above.s) }
            }
            _ => return None,
        };
        let x = x.to_f64().filter(|x| *x > 0.0)?;
        Decimal::from_f64(lms.z(x)).map(|z| round_half_up(z, 2))
    }
}

impl Lms {
    /// The z-score of a positive measure, not rounded.
    #[must_use]
    pub fn z(self, x: f64) -> f64 {
        let z = if self.l.abs() < 1e-9 { (x / self.m).ln() / self.s } else { ((x / self.m).powf(self.l) - 1.0) / (self.l * self.s) };
        if z > 3.0 {
            3.0 + (x - self.at(3.0)) / (self.at(3.0) - self.at(2.0))
        } else if z < -3.0 {
            -3.0 + (x - self.at(-3.0)) / (self.at(-2.0) - self.at(-3.0))
        } else {
            z
        }
    }

    /// The measure at a z-score within -3 to +3.
    fn at(self, z: f64) -> f64 {
        if self.l.abs() < 1e-9 { self.m * (self.s * z).exp() } else { self.m * (1.0 + self.l * self.s * z).powf(1.0 / self.l) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // WHO weight-for-age, boys: the parameters of day 365 and the published lines of 12 months
    // (-3: 6.9, -2: 7.7, median 9.6, +2: 12.0, +3: 13.3 kg).
    const BOY_12_MONTHS: Lms = Lms { l: 0.0644, m: 9.6479, s: 0.10925 };

    #[test]
    fn published_lines_are_where_the_standard_has_them() {
        for (z, kg) in [(-3.0, 6.9), (-2.0, 7.7), (0.0, 9.6), (2.0, 12.0), (3.0, 13.3)] {
            assert!((BOY_12_MONTHS.at(z) - kg).abs() < 0.06, "{z}: {}", BOY_12_MONTHS.at(z));
            assert!((BOY_12_MONTHS.z(BOY_12_MONTHS.at(z)) - z).abs() < 1e-9);
        }
    }

    #[test]
    fn beyond_three_deviations_the_scale_goes_on_evenly() {
        let step = BOY_12_MONTHS.at(3.0) - BOY_12_MONTHS.at(2.0);
        assert!((BOY_12_MONTHS.z(BOY_12_MONTHS.at(3.0) + step) - 4.0).abs() < 1e-9);
        let step = BOY_12_MONTHS.at(-2.0) - BOY_12_MONTHS.at(-3.0);
        assert!((BOY_12_MONTHS.z(BOY_12_MONTHS.at(-3.0) - step) + 4.0).abs() < 1e-9);
    }

    #[test]
    fn outside_the_table_nothing_is_known_and_between_keys_the_parameters_mix() {
        let lms = |m| Lms { l: 1.0, m, s: 0.1 };
        let table = LmsTable::new("p.t", [("1".into(), 10.into(), lms(100.0)), ("1".into(), 20.into(), lms(200.0))]);
        let z = |sex, key: i64, x: i64| table.z(sex, key.into(), x.into());
        assert_eq!(z("1", 10, 110), Some(Decimal::ONE));
        assert_eq!(z("1", 15, 165), Some(Decimal::ONE));
        assert_eq!([z("1", 9, 100), z("1", 21, 100), z("2", 10, 100), z("1", 10, 0)], [None; 4]);
    }
}
