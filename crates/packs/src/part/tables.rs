//! `tables/*.toml`: dated rows (schedules, thresholds, targets), each cell of its column's kind.

use std::sync::Arc;

use qianmo_core::pack::{Pack, PackTable};
use qianmo_core::{Fault, Kind, Value};

use super::{Context, Doc, views};
use crate::reader::{Item, Table};

/// Reads one table into the pack.
pub(super) fn read(context: &Context<'_>, doc: &Doc<'_>, pack: &mut Pack) {
    let Some(table) = doc.root(context.sink) else { return };
    let id = table.text("id");
    let name = table.string("name");
    let origin = context.origin(&table, None, &name, pack);
    let columns = columns(context, &table);
    let rows = table.need("rows").map(|item| item.list()).unwrap_or_default();
    let rows = rows.iter().filter_map(|row| read_row(row, &columns)).collect();
    if let Some(id) = id {
        pack.tables.push(PackTable { id: context.id(&id), name, columns, rows, source: origin.source });
    }
}

fn columns(context: &Context<'_>, table: &Table<'_>) -> Vec<(Arc<str>, Kind)> {
    let mut columns: Vec<(Arc<str>, Kind)> = Vec::new();
    for column in table.need("columns").map(|item| item.list()).unwrap_or_default() {
        let parts = column.list();
        let [id, kind] = parts.as_slice() else {
            column.wrong::<()>("[列名, 类型]");
            continue;
        };
        let (Some(id), kind) = (id.text(), kind.word(&views::KINDS).unwrap_or(Kind::Null)) else { continue };
        if columns.iter().any(|(held, _)| **held == *id.value) {
            context.sink.push(Fault::new("PACK-0112").at(id.place()).with("what", "列").with("id", &id.value));
        }
        columns.push((context.id(&id), kind));
    }
    columns
}

fn read_row(row: &Item<'_>, columns: &[(Arc<str>, Kind)]) -> Option<Vec<Value>> {
    let cells = row.list();
    if cells.len() != columns.len() {
        return row.wrong(&format!("{} 列的一行", columns.len()));
    }
    Some(cells.iter().zip(columns).map(|(cell, (_, kind))| value(cell, *kind).unwrap_or_default()).collect())
}

/// A value of a kind; the empty text is unknown in a column that isn't text.
pub(super) fn value(item: &Item<'_>, kind: Kind) -> Option<Value> {
    if kind != Kind::Text && item.is_text() && item.text().is_some_and(|text| text.value.is_empty()) {
        return Some(Value::Null);
    }
    match kind {
        Kind::Bool => item.flag().map(Value::Bool),
        Kind::Integer => item.integer().map(Value::Integer),
        Kind::Decimal => item.decimal().map(Value::Decimal),
        Kind::Date => item.date().map(Value::Date),
        Kind::DateTime => item.date_time().map(Value::DateTime),
        Kind::Text => item.text().map(|text| Value::text(&text.value)),
        Kind::Interval | Kind::Null => None,
    }
}
