//! Sheets as comma-separated text in UTF-8 with a byte order mark, so that spreadsheet programs read Chinese rightly.
//!
//! Header and rows only; a grouped header reads `产前检查·第1次`. Sheets follow one another with an empty line between.

use csv::WriterBuilder;

use crate::sheet::{Sheet, SheetCell};

/// Writes sheets.
#[must_use]
pub fn write(sheets: &[Sheet]) -> Vec<u8> {
    let mut bytes = b"\xef\xbb\xbf".to_vec();
    for (index, sheet) in sheets.iter().enumerate() {
        if index > 0 {
            bytes.extend_from_slice(b"\r\n");
        }
        let mut writer = WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
        let header = sheet.columns.iter().map(|column| match column.group.as_str() {
            "" => column.name.clone(),
            group => format!("{group}·{}", column.name),
        });
        writer.write_record(header).expect("writing to memory");
        let total = sheet.total_row();
        for cells in sheet.rows.iter().map(|row| &row.cells).chain(&total) {
            writer.write_record(cells.iter().map(SheetCell::text)).expect("rows are as long as the header");
        }
        bytes.extend_from_slice(&writer.into_inner().expect("writing to memory"));
    }
    bytes
}
