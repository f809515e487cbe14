//! `tables/*.toml`: dated rows (schedules, thresholds, targets), each cell of its column's kind.

use std::collections::BTreeMap;
use std::sync::Arc;

use qianmo_core::lms::{Lms, LmsTable};
use qianmo_core::pack::{Pack, PackTable};
use qianmo_core::{Fault, Kind, Value};
use rust_decimal::prelude::ToPrimitive;

use super::{Context, Doc, views};
use crate::reader::{Item, Table};
use crate::source::Text;

/// Reads one table into the pack.
pub(super) fn read(context: &Context<'_>, doc: &Doc<'_>, pack: &mut Pack) {
    let Some(table) = doc.root(context.sink) else { return };
    let id = table.text("id");
    let name = table.string("name");
    let origin = context.origin(&table, None, &name, pack);
    let columns = columns(context, &table);
    let rows = if let Some(file) = table.opt_text("rows_from") {
        rows_from(context, doc, &file, &columns)
    } else {
        let rows = table.need("rows").map(|item| item.list()).unwrap_or_default();
        rows.iter().filter_map(|row| read_row(row, &columns)).collect()
    };
    if let Some(id) = id {
        pack.tables.push(PackTable { id: context.id(&id), name, columns, rows, source: origin.source });
    }
}

/// The rows of a CSV file beside the table's own: a header line with the columns' names, then the cells as text.
fn rows_from(context: &Context<'_>, doc: &Doc<'_>, file: &Text<'_>, columns: &[(Arc<str>, Kind)]) -> Vec<Vec<Value>> {
    let folder = doc.source.file.rsplit_once('/').map_or("", |(folder, _)| folder);
    let path = format!("{folder}/{}", file.value);
    let Some(source) = context.sources.iter().find(|source| source.file == path) else {
        context.sink.push(Fault::new("PACK-0119").at(file.place()).with("file", &path));
        return Vec::new();
    };
    let at_line = |line: u64| {
        let line = u32::try_from(line).unwrap_or(u32::MAX);
        qianmo_core::Place::Text { file: path.clone(), line, column: 1 }
    };
    let mut reader = csv::Reader::from_reader(source.text.as_bytes());
    let names: Vec<&str> = columns.iter().map(|(id, _)| &**id).collect();
    let header = reader.headers().map(|header| header.iter().map(str::to_owned).collect::<Vec<_>>()).unwrap_or_default();
    if header != names {
        let fault = Fault::new("PACK-0120").at(at_line(1)).with("expected", names.join(","));
        context.sink.push(fault.with("found", header.join(",")));
        return Vec::new();
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        let line = match &record {
            Ok(record) => record.position().map_or(1, csv::Position::line),
            Err(error) => error.position().map_or(1, csv::Position::line),
        };
        let wrong = |found: &str, expected: &str| {
            context.sink.push(Fault::new("PACK-0120").at(at_line(line)).with("found", found).with("expected", expected));
        };
        let Ok(record) = record else {
            wrong("", &format!("{} 列的一行", columns.len()));
            continue;
        };
        let cells = record.iter().zip(columns).map(|(cell, (_, kind))| {
            cell_value(cell, *kind).unwrap_or_else(|| {
                wrong(cell, kind.chinese());
                Value::Null
            })
        });
        rows.push(cells.collect());
    }
    rows
}

/// A cell of a CSV file as a value of a kind; empty is unknown where the column isn't text.
fn cell_value(cell: &str, kind: Kind) -> Option<Value> {
    if cell.is_empty() && kind != Kind::Text {
        return Some(Value::Null);
    }
    match kind {
        Kind::Bool => cell.parse().ok().map(Value::Bool),
        Kind::Integer => cell.parse().ok().map(Value::Integer),
        Kind::Decimal => cell.parse().ok().map(Value::Decimal),
        Kind::Date => cell.parse().ok().map(Value::Date),
        Kind::DateTime => cell.parse().ok().map(Value::DateTime),
        Kind::Text => Some(Value::text(cell)),
        Kind::Interval | Kind::Null => None,
    }
}

/// The tables that `lms_z` can read, by `pack.table`: those with the columns sex, key, l, m, s.
pub(super) fn lms(context: &Context<'_>, own: &Pack) -> BTreeMap<String, Arc<LmsTable>> {
    let others = context.packs.packs.iter().filter(|pack| pack.id != own.id);
    others.chain([own]).flat_map(|pack| pack.tables.iter().map(move |table| (pack, table))).filter_map(lms_table).collect()
}

fn lms_table((pack, table): (&Pack, &PackTable)) -> Option<(String, Arc<LmsTable>)> {
    let wanted = [("sex", Kind::Text), ("key", Kind::Decimal), ("l", Kind::Decimal), ("m", Kind::Decimal), ("s", Kind::Decimal)];
    if !table.columns.iter().map(|(id, kind)| (&**id, *kind)).eq(wanted) {
        return None;
    }
    let id = format!("{}.{}", pack.id, table.id);
    let number = |value: &Value| value.as_decimal()?.to_f64();
    let rows = table.rows.iter().filter_map(|row| {
        let lms = Lms { l: number(&row[2])?, m: number(&row[3])?, s: number(&row[4])? };
        Some((Arc::from(row[0].as_text()?), row[1].as_decimal()?, lms))
    });
    let made = LmsTable::new(&id, rows);
    Some((id, Arc::new(made)))
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
