//! Rosters (花名册、台账): their rows on screen, and as files.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use qianmo_access::{Access, Duties, Right, Rows as RowsHeld};
use qianmo_core::pack::{Roster, Sensitivity};
use qianmo_core::{AreaCode, Fault, Period, SubjectId};
use qianmo_desk::{FileAsked, FileKind, Seen};
use qianmo_store::Deed;
use serde::Deserialize;
use utoipa::IntoParams;

use super::numbers::{FileBytes, RowsPage, area_name, entries, file, note, offered, page, seen};
use crate::app::App;
use crate::caller::Caller;
use crate::extract::{At, Params};
use crate::refused::{ProblemBody, Refused};

/// Which part of a roster.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct RosterWanted {
    /// A 12-digit area code.
    area: String,
    /// A period such as `2026`, `2026Q4`, `2026-11`.
    period: String,
    /// Where the page begins: `next` of the page before.
    after: Option<String>,
    /// Rows of a page: 50 when absent, at most 500.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

/// The rows of a roster, masked, as far as the caller may see them. Sensitive programmes ask for a reason (header `qianmo-reason`,
/// percent-encoded), and each reading of theirs is noted in the audit chain.
#[utoipa::path(get, operation_id = "list_roster_rows", path = "/rosters/{id}", tag = "rosters", params(("id" = String, Path, description = "id of the roster"), RosterWanted), responses(
    (status = 200, body = RowsPage),
    (status = 403, description = "ACCESS-0103 a reason must be stated", body = ProblemBody, content_type = "application/problem+json"),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub(crate) async fn rows(
    State(app): State<App>,
    caller: Caller,
    At(id): At<String>,
    Params(wanted): Params<RosterWanted>,
) -> Result<Json<RowsPage>, Refused> {
    let (area, period): (AreaCode, Period) = (wanted.area.parse()?, wanted.period.parse()?);
    let (roster, guarded, seen) = opened(&app, &caller, &id, area).await?;
    let name = roster.name.clone();
    let figures = app.figures.clone();
    let found = app.block(move || figures.roster(&id, area, period, &seen)).await?;
    let (body, residents) = page(found, wanted.after.as_deref(), wanted.limit)?;
    if guarded {
        let words = format!("{name}（{}，{period}）", area_name(&app, area));
        note(&app, entries(&app, &caller, Deed::Read, area, &words, &residents)).await?;
    }
    Ok(Json(body))
}

/// Which file of a roster.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct RosterFileWanted {
    /// A 12-digit area code.
    area: String,
    /// A period such as `2026`, `2026Q4`, `2026-11`.
    period: String,
    /// `xlsx`, `csv` or `pdf`.
    format: String,
    /// With identity numbers and phones unmasked.
    #[serde(default)]
    unmasked: bool,
}

/// A roster as a file. Taking it away is noted in the audit chain; unmasked, or of a sensitive programme, for each resident on it.
#[utoipa::path(get, operation_id = "download_roster", path = "/rosters/{id}/file", tag = "rosters", params(("id" = String, Path, description = "id of the roster"), RosterFileWanted), responses(
    (status = 200, content((FileBytes = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), (FileBytes = "text/csv"), (FileBytes = "application/pdf"))),
    (status = 403, description = "ACCESS-0102 not for you, ACCESS-0103 a reason must be stated", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "SERVER-0403 a format that isn't offered", body = ProblemBody, content_type = "application/problem+json"),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub(crate) async fn download(
    State(app): State<App>,
    caller: Caller,
    At(id): At<String>,
    Params(wanted): Params<RosterFileWanted>,
) -> Result<Response, Refused> {
    let (area, period): (AreaCode, Period) = (wanted.area.parse()?, wanted.period.parse()?);
    let format = offered(&wanted.format, &["xlsx", "csv", "pdf"])?;
    let (roster, guarded, seen) = opened(&app, &caller, &id, area).await?;
    caller.must(Right::Export, area)?;
    let exposed = wanted.unmasked;
    if exposed && !exposes(caller.access()) {
        return Err(Fault::new("ACCESS-0102").into());
    }
    let name = format!("{}_{}_{period}", roster.name, area_name(&app, area));
    let figures = app.figures.clone();
    let (bytes, residents) = app
        .block(move || {
            // Whose entries follow is asked before the file is made: nobody is on it without having been noted.
            let named = if guarded || exposed { residents(&figures.roster(&id, area, period, &seen)?) } else { BTreeSet::new() };
            let asked = FileAsked { what: FileKind::Roster(&id), area, period, format, exposed, seen: &seen, published: false };
            Ok((figures.file(&asked)?, named))
        })
        .await?;
    let words = format!("{name}.{format}");
    let mut noted = entries(&app, &caller, Deed::Export, area, &words, &BTreeSet::new());
    if guarded || exposed {
        let deed = if exposed { Deed::Unmask } else { Deed::Export };
        noted.extend(if residents.is_empty() { Vec::new() } else { entries(&app, &caller, deed, area, &words, &residents) });
    }
    note(&app, noted).await?;
    file(bytes, &name, format)
}

/// A roster that the caller may read in an area: it, whether it is guarded more than routine ones, and about whom.
///
/// Errors: `ACCESS-0103` when a reason would open it; else as what doesn't exist.
async fn opened<'a>(app: &'a App, caller: &Caller, id: &str, area: AreaCode) -> Result<(&'a Roster, bool, Seen), Refused> {
    let (access, reason) = (caller.access(), caller.reason());
    let roster = app.packs.roster(id).ok_or_else(Refused::not_found)?;
    let held = access.guard().roster(id).ok_or_else(Refused::not_found)?;
    // Who would never see it is told the same as where there is none.
    let rows = access
        .require_rows_of_roster(id, area, reason)
        .map_err(|fault| if fault.code == "ACCESS-0103" { fault.into() } else { Refused::not_found() })?;
    let guarded = held.sensitivity != Sensitivity::Routine;
    Ok((roster, guarded, seen(app, rows).await?))
}

/// Whether everything that somebody's roles let them read, they may also read unmasked.
fn exposes(access: &Access) -> bool {
    let mut reading = access
        .roles()
        .into_iter()
        .map(Duties::of)
        .filter(|duties| !matches!(duties.rows, RowsHeld::Nobody | RowsHeld::Organisations))
        .peekable();
    reading.peek().is_some() && reading.all(|duties| duties.exposes)
}

fn residents(rows: &qianmo_desk::Rows) -> BTreeSet<SubjectId> {
    rows.rows.iter().filter_map(|row| row.resident).collect()
}
