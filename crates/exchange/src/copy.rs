//! The file back to its sender: every sheet as it was, with a column that says what is wrong with each row.

use std::collections::BTreeMap;

use qianmo_core::{Fault, Place};
use qianmo_wire::{Lang, render};
use rust_xlsxwriter::{Color, Format, Workbook, Worksheet, XlsxError};

use crate::import::Import;
use crate::source::{Cell, Source};

/// Writes a copy of an imported file as xlsx, with a last column that names what is wrong (and asked) in each row. Corrected,
/// the copy can be imported as it is: rows taken before are recognised.
///
/// Errors: `IMPORT-0001` when the file can't be read, `IMPORT-0004` when the copy can't be made.
pub fn with_reasons(bytes: &[u8], import: &Import, lang: Lang) -> Result<Vec<u8>, Fault> {
    let mut reasons: BTreeMap<(&str, u32), Vec<String>> = BTreeMap::new();
    for fault in import.faults.iter().chain(&import.asked) {
        if let Place::Sheet { sheet, row, column, .. } = &fault.place {
            let told = render(fault, lang);
            let column = if column.is_empty() { String::new() } else { format!("「{column}」") };
            let reason = if told.detail.is_empty() { told.title } else { told.detail };
            reasons.entry((sheet, *row)).or_default().push(format!("{column}{reason}"));
        }
    }
    let mut source = Source::open(bytes)?;
    let mut book = Workbook::new();
    let failed = |error: &XlsxError| Fault::new("IMPORT-0004").with("why", error);
    for name in source.sheets() {
        let read = import.sheets.iter().find(|sheet| sheet.name == name);
        let sheet = book.add_worksheet();
        if !name.is_empty() {
            sheet.set_name(&name).map_err(|error| failed(&error))?;
        }
        let mut width = 0;
        source.rows(&name, &mut |_, cells| {
            width = width.max(cells.len());
            true
        })?;
        let mut outcome = Ok(());
        source.rows(&name, &mut |row, cells| {
            let reason = match read {
                Some(read) if read.header_row == row => Some(title(lang).to_owned()),
                _ => reasons.get(&(name.as_str(), row)).map(|reasons| reasons.join("；")),
            };
            outcome = write_row(sheet, row - 1, cells, width, reason.as_deref());
            outcome.is_ok()
        })?;
        outcome.map_err(|error| failed(&error))?;
    }
    book.save_to_buffer().map_err(|error| failed(&error))
}

fn title(lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => "未导入原因",
        Lang::En => "Why not imported",
    }
}

fn write_row(sheet: &mut Worksheet, row: u32, cells: &[Cell], width: usize, reason: Option<&str>) -> Result<(), XlsxError> {
    let number = |column: usize| u16::try_from(column).unwrap_or(u16::MAX);
    for (column, cell) in cells.iter().enumerate() {
        let column = number(column);
        match cell {
            Cell::Empty => {}
            Cell::Number(value) => drop(sheet.write_number(row, column, *value)?),
            Cell::Bool(value) => drop(sheet.write_boolean(row, column, *value)?),
            other => drop(sheet.write_string(row, column, other.shown())?),
        }
    }
    if let Some(reason) = reason {
        let red = Format::new().set_font_color(Color::RGB(0x00C0_0000));
        sheet.write_string_with_format(row, number(width), reason, &red)?;
    }
    Ok(())
}
