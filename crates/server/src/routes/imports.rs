//! Imports: a spreadsheet of filled forms, looked at row by row and, when told to, written as any batch is.
//!
//! People are recognised among those whom the caller may see unmasked; whether a row may be written is decided as for every record: area, form,
//! checks. What can't be read is told with its row, column and reason. The file itself isn't kept.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use jiff::civil::Date;
use qianmo_core::{AreaCode, Fault, Form, Place, Record};
use qianmo_exchange::{Import, Map, Options, Register};
use qianmo_store::{Deed, Entry, Reader, Scan, Store};
use qianmo_sync::RECORDS_MAX;
use qianmo_wire::sync::{Outcome, Reason, State as Taken};
use qianmo_wire::{Lang, render};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::Semaphore;
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::caller::Caller;
use crate::extract::Params;
use crate::refused::{ProblemBody, Refused, language};
use crate::routes::records::{intake, take_in};
use crate::words::wrong;

/// The most bytes of a file.
pub(super) const FILE_BYTES_MAX: usize = 20 << 20;
/// The most remarks that are told.
const REMARKS_MAX: usize = 1000;
/// What a file may call itself; what it is, it says itself.
const KINDS: [&str; 5] = [
    "text/csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.ms-excel",
    "application/vnd.oasis.opendocument.spreadsheet",
    "application/octet-stream",
];
/// One at a time: each may take much memory.
static TURN: Semaphore = Semaphore::const_new(1);

/// How to import.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ImportAsked {
    /// The form that each row fills, by id.
    form: String,
    /// Only look: nothing is written.
    #[serde(default)]
    dry_run: bool,
    /// Write the good rows of a file that has bad ones. Otherwise one bad row keeps all of them out.
    #[serde(default)]
    good_rows: bool,
    /// Only this sheet; every sheet with a header when absent.
    sheet: Option<String>,
    /// Date of service of rows that say none.
    #[param(value_type = Option<String>, format = Date)]
    at: Option<String>,
    /// Village of rows that say none: a 12-digit code.
    area: Option<String>,
    /// What headers are that aren't recognised, as JSON: `{"columns": {"家庭住址": "address", "建卡日期": "@at"}, "constants": {"@village": "白水村"},
    /// "date_order": "year-first"}`.
    map: Option<String>,
    /// The file's name, for messages.
    name: Option<String>,
}

/// What headers are.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct MapWanted {
    #[serde(default)]
    columns: BTreeMap<String, String>,
    #[serde(default)]
    constants: BTreeMap<String, String>,
    date_order: Option<String>,
}

/// What became of a file.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImportBody {
    /// Whether the new rows were written.
    written: bool,
    /// Rows with data, of all sheets read.
    rows: usize,
    /// Rows that are new records.
    new: usize,
    /// Rows that are recorded already, in the same words.
    already: usize,
    /// Rows that can't be taken.
    refused: usize,
    /// Sheets read.
    sheets: Vec<ImportedSheet>,
    /// Sheets passed over because they have no header.
    skipped: Vec<String>,
    /// What is wrong or should be asked again, in the order of the file; at most 1,000.
    remarks: Vec<Remark>,
    /// How many remarks there are in all.
    remarks_total: usize,
}

/// A sheet that was read.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImportedSheet {
    /// Its name; empty for csv.
    name: String,
    /// The row of its header, the last one where the header has two rows.
    header_row: u32,
    /// Headers that were recognised.
    columns: Vec<ColumnBody>,
    /// Headers that are nothing of the form's; their columns were not read.
    unmatched: Vec<String>,
}

/// A column that was recognised.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ColumnBody {
    /// Its header.
    header: String,
    /// The field's id, or a built-in column: `@at`, `@village`, `@subject`, `@number`, `@id_number`, `@name`, `@birth_date`, `@ignore`.
    field: String,
}

/// Something about a row, a column or the file.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Remark {
    /// The sheet; absent for the whole file.
    #[serde(skip_serializing_if = "Option::is_none")]
    sheet: Option<String>,
    /// The row as the spreadsheet numbers it.
    #[serde(skip_serializing_if = "Option::is_none")]
    row: Option<u32>,
    /// The column's header; absent when the whole row is meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<String>,
    /// Stable code.
    code: String,
    /// What it is.
    title: String,
    /// What exactly.
    detail: String,
    /// What to do.
    hint: String,
    /// Only asked: the row is taken.
    question: bool,
}

impl Remark {
    fn new(place: &Place, reason: Reason, question: bool) -> Self {
        let (sheet, row, column) = match place {
            Place::Sheet { sheet, row, column, .. } => {
                (Some(sheet.clone()), Some(*row), Some(column.clone()).filter(|column| !column.is_empty()))
            }
            _ => (None, None, None),
        };
        Self { sheet, row, column, code: reason.code, title: reason.title, detail: reason.detail, hint: reason.hint, question }
    }

