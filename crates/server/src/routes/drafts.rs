//! Drafts: what somebody has begun and not finished, kept for them alone, so that it doesn't lie in a browser.
//!
//! Nobody else reads a draft, whatever their rights. Who saves names the version they had before them (`If-Match`), so that two windows don't
//! overwrite one another.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use qianmo_core::Fault;
use qianmo_store::{AccountName, Draft, NewDraft};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::Caller;
use crate::extract::{At, Body};
use crate::page::Page;
use crate::refused::{ProblemBody, Refused};
use crate::words::{instant, wrong};

/// The most bytes of a draft's content.
const BODY_BYTES_MAX: usize = 1 << 20;
/// The most bytes of a request that saves one: its title and some blanks beside the content.
pub(super) const REQUEST_BYTES_MAX: usize = BODY_BYTES_MAX + (64 << 10);
const TITLE_CHARS_MAX: usize = 120;

/// A draft without its content.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DraftHead {
    /// What it is a draft of.
    kind: String,
    /// Which one of these.
    key: String,
    /// What it is called in lists.
    title: String,
    /// When it was saved, RFC 3339.
    #[schema(format = DateTime)]
    saved_at: String,
}

impl From<&Draft> for DraftHead {
    fn from(draft: &Draft) -> Self {
        Self { kind: draft.kind.clone(), key: draft.key.clone(), title: draft.title.clone(), saved_at: instant(draft.saved_at) }
    }
}

/// A draft.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DraftBody {
    /// Which one.
    #[serde(flatten)]
    head: DraftHead,
    /// Its content, as it was saved: any JSON.
    body: Value,
}

/// A draft to be saved.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DraftWanted {
    /// What it is called in lists: at most 120 characters.
    #[schema(max_length = 120)]
    title: String,
    /// Its content: any JSON up to 1 MB.
    body: Value,
}

/// One's own drafts, at most 200.
#[utoipa::path(get, operation_id = "list_drafts", path = "/drafts", tag = "drafts", responses(
    (status = 200, body = Page<DraftHead>),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn list(State(app): State<App>, caller: Caller) -> Result<Json<Page<DraftHead>>, Refused> {
    let owner = caller.worker().name.clone();
    let drafts = app.read(move |store| store.drafts().list(&owner)).await?;
    Ok(Json(Page { items: drafts.iter().map(Into::into).collect(), next: None }))
}

/// One of one's own drafts. Its `ETag` is asked for when it is saved again.
#[utoipa::path(get, operation_id = "read_draft", path = "/drafts/{kind}/{key}", tag = "drafts", params(
    ("kind" = String, Path, description = "What it is a draft of"),
    ("key" = String, Path, description = "Which one of these")), responses(
    (status = 200, body = DraftBody, headers(("etag" = String))),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn get(State(app): State<App>, caller: Caller, At((kind, key)): At<(String, String)>) -> Result<Response, Refused> {
    let owner = caller.worker().name.clone();
    let (draft, body) = app.read(move |store| store.drafts().draft(&owner, &kind, &key)).await?.ok_or_else(Refused::not_found)?;
    let body = serde_json::from_str(&body).map_err(|_| Fault::new("SERVER-0901"))?;
    Ok(([(header::ETAG, tag(draft.mark))], Json(DraftBody { head: (&draft).into(), body })).into_response())
}

/// Saves a draft: over the one that `If-Match` names; without, there must be none yet.
#[utoipa::path(put, operation_id = "save_draft", path = "/drafts/{kind}/{key}", tag = "drafts", params(
    ("kind" = String, Path, description = "What it is a draft of: small letters, digits, `_`, `-`; at most 32", pattern = "^[a-z][a-z0-9_-]{0,31}$"),
    ("key" = String, Path, description = "Which one of these: letters, digits, `_`, `.`, `:`, `~`, `-`; at most 120", pattern = "^[A-Za-z0-9_.:~-]{1,120}$"),
    ("if-match" = Option<String>, Header, description = "The `ETag` of the draft that this one takes the place of")),
    request_body = DraftWanted, responses(
    (status = 200, body = DraftHead, headers(("etag" = String))),
    (status = 412, description = "STORE-0901 it was saved or deleted elsewhere meanwhile", body = ProblemBody, content_type = "application/problem+json"),
    (status = "4XX", description = "STORE-0902 200 drafts already", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn save(
    State(app): State<App>,
    caller: Caller,
    At((kind, key)): At<(String, String)>,
    headers: HeaderMap,
    Body(wanted): Body<DraftWanted>,
) -> Result<Response, Refused> {
    let over = meant(&headers)?;
    named(&kind, &key)?;
    let title = wanted.title.trim().to_owned();
    if title.chars().count() > TITLE_CHARS_MAX || title.chars().any(char::is_control) {
        return Err(wrong("title: 0-120").into());
    }
    let body = serde_json::to_string(&wanted.body).map_err(|_| Fault::new("SERVER-0901"))?;
    if body.len() > BODY_BYTES_MAX {
        return Err(Fault::new("SERVER-0106").into());
    }
    let (owner, now): (AccountName, i64) = (caller.worker().name.clone(), app.clock.now_ms());
    let head = DraftHead { kind: kind.clone(), key: key.clone(), title: title.clone(), saved_at: instant(now) };
    let saved = app
        .write(move |store| store.drafts_mut().save(&owner, now, &NewDraft { kind: &kind, key: &key, title: &title, body: &body, over }));
    Ok(([(header::ETAG, tag(saved.await?))], Json(head)).into_response())
}

/// Deletes a draft: the one that `If-Match` names, or whichever is there. Deleting one that isn't there is the same as having deleted it.
#[utoipa::path(delete, operation_id = "delete_draft", path = "/drafts/{kind}/{key}", tag = "drafts", params(
    ("kind" = String, Path, description = "What it is a draft of"),
    ("key" = String, Path, description = "Which one of these"),
    ("if-match" = Option<String>, Header, description = "The `ETag` of the draft that is meant")), responses(
    (status = 204),
    (status = 412, description = "STORE-0901 it was saved elsewhere meanwhile", body = ProblemBody, content_type = "application/problem+json"),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn delete(
    State(app): State<App>,
    caller: Caller,
    At((kind, key)): At<(String, String)>,
    headers: HeaderMap,
) -> Result<StatusCode, Refused> {
    let (owner, meant) = (caller.worker().name.clone(), meant(&headers)?);
    app.write(move |store| store.drafts_mut().delete(&owner, &kind, &key, meant)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Errors: `SERVER-0103`.
fn named(kind: &str, key: &str) -> Result<(), Fault> {
    let kind_fits = kind.len() <= 32
        && kind.starts_with(|c: char| c.is_ascii_lowercase())
        && kind.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-".contains(c));
    let key_fits = (1..=120).contains(&key.len()) && key.chars().all(|c| c.is_ascii_alphanumeric() || "_.:~-".contains(c));
    if kind_fits && key_fits { Ok(()) } else { Err(wrong("kind, key")) }
}

fn tag(mark: i64) -> String {
    format!("\"{mark:x}\"")
}

/// The version that a request means; nothing when it says none.
///
/// Errors: `STORE-0901` it names one that no draft ever had.
fn meant(headers: &HeaderMap) -> Result<Option<i64>, Fault> {
    let Some(value) = headers.get(header::IF_MATCH) else { return Ok(None) };
    let text = value.to_str().unwrap_or_default().trim().trim_start_matches("W/");
    let mark = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).and_then(|text| i64::from_str_radix(text, 16).ok());
    mark.map(Some).ok_or_else(|| Fault::new("STORE-0901").with("kind", "If-Match").with("key", "?"))
}
