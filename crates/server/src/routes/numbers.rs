//! What the routes of numbers share: reading areas, periods and lists from an address, tags of stable content, pages of rows, whose rows may
//! be handed out, files, and what is noted about it.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use axum::Json;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use qianmo_access::RowsSeen;
use qianmo_core::{AreaCode, Fault, Kind, Period, SubjectId, Value};
use qianmo_desk::{Row, Rows, Seen};
use qianmo_store::{Deed, Entry, Store, Whose, Window};
use serde::Serialize;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{documents, events, filings, indicators, packs, returns, rosters};
use crate::app::App;
use crate::caller::Caller;
use crate::refused::Refused;
use crate::words;

/// Everything about numbers that can be asked.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(packs::list))
        .routes(routes!(packs::rules))
        .routes(routes!(packs::one))
        .routes(routes!(packs::booklet))
        .routes(routes!(indicators::list))
        .routes(routes!(indicators::cells))
        .routes(routes!(indicators::rows))
        .routes(routes!(rosters::rows))
        .routes(routes!(rosters::download))
        .routes(routes!(returns::board))
        .routes(routes!(returns::sheet))
        .routes(routes!(returns::download))
        .routes(routes!(filings::list, filings::submit))
        .routes(routes!(filings::one))
        .routes(routes!(filings::step))
        .routes(routes!(filings::differences))
        .routes(routes!(documents::summary))
        .routes(routes!(documents::download))
        .routes(routes!(events::events))
}

/// What stands in a list parted by commas.
pub(crate) fn listed(text: Option<&str>) -> impl Iterator<Item = &str> {
    text.unwrap_or_default().split(',').map(str::trim).filter(|part| !part.is_empty())
}

/// Areas parted by commas, each once, in the order asked.
///
/// Errors: `CORE-0101`.
pub(crate) fn areas(text: Option<&str>) -> Result<Vec<AreaCode>, Fault> {
    once(listed(text).map(str::parse))
}

/// Periods parted by commas, each once, in the order asked.
///
/// Errors: `CORE-0301`.
pub(crate) fn periods(text: Option<&str>) -> Result<Vec<Period>, Fault> {
    once(listed(text).map(str::parse))
}

fn once<T: PartialEq>(read: impl Iterator<Item = Result<T, Fault>>) -> Result<Vec<T>, Fault> {
    let mut held = Vec::new();
    for one in read {
        let one = one?;
        if !held.contains(&one) {
            held.push(one);
        }
    }
    Ok(held)
}

/// The tag of content that stays the same as long as nothing that it is made of changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tag(String);

impl Tag {
    /// Made of everything that the content depends on.
    pub(crate) fn of(parts: &[&str]) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update(part.len().to_le_bytes());
            hash.update(part);
        }
        let mut tag = "W/\"".to_owned();
        for byte in hash.finalize().iter().take(12) {
            // Writing to a string can't fail.
            let _ = write!(tag, "{byte:02x}");
        }
        tag.push('"');
        Self(tag)
    }

    /// Whether the client has the same content already.
    pub(crate) fn held_by(&self, headers: &HeaderMap) -> bool {
        let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
        let held = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
        held.flat_map(|value| value.split(',')).any(|tag| opaque(tag) == opaque(&self.0))
    }

    /// Puts the tag on an answer: to be kept by the client and asked about each time.
    pub(crate) fn on(&self, mut response: Response) -> Response {
        if let Ok(tag) = HeaderValue::from_str(&self.0) {
            response.headers_mut().insert(header::ETAG, tag);
        }
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
        response
    }

    /// The client's content is still right.
    pub(crate) fn unchanged(&self) -> Response {
        self.on(StatusCode::NOT_MODIFIED.into_response())
    }

    /// Answers with a body, unless the client has it.
    pub(crate) fn answer<T: Serialize>(&self, headers: &HeaderMap, body: impl FnOnce() -> T) -> Response {
        if self.held_by(headers) { self.unchanged() } else { self.on(Json(body()).into_response()) }
    }
}

/// A page of a table of people or events. Identity numbers, phones and bank accounts are masked.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RowsPage {
    /// As of which position of the log.
    cut: i64,
    /// How many rows there are on all pages.
    count: usize,
    /// Columns.
    columns: Vec<RowsColumnBody>,
    /// Rows.
    items: Vec<RowBody>,
    /// Where the next page begins: give it as `after`. Absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// A column of a table.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RowsColumnBody {
    id: String,
    /// Chinese label.
    name: String,
    /// `bool`, `integer`, `decimal`, `text`, `date` or `datetime`.
    kind: &'static str,
}

/// A row of a table.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RowBody {
    /// The subject.
    #[schema(format = Uuid)]
    subject: String,
    /// The resident behind it, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Uuid)]
    resident: Option<String>,
    /// Values in the order of the columns: null, yes or no, whole numbers, and text (decimals, dates and all else).
    values: Vec<serde_json::Value>,
}

