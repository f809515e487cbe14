//! The register of a document's numbers: one entry for each number, however often it is printed.

use std::collections::BTreeMap;

use qianmo_core::pack::Indicator;
use qianmo_core::{AreaCode, Calendar, Cell, Part, Period};

use crate::model::{NumberReference, Run};
use crate::phrase;

/// What was made of a cell. Two numbers of the same kind, indicator, area and period are one entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The cell itself: numerator, denominator, value.
    Cell,
    /// The change against the year before.
    Change,
    /// A target from a pack's table.
    Target,
    /// The distance from the target.
    Gap,
    /// A count of areas.
    Areas,
}

/// Key of an entry.
pub type Key = (Kind, String, AreaCode, Period);

/// References in order of first appearance.
#[derive(Debug, Clone, Default)]
pub struct References {
    list: Vec<NumberReference>,
    index: BTreeMap<Key, usize>,
}

impl References {
    /// Notes that the number of `key` is printed at `place` as `text`; makes its entry when it is the first time.
    pub fn run(&mut self, key: Key, place: &str, text: String, make: impl FnOnce() -> NumberReference) -> Run {
        let cell = Some((key.0, key.2, key.3));
        let reference = *self.index.entry(key).or_insert_with(|| {
            self.list.push(NumberReference { cell, ..make() });
            self.list.len() - 1
        });
        if let Some(entry) = self.list.get_mut(reference)
            && entry.places.last().is_none_or(|last| last != place)
        {
            entry.places.push(place.to_owned());
        }
        Run::Number { reference, text, part: Part::Value }
    }

    /// The entries.
    #[must_use]
    pub fn into_list(self) -> Vec<NumberReference> {
        self.list
    }
}

/// The command that lists the records behind a part of a number.
#[must_use]
pub fn drill_command(indicator: &str, area: AreaCode, period: Period, part: Part) -> String {
    format!("qianmo drill --indicator {indicator} --area {area} --period {period} --part {}", part.word())
}

/// The period in the appendix, short: `2012年`, `2012妇幼年度`.
#[must_use]
pub fn period_name(period: Period, calendar: Calendar) -> String {
    match period {
        Period::Year(year) if calendar == Calendar::Mch => format!("{year}妇幼年度"),
        _ => period.chinese(calendar),
    }
}

/// The entry of a cell.
#[must_use]
pub fn of_cell(indicator: &Indicator, cell: &Cell, area: (AreaCode, &str), period: Period, cut: &str) -> NumberReference {
    let mut drill = vec![drill_command(&indicator.id, area.0, period, Part::Numerator)];
    if cell.denominator.is_some() {
        drill.push(drill_command(&indicator.id, area.0, period, Part::Denominator));
    }
    NumberReference {
        indicator: indicator.id.to_string(),
        name: indicator.name.clone(),
        area: format!("{} {}", area.0, area.1),
        period: period_name(period, indicator.calendar),
        numerator: phrase::numerator(indicator, cell),
        denominator: phrase::denominator(cell),
        value: phrase::value(indicator, cell),
        unit: indicator.unit.clone(),
        cut: cut.to_owned(),
        drill,
        note: String::new(),
        places: Vec::new(),
        cell: None,
    }
}
