//! Targets of indicators, from the tables `targets` of the packs.

use qianmo_core::pack::{Better, Indicator, PackTable, Packs};
use qianmo_core::{Date, Decimal, Period, Value};

/// A target with the days on which it holds, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Target<'p> {
    pub(crate) value: Decimal,
    pub(crate) from: Date,
    pub(crate) to: Date,
    /// Norm.
    pub(crate) source: &'p str,
}

impl Target<'_> {
    /// Whether a value reaches it; `None` when neither direction is good.
    pub(crate) fn met(&self, indicator: &Indicator, value: Decimal) -> Option<bool> {
        indicator.better.map(|better| match better {
            Better::Higher => value >= self.value,
            Better::Lower => value <= self.value,
        })
    }
}

/// The targets of an indicator in all packs. None of what says something about a reproductive choice or is a mere statistic.
pub(crate) fn targets<'p>(packs: &'p Packs, indicator: &Indicator) -> impl Iterator<Item = Target<'p>> {
    let judged = indicator.better.is_some() && !indicator.choice && !indicator.statistic;
    let tables = packs.packs.iter().flat_map(|pack| &pack.tables).filter(move |table| judged && &*table.id == "targets");
    let id = indicator.id.clone();
    tables.flat_map(move |table| {
        let id = id.clone();
        table.rows.iter().filter_map(move |row| {
            let get = |name: &str| column(table, row, name);
            (get("indicator").as_text() == Some(&*id)).then_some(())?;
            Some(Target {
                value: get("value").as_decimal()?,
                from: get("valid_from").as_date().unwrap_or(Date::MIN),
                to: get("valid_to").as_date().unwrap_or(Date::MAX),
                source: &table.source,
            })
        })
    })
}

/// The target beside a cell: the one that holds on the last day of its period. Of a count, which grows through the year, only for whole years.
pub(crate) fn target<'p>(packs: &'p Packs, indicator: &Indicator, period: Period) -> Option<Target<'p>> {
    let (_, end) = period.range(indicator.calendar);
    let fits = indicator.denominator.is_some() || matches!(period, Period::Year(_));
    targets(packs, indicator).find(|target| fits && target.from <= end && end <= target.to)
}

fn column(table: &PackTable, row: &[Value], name: &str) -> Value {
    table.columns.iter().position(|(id, _)| &**id == name).and_then(|place| row.get(place)).cloned().unwrap_or_default()
}
