//! Accounts of workers: opened, changed, closed and reset by those who manage the accounts of an area.
//!
//! An account outside one's areas answers as one that doesn't exist. Nobody changes their own account here, and nobody takes over one that has
//! grants beyond their own areas: who could reset its password could work as it.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use qianmo_access::{Access, Right};
use qianmo_core::{AreaCode, Fault, SubjectId};
use qianmo_store::{AccountName, Employer, ExternalIdentity, NewWorker, PasswordHash, Store, Worker, WorkerChange};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::caller::Caller;
use crate::extract::{At, Body, Params};
use crate::page::Page;
use crate::refused::{ProblemBody, Refused};
use crate::words::{areas_of, cut, instant, page, wrong};

/// An account.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WorkerBody {
    /// Account name.
    name: String,
    /// The person's name.
    shown: String,
    /// Where the person works: a 12-digit area code.
    area: String,
    /// The organisation that the person works at, by id.
    #[serde(skip_serializing_if = "Option::is_none")]
    organisation: Option<String>,
    /// Whether the account may be used.
    enabled: bool,
    /// Whether the password has to be changed at the next login.
    must_change: bool,
    /// Until when logins are refused after too many wrong passwords.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    locked_until: Option<String>,
}

impl From<&Worker> for WorkerBody {
    fn from(worker: &Worker) -> Self {
        Self {
            name: worker.name.to_string(),
            shown: worker.shown.clone(),
            area: worker.area.to_string(),
            organisation: worker.organisation.map(|id| id.to_string()),
            enabled: worker.enabled,
            must_change: worker.must_change,
            locked_until: worker.locked_until.map(instant),
        }
    }
}

/// Which accounts.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct WorkersAsked {
    /// Only those who work in this area or below; everywhere one manages accounts when absent.
    area: Option<String>,
    /// As `next` of the page before gives it.
    after: Option<String>,
    /// Items a page, 1 to 500; 50 when absent.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

/// The accounts of the areas whose accounts one manages.
#[utoipa::path(get, operation_id = "list_workers", path = "/workers", tag = "workers", params(WorkersAsked), responses(
    (status = 200, body = Page<WorkerBody>),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Params(asked): Params<WorkersAsked>,
) -> Result<Json<Page<WorkerBody>>, Refused> {
    let limit = page(asked.limit)?;
    let areas = match asked.area {
        None => areas_of(caller.access(), &app.areas(), Right::ManageAccounts)?,
        Some(area) => {
            let area: AreaCode = area.parse()?;
            caller.must(Right::ManageAccounts, area)?;
            vec![area]
        }
    };
    let after: Option<AccountName> = asked.after.as_deref().map(|after| after.parse().map_err(|_| wrong("after"))).transpose()?;
    let mut workers = app.read(move |store| store.accounts().workers_below(&areas, after.as_ref(), limit + 1)).await?;
    let next = cut(&mut workers, limit, |worker| worker.name.to_string());
    Ok(Json(Page { items: workers.iter().map(Into::into).collect(), next }))
}

/// An account to be opened.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewWorkerBody {
    /// Account name: 2 to 32 of `a`-`z`, digits, `_`, `-`, `.`.
    #[schema(pattern = "^[a-z0-9][a-z0-9_.-]{1,31}$")]
    name: String,
    /// The person's name: 1 to 50 characters.
    #[schema(min_length = 1, max_length = 50)]
    shown: String,
    /// Where the person works: a 12-digit area code.
    #[schema(pattern = "^[0-9]{12}$")]
    area: String,
    /// The organisation that the person works at, by id.
    #[schema(format = "uuid")]
    organisation: Option<String>,
}

/// A password made by the server: to be told to the person, who has to change it at the next login. Shown once.
#[derive(Serialize, ToSchema)]
pub(crate) struct FirstPassword {
    /// The account.
    name: String,
    /// The password.
    password: String,
}

/// Opens an account with a password made by the server. It can do nothing until a grant is given.
#[utoipa::path(post, operation_id = "open_worker", path = "/workers", tag = "workers", request_body = NewWorkerBody, responses(
    (status = 201, body = FirstPassword),
    (status = 409, description = "STORE-0504 the name is taken", body = ProblemBody, content_type = "application/problem+json"),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn open(
    State(app): State<App>,
    caller: Caller,
    Body(new): Body<NewWorkerBody>,
) -> Result<(StatusCode, Json<FirstPassword>), Refused> {
    let name: AccountName = new.name.parse()?;
    let shown = person_name(&new.shown)?;
    let area: AreaCode = new.area.parse()?;
    let organisation: Option<SubjectId> = new.organisation.as_deref().map(str::parse).transpose()?;
    caller.must(Right::ManageAccounts, area)?;
    let (password, hash) = app.block(first_password).await?;
    let (actor, now) = (caller.actor().clone(), app.clock.now_ms());
    let worker = NewWorker { name: name.clone(), shown, organisation, area, password: hash, must_change: true };
    app.write(move |store| store.accounts_mut().add_worker(&actor, now, &worker)).await?;
    app.accounts_changed();
    Ok((StatusCode::CREATED, Json(FirstPassword { name: name.to_string(), password })))
}

