//! Who is bound to whom: subjects that name each other, by their numbers.

use std::collections::{HashMap, HashSet};

/// The bonds between subjects. A bond stays when the record that made it is withdrawn: what is bound too widely is only
/// computed more often.
#[derive(Debug, Default)]
pub(super) struct Bonds(HashMap<i64, Vec<i64>>);

impl Bonds {
    pub(super) fn tie(&mut self, a: i64, b: i64) {
        if a == b {
            return;
        }
        for (from, to) in [(a, b), (b, a)] {
            let bound = self.0.entry(from).or_default();
            if !bound.contains(&to) {
                bound.push(to);
            }
        }
    }

    /// These subjects and all that are bound to them, directly or not; nothing when they are more than `most`.
    pub(super) fn all(&self, of: impl IntoIterator<Item = i64>, most: usize) -> Option<HashSet<i64>> {
        let mut all: HashSet<i64> = HashSet::new();
        let mut todo: Vec<i64> = of.into_iter().collect();
        while let Some(at) = todo.pop() {
            if all.insert(at) {
                todo.extend(self.0.get(&at).into_iter().flatten());
            }
            if all.len() > most {
                return None;
            }
        }
        Some(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_household_is_one_bond() {
        let mut bonds = Bonds::default();
        for (a, b) in [(1, 10), (2, 10), (2, 20), (3, 11), (5, 5)] {
            bonds.tie(a, b);
        }
        assert_eq!(bonds.all([1], 9), Some(HashSet::from([1, 10, 2, 20])));
        assert_eq!(bonds.all([4], 9), Some(HashSet::from([4])));
        assert_eq!(bonds.all([1, 3], 5), None);
    }
}
