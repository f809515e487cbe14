//! Rows on the screen: a table for people, csv and JSON for programs.

use comfy_table::{CellAlignment, ContentArrangement, Table};
use qianmo_core::Fault;

use crate::args::Format;
use crate::failure::Failure;

/// Prints a line. A reader that went away (`| head`) is no error.
pub(crate) fn line(text: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// Prints rows under column ids (csv, JSON) or titles (table).
pub(crate) fn print(ids: &[&str], titles: &[&str], rows: &[Vec<String>], numbers: &[usize], format: Format) -> Result<(), Failure> {
    match format {
        Format::Table => {
            let mut table = Table::new();
            table.load_preset(comfy_table::presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
            table.set_header(titles);
            table.add_rows(rows);
            for column in numbers {
                if let Some(column) = table.column_mut(*column) {
                    column.set_cell_alignment(CellAlignment::Right);
                }
            }
            line(&table.to_string());
        }
        Format::Csv => line(csv(ids, rows)?.trim_end()),
        Format::Json => {
            let objects: Vec<serde_json::Value> = rows
                .iter()
                .map(|row| {
                    let pairs = ids.iter().zip(row).map(|(id, cell)| ((*id).to_owned(), serde_json::Value::from(cell.as_str())));
                    serde_json::Value::Object(pairs.collect())
                })
                .collect();
            line(&serde_json::to_string_pretty(&objects).unwrap_or_default());
        }
    }
    Ok(())
}

/// Rows as comma-separated text.
pub(crate) fn csv(ids: &[&str], rows: &[Vec<String>]) -> Result<String, Fault> {
    let failed = |e: &dyn std::fmt::Display| Fault::new("CLI-0102").with("file", "csv").with("reason", e);
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(ids).map_err(|e| failed(&e))?;
    for row in rows {
        writer.write_record(row).map_err(|e| failed(&e))?;
    }
    let bytes = writer.into_inner().map_err(|e| failed(&e))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
