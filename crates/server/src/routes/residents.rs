//! Residents: found at the counter, their records, their identity when it is asked for, and who has read about them.

use axum::Json;
use axum::extract::State;
use qianmo_access::Right;
use qianmo_core::{AreaTree, Fault, SubjectId};
use qianmo_store::{Cut, Deed, Entry, Page as Rows, Reader, Resident, Search, Trail};
use qianmo_wire::sync::RecordBody;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::caller::Caller;
use crate::extract::{At, Params};
use crate::page::{Page, PageAsked, limit};
use crate::refused::{ProblemBody, Refused};
use crate::routes::records::{note_reading, record_body};

/// What was typed at the counter.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SearchAsked {
    /// A name or its beginning, pinyin initials, an identity number or phone, or the last four digits of either.
    q: String,
    /// Where to go on: `next` of the page before.
    after: Option<String>,
    /// Items of a page: 50 unless told, at most 500.
    limit: Option<u32>,
}

/// A resident as a list shows them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ResidentBody {
    /// Their id.
    pub(crate) id: String,
    /// Name.
    pub(crate) name: Option<String>,
    /// Date of birth.
    #[schema(format = Date)]
    pub(crate) birth: Option<String>,
    /// Sex, as coded in the sheet.
    pub(crate) sex: Option<String>,
    /// Where they sit: a 12-digit area code.
    pub(crate) area: Option<String>,
    /// That area's name.
    pub(crate) area_name: Option<String>,
    /// The household they belong to.
    pub(crate) household: Option<String>,
    /// The entry that took this one's place, when two turned out to be one person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) merged_into: Option<String>,
}

impl ResidentBody {
    pub(crate) fn of(resident: &Resident, areas: &AreaTree) -> Self {
        Self {
            id: resident.id.to_string(),
            name: resident.name.clone(),
            birth: resident.birth.map(|birth| birth.to_string()),
            sex: resident.sex.clone(),
            area: resident.area.map(|area| area.to_string()),
            area_name: resident.area.and_then(|area| areas.get(area)).map(|area| area.name.clone()),
            household: resident.household.map(|household| household.to_string()),
            merged_into: resident.merged_into.map(|id| id.to_string()),
        }
    }
}

/// Finds residents.
#[utoipa::path(get, operation_id = "find_residents", path = "/residents", tag = "residents", params(SearchAsked), responses(
    (status = 200, body = Page<ResidentBody>),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn search(
    State(app): State<App>,
    caller: Caller,
    Params(asked): Params<SearchAsked>,
) -> Result<Json<Page<ResidentBody>>, Refused> {
    let rows_max = limit(asked.limit)?;
    if asked.q.trim().is_empty() {
        return Ok(Json(Page { items: Vec::new(), next: None }));
    }
    let found = caller.read(move |reader| reader.search(&Search { text: asked.q.trim(), after: asked.after.as_deref(), rows_max })).await?;
    let areas = app.areas();
    Ok(Json(Page { items: found.residents.iter().map(|resident| ResidentBody::of(resident, &areas)).collect(), next: found.next }))
}

/// The records in force about a resident, the last written first.
#[utoipa::path(get, operation_id = "list_resident_records", path = "/residents/{id}/records", tag = "residents", params(("id" = String, Path, description = "The resident"), PageAsked), responses(
    (status = 200, body = Page<RecordBody>),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn records(
    State(app): State<App>,
    caller: Caller,
    At(id): At<String>,
    Params(asked): Params<PageAsked>,
) -> Result<Json<Page<RecordBody>>, Refused> {
    let id = resident_id(&id)?;
    let rows_max = asked.limit()?;
    let before = asked.after.as_deref().map(|text| text.parse().map(Cut).map_err(|_| Refused::not_found())).transpose()?;
    let page = caller
        .read(move |reader| {
            known(reader, id)?;
            reader.page(&Rows { residents: Some(&[id]), before, rows_max, ..Rows::default() })
        })
        .await?;
    note_reading(&app, &caller, &page.rows).await?;
    let items = page.rows.iter().map(|row| record_body(&app, row)).collect::<Result<_, _>>()?;
    Ok(Json(Page { items, next: page.next.map(|cut| cut.to_string()) }))
}

/// What identifies a person, unmasked.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Identity {
    /// The newest sheets that say it, unmasked.
    items: Vec<RecordBody>,
}

