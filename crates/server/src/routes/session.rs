//! Logging in and out, and one's own account: who one is, what one may do, where else one is logged in.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Json;
use axum::extract::{ConnectInfo, Extension, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use qianmo_access::{Access, Right, Written};
use qianmo_store::{SessionId, Sight, Token};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::{COOKIE, Caller, Newcomer};
use crate::extract::{At, Body};
use crate::refused::{ProblemBody, Refused};
use crate::words::{highest, instant, right_word};

/// Account name, password and, where the account has a second factor, its code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Login {
    /// Account name.
    name: String,
    /// Password.
    #[schema(format = Password)]
    password: String,
    /// The six digits that the app shows, or a recovery code. Asked for (`STORE-0511`) where the account has a second factor.
    code: Option<String>,
}

/// A session begun.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LoggedIn {
    /// The token, for `Authorization: Bearer`. Browsers hold it in a cookie that scripts can't read and may forget it.
    token: String,
    /// Whether the password must be changed before anything else.
    must_change: bool,
}

/// Begins a session.
#[utoipa::path(post, operation_id = "begin_session", path = "/session", tag = "session", security(()), request_body = Login, responses(
    (status = 200, body = LoggedIn),
    (status = 401, description = "STORE-0501 wrong name or password, STORE-0503 disabled, STORE-0511 a code is wanted, STORE-0510 a wrong code", body = ProblemBody, content_type = "application/problem+json"),
    (status = 429, description = "STORE-0502 locked, SERVER-0110 too many tries", body = ProblemBody, content_type = "application/problem+json"),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn log_in(
    State(app): State<App>,
    from: Option<Extension<ConnectInfo<SocketAddr>>>,
    Body(login): Body<Login>,
) -> Result<Response, Refused> {
    let address = from.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |Extension(ConnectInfo(from))| from.ip());
    let now = app.clock.now_ms();
    app.tries.count(address, now)?;
    let rules = app.config.login;
    let Login { name, password, code } = login;
    let attempt = app.read(move |store| store.accounts().attempt(&name, &password)).await?;
    let attempt = match &code {
        Some(code) => attempt.with_code(code),
        None => attempt,
    };
    let (token, worker) = app
        .write(move |store| {
            let token = store.accounts_mut().admit(&attempt, None, now, rules)?;
            let session = store.accounts().session(&token, now, qianmo_store::SessionRules::default())?;
            let worker = session.map(|session| store.accounts().worker(&session.worker)).transpose()?.flatten();
            Ok((token, worker))
        })
        .await?;
    let must_change = worker.is_some_and(|worker| worker.must_change);
    let mut response = Json(LoggedIn { token: token.expose().to_owned(), must_change }).into_response();
    response.headers_mut().extend([(header::SET_COOKIE, cookie(&app, &token))]);
    Ok(response)
}

/// The cookie that carries a session's token in a browser.
pub(crate) fn cookie(app: &App, token: &Token) -> HeaderValue {
    let cookie = format!("{COOKIE}={}; HttpOnly; SameSite=Strict; Path=/{}", token.expose(), secure(app));
    HeaderValue::from_str(&cookie).expect("a token is base64url")
}

/// What keeps browsers from sending a cookie in clear, where the system is reached through TLS.
pub(crate) fn secure(app: &App) -> &'static str {
    if app.config.secure_cookies || app.config.tls.is_some() { "; Secure" } else { "" }
}

/// Ends the session.
#[utoipa::path(delete, operation_id = "end_session", path = "/session", tag = "session", responses(
    (status = 204),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn log_out(State(app): State<App>, Newcomer(caller): Newcomer) -> Result<Response, Refused> {
    let (actor, token, now) = (caller.actor().clone(), caller.token().clone(), app.clock.now_ms());
    app.write(move |store| store.accounts_mut().log_out(&actor, &token, now)).await?;
    app.accounts_changed();
    let cookie = HeaderValue::from_static("qianmo_session=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0");
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}

/// Who is logged in, and what they may do: enough to make the screens.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Me {
    /// Account name.
    name: String,
    /// The person's name.
    shown: String,
    /// Where they work: a 12-digit area code.
    area: String,
    /// The organisation that they work at, by id.
    #[serde(skip_serializing_if = "Option::is_none")]
    organisation: Option<String>,
    /// Whether the password must be changed before anything else.
    must_change: bool,
    /// Roles held today, by word: `village_doctor`, `public_health`, `clinician`, `health_office`, `county_analyst`, `disease_control`,
    /// `supervision`, `committee`, `resident`, `auditor`, `administrator`.
    roles: Vec<&'static str>,
    /// The highest areas reached; everything below is reached, too.
    areas: Vec<String>,
    /// What may be done besides reading and writing records.
    rights: Vec<RightAt>,
    /// Programmes of which anything may be seen or written.
    programmes: Vec<ProgrammeSeen>,
    /// Whether any list of who is due for what may be read.
    due: bool,
    /// Whether identity numbers, phones and accounts may be asked for unmasked.
    exposes: bool,
    /// The residents whose own record may be read: of a resident or guardian.
    residents: Vec<String>,
}