/// Errors: `SERVER-0302`.
fn person_name(text: &str) -> Result<String, Fault> {
    let name = text.trim();
    let good = (1..=50).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    if good { Ok(name.to_owned()) } else { Err(Fault::new("SERVER-0302")) }
}

/// A password of twelve characters that nobody mistakes for one another (60 bits), in groups for the telephone.
fn first_password() -> Result<(String, PasswordHash), Fault> {
    const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut bytes = [0_u8; 12];
    getrandom::fill(&mut bytes).map_err(|error| Fault::new("STORE-0007").with("file", "random").with("why", error))?;
    let mut password = String::with_capacity(14);
    for (place, byte) in bytes.iter().enumerate() {
        if place > 0 && place % 4 == 0 {
            password.push('-');
        }
        password.push(char::from(ALPHABET[usize::from(byte % 32)]));
    }
    let hash = PasswordHash::of(&password)?;
    Ok((password, hash))
}

/// One account.
#[utoipa::path(get, operation_id = "read_worker", path = "/workers/{name}", tag = "workers", params(("name" = String, Path, description = "Account name")), responses(
    (status = 200, body = WorkerBody),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn one(State(app): State<App>, caller: Caller, At(name): At<String>) -> Result<Json<WorkerBody>, Refused> {
    let worker = seen(&app, &caller, &name, &[Right::ManageAccounts, Right::GiveGrants, Right::GiveOwnRecord]).await?;
    Ok(Json((&worker).into()))
}

/// An account that one may see, having one of these rights where it works.
///
/// Errors: `ACCESS-0102` without any of the rights anywhere; `SERVER-0104` there is none, or not there.
pub(crate) async fn seen(app: &App, caller: &Caller, name: &str, rights: &[Right]) -> Result<Worker, Refused> {
    let (access, tree) = (caller.access(), app.areas());
    if !rights.iter().any(|right| tree.iter().any(|area| access.may(*right, area.code))) {
        return Err(Fault::new("ACCESS-0102").into());
    }
    let Ok(name) = name.parse::<AccountName>() else { return Err(Refused::not_found()) };
    let worker = app.read(move |store| store.accounts().worker(&name)).await?;
    worker.filter(|worker| rights.iter().any(|right| access.may(*right, worker.area))).ok_or_else(Refused::not_found)
}

/// An account that one may manage.
///
/// Errors: as [`seen`]; `SERVER-0304` it is one's own.
async fn managed(app: &App, caller: &Caller, name: &str) -> Result<Worker, Refused> {
    let worker = seen(app, caller, name, &[Right::ManageAccounts]).await?;
    if worker.name == caller.worker().name { Err(Fault::new("SERVER-0304").into()) } else { Ok(worker) }
}

/// Refuses to take over an account that reaches further than one manages.
///
/// Errors: `SERVER-0303`.
fn within(access: &Access, store: &dyn Store, name: &AccountName) -> Result<(), Fault> {
    let grants = store.accounts().grants(name)?;
    let beyond = grants.iter().any(|(_, grant)| !access.may(Right::ManageAccounts, grant.area));
    if beyond { Err(Fault::new("SERVER-0303").with("name", name)) } else { Ok(()) }
}

/// What is to be different about an account; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WorkerChangeBody {
    /// The person's name: 1 to 50 characters.
    #[schema(min_length = 1, max_length = 50)]
    shown: Option<String>,
    /// The organisation that the person works at, by id; null for none.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<String>, format = "uuid")]
    organisation: Said,
    /// Where the person works: a 12-digit area code. Grants stay as they are.
    #[schema(pattern = "^[0-9]{12}$")]
    area: Option<String>,
}

/// A text of a change: null isn't the same as nothing said.
#[derive(Default)]
enum Said {
    #[default]
    Nothing,
    Null,
    Text(String),
}

fn said<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Said, D::Error> {
    Ok(Option::deserialize(deserializer)?.map_or(Said::Null, Said::Text))
}

