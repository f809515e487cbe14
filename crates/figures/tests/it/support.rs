//! A store with live numbers over it, and the full computation to hold them against.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use qianmo_analytics::{Engine, Wanted};
use qianmo_core::pack::Packs;
use qianmo_core::{Action, Area, AreaCode, AreaKind, AreaTree, Cell, Date, Numbers, Period, Record, RecordId, Subject, SubjectId, Value};
use qianmo_desk::{CellsAsked, Change, Figures};
use qianmo_figures::{LiveFigures, Settings};
use qianmo_store::{SqliteStore, Store};
use uuid::Uuid;

pub(crate) const TOWNSHIP: &str = "990101100000";
pub(crate) const EAST: &str = "990101100201";
pub(crate) const WEST: &str = "990101100202";

pub(crate) fn code(text: &str) -> AreaCode {
    text.parse().unwrap()
}

pub(crate) fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// A township with two villages.
pub(crate) fn two_villages() -> Vec<Area> {
    let area = |text: &str, kind, parent: Option<&str>| Area {
        code: code(text),
        name: text.into(),
        kind,
        parent: parent.map(code),
        valid_from: day("1900-01-01"),
        valid_to: None,
    };
    vec![
        area(TOWNSHIP, AreaKind::Township, None),
        area(EAST, AreaKind::Village, Some(TOWNSHIP)),
        area(WEST, AreaKind::Village, Some(TOWNSHIP)),
    ]
}

pub(crate) fn subject(n: u128) -> SubjectId {
    SubjectId(Uuid::from_u128(n + 0x1000))
}

/// A record; its number is its id.
pub(crate) fn record(
    n: u128,
    form: &str,
    kind: &str,
    about: u128,
    resident: Option<u128>,
    village: &str,
    at: &str,
    values: &[(&str, Value)],
) -> Record {
    Record {
        id: RecordId(Uuid::from_u128(n + 1)),
        form: form.into(),
        form_version: 1,
        subject: Subject { kind: kind.into(), id: subject(about) },
        resident: resident.map(subject),
        area: code(village),
        organisation: None,
        worker: None,
        device: None,
        at: day(at),
        recorded_at: 0,
        action: Action::State,
        values: values.iter().map(|(id, value)| (Arc::from(*id), value.clone())).collect::<BTreeMap<_, _>>(),
    }
}

pub(crate) fn settings() -> Settings {
    Settings::new(Box::new(|| day("2012-12-31")))
}

/// Live numbers over a data folder.
pub(crate) fn live(dir: &Path, packs: &Arc<Packs>, settings: Settings) -> LiveFigures {
    let folder = dir.to_owned();
    let areas = Arc::new(SqliteStore::open(dir).unwrap().areas().unwrap());
    let open = move || SqliteStore::open(&folder).map(|store| -> Box<dyn Store + Send> { Box::new(store) });
    LiveFigures::start(Arc::new(open), packs.clone(), areas, settings).unwrap()
}

/// Tells that something was appended and waits until the numbers have it.
pub(crate) fn follow(live: &LiveFigures, store: &dyn Store) {
    live.written(&Change::default());
    let end = store.cut().unwrap();
    while live.reached() < end {
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Every cell of all indicators in all areas: live, and as a full computation gives it. Only those that differ.
pub(crate) fn differences(
    live: &LiveFigures,
    store: &dyn Store,
    engine: &Engine,
    areas: &Arc<AreaTree>,
    periods: &[Period],
) -> Vec<String> {
    let (columns, cut) = qianmo_figures::columns(store, engine.packs(), areas, None).unwrap();
    let full = engine.compute(&columns, areas, &Wanted::periods(periods)).unwrap();
    let all = areas.iter().map(|area| area.code).collect();
    let cells = live.cells(&CellsAsked { indicators: Vec::new(), areas: all, periods: periods.to_vec() }).unwrap();
    assert_eq!(cells.cut, cut);
    assert_eq!(cells.cells.len(), engine.packs().indicators().count() * areas.iter().count() * periods.len());
    let mut different = Vec::new();
    for at in &cells.cells {
        let expected = full.cell(&at.indicator, at.area, at.period).unwrap_or_default();
        if !same(at.cell, expected) {
            different.push(format!("{} {} {}: {:?}, not {expected:?}", at.indicator, at.area, at.period, at.cell));
        }
    }
    different
}

fn same(a: Cell, b: Cell) -> bool {
    a == b
}
