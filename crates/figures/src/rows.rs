//! Rows for screens: who may be seen, what stands masked.

use std::collections::BTreeSet;
use std::sync::Arc;

use qianmo_analytics::{Columns, Table};
use qianmo_core::form::Identifies;
use qianmo_core::pack::{Packs, Roster};
use qianmo_core::{Kind, ResidentNumber, SubjectId, Value};
use qianmo_desk::{Row, Rows, RowsColumn, Seen};
use qianmo_reports::roster::mask;
use qianmo_store::Cut;

/// Columns of every list before its view's own.
const HEAD: [(&str, &str); 5] =
    [("indicator", "指标"), ("label", "姓名"), ("area", "辖区代码"), ("village_name", "辖区"), ("counted", "计数")];

/// Takes away the rows of whom the asker may not see.
pub(crate) fn seen_rows(columns: &Columns, table: &mut Table, seen: &Seen) {
    let Seen::Residents(residents) = seen else { return };
    let subject = table.column("subject");
    table.rows.retain(|row| {
        let id = subject.and_then(|at| subject_of(row.get(at)?));
        id.and_then(|id| columns.resident(id)).is_some_and(|resident| residents.contains(&resident))
    });
}

fn subject_of(value: &Value) -> Option<SubjectId> {
    value.as_text()?.parse().ok()
}

/// Which columns hold identity numbers, phones or bank accounts: by the forms' fields and the rosters' marks.
pub(crate) fn masked_columns(packs: &Packs) -> BTreeSet<Arc<str>> {
    let asked = |identifies: Option<Identifies>| {
        matches!(identifies, Some(Identifies::ResidentNumber | Identifies::Phone | Identifies::BankAccount))
    };
    let fields = packs.forms().flat_map(|form| &form.fields).filter(|field| asked(field.identifies)).map(|field| field.id.clone());
    let marked = packs.packs.iter().flat_map(|pack| &pack.rosters).flat_map(|roster| &roster.columns).filter(|column| column.mask);
    fields.chain(marked.map(|column| column.id.clone())).collect()
}

/// Whether a text is by itself an identity number or a mobile number, wherever it stands.
fn tells(text: &str) -> bool {
    let mobile = text.len() == 11 && text.starts_with('1') && text.bytes().all(|b| b.is_ascii_digit());
    mobile || text.parse::<ResidentNumber>().is_ok()
}

fn shown(value: Value, masked: bool) -> Value {
    match &value {
        Value::Text(text) if masked || tells(text) => Value::text(&mask(text)),
        Value::Integer(_) | Value::Decimal(_) if masked => Value::text(&mask(&value.to_string())),
        _ => value,
    }
}

/// The tables of a drill-down as rows, one after the other; columns that only some of them have are unknown in the others.
pub(crate) fn drilled(columns: &Columns, packs: &Packs, masked: &BTreeSet<Arc<str>>, tables: Vec<Table>, cut: Cut) -> Rows {
    let mut rows = Rows { cut, ..Rows::default() };
    for table in &tables {
        for column in table.columns.iter().filter(|column| &*column.id != "subject") {
            if !rows.columns.iter().any(|held| held.id == column.id) {
                rows.columns.push(RowsColumn { id: column.id.clone(), name: label(packs, &column.id), kind: column.kind });
            }
        }
    }
    for table in tables {
        let places: Vec<Option<usize>> = rows.columns.iter().map(|column| table.column(&column.id)).collect();
        let subject = table.column("subject");
        for row in table.rows {
            let Some(id) = subject.and_then(|at| subject_of(row.get(at)?)) else { continue };
            let value = |(place, column): (&Option<usize>, &RowsColumn)| {
                place.and_then(|at| row.get(at)).map_or(Value::Null, |value| shown(value.clone(), masked.contains(&column.id)))
            };
            let values = places.iter().zip(&rows.columns).map(value).collect();
            rows.rows.push(Row { subject: id, resident: columns.resident(id), values });
        }
    }
    rows
}

fn label(packs: &Packs, id: &str) -> String {
    let own = || packs.views().flat_map(|view| &view.columns).find(|column| &*column.id == id).map(|column| column.name.clone());
    HEAD.iter().find(|(head, _)| *head == id).map(|(_, name)| (*name).to_owned()).or_else(own).unwrap_or_else(|| id.to_owned())
}

/// The rows of a roster in its order, with the roster's columns (without the serial number) and its labels for codes.
pub(crate) fn listed(columns: &Columns, roster: &Roster, mut table: Table, cut: Cut) -> Rows {
    let sort: Vec<usize> = roster.sort.iter().filter_map(|id| table.column(id)).collect();
    table.rows.sort_by(|a, b| {
        let order = |at: &usize| match (a[*at].is_null(), b[*at].is_null()) {
            (false, false) => a[*at].compare(&b[*at]).unwrap_or(std::cmp::Ordering::Equal),
            (a, b) => a.cmp(&b),
        };
        sort.iter().map(order).find(|order| order.is_ne()).unwrap_or(std::cmp::Ordering::Equal)
    });
    let printed: Vec<_> = roster.columns.iter().filter(|column| &*column.id != "#").collect();
    let places: Vec<Option<usize>> = printed.iter().map(|column| table.column(&column.id)).collect();
    let kind = |place: &Option<usize>| place.and_then(|at| table.columns.get(at)).map_or(Kind::Null, |column| column.kind);
    let of = |(column, place): (&&qianmo_core::pack::RosterColumn, &Option<usize>)| RowsColumn {
        id: column.id.clone(),
        name: if column.group.is_empty() { column.name.clone() } else { format!("{}·{}", column.group, column.name) },
        kind: if column.labels.is_empty() && !column.mask { kind(place) } else { Kind::Text },
    };
    let heads = printed.iter().zip(&places).map(of).collect();
    let subject = table.column("subject");
    let mut rows = Rows { cut, columns: heads, rows: Vec::new() };
    for row in &table.rows {
        let Some(id) = subject.and_then(|at| subject_of(row.get(at)?)) else { continue };
        let value = |(column, place): (&&qianmo_core::pack::RosterColumn, &Option<usize>)| {
            let value = place.and_then(|at| row.get(at)).cloned().unwrap_or_default();
            if value.is_null() || column.labels.is_empty() {
                return shown(value, column.mask);
            }
            Value::text(&qianmo_reports::roster::labelled(column, &value.to_string()))
        };
        let values = printed.iter().zip(&places).map(value).collect();
        rows.rows.push(Row { subject: id, resident: columns.resident(id), values });
    }
    rows
}