/// Changes what is known of an account's worker: name, organisation, where they work.
#[utoipa::path(patch, operation_id = "change_worker", path = "/workers/{name}", tag = "workers", params(("name" = String, Path, description = "Account name")), request_body = WorkerChangeBody, responses(
    (status = 200, body = WorkerBody),
    (status = "4XX", description = "SERVER-0302 a name, SERVER-0304 one's own account, ACCESS-0104 an area outside one's own", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn change(
    State(app): State<App>,
    caller: Caller,
    At(name): At<String>,
    Body(wanted): Body<WorkerChangeBody>,
) -> Result<Json<WorkerBody>, Refused> {
    let worker = managed(&app, &caller, &name).await?;
    let area: Option<AreaCode> = wanted.area.as_deref().map(str::parse).transpose()?;
    if let Some(area) = area {
        caller.must(Right::ManageAccounts, area)?;
    }
    let employer = match wanted.organisation {
        Said::Nothing => Employer::AsBefore,
        Said::Null => Employer::Nobody,
        Said::Text(id) => Employer::Organisation(id.parse()?),
    };
    let change = WorkerChange { shown: wanted.shown.as_deref().map(person_name).transpose()?, employer, area };
    let (actor, now) = (caller.actor().clone(), app.clock.now_ms());
    let changed = app.write(move |store| {
        store.accounts_mut().change_worker(&actor, now, &worker.name, &change)?;
        store.accounts().worker(&worker.name)
    });
    let changed = changed.await?.ok_or_else(Refused::not_found)?;
    app.accounts_changed();
    Ok(Json((&changed).into()))
}

/// Whether the account may be used.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Enabled {
    /// Whether the account may be used.
    enabled: bool,
}

