//! Grants: who works as what, where, on what. Given and taken back by those whom [`qianmo_access::Access::may_give`] lets.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::civil::Date;
use qianmo_access::Right;
use qianmo_core::{AreaCode, AreaTree, Fault, SubjectId};
use qianmo_store::{AccountName, Grant, GrantId, Programmes, Role, Store};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::workers::seen;
use crate::app::App;
use crate::caller::Caller;
use crate::extract::{At, Body};
use crate::refused::{ProblemBody, Refused};
use crate::words::{sensitivity, sensitivity_word, wrong};

/// The most residents or programmes that one grant names.
const NAMED_MAX: usize = 5_000;
/// Who may see an account and its grants.
const SEEN_BY: [Right; 3] = [Right::ManageAccounts, Right::GiveGrants, Right::GiveOwnRecord];

/// A grant.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GrantBody {
    /// Its id.
    #[schema(format = "uuid")]
    id: String,
    /// Account.
    worker: String,
    /// Role, by word.
    role: &'static str,
    /// In this area and everything below it: a 12-digit code.
    area: String,
    /// On these programmes; on all when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    programmes: Option<Vec<String>>,
    /// Up to this sensitivity: `routine`, `sensitive`, `restricted`.
    sensitivity: &'static str,
    /// Only for these residents; for everybody in the area when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    residents: Option<Vec<String>>,
    /// First day.
    #[schema(format = Date)]
    from: String,
    /// Last day; open when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Date)]
    to: Option<String>,
}

impl From<&(GrantId, Grant)> for GrantBody {
    fn from((id, grant): &(GrantId, Grant)) -> Self {
        Self {
            id: id.0.to_string(),
            worker: grant.worker.to_string(),
            role: grant.role.word(),
            area: grant.area.to_string(),
            programmes: match &grant.programmes {
                Programmes::All => None,
                Programmes::Only(named) => Some(named.iter().map(ToString::to_string).collect()),
            },
            sensitivity: sensitivity_word(grant.sensitivity),
            residents: grant.residents.as_ref().map(|residents| residents.iter().map(ToString::to_string).collect()),
            from: grant.from.to_string(),
            to: grant.to.map(|to| to.to_string()),
        }
    }
}

/// Grants of an account.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Grants {
    /// In the order in which they were given.
    items: Vec<GrantBody>,
}

/// The grants of an account that were not taken back, whatever the day.
#[utoipa::path(get, operation_id = "list_grants", path = "/workers/{name}/grants", tag = "workers", params(("name" = String, Path, description = "Account name")), responses(
    (status = 200, body = Grants),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn list(State(app): State<App>, caller: Caller, At(name): At<String>) -> Result<Json<Grants>, Refused> {
    let worker = seen(&app, &caller, &name, &SEEN_BY).await?;
    let grants = app.read(move |store| store.accounts().grants(&worker.name)).await?;
    Ok(Json(Grants { items: grants.iter().map(Into::into).collect() }))
}

/// A grant to be given.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewGrant {
    /// Role, by word.
    role: String,
    /// In this area and everything below it: a 12-digit code.
    #[schema(pattern = "^[0-9]{12}$")]
    area: String,
    /// On these programmes (packs, by id); on all when absent.
    programmes: Option<BTreeSet<String>>,
    /// Up to this sensitivity: `routine` (when absent), `sensitive`, `restricted`.
    sensitivity: Option<String>,
    /// Only for these residents; for everybody in the area when absent.
    residents: Option<BTreeSet<String>>,
    /// First day; today when absent.
    #[schema(format = Date)]
    from: Option<String>,
    /// Last day; open when absent.
    #[schema(format = Date)]
    to: Option<String>,
}

/// The id of something new.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Given {
    /// The id.
    #[schema(format = "uuid")]
    id: String,
}