/// Something that may be done, and where.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RightAt {
    /// `manage_accounts`, `give_grants`, `give_own_record`, `enrol_devices`, `edit_areas`, `read_audit`, `file_returns`, `approve_returns`,
    /// `review_arrivals`, `publish`, `export`, `freeze_campaigns`, `backup`.
    right: &'static str,
    /// The highest areas in which it may be done.
    areas: Vec<String>,
}

/// A programme, as far as it is seen.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProgrammeSeen {
    /// Its id.
    id: String,
    /// Whether any of its numbers may be seen.
    numbers: bool,
    /// Forms whose records may be read as they are.
    read: Vec<String>,
    /// Forms whose records may be read with a stated reason.
    read_with_reason: Vec<String>,
    /// Forms that may be written.
    write: Vec<String>,
}

/// Who is logged in, and what they may do.
#[utoipa::path(get, operation_id = "read_session", path = "/session", tag = "session", responses(
    (status = 200, body = Me),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn me(State(app): State<App>, Newcomer(caller): Newcomer) -> Result<Json<Me>, Refused> {
    let me = app.clone().block(move || Ok(me_of(&app, &caller))).await?;
    Ok(Json(me))
}

fn me_of(app: &App, caller: &Caller) -> Me {
    let (worker, access, tree) = (caller.worker(), caller.access(), app.areas());
    let codes = |areas: Vec<qianmo_core::AreaCode>| areas.iter().map(ToString::to_string).collect::<Vec<_>>();
    let reached = highest(&tree, |area| access.reaches(area));
    let rights = Right::ALL
        .into_iter()
        .map(|right| RightAt { right: right_word(right), areas: codes(highest(&tree, |area| access.may(right, area))) });
    Me {
        name: worker.name.to_string(),
        shown: worker.shown.clone(),
        area: worker.area.to_string(),
        organisation: worker.organisation.map(|organisation| organisation.to_string()),
        must_change: worker.must_change,
        roles: access.roles().into_iter().map(qianmo_store::Role::word).collect(),
        rights: rights.filter(|right| !right.areas.is_empty()).collect(),
        programmes: programmes(app, access, &reached),
        due: !access.due(Some(REASON_GIVEN)).is_empty(),
        exposes: access.sight(Some(REASON_GIVEN), true).exposed,
        residents: access.own().iter().map(ToString::to_string).collect(),
        areas: codes(reached),
    }
}

/// Stands for any reason, to ask what could be read with one.
const REASON_GIVEN: &str = "问所能见";

fn forms_seen(sight: &Sight) -> BTreeSet<Arc<str>> {
    sight.windows.iter().flat_map(|window| window.forms.iter().cloned()).collect()
}

fn programmes(app: &App, access: &Access, reached: &[qianmo_core::AreaCode]) -> Vec<ProgrammeSeen> {
    let plain = forms_seen(&access.sight(None, false));
    let reasoned = forms_seen(&access.sight(Some(REASON_GIVEN), false));
    let own = access.own();
    let writes = |form: &str| {
        reached.iter().any(|area| {
            let about = |resident| access.may_write(&Written { form, area: *area, resident, home: None }).is_ok();
            about(None) || own.first().is_some_and(|resident| about(Some(*resident)))
        })
    };
    let seen = app.packs.packs.iter().map(|pack| {
        let ids = |holds: &dyn Fn(&Arc<str>) -> bool| {
            let held = pack.forms.iter().map(|form| &form.id).filter(|id| holds(id));
            held.map(ToString::to_string).collect::<Vec<_>>()
        };
        ProgrammeSeen {
            id: pack.id.to_string(),
            numbers: reached.iter().any(|area| access.programme(&pack.id, *area)),
            read: ids(&|id| plain.contains(id)),
            read_with_reason: ids(&|id| !plain.contains(id) && reasoned.contains(id)),
            write: ids(&|id| writes(id)),
        }
    });
    let nothing = |seen: &ProgrammeSeen| !seen.numbers && seen.read.is_empty() && seen.read_with_reason.is_empty() && seen.write.is_empty();
    seen.filter(|seen| !nothing(seen)).collect()
}

