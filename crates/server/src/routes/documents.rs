//! The annual summary and next year's plan: as a structured document for screens, without what the caller may not see, and as files.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use qianmo_access::{Access, Right};
use qianmo_core::{AreaCode, Fault, Period};
use qianmo_desk::{CellSource, Document, DocumentBar, DocumentBlock, DocumentRun, FileAsked, FileKind, Seen};
use qianmo_store::{Cut, Deed};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::numbers::{FileBytes, Tag, area_name, entries, file, note, offered};
use super::returns::SourceBody;
use crate::app::App;
use crate::caller::Caller;
use crate::extract::Params;
use crate::refused::{ProblemBody, Refused};
use crate::words::wrong;

/// Which summary.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SummaryWanted {
    /// A 12-digit area code.
    area: String,
    /// The year.
    year: i16,
}

/// A document: what its file says, without the layout.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DocumentBody {
    /// As of which position of the log.
    cut: i64,
    title: String,
    /// Whether something is left out that the caller may not see.
    partial: bool,
    /// Content, in order.
    blocks: Vec<BlockBody>,
}

/// A block of a document.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum BlockBody {
    /// A heading; the text carries its number.
    Heading {
        /// 1 to 4.
        level: u8,
        text: String,
    },
    /// A paragraph.
    Paragraph { runs: Vec<RunBody> },
    /// A numbered item: number and lead sentence, then the rest on the same line.
    Item {
        /// Heading level of the lead, 1 to 4.
        level: u8,
        lead: String,
        runs: Vec<RunBody>,
    },
    /// A table.
    Table {
        caption: String,
        /// Unit of all its numbers; empty when each has its own.
        unit: String,
        columns: Vec<String>,
        /// Rows of cells; one cell alone stretches over all columns.
        rows: Vec<Vec<Vec<RunBody>>>,
        /// Lines below.
        notes: Vec<String>,
    },
    /// A bar chart.
    Chart {
        caption: String,
        /// Unit; empty when each bar has its own.
        unit: String,
        /// Bars from top to bottom.
        bars: Vec<BarBody>,
        /// Lines below.
        notes: Vec<String>,
    },
    /// Who issues it, and the date.
    Signature { organisation: String, date: String },
}

/// A stretch of text.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum RunBody {
    /// Words.
    Text { text: String },
    /// A new line.
    Break,
    /// A number with its unit, as printed.
    Number {
        text: String,
        /// What it counts: what a click drills into.
        source: SourceBody,
        /// What was made of the cell (比上年, 目标, 差距); absent when it is the cell itself.
        #[serde(skip_serializing_if = "Option::is_none")]
        made: Option<String>,
    },
}

/// A bar of a chart.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BarBody {
    label: String,
    /// Length, an exact decimal; absent without a number.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    /// The number as printed.
    number: RunBody,
}

/// The summary of a year and the next year's plan, its numbers with where they come from. What the caller may not see is left out.
#[utoipa::path(get, operation_id = "read_summary", path = "/documents/summary", tag = "documents", params(SummaryWanted), responses(
    (status = 200, body = DocumentBody), (status = 304, description = "the client's is the same"),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub(crate) async fn summary(
    State(app): State<App>,
    caller: Caller,
    Params(wanted): Params<SummaryWanted>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let (area, year) = asked(&caller, &wanted.area, wanted.year)?;
    let held = caller.access().numbers(area);
    let ids = held.iter().map(|id| &**id).collect::<Vec<_>>().join(",");
    let (year_text, today) = (year.to_string(), app.clock.today().to_string());
    let tag = |cut: Cut| Tag::of(&["summary", &app.packs_mark, &cut.to_string(), &area.to_string(), &year_text, &today, &ids]);
    let reached = tag(app.figures.reached());
    if reached.held_by(&headers) {
        return Ok(reached.unchanged());
    }
    let figures = app.figures.clone();
    let document = app.block(move || figures.document(area, year)).await?;
    let cut = document.cut;
    let (document, partial) = seen_part(document, &|source| shows(caller.access(), source));
    Ok(tag(cut).on(Json(DocumentBody::of(document, partial)).into_response()))
}

