//! The programmes in force: everything that screens are made of, and the compiled rules for browsers and phones.
//!
//! Nothing here is about anybody: whoever is logged in may read it.

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::numbers::Tag;
use super::pack_body::PackWhole;
use crate::app::App;
use crate::caller::Caller;
use crate::extract::{At, Params};
use crate::refused::{ProblemBody, Refused};

/// The programmes in force.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PackList {
    /// A mark of the packs in force; changes when they do.
    mark: String,
    /// The programmes, in the order in which they need each other.
    items: Vec<PackLine>,
}

/// A programme in the list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PackLine {
    id: String,
    /// Official name.
    name: String,
    /// English name.
    name_en: String,
    /// The norm it implements, with year.
    norm: String,
    /// `routine`, `sensitive` or `restricted`.
    sensitivity: &'static str,
    /// Position in lists and in the annual summary.
    order: i64,
    /// How many forms.
    forms: usize,
    /// How many indicators.
    indicators: usize,
    /// How many rosters.
    rosters: usize,
    /// How many returns.
    returns: usize,
}

/// The programmes in force.
#[utoipa::path(get, operation_id = "list_packs", path = "/packs", tag = "packs", responses(
    (status = 200, body = PackList), (status = 304, description = "the client's is the same"),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub(crate) async fn list(State(app): State<App>, _: Caller, headers: HeaderMap) -> Response {
    Tag::of(&["packs", &app.packs_mark])
        .answer(&headers, || PackList { mark: app.packs_mark.clone(), items: app.packs.packs.iter().map(line).collect() })
}

fn line(pack: &qianmo_core::pack::Pack) -> PackLine {
    PackLine {
        id: pack.id.to_string(),
        name: pack.name.clone(),
        name_en: pack.name_en.clone(),
        norm: pack.norm.clone(),
        sensitivity: crate::words::sensitivity_word(pack.sensitivity),
        order: pack.order,
        forms: pack.forms.len(),
        indicators: pack.indicators.len(),
        rosters: pack.rosters.len(),
        returns: pack.returns.len(),
    }
}

/// One programme: forms with fields, choices and the messages of checks, services, indicators, rosters, returns.
#[utoipa::path(get, operation_id = "read_pack", path = "/packs/{id}", tag = "packs", params(("id" = String, Path, description = "id of the programme")), responses(
    (status = 200, body = PackWhole), (status = 304, description = "the client's is the same"),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub(crate) async fn one(State(app): State<App>, _: Caller, At(id): At<String>, headers: HeaderMap) -> Result<Response, Refused> {
    let pack = app.packs.pack(&id).ok_or_else(Refused::not_found)?;
    Ok(Tag::of(&["pack", &app.packs_mark, &id]).answer(&headers, || PackWhole::of(pack, &app.packs)))
}

/// The compiled rules of all programmes, as the browser's and the phone's checks and due lists read them.
#[utoipa::path(get, operation_id = "read_rules", path = "/packs/rules", tag = "packs", responses(
    (status = 200, body = Object, description = "compiled rules, for the program's own WebAssembly"), (status = 304, description = "the client's is the same"),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub(crate) async fn rules(State(app): State<App>, _: Caller, headers: HeaderMap) -> Result<Response, Refused> {
    let version = qianmo_wire::programme::VERSION.to_string();
    let tag = Tag::of(&["rules", &app.packs_mark, &version]);
    if tag.held_by(&headers) {
        return Ok(tag.unchanged());
    }
    let packs = app.packs.clone();
    let body = app.block(move || Ok(qianmo_wire::programme::write(&packs))).await?;
    Ok(tag.on(([(header::CONTENT_TYPE, "application/json")], body).into_response()))
}

/// In which format a booklet comes.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BookletFormat {
    /// Word.
    Docx,
    /// PDF.
    Pdf,
    /// A web page.
    Html,
}

/// Which booklet.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct BookletAsked {
    /// `docx`, `pdf` or `html`.
    #[param(inline)]
    format: BookletFormat,
}

/// A programme as a booklet to read and sign off: forms, services, indicators, checks and rules in words, each with its source.
#[utoipa::path(get, operation_id = "read_booklet", path = "/packs/{id}/booklet", tag = "packs", params(("id" = String, Path, description = "id of the programme"), BookletAsked), responses(
    (status = 200, description = "The booklet", content(
        (Vec<u8> = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"), (Vec<u8> = "application/pdf"), (String = "text/html"))),
    (status = "4XX", description = "REPORT-…: a font for PDF is missing", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json")))]
pub(crate) async fn booklet(
    State(app): State<App>,
    _: Caller,
    At(id): At<String>,
    Params(asked): Params<BookletAsked>,
) -> Result<Response, Refused> {
    let place = app.packs.packs.iter().position(|pack| *pack.id == *id).ok_or_else(Refused::not_found)?;
    let (ending, kind) = match asked.format {
        BookletFormat::Docx => ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        BookletFormat::Pdf => ("pdf", "application/pdf"),
        BookletFormat::Html => ("html", "text/html; charset=utf-8"),
    };
    let (figures, packs, name) = (app.figures.clone(), app.packs.clone(), format!("attachment; filename=\"{id}.{ending}\""));
    let body = app.block(move || figures.booklet(&packs.packs[place], ending)).await?;
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name.as_str())], body).into_response())
}
