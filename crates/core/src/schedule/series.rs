//! Series for one person on a day.

use super::facts::{Person, Run};
use super::item::Item;
use super::limits::Limits;
use super::planner::{SeriesRules, Wanted};

pub(super) fn add(person: &Person<'_, '_>, limits: &Limits<'_, '_>, rules: &SeriesRules, run: Run, wanted: Wanted, items: &mut Vec<Item>) {
    let _ = (person, limits, rules, run, wanted, items);
}