/// Shows identity number, phone and the like of one resident unmasked. Each asking stands in the audit chain, and the resident can see it.
#[utoipa::path(post, operation_id = "unmask_resident", path = "/residents/{id}/identity", tag = "residents", params(("id" = String, Path, description = "The resident")), responses(
    (status = 200, body = Identity),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn identity(State(app): State<App>, caller: Caller, At(id): At<String>) -> Result<Json<Identity>, Refused> {
    let id = resident_id(&id)?;
    let (sight, sheet) = (caller.access().sight(caller.reason(), true), app.packs.person_sheet().map(|form| form.id.clone()));
    let rows = app
        .read(move |store| {
            let reader = Reader::new(store, &sight);
            known(&reader, id)?;
            let Some(sheet) = sheet else { return Ok(Vec::new()) };
            Ok(reader.page(&Rows { residents: Some(&[id]), forms: Some(&[&sheet]), rows_max: 20, ..Rows::default() })?.rows)
        })
        .await?;
    let entry = Entry {
        resident: Some(id),
        area: rows.first().map(|row| row.head().area),
        detail: caller.reason().map(str::to_owned),
        ..Entry::new(app.clock.now_ms(), caller.actor(), Deed::Unmask)
    };
    app.write(move |store| store.note(&[entry])).await?;
    let items = rows.iter().map(|row| record_body(&app, row)).collect::<Result<_, _>>()?;
    Ok(Json(Identity { items }))
}

/// Who read, unmasked or took away something about a resident.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Reading {
    /// When, RFC 3339.
    at: String,
    /// `read`, `unmask` or `export`.
    deed: &'static str,
    /// Who: the person's name.
    who: Option<String>,
    /// Why, as they said.
    reason: Option<String>,
}

/// Who has read about a resident, the last first: for the resident themselves, and for those who answer for the accounts.
#[utoipa::path(get, operation_id = "list_readings", path = "/residents/{id}/readings", tag = "residents", params(("id" = String, Path, description = "The resident"), PageAsked), responses(
    (status = 200, body = Page<Reading>),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn readings(
    State(app): State<App>,
    caller: Caller,
    At(id): At<String>,
    Params(asked): Params<PageAsked>,
) -> Result<Json<Page<Reading>>, Refused> {
    let id = resident_id(&id)?;
    let own = caller.access().own().contains(&id);
    let known = caller.read(move |reader| reader.resident(id)).await?;
    let home = known.as_ref().and_then(|resident| resident.area);
    if !own && !home.is_some_and(|home| caller.access().may(Right::ReadAudit, home) || caller.access().may(Right::GiveOwnRecord, home)) {
        return Err(Refused::not_found());
    }
    let before = asked.after.as_deref().map(|text| text.parse().map_err(|_| Refused::not_found())).transpose()?;
    let entries_max = u32::try_from(asked.limit()?).unwrap_or(50);
    let page = app
        .read(move |store| {
            let deeds = [Deed::Read, Deed::Unmask, Deed::Export];
            let trail = store.trail(&Trail { before, newest: true, entries_max, resident: Some(id), deeds: &deeds, ..Trail::default() })?;
            let next = (trail.len() == usize::try_from(entries_max).unwrap_or(0))
                .then(|| trail.last().map(|entry| entry.seq.to_string()))
                .flatten();
            let mut items = Vec::with_capacity(trail.len());
            for audited in trail {
                let name = audited.entry.actor.worker.as_deref().and_then(|name| name.parse().ok());
                let worker = name.map(|name| store.accounts().worker(&name)).transpose()?.flatten();
                items.push(Reading {
                    at: crate::words::instant(audited.entry.at),
                    deed: audited.entry.deed.word(),
                    who: worker.map(|worker| worker.shown),
                    reason: audited.entry.detail,
                });
            }
            Ok(Page { items, next })
        })
        .await?;
    Ok(Json(page))
}

/// The residents of a household.
#[utoipa::path(get, operation_id = "read_household", path = "/households/{id}", tag = "residents", params(("id" = String, Path, description = "The household")), responses(
    (status = 200, body = Page<ResidentBody>),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn household(State(app): State<App>, caller: Caller, At(id): At<String>) -> Result<Json<Page<ResidentBody>>, Refused> {
    let id = resident_id(&id)?;
    let members = caller.read(move |reader| reader.members(id)).await?;
    if members.is_empty() {
        return Err(Refused::not_found());
    }
    let areas = app.areas();
    Ok(Json(Page { items: members.iter().map(|resident| ResidentBody::of(resident, &areas)).collect(), next: None }))
}

pub(crate) fn resident_id(text: &str) -> Result<SubjectId, Refused> {
    text.parse().map_err(|_| Refused::not_found())
}

/// Refuses a resident whom the reader doesn't see, in the words for one who doesn't exist.
pub(crate) fn known(reader: &Reader<'_>, id: SubjectId) -> Result<Resident, Fault> {
    reader.resident(id)?.ok_or_else(|| Fault::new("SERVER-0104"))
}
