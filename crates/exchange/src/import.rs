//! The import of one form from one file: sheets, headers, rows, and the account of what became of each.

use std::sync::Arc;

use jiff::civil::Date;
use qianmo_core::form::Identifies;
use qianmo_core::{AreaCode, AreaTree, Fault, Form, Place, Record, SubjectId};

use crate::header::{Headers, Layout, TOP_ROWS, Target, find};
use crate::map::Map;
use crate::register::{BIRTH_DATE, Register, key_field};
use crate::row::{Outcome, Pending, Rows, dating_field};
use crate::source::{Cell, Source};
use crate::text::key;
use crate::village::Villages;

/// How to import.
#[derive(Debug, Clone)]
pub struct Options<'a> {
    /// File name for messages.
    pub file: &'a str,
    /// Only this sheet; every sheet with a header when absent.
    pub sheet: Option<&'a str>,
    /// Date of service of rows that say none.
    pub at: Option<Date>,
    /// Leaf area of rows that say none.
    pub area: Option<AreaCode>,
    /// Take the good rows of a file that has bad ones. Otherwise one bad row refuses the file.
    pub good_rows: bool,
    /// Today, the last day a service can have happened, and the date of rows of people that say none.
    pub today: Date,
    /// Now, UTC, milliseconds since 1970.
    pub recorded_at: i64,
    /// Who imports.
    pub worker: Option<Arc<str>>,
    /// On which device.
    pub device: Option<Arc<str>>,
    /// The organisation that did the services.
    pub organisation: Option<SubjectId>,
    /// The data folder's secret, always the same for one folder: ids of new people and records are made with it.
    pub salt: &'a str,
}

/// What an import found.
#[derive(Debug, Clone, Default)]
pub struct Import {
    /// Rows with data, of all sheets read.
    pub rows: usize,
    /// Rows that are new records.
    pub new: usize,
    /// Rows that are recorded already, in the same words.
    pub already: usize,
    /// Rows refused.
    pub refused: usize,
    /// Everything that is wrong, each with file, sheet, row and column.
    pub faults: Vec<Fault>,
    /// Questions about rows that are taken.
    pub asked: Vec<Fault>,
    /// The records to append, in one batch. Empty when a row was refused and the good rows weren't asked for.
    pub records: Vec<Record>,
    /// Where each of the records stands in the file.
    pub places: Vec<Place>,
    /// Sheets read.
    pub sheets: Vec<SheetRead>,
    /// Sheets passed over because they have no header.
    pub skipped: Vec<String>,
}

/// A sheet that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetRead {
    /// Its name; empty for csv.
    pub name: String,
    /// The row of its header, the last one where the header has two rows.
    pub header_row: u32,
    /// Headers that were recognised, each with the field's id or the built-in column (`@at`) that it is.
    pub matched: Vec<(String, String)>,
    /// Headers that are nothing of the form's; their columns were not read.
    pub unmatched: Vec<String>,
}

/// Reads a file (xlsx, xls, ods or csv) as filled forms. Never panics on bad input, and writes nothing.
///
/// Faults of the file: `IMPORT-0001` not a spreadsheet, `IMPORT-0002` no rows, `IMPORT-0003` unknown encoding,
/// `IMPORT-0013` the map names a header that no sheet has, `IMPORT-0101` no header found, `IMPORT-0102` a required column
/// missing, `IMPORT-0103` two columns for one field, `IMPORT-0104` no column says who, `IMPORT-0105` none says when,
/// `IMPORT-0106` none says where. Of a row: `IMPORT-0201` to `IMPORT-0207` cells that can't be read, `IMPORT-0301` to
/// `IMPORT-0305` who it is and whether it is recorded, and the form's own, `FORM-01xx` and `FORM-02xx`. Questions:
/// `IMPORT-0306` to `IMPORT-0308`, `FORM-03xx`.
#[must_use]
pub fn import(bytes: &[u8], form: &Form, map: &Map, register: &Register, areas: &AreaTree, options: &Options<'_>) -> Import {
    let mut found = Import::default();
    if let Err(fault) = read(bytes, form, map, register, areas, options, &mut found) {
        found.faults.push(whole_file(fault, options.file));
    }
    found.new = found.records.len();
    if !options.good_rows && !found.faults.is_empty() {
        found.records.clear();
        found.places.clear();
    }
    found
}

fn whole_file(fault: Fault, file: &str) -> Fault {
    if fault.place == Place::Nowhere { fault.with("file", file) } else { fault }
}