/// Gives a grant. It holds from the next request on.
#[utoipa::path(post, operation_id = "give_grant", path = "/workers/{name}/grants", tag = "workers", params(("name" = String, Path, description = "Account name")), request_body = NewGrant, responses(
    (status = 201, body = Given),
    (status = 403, description = "ACCESS-0102, ACCESS-0104 not in one's areas, ACCESS-0105 for oneself, ACCESS-0106 a resident's without residents", body = ProblemBody, content_type = "application/problem+json"),
    (status = "4XX", description = "SERVER-0305 unknown programme or resident, SERVER-0306 ends before it begins", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn give(
    State(app): State<App>,
    caller: Caller,
    At(name): At<String>,
    Body(new): Body<NewGrant>,
) -> Result<(StatusCode, Json<Given>), Refused> {
    let worker = seen(&app, &caller, &name, &SEEN_BY).await?;
    let grant = grant(&app, worker.name, new)?;
    caller.access().may_give(&grant)?;
    let (actor, now, tree) = (caller.actor().clone(), app.clock.now_ms(), app.areas());
    let id = app
        .write(move |store| {
            at_home(store, &tree, grant.area, grant.residents.as_ref())?;
            store.accounts_mut().give(&actor, now, &grant)
        })
        .await?;
    app.accounts_changed();
    Ok((StatusCode::CREATED, Json(Given { id: id.0.to_string() })))
}

/// What was asked for as a grant of an account.
fn grant(app: &App, worker: AccountName, new: NewGrant) -> Result<Grant, Fault> {
    let day = |text: &str| text.parse::<Date>().map_err(|_| wrong("date: 2026-11-22"));
    let from = new.from.as_deref().map(day).transpose()?.unwrap_or_else(|| app.clock.today());
    let to = new.to.as_deref().map(day).transpose()?;
    if to.is_some_and(|to| to < from) {
        return Err(Fault::new("SERVER-0306"));
    }
    let programmes = match new.programmes {
        None => Programmes::All,
        Some(named) => {
            if let Some(unknown) = named.iter().find(|id| !app.packs.packs.iter().any(|pack| *pack.id == ***id)) {
                return Err(Fault::new("SERVER-0305").with("id", unknown.chars().take(60).collect::<String>()));
            }
            Programmes::Only(named.iter().map(|id| id.as_str().into()).collect())
        }
    };
    Ok(Grant {
        worker,
        role: Role::from_word(&new.role).ok_or_else(|| wrong("role"))?,
        area: new.area.parse()?,
        programmes,
        sensitivity: new.sensitivity.as_deref().map_or(Ok(qianmo_core::pack::Sensitivity::Routine), sensitivity)?,
        residents: new.residents.as_ref().map(residents).transpose()?,
        from,
        to,
    })
}

fn residents(named: &BTreeSet<String>) -> Result<BTreeSet<SubjectId>, Fault> {
    if named.len() > NAMED_MAX {
        return Err(wrong(&format!("residents: 0-{NAMED_MAX}")));
    }
    named.iter().map(|id| id.parse()).collect()
}

/// Refuses residents who don't sit in the area: else a grant in one's own village would open the record of a stranger.
///
/// Errors: `SERVER-0305`, whether they sit elsewhere or aren't there at all.
fn at_home(store: &dyn Store, tree: &AreaTree, area: AreaCode, residents: Option<&BTreeSet<SubjectId>>) -> Result<(), Fault> {
    for resident in residents.into_iter().flatten() {
        let home = store.directory()?.home(*resident)?;
        if !home.is_some_and(|home| tree.ancestors(home).contains(&area)) {
            return Err(Fault::new("SERVER-0305").with("id", resident));
        }
    }
    Ok(())
}

/// A grant that one may give, and so change and take back.
async fn given(app: &App, caller: &Caller, id: &str) -> Result<(GrantId, Grant), Refused> {
    let id = GrantId(Uuid::parse_str(id).map_err(|_| Refused::not_found())?);
    let grant = app.read(move |store| store.accounts().grant(id)).await?;
    let grant = grant.filter(|grant| caller.access().reaches(grant.area)).ok_or_else(Refused::not_found)?;
    caller.access().may_give(&grant)?;
    Ok((id, grant))
}

/// Residents.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Assigned {
    /// Only for these residents; for everybody in the area when absent.
    residents: Option<BTreeSet<String>>,
}

/// Limits a grant to other residents (assigned patients), or to none in particular.
#[utoipa::path(put, operation_id = "assign_grant", path = "/grants/{id}/residents", tag = "workers", params(("id" = String, Path, description = "The grant")), request_body = Assigned, responses(
    (status = 204),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn assign(
    State(app): State<App>,
    caller: Caller,
    At(id): At<String>,
    Body(wanted): Body<Assigned>,
) -> Result<StatusCode, Refused> {
    let (id, grant) = given(&app, &caller, &id).await?;
    let changed = Grant { residents: wanted.residents.as_ref().map(residents).transpose()?, ..grant };
    caller.access().may_give(&changed)?;
    let (actor, now, tree) = (caller.actor().clone(), app.clock.now_ms(), app.areas());
    app.write(move |store| {
        at_home(store, &tree, changed.area, changed.residents.as_ref())?;
        store.accounts_mut().assign(&actor, now, id, changed.residents.as_ref())
    })
    .await?;
    app.accounts_changed();
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a grant back. It ends with this answer.
#[utoipa::path(delete, operation_id = "take_grant", path = "/grants/{id}", tag = "workers", params(("id" = String, Path, description = "The grant")), responses(
    (status = 204),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn take(State(app): State<App>, caller: Caller, At(id): At<String>) -> Result<StatusCode, Refused> {
    let (id, _) = given(&app, &caller, &id).await?;
    let (actor, now) = (caller.actor().clone(), app.clock.now_ms());
    app.write(move |store| store.accounts_mut().take(&actor, now, id)).await?;
    app.accounts_changed();
    Ok(StatusCode::NO_CONTENT)
}
