//! Records for tests. Everything follows from small numbers, so that a test reads as its story.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::date;
use qianmo_core::{Action, Area, AreaCode, AreaKind, Kind, Record, RecordId, Subject, SubjectId, Value};
use uuid::Uuid;

pub(crate) const VILLAGE_A: u64 = 530_523_100_201;
pub(crate) const VILLAGE_B: u64 = 530_523_100_202;

pub(crate) fn id(number: u128) -> RecordId {
    RecordId(Uuid::from_u128(number))
}

pub(crate) fn subject(number: u128) -> SubjectId {
    SubjectId(Uuid::from_u128(0xabcd_0000 + number))
}

pub(crate) fn area(number: u64) -> AreaCode {
    AreaCode::from_number(number).unwrap()
}

/// A statement about subject `number % 5` in the first village.
pub(crate) fn record(number: u128) -> Record {
    Record {
        id: id(number),
        form: "population.resident".into(),
        form_version: 1,
        subject: Subject { kind: "resident".into(), id: subject(number % 5) },
        resident: Some(subject(number % 5)),
        area: area(VILLAGE_A),
        organisation: None,
        worker: Some("wang".into()),
        device: None,
        at: date(2012, 1, 1).checked_add(i32::try_from(number % 300).unwrap().days()).unwrap(),
        recorded_at: 1_350_000_000_000,
        action: Action::State,
        values: BTreeMap::from([("name".into(), Value::text(&format!("王{number}"))), ("weight".into(), Value::Integer(50))]),
    }
}

pub(crate) fn supersede(number: u128, target: u128) -> Record {
    Record { action: Action::Supersede(id(target)), ..record(number) }
}

pub(crate) fn void(number: u128, target: u128) -> Record {
    Record { action: Action::Void { record: id(target), reason: "重复登记".into() }, values: BTreeMap::new(), ..record(number) }
}

pub(crate) fn kinds(field: &str) -> Option<Kind> {
    match field {
        "weight" => Some(Kind::Integer),
        "name" | "note" | "phone" | "number" | "stage" => Some(Kind::Text),
        _ => None,
    }
}

pub(crate) fn township() -> Vec<Area> {
    let node = |code: u64, kind, parent: Option<u64>| Area {
        code: area(code),
        name: format!("第{code}"),
        kind,
        parent: parent.map(area),
        valid_from: date(2000, 1, 1),
        valid_to: (code == VILLAGE_B).then(|| date(2020, 12, 31)),
    };
    let root = 530_523_100_000;
    vec![
        node(root, AreaKind::Township, None),
        node(VILLAGE_A, AreaKind::Village, Some(root)),
        node(VILLAGE_B, AreaKind::Village, Some(root)),
    ]
}