/// A page of rows, and the residents on it.
///
/// Errors: `SERVER-0103` a limit out of bounds, `SERVER-0402` a place to go on from that no page gave.
pub(crate) fn page(mut rows: Rows, after: Option<&str>, limit: Option<u32>) -> Result<(RowsPage, BTreeSet<SubjectId>), Fault> {
    let first = after.map_or(Ok(0), |after| place(&rows.rows, after))?;
    let most = usize::try_from(words::page(limit)?).unwrap_or(usize::MAX);
    let count = rows.rows.len();
    let end = count.min(first.saturating_add(most));
    let next = (end < count).then(|| mark(end, &rows.rows[end - 1]));
    let shown: Vec<Row> = rows.rows.drain(first..end).collect();
    let residents = shown.iter().filter_map(|row| row.resident).collect();
    let column = |column: qianmo_desk::RowsColumn| RowsColumnBody { id: column.id.to_string(), name: column.name, kind: kind(column.kind) };
    let items = shown.into_iter().map(|row| RowBody {
        subject: row.subject.to_string(),
        resident: row.resident.map(|resident| resident.to_string()),
        values: row.values.iter().map(value).collect(),
    });
    let page = RowsPage { cut: rows.cut.0, count, columns: rows.columns.into_iter().map(column).collect(), items: items.collect(), next };
    Ok((page, residents))
}

/// Names the place after a row: its number and whose it was.
fn mark(end: usize, last: &Row) -> String {
    URL_SAFE_NO_PAD.encode(format!("{end}.{}", last.subject))
}

/// Where to go on. When rows have come or gone meanwhile, after the row that was the last, the nearest to where it was.
fn place(rows: &[Row], after: &str) -> Result<usize, Fault> {
    let wrong = || Fault::new("SERVER-0402");
    let text = URL_SAFE_NO_PAD.decode(after).ok().and_then(|bytes| String::from_utf8(bytes).ok()).ok_or_else(wrong)?;
    let (end, subject) = text.split_once('.').ok_or_else(wrong)?;
    let end: usize = end.parse().map_err(|_| wrong())?;
    let subject: SubjectId = subject.parse().map_err(|_| wrong())?;
    let same = (1..=rows.len()).filter(|place| rows[place - 1].subject == subject);
    Ok(same.min_by_key(|place| place.abs_diff(end)).unwrap_or(end.min(rows.len())))
}

pub(crate) fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Bool => "bool",
        Kind::Integer => "integer",
        Kind::Decimal => "decimal",
        Kind::Date => "date",
        Kind::DateTime => "datetime",
        Kind::Text | Kind::Interval | Kind::Null => "text",
    }
}

fn value(value: &Value) -> serde_json::Value {
    match value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(yes) => (*yes).into(),
        Value::Integer(number) => (*number).into(),
        other => other.to_string().into(),
    }
}

/// About whom rows may be handed out: what the numbers are told. With nobody: what doesn't exist.
///
/// Errors: those of reading whose clients are the caller's.
pub(crate) async fn seen(app: &App, rows: RowsSeen) -> Result<Seen, Refused> {
    let windows = match rows {
        RowsSeen::Nothing => return Err(Refused::not_found()),
        RowsSeen::Everybody => return Ok(Seen::Everybody),
        RowsSeen::Only(windows) => windows,
    };
    let mut residents = BTreeSet::new();
    let mut clients = Vec::new();
    for window in windows {
        match &window.whose {
            Whose::Residents(named) => residents.extend(named.iter().copied()),
            _ => clients.push(window),
        }
    }
    if !clients.is_empty() {
        residents.extend(app.read(move |store| clients_in(store, &clients)).await?);
    }
    Ok(Seen::Residents(Arc::new(residents)))
}

/// The residents whom windows about clients open.
fn clients_in(store: &dyn Store, windows: &[Window]) -> Result<BTreeSet<SubjectId>, Fault> {
    let directory = store.directory()?;
    let mut found = BTreeSet::new();
    for window in windows {
        if let Whose::ClientsOf(worker) = &window.whose {
            found.extend(directory.clients_of(worker, &window.forms)?);
        }
    }
    Ok(found)
}

/// What one more reading, unmasking or export leaves in the audit chain: an entry for each resident concerned, or one when they aren't named.
pub(crate) fn entries(app: &App, caller: &Caller, deed: Deed, area: AreaCode, words: &str, residents: &BTreeSet<SubjectId>) -> Vec<Entry> {
    let detail = caller.reason().map_or_else(|| words.to_owned(), |reason| format!("{words}：{reason}"));
    let entry = Entry { area: Some(area), ..Entry::new(app.clock.now_ms(), caller.actor(), deed) }.with(detail);
    if residents.is_empty() {
        return vec![entry];
    }
    residents.iter().map(|resident| Entry { resident: Some(*resident), ..entry.clone() }).collect()
}

