//! One's own second factor: begun with a secret for an app, in force once the app's first code was shown, with recovery codes.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use qianmo_store::Code;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::Caller;
use crate::extract::Body;
use crate::refused::{ProblemBody, Refused};
use crate::words::instant;

/// What an app shows beside the account's name, unless the township has a title.
const ISSUER: &str = "阡陌";

/// How it stands with one's own second factor.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SecondFactorBody {
    /// Whether a code is asked for at every login.
    in_force: bool,
    /// Since when.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    confirmed_at: Option<String>,
    /// Recovery codes not used yet.
    recovery_codes: u32,
}

/// A second factor begun: shown once.
#[derive(Serialize, ToSchema)]
pub(crate) struct Begun {
    /// The secret, base32, to type into an app.
    secret: String,
    /// The same as `otpauth://` address, to show as a square code.
    url: String,
}

/// A code as the app shows it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CodeShown {
    /// Six digits.
    code: String,
}

/// One's own password, to be sure that it is oneself.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Password {
    /// The account's password.
    #[schema(format = Password)]
    password: String,
    /// A code of the second factor in force, or a recovery code.
    code: Option<String>,
}

/// Recovery codes: shown once, each good once.
#[derive(Serialize, ToSchema)]
pub(crate) struct RecoveryCodes {
    /// The codes.
    codes: Vec<String>,
}

impl From<Vec<Code>> for RecoveryCodes {
    fn from(codes: Vec<Code>) -> Self {
        Self { codes: codes.iter().map(|code| code.expose().to_owned()).collect() }
    }
}

/// How it stands with one's own second factor.
#[utoipa::path(get, operation_id = "read_second_factor", path = "/session/second-factor", tag = "session", responses(
    (status = 200, body = SecondFactorBody),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn state(State(app): State<App>, caller: Caller) -> Result<Json<SecondFactorBody>, Refused> {
    let name = caller.worker().name.clone();
    let held = app.read(move |store| store.accounts().second_factor(&name)).await?;
    let confirmed_at = held.and_then(|held| held.confirmed_at);
    Ok(Json(SecondFactorBody {
        in_force: confirmed_at.is_some(),
        confirmed_at: confirmed_at.map(instant),
        recovery_codes: held.map_or(0, |held| held.recovery_codes),
    }))
}

/// Begins a second factor: makes the secret for an app. Nothing is asked for at logins until it is confirmed; the password is asked for here, lest
/// somebody at an unattended screen locks the account's worker out.
#[utoipa::path(post, operation_id = "begin_second_factor", path = "/session/second-factor", tag = "session", request_body = Password, responses(
    (status = 200, body = Begun),
    (status = 409, description = "STORE-0512 there is one in force", body = ProblemBody, content_type = "application/problem+json"),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn begin(State(app): State<App>, caller: Caller, Body(password): Body<Password>) -> Result<Json<Begun>, Refused> {
    prove(&app, &caller, password).await?;
    let (actor, name, now) = (caller.actor().clone(), caller.worker().name.clone(), app.clock.now_ms());
    let begun = app
        .write(move |store| {
            let issuer = store.setting("title")?.unwrap_or_else(|| ISSUER.to_owned());
            store.accounts_mut().begin_second_factor(&actor, now, &name, &issuer)
        })
        .await?;
    Ok(Json(Begun { secret: begun.secret, url: begun.url }))
}

/// Puts the second factor in force with the first code that the app shows.
#[utoipa::path(post, operation_id = "confirm_second_factor", path = "/session/second-factor/confirm", tag = "session", request_body = CodeShown, responses(
    (status = 200, body = RecoveryCodes),
    (status = "4XX", description = "STORE-0510 wrong code, STORE-0512 in force already, STORE-0513 none begun", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn confirm(State(app): State<App>, caller: Caller, Body(shown): Body<CodeShown>) -> Result<Json<RecoveryCodes>, Refused> {
    let (actor, name, now) = (caller.actor().clone(), caller.worker().name.clone(), app.clock.now_ms());
    let codes = app.write(move |store| store.accounts_mut().confirm_second_factor(&actor, now, &name, &shown.code)).await?;
    Ok(Json(codes.into()))
}

/// Makes new recovery codes; the old ones are good no longer.
#[utoipa::path(post, operation_id = "renew_recovery_codes", path = "/session/second-factor/recovery-codes", tag = "session", request_body = Password, responses(
    (status = 200, body = RecoveryCodes),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn renew(State(app): State<App>, caller: Caller, Body(password): Body<Password>) -> Result<Json<RecoveryCodes>, Refused> {
    prove(&app, &caller, password).await?;
    let (actor, name, now) = (caller.actor().clone(), caller.worker().name.clone(), app.clock.now_ms());
    let codes = app.write(move |store| store.accounts_mut().renew_recovery_codes(&actor, now, &name)).await?;
    Ok(Json(codes.into()))
}

/// Checks password and, where there is one, second factor as a login does, and counts a wrong one like it; the session that this begins ends at once.
async fn prove(app: &App, caller: &Caller, password: Password) -> Result<(), Refused> {
    let (actor, name, now, rules) = (caller.actor().clone(), caller.worker().name.to_string(), app.clock.now_ms(), app.config.login);
    let Password { password, code } = password;
    let attempt = app.read(move |store| store.accounts().attempt(&name, &password)).await?;
    let attempt = match &code {
        Some(code) => attempt.with_code(code),
        None => attempt,
    };
    app.write(move |store| {
        let token = store.accounts_mut().admit(&attempt, actor.device.as_deref(), now, rules)?;
        store.accounts_mut().log_out(&actor, &token, now)
    })
    .await
}

/// Takes one's own second factor away, with password and a code; all sessions end.
#[utoipa::path(post, operation_id = "end_second_factor", path = "/session/second-factor/end", tag = "session", request_body = Password, responses(
    (status = 204),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn give_up(State(app): State<App>, caller: Caller, Body(password): Body<Password>) -> Result<StatusCode, Refused> {
    prove(&app, &caller, password).await?;
    let (actor, name, now) = (caller.actor().clone(), caller.worker().name.clone(), app.clock.now_ms());
    app.write(move |store| store.accounts_mut().reset_second_factor(&actor, now, &name)).await?;
    app.accounts_changed();
    Ok(StatusCode::NO_CONTENT)
}