/// The area and year asked for, when any number of it may be seen.
///
/// Errors: `CORE-0101`, `SERVER-0103` a year out of bounds; else as what doesn't exist.
fn asked(caller: &Caller, area: &str, year: i16) -> Result<(AreaCode, i16), Refused> {
    let area: AreaCode = area.parse()?;
    if !(1900..=2999).contains(&year) {
        return Err(wrong("year: 1900-2999").into());
    }
    if caller.access().numbers(area).is_empty() { Err(Refused::not_found()) } else { Ok((area, year)) }
}

/// Which file of the summary.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SummaryFileWanted {
    /// A 12-digit area code.
    area: String,
    /// The year.
    year: i16,
    /// `docx`, `pdf`, `html` or `md`.
    format: String,
    /// To be published: small counts of people are hidden.
    #[serde(default)]
    published: bool,
}

/// The summary as a file. Taking it away is noted in the audit chain.
#[utoipa::path(get, operation_id = "download_summary", path = "/documents/summary/file", tag = "documents", params(SummaryFileWanted), responses(
    (status = 200, content((FileBytes = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"), (FileBytes = "application/pdf"), (FileBytes = "text/html"), (FileBytes = "text/markdown"))),
    (status = 403, description = "ACCESS-0102 it isn't for you to publish, SERVER-0407 not all of it is for you", body = ProblemBody, content_type = "application/problem+json"),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub(crate) async fn download(
    State(app): State<App>,
    caller: Caller,
    Params(wanted): Params<SummaryFileWanted>,
) -> Result<Response, Refused> {
    let (area, year) = asked(&caller, &wanted.area, wanted.year)?;
    let format = offered(&wanted.format, &["docx", "pdf", "html", "md"])?;
    let published = wanted.published;
    if published {
        caller.must(Right::Publish, area)?;
    }
    let name = format!("{}_{year}_summary", area_name(&app, area));
    let (figures, for_caller) = (app.figures.clone(), caller.clone());
    let all = app.packs.indicators().all(|indicator| caller.access().number(&indicator.id, area));
    let bytes = app
        .block(move || {
            if !all && seen_part(figures.document(area, year)?, &|source| shows(for_caller.access(), source)).1 {
                return Err(Fault::new("SERVER-0407"));
            }
            let period = Period::Year(year);
            let what = FileKind::Summary;
            figures.file(&FileAsked { what, area, period, format, exposed: false, seen: &Seen::Everybody, published })
        })
        .await
        .map_err(
            |refused| if refused.code() == "SERVER-0407" { refused.with_status(axum::http::StatusCode::FORBIDDEN) } else { refused },
        )?;
    let words = if published { format!("{name}.{format}（公开）") } else { format!("{name}.{format}") };
    note(&app, entries(&app, &caller, Deed::Export, area, &words, &BTreeSet::new())).await?;
    file(bytes, &name, format)
}

/// Whether a number of a document may be seen. What is no indicator (how many villages there are) is no secret.
fn shows(access: &Access, source: &CellSource) -> bool {
    access.guard().indicator(&source.indicator).is_none() || access.number(&source.indicator, source.area)
}

/// A document without the numbers that may not be seen, nor the sentences, rows and bars around them; and whether any was left out.
///
/// A section all of whose numbers are hidden goes with its words; a heading under which nothing is left goes too.
fn seen_part(document: Document, may: &dyn Fn(&CellSource) -> bool) -> (Document, bool) {
    let Document { cut, title, blocks } = document;
    let mut partial = false;
    let mut kept: Vec<Option<DocumentBlock>> = Vec::with_capacity(blocks.len());
    // Whether each block had numbers that may be seen, and others.
    let mut counted: Vec<(bool, bool)> = Vec::with_capacity(blocks.len());
    for block in blocks {
        let sources = sources(&block);
        let seen = sources.iter().any(|source| may(source));
        let hidden = sources.iter().any(|source| !may(source));
        partial |= hidden;
        counted.push((seen, hidden));
        kept.push(if hidden { seen_block(block, may) } else { Some(block) });
    }
    let level = |block: &Option<DocumentBlock>| if let Some(DocumentBlock::Heading { level, .. }) = block { Some(*level) } else { None };
    let levels: Vec<Option<u8>> = kept.iter().map(level).collect();
    for place in 0..kept.len() {
        let Some(own) = levels[place] else { continue };
        let after = levels[place + 1..].iter().position(|level| level.is_some_and(|level| level <= own));
        let end = after.map_or(kept.len(), |after| place + 1 + after);
        let section = &counted[place + 1..end];
        let hidden = section.iter().any(|(_, hidden)| *hidden) && !section.iter().any(|(seen, _)| *seen);
        if hidden {
            kept[place..end]
                .iter_mut()
                .filter(|block| !matches!(block, Some(DocumentBlock::Signature { .. })))
                .for_each(|block| *block = None);
        }
    }
    // From the end: what a heading holds has been decided before it.
    for place in (0..kept.len()).rev() {
        let Some(own) = levels[place] else { continue };
        let held = levels[place + 1..]
            .iter()
            .position(|level| level.is_some_and(|level| level <= own))
            .map_or(kept.len(), |after| place + 1 + after);
        let had = held > place + 1;
        if had && kept[place + 1..held].iter().all(Option::is_none) {
            kept[place] = None;
        }
    }
    (Document { cut, title, blocks: kept.into_iter().flatten().collect() }, partial)
}

/// Where the numbers of a block come from.
fn sources(block: &DocumentBlock) -> Vec<&CellSource> {
    let runs: Vec<&DocumentRun> = match block {
        DocumentBlock::Heading { .. } | DocumentBlock::Signature { .. } => Vec::new(),
        DocumentBlock::Paragraph(runs) | DocumentBlock::Item { runs, .. } => runs.iter().collect(),
        DocumentBlock::Table { rows, .. } => rows.iter().flatten().flatten().collect(),
        DocumentBlock::Chart { bars, .. } => bars.iter().map(|bar| &bar.number).collect(),
    };
    runs.into_iter().filter_map(source).collect()
}

fn source(run: &DocumentRun) -> Option<&CellSource> {
    if let DocumentRun::Number { source, .. } = run { Some(source) } else { None }
}

/// What is left of a block with hidden numbers: rows and bars without any; of words around a hidden number, nothing.
fn seen_block(block: DocumentBlock, may: &dyn Fn(&CellSource) -> bool) -> Option<DocumentBlock> {
    let shown = |run: &DocumentRun| source(run).is_none_or(may);
    match block {
        DocumentBlock::Table { caption, unit, columns, mut rows, notes } => {
            rows.retain(|row| row.iter().flatten().all(shown));
            let left = rows.iter().flatten().flatten().any(|run| source(run).is_some());
            left.then_some(DocumentBlock::Table { caption, unit, columns, rows, notes })
        }
        DocumentBlock::Chart { caption, unit, mut bars, notes } => {
            bars.retain(|bar| shown(&bar.number));
            (!bars.is_empty()).then_some(DocumentBlock::Chart { caption, unit, bars, notes })
        }
        _ => None,
    }
}

impl DocumentBody {
    fn of(document: Document, partial: bool) -> Self {
        let Document { cut, title, blocks } = document;
        Self { cut: cut.0, title, partial, blocks: blocks.into_iter().map(Into::into).collect() }
    }
}

fn runs(runs: Vec<DocumentRun>) -> Vec<RunBody> {
    runs.into_iter().map(Into::into).collect()
}

impl From<DocumentBlock> for BlockBody {
    fn from(block: DocumentBlock) -> Self {
        match block {
            DocumentBlock::Heading { level, text } => Self::Heading { level, text },
            DocumentBlock::Paragraph(held) => Self::Paragraph { runs: runs(held) },
            DocumentBlock::Item { level, lead, runs: held } => Self::Item { level, lead, runs: runs(held) },
            DocumentBlock::Table { caption, unit, columns, rows, notes } => {
                let rows = rows.into_iter().map(|row| row.into_iter().map(runs).collect()).collect();
                Self::Table { caption, unit, columns, rows, notes }
            }
            DocumentBlock::Chart { caption, unit, bars, notes } => {
                Self::Chart { caption, unit, bars: bars.into_iter().map(Into::into).collect(), notes }
            }
            DocumentBlock::Signature { organisation, date } => Self::Signature { organisation, date },
        }
    }
}

impl From<DocumentRun> for RunBody {
    fn from(run: DocumentRun) -> Self {
        match run {
            DocumentRun::Text(text) => Self::Text { text },
            DocumentRun::Break => Self::Break,
            DocumentRun::Number { text, source, made } => Self::Number { text, source: (&source).into(), made },
        }
    }
}

impl From<DocumentBar> for BarBody {
    fn from(bar: DocumentBar) -> Self {
        Self { label: bar.label, value: bar.value.map(|value| value.normalize().to_string()), number: bar.number.into() }
    }
}
