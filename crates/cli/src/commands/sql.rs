//! `sql`: read-only SQL over form tables and views.

use std::path::Path;

use qianmo_analytics::{Engine, Table};
use qianmo_core::{Calendar, Period, Value};

use crate::args::{Format, Sql};
use crate::failure::Failure;
use crate::folder::Folder;
use crate::output::print;

pub(crate) fn run(args: &Sql, packs: Option<&Path>) -> Result<(), Failure> {
    let folder = Folder::open(&args.data.data, packs)?;
    let (columns, _) = folder.columns(None)?;
    let engine = Engine::new(folder.packs.clone())?;
    let period = args.period.unwrap_or(Period::Year(jiff::Zoned::now().year()));
    let (start, end) = period.range(Calendar::Civil);
    table(&engine.query(&columns, &args.query, start, end)?, args.format)
}

/// Prints a table as it is.
pub(crate) fn table(table: &Table, format: Format) -> Result<(), Failure> {
    let ids: Vec<&str> = table.columns.iter().map(|column| &*column.id).collect();
    let numbers: Vec<usize> = (0..ids.len()).filter(|at| table.columns[*at].kind.is_number()).collect();
    let cell = |value: &Value| match value {
        Value::Bool(b) if format != Format::Table => b.to_string(),
        other => other.to_string(),
    };
    let rows: Vec<Vec<String>> = table.rows.iter().map(|row| row.iter().map(cell).collect()).collect();
    print(&ids, &ids, &rows, &numbers, format)
}