/// Lets an account be used, or no longer; ends its sessions.
#[utoipa::path(put, operation_id = "enable_worker", path = "/workers/{name}/enabled", tag = "workers", params(("name" = String, Path, description = "Account name")), request_body = Enabled, responses(
    (status = 204),
    (status = "4XX", description = "SERVER-0304 one's own account", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn enable(
    State(app): State<App>,
    caller: Caller,
    At(name): At<String>,
    Body(wanted): Body<Enabled>,
) -> Result<StatusCode, Refused> {
    let worker = managed(&app, &caller, &name).await?;
    let (actor, now) = (caller.actor().clone(), app.clock.now_ms());
    app.write(move |store| store.accounts_mut().enable(&actor, now, &worker.name, wanted.enabled)).await?;
    app.accounts_changed();
    Ok(StatusCode::NO_CONTENT)
}

/// Gives an account a new password made by the server, lifts a lock, and ends its sessions.
#[utoipa::path(post, operation_id = "reset_worker_password", path = "/workers/{name}/password", tag = "workers", params(("name" = String, Path, description = "Account name")), responses(
    (status = 200, body = FirstPassword),
    (status = "4XX", description = "SERVER-0303 the account reaches beyond one's areas, SERVER-0304 one's own account", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn reset_password(State(app): State<App>, caller: Caller, At(name): At<String>) -> Result<Json<FirstPassword>, Refused> {
    let worker = managed(&app, &caller, &name).await?;
    let (password, hash) = app.block(first_password).await?;
    let (actor, now, by) = (caller.actor().clone(), app.clock.now_ms(), caller.clone());
    app.write(move |store| {
        within(by.access(), store, &worker.name)?;
        store.accounts_mut().set_password(&actor, now, &worker.name, &hash, true)
    })
    .await?;
    app.accounts_changed();
    Ok(Json(FirstPassword { name, password }))
}

/// Takes an account's second factor away, for who has lost it; ends its sessions.
#[utoipa::path(delete, operation_id = "reset_worker_second_factor", path = "/workers/{name}/second-factor", tag = "workers", params(("name" = String, Path, description = "Account name")), responses(
    (status = 204),
    (status = "4XX", description = "STORE-0513 it has none; SERVER-0303, SERVER-0304", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn reset_second_factor(State(app): State<App>, caller: Caller, At(name): At<String>) -> Result<StatusCode, Refused> {
    let worker = managed(&app, &caller, &name).await?;
    let (actor, now, by) = (caller.actor().clone(), app.clock.now_ms(), caller.clone());
    app.write(move |store| {
        within(by.access(), store, &worker.name)?;
        store.accounts_mut().reset_second_factor(&actor, now, &worker.name)
    })
    .await?;
    app.accounts_changed();
    Ok(StatusCode::NO_CONTENT)
}

/// Ends all sessions of an account.
#[utoipa::path(delete, operation_id = "end_worker_sessions", path = "/workers/{name}/sessions", tag = "workers", params(("name" = String, Path, description = "Account name")), responses(
    (status = 204),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn end_sessions(State(app): State<App>, caller: Caller, At(name): At<String>) -> Result<StatusCode, Refused> {
    let worker = managed(&app, &caller, &name).await?;
    let (actor, now) = (caller.actor().clone(), app.clock.now_ms());
    app.write(move |store| store.accounts_mut().log_out_all(&actor, &worker.name, now)).await?;
    app.accounts_changed();
    Ok(StatusCode::NO_CONTENT)
}

/// Who somebody is at an identity provider (OpenID Connect).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct IdentityBody {
    /// The provider's address (`iss`).
    issuer: String,
    /// Who it is there (`sub`).
    subject: String,
}

impl TryFrom<&IdentityBody> for ExternalIdentity {
    type Error = Fault;

    /// Errors: `STORE-0517`.
    fn try_from(body: &IdentityBody) -> Result<Self, Fault> {
        Self::new(&body.issuer, &body.subject)
    }
}

impl From<&[ExternalIdentity]> for Identities {
    fn from(held: &[ExternalIdentity]) -> Self {
        let items = held.iter().map(|one| IdentityBody { issuer: one.issuer().to_owned(), subject: one.subject().to_owned() });
        Self { items: items.collect() }
    }
}

/// Identities linked to an account.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Identities {
    /// The newest last.
    items: Vec<IdentityBody>,
}

/// The identities with which the account's worker may log in through an identity provider.
#[utoipa::path(get, operation_id = "list_worker_identities", path = "/workers/{name}/identities", tag = "workers", params(("name" = String, Path, description = "Account name")), responses(
    (status = 200, body = Identities),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn identities(State(app): State<App>, caller: Caller, At(name): At<String>) -> Result<Json<Identities>, Refused> {
    let worker = seen(&app, &caller, &name, &[Right::ManageAccounts]).await?;
    let held = app.read(move |store| store.accounts().links_of(&worker.name)).await?;
    Ok(Json(held.as_slice().into()))
}

/// Links an identity to an account. Doing it twice is the same as once.
#[utoipa::path(put, operation_id = "link_worker_identity", path = "/workers/{name}/identities", tag = "workers", params(("name" = String, Path, description = "Account name")), request_body = IdentityBody, responses(
    (status = 204),
    (status = 409, description = "STORE-0515 linked to another account", body = ProblemBody, content_type = "application/problem+json"),
    (status = "4XX", description = "STORE-0517 no identity; SERVER-0303, SERVER-0304", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn link(
    State(app): State<App>,
    caller: Caller,
    At(name): At<String>,
    Body(identity): Body<IdentityBody>,
) -> Result<StatusCode, Refused> {
    let worker = managed(&app, &caller, &name).await?;
    let identity: ExternalIdentity = (&identity).try_into()?;
    let (actor, now, by) = (caller.actor().clone(), app.clock.now_ms(), caller.clone());
    app.write(move |store| {
        within(by.access(), store, &worker.name)?;
        store.accounts_mut().link(&actor, now, &identity, &worker.name)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a link away and ends the account's sessions.
#[utoipa::path(post, operation_id = "unlink_worker_identity", path = "/workers/{name}/identities/end", tag = "workers", params(("name" = String, Path, description = "Account name")), request_body = IdentityBody, responses(
    (status = 204),
    (status = "4XX", description = "STORE-0516 not linked", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn unlink(
    State(app): State<App>,
    caller: Caller,
    At(name): At<String>,
    Body(identity): Body<IdentityBody>,
) -> Result<StatusCode, Refused> {
    let worker = managed(&app, &caller, &name).await?;
    take_link(&app, &caller, worker.name, (&identity).try_into()?).await
}

/// Takes an account's link away and ends its sessions.
///
/// Errors: `STORE-0516` the identity isn't linked to this account.
pub(crate) async fn take_link(app: &App, caller: &Caller, name: AccountName, identity: ExternalIdentity) -> Result<StatusCode, Refused> {
    let (actor, now) = (caller.actor().clone(), app.clock.now_ms());
    app.write(move |store| {
        if store.accounts().linked(&identity)? != Some(name) {
            return Err(Fault::new("STORE-0516").with("identity", identity));
        }
        store.accounts_mut().unlink(&actor, now, &identity)
    })
    .await?;
    app.accounts_changed();
    Ok(StatusCode::NO_CONTENT)
}
