//! Organisations: the newest registration of each, from the record log, as far as one sees.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use qianmo_core::{AreaCode, AreaTree, Fault, SubjectId};
use qianmo_store::{Cut, Page as RowsAsked, Reader, Row};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::caller::Caller;
use crate::extract::{At, Params};
use crate::page::Page;
use crate::refused::{ProblemBody, Refused};
use crate::words::{page, wrong};

/// The kind of subject that an organisation is.
const ORGANISATION: &str = "organisation";

/// An organisation as it was last registered.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrganisationBody {
    /// Its id.
    #[schema(format = "uuid")]
    id: String,
    /// Where it sits: a 12-digit area code.
    area: String,
    /// Day of the registration.
    #[schema(format = Date)]
    at: String,
    /// The form it was registered with.
    form: String,
    /// Fields of that form.
    #[schema(value_type = Object)]
    values: BTreeMap<String, serde_json::Value>,
}

/// Which organisations.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct OrganisationsAsked {
    /// Only those registered in this area or below; everywhere one sees when absent.
    area: Option<String>,
    /// As `next` of the page before gives it.
    after: Option<String>,
    /// Items a page, 1 to 500; 50 when absent.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

/// The forms by which organisations are registered: profiles that say where they sit.
pub(crate) fn registrations(app: &App) -> Vec<Arc<str>> {
    let forms = app.packs.packs.iter().flat_map(|pack| pack.forms.iter());
    forms.filter(|form| &*form.subject == ORGANISATION && form.profile && form.locates).map(|form| form.id.clone()).collect()
}

fn below(tree: &AreaTree, area: AreaCode) -> Vec<AreaCode> {
    let mut all = vec![area];
    let mut at = 0;
    while let Some(code) = all.get(at).copied() {
        all.extend_from_slice(tree.children(code));
        at += 1;
    }
    all
}

/// The organisations that one sees.
#[utoipa::path(get, operation_id = "list_organisations", path = "/organisations", tag = "organisations", params(OrganisationsAsked), responses(
    (status = 200, body = Page<OrganisationBody>),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Params(asked): Params<OrganisationsAsked>,
) -> Result<Json<Page<OrganisationBody>>, Refused> {
    let limit = page(asked.limit)?;
    let before = asked.after.as_deref().map(|after| after.parse().map(Cut).map_err(|_| wrong("after"))).transpose()?;
    let areas = match asked.area {
        None => None,
        Some(area) => {
            let area: AreaCode = area.parse()?;
            caller.access().require_area(area)?;
            Some(below(&app.areas(), area))
        }
    };
    let forms = registrations(&app);
    let found = caller
        .read(move |reader| {
            let forms: Vec<&str> = forms.iter().map(|form| &**form).collect();
            let asked = RowsAsked {
                forms: Some(&forms),
                areas: areas.as_deref(),
                before,
                rows_max: usize::try_from(limit).unwrap_or(1),
                ..RowsAsked::default()
            };
            let rows = reader.page(&asked)?;
            let mut items = Vec::with_capacity(rows.rows.len());
            for row in &rows.rows {
                // One registered anew stands where it was registered last.
                if newest(reader, &forms, row.head().subject.id)?.is_some_and(|newest| newest.seq == row.seq) {
                    items.push(body(row)?);
                }
            }
            Ok(Page { items, next: rows.next.map(|next| next.to_string()) })
        })
        .await?;
    Ok(Json(found))
}

/// The registration of an organisation that was written last and is in force.
fn newest(reader: &Reader<'_>, forms: &[&str], id: SubjectId) -> Result<Option<Row>, Fault> {
    let asked = RowsAsked { forms: Some(forms), residents: Some(&[id]), rows_max: 1, ..RowsAsked::default() };
    Ok(reader.page(&asked)?.rows.pop())
}

fn body(row: &Row) -> Result<OrganisationBody, Fault> {
    let head = row.head();
    let values = serde_json::from_str(row.values()).map_err(|_| Fault::new("SERVER-0901"))?;
    Ok(OrganisationBody {
        id: head.subject.id.to_string(),
        area: head.area.to_string(),
        at: head.at.to_string(),
        form: head.form.to_string(),
        values,
    })
}

/// One organisation.
#[utoipa::path(get, operation_id = "read_organisation", path = "/organisations/{id}", tag = "organisations", params(("id" = String, Path, description = "The organisation")), responses(
    (status = 200, body = OrganisationBody),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn one(State(app): State<App>, caller: Caller, At(id): At<String>) -> Result<Json<OrganisationBody>, Refused> {
    let id: SubjectId = id.parse().map_err(|_| Refused::not_found())?;
    let forms = registrations(&app);
    let found = caller
        .read(move |reader| {
            let forms: Vec<&str> = forms.iter().map(|form| &**form).collect();
            newest(reader, &forms, id)?.as_ref().map(body).transpose()
        })
        .await?;
    found.map(Json).ok_or_else(Refused::not_found)
}