fn read(
    bytes: &[u8],
    form: &Form,
    map: &Map,
    register: &Register,
    areas: &AreaTree,
    options: &Options<'_>,
    found: &mut Import,
) -> Result<(), Fault> {
    let mut source = Source::open(bytes)?;
    let headers = Headers::new(form, map);
    let mut rows = Rows::new(form, map, options, register, Villages::new(areas));
    let mut pending: Vec<(usize, Pending)> = Vec::new();
    let mut unused: Vec<&str> = map.columns.values().map(|(header, _)| header.as_str()).collect();
    let mut empty = true;
    let sheets: Vec<String> = source.sheets().into_iter().filter(|name| options.sheet.is_none_or(|wanted| wanted == name)).collect();
    for sheet in sheets {
        let mut top: Vec<(u32, Vec<Cell>)> = Vec::new();
        source.rows(&sheet, &mut |row, cells| {
            if cells.iter().any(|cell| !cell.is_blank()) {
                top.push((row, cells.to_vec()));
            }
            top.len() < TOP_ROWS
        })?;
        empty &= top.is_empty();
        let Some(layout) = find(&top, &headers) else {
            found.skipped.push(sheet);
            continue;
        };
        unused.retain(|header| !layout.titles.iter().any(|title| key(title).ends_with(&key(header))));
        let missing = missing(&layout, form, map, options);
        let read =
            SheetRead { name: sheet.clone(), header_row: layout.row, matched: layout.matched(form), unmatched: layout.unmatched.clone() };
        found.sheets.push(read);
        if !missing.is_empty() {
            let place = Place::Sheet { file: options.file.to_owned(), sheet, row: layout.row, column: String::new() };
            found.faults.extend(missing.into_iter().map(|fault| fault.at(place.clone())));
            continue;
        }
        source.rows(&sheet, &mut |row, cells| {
            if row > layout.row && is_data(cells, &layout) {
                found.rows += 1;
                match rows.read(&layout, &sheet, row, cells) {
                    Outcome::New(record) => {
                        pending.extend(rows.pending.drain(..).map(|pending| (found.records.len(), pending)));
                        found.records.push(*record);
                        found.places.push(Place::Sheet { file: options.file.to_owned(), sheet: sheet.clone(), row, column: String::new() });
                    }
                    Outcome::Already => found.already += 1,
                    Outcome::Refused(faults) => {
                        found.refused += 1;
                        found.faults.extend(faults);
                    }
                }
            }
            true
        })?;
    }
    refuse_strangers(found, &rows, pending);
    found.asked = rows.asked;
    if found.sheets.is_empty() {
        let labels = form.fields.iter().take(6).map(|field| field.name.as_str()).collect::<Vec<_>>().join("、");
        let code = if empty { "IMPORT-0002" } else { "IMPORT-0101" };
        return Err(Fault::new(code).with("form", &form.name).with("labels", labels));
    }
    found.faults.extend(unused.into_iter().map(|header| Fault::new("IMPORT-0013").with("header", header).with("file", options.file)));
    Ok(())
}

/// Takes back the records that name a resident whom neither the store nor any row of the file has.
fn refuse_strangers(found: &mut Import, rows: &Rows<'_>, pending: Vec<(usize, Pending)>) {
    let mut refused = Vec::new();
    for (record, pending) in pending {
        if !rows.subjects.exists(pending.subject) {
            found.faults.push(pending.fault);
            refused.push(record);
        }
    }
    refused.dedup();
    found.refused += refused.len();
    keep(&mut found.records, &refused);
    keep(&mut found.places, &refused);
}

/// Takes out what stands at some places, given in order.
fn keep<T>(items: &mut Vec<T>, refused: &[usize]) {
    let mut place = 0;
    items.retain(|_| {
        place += 1;
        refused.binary_search(&(place - 1)).is_err()
    });
}

/// Whether a row is data: not blank, not a total, not a note below the table, not the header again.
fn is_data(cells: &[Cell], layout: &Layout) -> bool {
    let ours = |column: usize| layout.columns.get(column).copied().flatten().is_some_and(|target| target != Target::Ignore);
    if !cells.iter().enumerate().any(|(column, cell)| ours(column) && !cell.is_blank()) {
        return false;
    }
    let mut filled = cells.iter().filter(|cell| !cell.is_blank());
    let first = filled.next().map(|cell| key(&cell.shown())).unwrap_or_default();
    let alone = filled.next().is_none();
    let total = ["合计", "总计", "小计", "累计", "共计", "本页合计"].contains(&first.as_str()) || first.starts_with("合计");
    let note =
        alone && ["注", "说明", "填表", "制表", "审核", "复核", "单位负责人", "负责人", "备注"].iter().any(|word| first.starts_with(word));
    let header_again =
        cells.iter().zip(&layout.titles).filter(|(cell, _)| !cell.is_blank()).all(|(cell, title)| key(&cell.shown()) == key(title));
    !total && !note && !header_again
}

/// What the header lacks, or has twice.
fn missing(layout: &Layout, form: &Form, map: &Map, options: &Options<'_>) -> Vec<Fault> {
    let has = |target| layout.column(target).is_some() || map.constants.iter().any(|(constant, _)| *constant == target);
    let has_field = |wanted: &dyn Fn(&qianmo_core::Field) -> bool| {
        form.fields.iter().enumerate().any(|(i, field)| wanted(field) && has(Target::Field(i)))
    };
    let mut faults = layout.doubles();
    for (i, field) in form.fields.iter().enumerate().filter(|(_, field)| field.required) {
        if !has(Target::Field(i)) {
            faults.push(Fault::new("IMPORT-0102").with("field", &field.name));
        }
    }
    let person = has(Target::IdNumber)
        || has(Target::Name) && has(Target::BirthDate)
        || &*form.subject == "resident"
            && (has_field(&|field| field.identifies == Some(Identifies::ResidentNumber))
                || (has(Target::Name) || has_field(&|field| field.identifies == Some(Identifies::Name)))
                    && (has(Target::BirthDate) || has_field(&|field| &*field.id == BIRTH_DATE)));
    let by_key =
        has(Target::Number) || (form.locates || form.profile) && key_field(form).is_some_and(|key| has_field(&|field| field.id == key.id));
    let who = match &*form.subject {
        "area" => true,
        "resident" => person,
        "household" | "organisation" => by_key,
        _ => person || by_key,
    };
    if !who && !has(Target::Subject) {
        faults.push(Fault::new("IMPORT-0104").with("form", &form.name));
    }
    let dated = has(Target::At) || options.at.is_some() || form.locates;
    if !dated && dating_field(form).is_none_or(|dating| !has_field(&|field| field.id == dating.id)) {
        faults.push(Fault::new("IMPORT-0105"));
    }
    let must_say_where = form.locates || &*form.subject == "area";
    if must_say_where && !has(Target::Village) && options.area.is_none() {
        faults.push(Fault::new("IMPORT-0106"));
    }
    faults
}
