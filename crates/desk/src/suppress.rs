//! Small counts in what is published (小单元格抑制): a count that is so small that it points at persons isn't printed, nor
//! what it could be worked out from.
//!
//! Primary: a count of people from one to below the threshold. Complementary: where a total and its other parts are
//! printed, a hidden part would be their difference; so a second part, the smallest, is hidden with it, and a third when
//! the hidden ones together are still below the threshold.
//!
//! Source: 《中华人民共和国统计法》第二十八条 (data that identify a single respondent are not published); the threshold is
//! the usual one of health statistics and can be set.

use qianmo_core::{Decimal, Fault};
use qianmo_store::Store;

/// What stands in place of a hidden count.
pub const HIDDEN: &str = "*";

/// The setting that holds the threshold.
pub const SETTING: &str = "small_cells_below";

/// The rule by which counts are hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Counts from 1 to below this are hidden.
    pub below: u32,
}

impl Default for Rule {
    fn default() -> Self {
        Self { below: 5 }
    }
}

impl Rule {
    /// The rule that the settings of some data say; nothing when they don't.
    ///
    /// Errors: those of reading the store.
    pub fn set(store: &dyn Store) -> Result<Option<Self>, Fault> {
        Ok(store.setting(SETTING)?.and_then(|below| below.parse().ok()).map(|below| Self { below }))
    }

    /// Whether a count is hidden by itself. Zero says nothing of anybody; what isn't whole is no count of people.
    #[must_use]
    pub fn hides(self, count: Decimal) -> bool {
        count > Decimal::ZERO && count < Decimal::from(self.below)
    }
}

/// A number of a table that is to be published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// The count; unknown ones are printed as nothing.
    pub count: Option<Decimal>,
    /// Whether it counts people. Other numbers (money, areas) are never hidden by themselves, only with others.
    pub people: bool,
}

/// That one number is the sum of others: places in the list of counts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sum {
    /// The total.
    pub total: usize,
    /// Its parts.
    pub parts: Vec<usize>,
}

/// Which counts are hidden.
///
/// In each sum, when anything is hidden at all, at least two numbers are, and the hidden parts together reach the threshold (or
/// the total is hidden too); as far as the sum has numbers to hide.
#[must_use]
pub fn hidden(rule: Rule, counts: &[Count], sums: &[Sum]) -> Vec<bool> {
    let value = |at: usize| counts.get(at).and_then(|count| count.count);
    let mut hidden: Vec<bool> = counts.iter().map(|count| count.people && count.count.is_some_and(|count| rule.hides(count))).collect();
    let is = |hidden: &[bool], at: usize| hidden.get(at).copied().unwrap_or(false);
    loop {
        let mut more = None;
        for sum in sums {
            let parts: Vec<usize> = sum.parts.iter().copied().filter(|part| is(&hidden, *part)).collect();
            let total = is(&hidden, sum.total);
            if (parts.is_empty() && !total) || (total && !parts.is_empty()) {
                continue;
            }
            let together: Decimal = parts.iter().filter_map(|part| value(*part)).sum();
            if !total && parts.len() > 1 && together >= Decimal::from(rule.below) {
                continue;
            }
            let open = sum.parts.iter().copied().filter(|part| !is(&hidden, *part) && value(*part).is_some());
            let smallest = open.clone().filter(|part| value(*part).is_some_and(|count| !count.is_zero())).min_by_key(|part| value(*part));
            more = smallest.or_else(|| (!total && value(sum.total).is_some()).then_some(sum.total)).or_else(|| open.into_iter().next());
            if more.is_some() {
                break;
            }
        }
        match more.and_then(|at| hidden.get_mut(at)) {
            Some(place) => *place = true,
            None => return hidden,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(list: &[i64]) -> Vec<Count> {
        list.iter().map(|count| Count { count: Some(Decimal::from(*count)), people: true }).collect()
    }

    fn sum(total: usize, parts: std::ops::Range<usize>) -> Sum {
        Sum { total, parts: parts.collect() }
    }

    fn shown(list: &[i64], sums: &[Sum]) -> String {
        let hidden = hidden(Rule::default(), &counts(list), sums);
        list.iter().zip(hidden).map(|(count, hidden)| if hidden { HIDDEN.into() } else { count.to_string() }).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn one_to_four_are_hidden_and_nothing_else() {
        assert_eq!(shown(&[0, 1, 4, 5, 120], &[]), "0 * * 5 120");
        let money = [Count { count: Some(Decimal::from(3)), people: false }, Count { count: None, people: true }];
        assert_eq!(hidden(Rule::default(), &money, &[]), [false, false]);
        assert_eq!(hidden(Rule { below: 11 }, &counts(&[10, 11]), &[]), [true, false]);
    }

    #[test]
    fn a_hidden_part_takes_the_smallest_other_with_it() {
        assert_eq!(shown(&[50, 3, 20, 27], &[sum(0, 1..4)]), "50 * * 27");
        // Two ones alone would be known from their sum.
        assert_eq!(shown(&[52, 1, 1, 20, 30], &[sum(0, 1..5)]), "52 * * * 30");
        assert_eq!(shown(&[49, 4, 4, 20, 21], &[sum(0, 1..5)]), "49 * * 20 21", "eight is enough");
        // With nothing else to hide it is the total.
        assert_eq!(shown(&[3, 3, 0], &[sum(0, 1..3)]), "* * 0");
        assert_eq!(shown(&[7, 3, 4], &[sum(0, 1..3)]), "7 * *");
    }

    #[test]
    fn rows_and_columns_hold_together() {
        // Two villages by two sexes with totals: hiding one cell hides a square.
        let sums = [sum(2, 0..2), sum(5, 3..5), sum(8, 6..8)];
        let down = |column: usize| Sum { total: column + 6, parts: vec![column, column + 3] };
        let sums = [sums.to_vec(), (0..3).map(down).collect()].concat();
        assert_eq!(shown(&[2, 30, 32, 40, 50, 90, 42, 80, 122], &sums), "* * 32 * * 90 42 80 122");
    }

    #[test]
    fn nothing_hidden_can_be_worked_out() {
        // Every table of a total and four parts from 0 to 6: given what is printed, more than one filling fits each hidden count.
        let rule = Rule::default();
        for code in 0..7_i64.pow(4) {
            let parts: Vec<i64> = (0..4).map(|place| code / 7_i64.pow(place) % 7).collect();
            let total = parts.iter().sum::<i64>();
            let list = [vec![total], parts.clone()].concat();
            let hidden = hidden(rule, &counts(&list), &[sum(0, 1..5)]);
            let alone = hidden.iter().filter(|hidden| **hidden).count();
            assert!(alone != 1, "{list:?}");
            let together: i64 = parts.iter().zip(&hidden[1..]).filter(|(_, hidden)| **hidden).map(|(count, _)| count).sum();
            assert!(alone == 0 || hidden[0] || together >= 5, "{list:?} {hidden:?}");
            assert!(list.iter().zip(&hidden).all(|(count, hidden)| *hidden || !(1..5).contains(count)), "{list:?}");
        }
    }
}
