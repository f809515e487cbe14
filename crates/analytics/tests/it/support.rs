//! Packs from files, records into columns.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use qianmo_analytics::{Columns, ColumnsBuilder, RowHead};
use qianmo_core::pack::Packs;
use qianmo_core::{Action, Area, AreaCode, AreaKind, AreaTree, Date, Record, RecordId, Subject, SubjectId, Value};
use uuid::Uuid;

/// The packs of the project.
pub fn packs() -> Arc<Packs> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs");
    let mut files = Vec::new();
    let mut todo = vec![root.clone()];
    while let Some(dir) = todo.pop() {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                todo.push(path);
            } else {
                let name = path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
                files.push((name, std::fs::read_to_string(path).unwrap()));
            }
        }
    }
    loaded(&files)
}

/// Packs from texts.
pub fn loaded(files: &[(String, String)]) -> Arc<Packs> {
    let loaded = qianmo_packs::load(files);
    assert_eq!(loaded.faults, []);
    Arc::new(loaded.packs)
}

/// Columns of records that are all in force.
pub fn columns(packs: &Packs, areas: &AreaTree, records: &[Record]) -> Columns {
    let mut builder = ColumnsBuilder::new(packs, areas).unwrap();
    for record in records {
        push(&mut builder, record);
    }
    builder.finish().unwrap()
}

pub fn push(builder: &mut ColumnsBuilder, record: &Record) {
    let head = RowHead {
        record: record.id,
        form: &record.form,
        subject: record.subject.id,
        resident: record.resident,
        organisation: record.organisation,
        area: record.area,
        at: record.at,
    };
    builder.push(&head, record.values.iter().map(|(id, value)| (&**id, value.clone())));
}

pub const TOWNSHIP: &str = "990101100000";
pub const EAST: &str = "990101100200";
pub const WEST: &str = "990101100201";

pub fn code(text: &str) -> AreaCode {
    text.parse().unwrap()
}

/// A township with two villages.
pub fn two_villages() -> Arc<AreaTree> {
    let area = |text: &str, kind, parent: Option<&str>| Area {
        code: code(text),
        name: text.to_owned(),
        kind,
        parent: parent.map(code),
        valid_from: "1990-01-01".parse().unwrap(),
        valid_to: None,
    };
    let list = vec![
        area(TOWNSHIP, AreaKind::Township, None),
        area(EAST, AreaKind::Village, Some(TOWNSHIP)),
        area(WEST, AreaKind::Village, Some(TOWNSHIP)),
    ];
    Arc::new(AreaTree::new(list).unwrap())
}

/// A record about subject number `subject`, of kind `resident` unless its form says otherwise.
pub fn record(number: u128, form: &str, kind: &str, subject: u128, village: &str, at: &str, values: &[(&str, Value)]) -> Record {
    let id = SubjectId(Uuid::from_u128(subject));
    let at: Date = at.parse().unwrap();
    Record {
        id: RecordId(Uuid::from_u128(number)),
        form: form.into(),
        form_version: 1,
        subject: Subject { kind: kind.into(), id },
        resident: (kind == "resident").then_some(id),
        area: code(village),
        organisation: None,
        worker: None,
        device: None,
        at,
        recorded_at: 0,
        action: Action::State,
        values: values.iter().map(|(id, value)| (Arc::from(*id), value.clone())).collect::<BTreeMap<_, _>>(),
    }
}