/// Old and new password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordChange {
    /// The password until now.
    #[schema(format = Password)]
    old: String,
    /// The new password: at least 8 characters.
    #[schema(format = Password)]
    new: String,
}

/// Changes one's own password and ends the account's other sessions. A wrong old password counts like a wrong login.
#[utoipa::path(put, operation_id = "change_password", path = "/session/password", tag = "session", request_body = PasswordChange, responses(
    (status = 204),
    (status = "4XX", description = "STORE-0501 wrong old password, STORE-0507 too simple, STORE-0514 the same as before", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn change_password(
    State(app): State<App>,
    Newcomer(caller): Newcomer,
    Body(change): Body<PasswordChange>,
) -> Result<StatusCode, Refused> {
    let now = app.clock.now_ms();
    let (name, actor, token, rules) = (caller.worker().name.clone(), caller.actor().clone(), caller.token().clone(), app.config.login);
    let PasswordChange { old, new } = change;
    let change = app.read(move |store| store.accounts().attempt_change(&name, &old, &new)).await?;
    app.write(move |store| store.accounts_mut().change_password(&actor, now, &change, Some(&token), rules)).await?;
    app.accounts_changed();
    Ok(StatusCode::NO_CONTENT)
}

/// A session of one's own account.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SessionBody {
    /// Its name, with which it can be ended but not used.
    id: String,
    /// When it began.
    #[schema(format = DateTime)]
    began_at: String,
    /// When it was last used, about to the minute.
    #[schema(format = DateTime)]
    seen_at: String,
    /// The device it was begun on.
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<String>,
    /// Whether it is the one that asks.
    current: bool,
}

/// Sessions of one's own account.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Sessions {
    /// The newest first.
    items: Vec<SessionBody>,
}

/// The sessions of one's own account that are in force.
#[utoipa::path(get, operation_id = "list_sessions", path = "/session/all", tag = "session", responses(
    (status = 200, body = Sessions),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn sessions(State(app): State<App>, caller: Caller) -> Result<Json<Sessions>, Refused> {
    let (name, token, now, rules) = (caller.worker().name.clone(), caller.token().clone(), app.clock.now_ms(), app.config.session);
    let (current, all) = app
        .read(move |store| {
            let accounts = store.accounts();
            Ok((accounts.session(&token, now, rules)?, accounts.sessions_of(&name, now, rules)?))
        })
        .await?;
    let current = current.map(|session| session.id);
    let items = all.into_iter().map(|session| SessionBody {
        id: session.id.to_string(),
        began_at: instant(session.began_at),
        seen_at: instant(session.seen_at),
        device: session.device.map(|device| device.to_string()),
        current: current == Some(session.id),
    });
    Ok(Json(Sessions { items: items.collect() }))
}

/// Ends one session of one's own account.
#[utoipa::path(delete, operation_id = "end_one_session", path = "/session/all/{id}", tag = "session", params(("id" = String, Path, description = "As `GET /session/all` gives it")), responses(
    (status = 204),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn end_session(State(app): State<App>, caller: Caller, At(id): At<String>) -> Result<StatusCode, Refused> {
    let id: SessionId = id.parse().map_err(|_| Refused::not_found())?;
    let (actor, name, now) = (caller.actor().clone(), caller.worker().name.clone(), app.clock.now_ms());
    app.write(move |store| store.accounts_mut().end_session(&actor, &name, id, now)).await?;
    app.accounts_changed();
    Ok(StatusCode::NO_CONTENT)
}

/// Ends all other sessions of one's own account.
#[utoipa::path(delete, operation_id = "end_other_sessions", path = "/session/all", tag = "session", responses(
    (status = 204),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn end_other_sessions(State(app): State<App>, caller: Caller) -> Result<StatusCode, Refused> {
    let (actor, name, token) = (caller.actor().clone(), caller.worker().name.clone(), caller.token().clone());
    let (now, rules) = (app.clock.now_ms(), app.config.session);
    app.write(move |store| {
        let own = store.accounts().session(&token, now, rules)?.map(|session| session.id);
        for session in store.accounts().sessions_of(&name, now, rules)?.into_iter().filter(|session| Some(session.id) != own) {
            store.accounts_mut().end_session(&actor, &name, session.id, now)?;
        }
        Ok(())
    })
    .await?;
    app.accounts_changed();
    Ok(StatusCode::NO_CONTENT)
}