    fn of(fault: &Fault, lang: Lang, question: bool) -> Self {
        let words = render(fault, lang);
        let reason =
            Reason { code: words.code.to_owned(), title: words.title, detail: words.detail, hint: words.hint, ..Reason::default() };
        Self::new(&fault.place, reason, question)
    }
}

/// Reads a spreadsheet (xlsx, xls, ods or csv) as filled forms and tells what is wrong with each row; writes the new rows unless only asked to look.
///
/// Who imports needs to see people of the form unmasked, for they are recognised by their numbers.
#[utoipa::path(post, operation_id = "import_records", path = "/imports", tag = "records", params(ImportAsked),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The file: at most 20 MB"), responses(
    (status = 200, body = ImportBody),
    (status = "4XX", description = "IMPORT-0001 not a spreadsheet, IMPORT-0101 no header, IMPORT-0012 a map that doesn't fit", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn import(
    State(app): State<App>,
    caller: Caller,
    Params(asked): Params<ImportAsked>,
    headers: HeaderMap,
    file: Bytes,
) -> Result<Json<ImportBody>, Refused> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !KINDS.contains(&kind.split(';').next().unwrap_or_default().trim()) {
        return Err(Fault::new("SERVER-0107").into());
    }
    let form = app.packs.form(&asked.form).ok_or_else(|| wrong("form"))?;
    may_import(&caller, form)?;
    // A semaphore that is never closed always gives a turn.
    let _turn = TURN.acquire().await;
    let mut read = read(&app, &caller, &asked, form, file).await?;
    if read.sheets.is_empty() {
        return Err(std::mem::take(&mut read.faults).into());
    }
    let lang = language(&headers);
    let mut remarks: Vec<Remark> = read.faults.iter().map(|fault| Remark::of(fault, lang, false)).collect();
    remarks.extend(read.asked.iter().map(|fault| Remark::of(fault, lang, true)));
    let judged = judge(&app, &caller, &read.records).await?;
    let mut body = account(&read, judged.iter().map(|outcome| outcome.state));
    remarks.extend(told(&read.places, &judged));
    let whole = body.refused == 0 && read.faults.is_empty();
    if !asked.dry_run && (whole || asked.good_rows) {
        let (places, records) = good(read, &judged);
        let written = write(&app, &caller, &records).await?;
        remarks.extend(told(&places, &written).filter(|remark| !remark.question));
        body.refused += written.iter().filter(|outcome| !is_taken(outcome.state)).count();
        body.new = written.iter().filter(|outcome| matches!(outcome.state, Taken::Accepted | Taken::Merged)).count();
        body.written = true;
    }
    note(&app, &caller, &asked.form, &body).await?;
    remarks.sort_by(|a, b| (&a.sheet, a.row).cmp(&(&b.sheet, b.row)));
    body.remarks_total = remarks.len();
    remarks.truncate(REMARKS_MAX);
    body.remarks = remarks;
    Ok(Json(body))
}

/// Whoever imports must see unmasked what the form is about: people are recognised by it.
///
/// Errors: `ACCESS-0102`, `ACCESS-0103` a sensitive form without a stated reason.
fn may_import(caller: &Caller, form: &Form) -> Result<(), Fault> {
    caller.access().require_form(&form.id, caller.reason())?;
    let exposed = caller.access().sight(caller.reason(), true);
    if exposed.windows.iter().any(|window| window.forms.contains(&form.id)) { Ok(()) } else { Err(Fault::new("ACCESS-0102")) }
}

/// What the file says.
async fn read(app: &App, caller: &Caller, asked: &ImportAsked, form: &Form, file: Bytes) -> Result<Import, Refused> {
    let wanted: MapWanted = match asked.map.as_deref() {
        None => MapWanted::default(),
        Some(text) => serde_json::from_str(text).map_err(|error| wrong(&format!("map: {}:{}", error.line(), error.column())))?,
    };
    let map = Map::of(&wanted.columns, &wanted.constants, wanted.date_order.as_deref(), form)?;
    let at = asked.at.as_deref().map(|day| day.parse::<Date>().map_err(|_| wrong("date: 2026-11-22"))).transpose()?;
    let tree = app.areas();
    let area = asked.area.as_deref().map(str::parse::<AreaCode>).transpose()?;
    if let Some(area) = area {
        caller.access().require_area(area)?;
    }
    let salt = app.write(|store| store.secret()).await?;
    let (sight, packs, form) = (caller.access().sight(caller.reason(), true), app.packs.clone(), form.id.clone());
    let (worker, organisation) = (Some(Arc::from(caller.worker().name.as_str())), caller.worker().organisation);
    let (today, recorded_at) = (app.clock.today(), app.clock.now_ms());
    let (sheet, name) = (asked.sheet.clone(), asked.name.clone().unwrap_or_default());
    let read = app.read(move |store| {
        let form = packs.form(&form).ok_or_else(|| wrong("form"))?;
        let register = register(&Reader::new(store, &sight), &packs, form)?;
        let options = Options {
            file: &name,
            sheet: sheet.as_deref(),
            at,
            area,
            // Which rows are written is decided here, once it is known which may be.
            good_rows: true,
            today,
            recorded_at,
            worker,
            device: None,
            organisation,
            salt: &salt,
        };
        Ok(qianmo_exchange::import(&file, form, &map, &register, &tree, &options))
    });
    read.await
}