/// Notes entries and waits until they are durable.
pub(crate) async fn note(app: &App, entries: Vec<Entry>) -> Result<(), Refused> {
    app.write(move |store| store.note(&entries)).await
}

/// A file.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "only described: files are sent as they are")]
pub(crate) struct FileBytes(Vec<u8>);

/// A file to be kept by the client under a name.
///
/// Errors: `SERVER-0403` a format that isn't offered.
pub(crate) fn file(bytes: Vec<u8>, name: &str, format: &str) -> Result<Response, Refused> {
    let mut quoted = String::new();
    for byte in format!("{name}.{format}").bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.".contains(&byte) {
            quoted.push(char::from(byte));
        } else {
            // Writing to a string can't fail.
            let _ = write!(quoted, "%{byte:02X}");
        }
    }
    let disposition = format!("attachment; filename=\"qianmo.{format}\"; filename*=UTF-8''{quoted}");
    let headers = [(header::CONTENT_TYPE, content_type(format)?.to_owned()), (header::CONTENT_DISPOSITION, disposition)];
    Ok((headers, bytes).into_response())
}

/// What a file of a format is for HTTP.
///
/// Errors: `SERVER-0403`.
fn content_type(format: &str) -> Result<&'static str, Fault> {
    Ok(match format {
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "pdf" => "application/pdf",
        "csv" => "text/csv; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        "md" => "text/markdown; charset=utf-8",
        _ => return Err(Fault::new("SERVER-0403").with("format", format)),
    })
}

/// Refuses a format that isn't among those offered.
///
/// Errors: `SERVER-0403`.
pub(crate) fn offered<'f>(format: &str, formats: &[&'f str]) -> Result<&'f str, Fault> {
    let found = formats.iter().find(|offered| **offered == format);
    found.copied().ok_or_else(|| Fault::new("SERVER-0403").with("format", format).with("formats", formats.join("、")))
}

/// An area's name for the name of a file or a line; its code when the tree doesn't have it.
pub(crate) fn area_name(app: &App, area: AreaCode) -> String {
    app.areas().get(area).map_or_else(|| area.to_string(), |area| area.name.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(subjects: &[u128]) -> Rows {
        let row = |n: &u128| Row { subject: SubjectId(uuid::Uuid::from_u128(*n)), resident: None, values: vec![Value::Integer(7)] };
        Rows { rows: subjects.iter().map(row).collect(), ..Rows::default() }
    }

    fn subjects(page: &RowsPage) -> Vec<String> {
        page.items.iter().map(|item| item.subject.trim_start_matches(['0', '-']).to_owned()).collect()
    }

    #[test]
    fn pages_go_on_where_the_last_row_was() {
        let (one, _) = page(rows(&[1, 2, 3, 4, 5]), None, Some(2)).unwrap();
        assert_eq!((subjects(&one), one.count), (vec!["1".into(), "2".into()], 5));
        let next = one.next.unwrap();
        // One came before, one went: the page begins after the row that was the last.
        let (two, _) = page(rows(&[9, 1, 2, 4, 5]), Some(&next), Some(2)).unwrap();
        assert_eq!((subjects(&two), two.next), (vec!["4".into(), "5".into()], None));
        // The row itself is gone: by its number.
        assert_eq!(subjects(&page(rows(&[1, 3, 4, 5]), Some(&next), None).unwrap().0), ["4", "5"]);
        for wrong in ["", "x", "!!", &URL_SAFE_NO_PAD.encode("1"), &URL_SAFE_NO_PAD.encode("1.2")] {
            assert_eq!(page(rows(&[1]), Some(wrong), None).unwrap_err().code, "SERVER-0402", "{wrong}");
        }
    }

    #[test]
    fn tags_differ_with_every_part() {
        assert_eq!(Tag::of(&["a", "b"]), Tag::of(&["a", "b"]));
        assert_ne!(Tag::of(&["a", "b"]), Tag::of(&["ab", ""]));
        let mut headers = HeaderMap::new();
        assert!(!Tag::of(&["a"]).held_by(&headers));
        headers.insert(header::IF_NONE_MATCH, HeaderValue::from_str(&format!("\"x\", {}", Tag::of(&["a"]).0)).unwrap());
        assert!(Tag::of(&["a"]).held_by(&headers));
        assert!(!Tag::of(&["b"]).held_by(&headers));
    }

    #[test]
    fn file_names_are_quoted() {
        let answer = file(vec![1], "高血压 台账", "xlsx").unwrap();
        let name = answer.headers()[header::CONTENT_DISPOSITION].to_str().unwrap();
        assert!(name.ends_with("filename*=UTF-8''%E9%AB%98%E8%A1%80%E5%8E%8B%20%E5%8F%B0%E8%B4%A6.xlsx"), "{name}");
        assert_eq!(file(vec![], "x", "exe").unwrap_err().code(), "SERVER-0403");
        assert_eq!(offered("pdf", &["xlsx"]).unwrap_err().param("formats"), Some("xlsx"));
    }
}