/// Who and what is known already, as far as this form's import asks and the caller sees.
fn register(reader: &Reader<'_>, packs: &qianmo_core::pack::Packs, form: &Form) -> Result<Register, Fault> {
    let mut register = Register::new(form);
    let forms: BTreeMap<&str, &Form> = packs.forms().filter(|other| register.wants(other)).map(|form| (&*form.id, form)).collect();
    let ids: Vec<&str> = forms.keys().copied().collect();
    reader.scan(&Scan { forms: Some(&ids), ..Scan::default() }, &mut |row| {
        if let Some(form) = forms.get(row.form) {
            let record = row.to_row().record(&|field| form.field(field).map(|field| field.kind.kind()))?;
            register.push(form, &record);
        }
        Ok(())
    })?;
    Ok(register)
}

fn bodies(records: &[Record]) -> Result<Vec<Value>, Fault> {
    records.iter().map(|record| serde_json::to_value(qianmo_sync::body::write(record)).map_err(|_| Fault::new("SERVER-0901"))).collect()
}

/// What would become of records if they were written now.
async fn judge(app: &App, caller: &Caller, records: &[Record]) -> Result<Vec<Outcome>, Refused> {
    let mut judged = Vec::with_capacity(records.len());
    for batch in records.chunks(RECORDS_MAX) {
        let (intake, batch) = (intake(app, caller), bodies(batch)?);
        judged.extend(app.read(move |store: &dyn Store| intake.judge(store, &batch)).await?);
    }
    Ok(judged)
}

async fn write(app: &App, caller: &Caller, records: &[Record]) -> Result<Vec<Outcome>, Refused> {
    let mut written = Vec::with_capacity(records.len());
    for batch in records.chunks(RECORDS_MAX) {
        written.extend(take_in(app, caller, bodies(batch)?).await?);
    }
    Ok(written)
}

fn is_taken(state: Taken) -> bool {
    matches!(state, Taken::Accepted | Taken::Already | Taken::Merged | Taken::Released)
}

/// The rows in numbers, before anything is written.
fn account(read: &Import, judged: impl Iterator<Item = Taken>) -> ImportBody {
    let (mut new, mut already, mut refused) = (0, read.already, read.refused);
    for state in judged {
        match state {
            Taken::Accepted | Taken::Merged | Taken::Released => new += 1,
            Taken::Already => already += 1,
            _ => refused += 1,
        }
    }
    let sheets = read.sheets.iter().map(|sheet| ImportedSheet {
        name: sheet.name.clone(),
        header_row: sheet.header_row,
        columns: sheet.matched.iter().map(|(header, field)| ColumnBody { header: header.clone(), field: field.clone() }).collect(),
        unmatched: sheet.unmatched.clone(),
    });
    let (sheets, skipped) = (sheets.collect(), read.skipped.clone());
    ImportBody { written: false, rows: read.rows, new, already, refused, sheets, skipped, remarks: Vec::new(), remarks_total: 0 }
}

/// What the intake says about rows. What the file's own check has asked already isn't asked twice.
fn told<'a>(places: &'a [Place], outcomes: &'a [Outcome]) -> impl Iterator<Item = Remark> + 'a {
    places
        .iter()
        .zip(outcomes)
        .filter(|(_, outcome)| !is_taken(outcome.state))
        .flat_map(|(place, outcome)| outcome.reasons.iter().map(|reason| Remark::new(place, reason.clone(), false)))
}

/// The rows that can be written, with their places.
fn good(read: Import, judged: &[Outcome]) -> (Vec<Place>, Vec<Record>) {
    let rows = read.places.into_iter().zip(read.records).zip(judged);
    rows.filter(|(_, outcome)| is_taken(outcome.state)).map(|(row, _)| row).unzip()
}

async fn note(app: &App, caller: &Caller, form: &str, body: &ImportBody) -> Result<(), Refused> {
    let what = if body.written { "import" } else { "import looked at" };
    let words = format!("{what} {form}: {} rows, {} new, {} already, {} refused", body.rows, body.new, body.already, body.refused);
    let entry = Entry::new(app.clock.now_ms(), caller.actor(), Deed::Read).with(words);
    app.write(move |store| store.note(&[entry])).await
}
