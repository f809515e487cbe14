//! Logging in through an identity provider, where one is configured: the way there and the way back, and one's own links to it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Json;
use axum::extract::{ConnectInfo, Extension, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use qianmo_store::{Actor, ExternalIdentity};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::session::{cookie, secure};
use super::workers::{Identities, IdentityBody};
use crate::app::App;
use crate::caller::Caller;
use crate::extract::{Body, Params};
use crate::oidc::{Back, Begun, PENDING_MS, SignIn};
use crate::refused::{ProblemBody, Refused};

/// Cookie that binds a login at the provider to the browser that began it.
const COOKIE: &str = "qianmo_oidc";

/// How one may log in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LoginOptions {
    /// With account name and password: always.
    password: bool,
    /// With the identity provider: what its button says; absent where none is configured.
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<String>,
}

/// How one may log in.
#[utoipa::path(get, operation_id = "read_login_options", path = "/session/options", tag = "session", security(()), responses((status = 200, body = LoginOptions)))]
pub(crate) async fn options(State(app): State<App>) -> Json<LoginOptions> {
    Json(LoginOptions { password: true, provider: app.sign_in.as_ref().map(|sign_in| sign_in.settings.shown.clone()) })
}

fn configured(app: &App) -> Result<Arc<SignIn>, Refused> {
    app.sign_in.clone().ok_or_else(Refused::not_found)
}

fn binding(app: &App, begun: &Begun) -> Result<HeaderValue, Refused> {
    let seconds = PENDING_MS / 1000;
    let text = format!("{COOKIE}={}; HttpOnly; SameSite=Lax; Path=/api/v1/session/oidc; Max-Age={seconds}{}", begun.cookie, secure(app));
    HeaderValue::from_str(&text).map_err(|_| Refused::not_found())
}

/// Sends the browser to the identity provider.
#[utoipa::path(get, operation_id = "begin_provider_login", path = "/session/oidc", tag = "session", security(()), responses(
    (status = 303, description = "To the provider", headers(("location" = String), ("set-cookie" = String))),
    (status = 404, description = "None is configured", body = ProblemBody, content_type = "application/problem+json"),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", description = "SERVER-0310 it doesn't answer", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn begin(State(app): State<App>, from: Option<Extension<ConnectInfo<SocketAddr>>>) -> Result<Response, Refused> {
    let sign_in = configured(&app)?;
    let now = app.clock.now_ms();
    app.tries.count(from.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |Extension(ConnectInfo(from))| from.ip()), now)?;
    let begun = app.block(move || sign_in.begin(now, None)).await?;
    let head = [(header::LOCATION, place(&begun.url)), (header::SET_COOKIE, binding(&app, &begun)?)];
    Ok((StatusCode::SEE_OTHER, head).into_response())
}

/// Where to go on.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GoOn {
    /// An address of the provider.
    url: String,
}

/// Begins to link one's own account with an identity at the provider: gives the address at which the browser is to go on.
#[utoipa::path(post, operation_id = "begin_provider_link", path = "/session/oidc/link", tag = "session", responses(
    (status = 200, body = GoOn, headers(("set-cookie" = String))),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", description = "SERVER-0310 it doesn't answer", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn begin_link(State(app): State<App>, caller: Caller) -> Result<Response, Refused> {
    let sign_in = configured(&app)?;
    let (name, now) = (caller.worker().name.clone(), app.clock.now_ms());
    let begun = app.block(move || sign_in.begin(now, Some(name))).await?;
    Ok(([(header::SET_COOKIE, binding(&app, &begun)?)], Json(GoOn { url: begun.url })).into_response())
}

/// What the provider sends the browser back with.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct BackAsked {
    /// As it was sent there.
    state: Option<String>,
    /// What the server changes for an ID token.
    code: Option<String>,
    /// Why there is no code.
    error: Option<String>,
}

/// Where the provider sends the browser back to: begins a session, or links the account, and sends the browser on to the web pages. A refusal stands
/// there as `?refused=` with its code, for nobody reads JSON in the middle of a login.
#[utoipa::path(get, operation_id = "end_provider_login", path = "/session/oidc/done", tag = "session", security(()), params(BackAsked), responses(
    (status = 303, description = "To the web pages; with `refused=CODE` when it came to nothing, with `linked=true` after linking", headers(("location" = String))),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn done(State(app): State<App>, headers: HeaderMap, Params(back): Params<BackAsked>) -> Result<Response, Refused> {
    let sign_in = configured(&app)?;
    let landing = sign_in.settings.landing.clone();
    let spent = format!("{COOKIE}=; HttpOnly; SameSite=Lax; Path=/api/v1/session/oidc; Max-Age=0");
    let (to, session) = match finish(&app, sign_in, &headers, back).await {
        Ok(Some(session)) => (landing, Some(session)),
        Ok(None) => (format!("{landing}?linked=true"), None),
        Err(refused) => (format!("{landing}?refused={}", refused.code()), None),
    };
    let mut response = (StatusCode::SEE_OTHER, [(header::LOCATION, place(&to)), (header::SET_COOKIE, place(&spent))]).into_response();
    response.headers_mut().extend(session.map(|session| (header::SET_COOKIE, session)));
    // The address holds the code: it goes nowhere else.
    Ok(response)
}

/// The cookie of a session begun; `None` when an account was linked.
async fn finish(app: &App, sign_in: Arc<SignIn>, headers: &HeaderMap, back: BackAsked) -> Result<Option<HeaderValue>, Refused> {
    let now = app.clock.now_ms();
    let held = cookie_of(headers).unwrap_or_default();
    let returned = app
        .block(move || {
            let (state, code) = (back.state.unwrap_or_default(), back.code.unwrap_or_default());
            match back.error {
                Some(_) => Err(qianmo_core::Fault::new("SERVER-0312").with("why", "error")),
                None => sign_in.finish(now, &Back { state: &state, code: &code, cookie: &held }),
            }
        })
        .await?;
    let Some(name) = returned.link else {
        let identity = returned.identity;
        let token = app.write(move |store| store.accounts_mut().admit_external(&identity, None, now)).await?;
        return Ok(Some(cookie(app, &token)));
    };
    let actor = Actor::worker(name.as_str());
    app.write(move |store| store.accounts_mut().link(&actor, now, &returned.identity, &name)).await?;
    Ok(None)
}

fn cookie_of(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(';'));
    let mut pairs = cookies.filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE).map(|(_, value)| value.to_owned())
}

fn place(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static("/"))
}

/// One's own identities at identity providers.
#[utoipa::path(get, operation_id = "list_own_identities", path = "/session/identities", tag = "session", responses(
    (status = 200, body = Identities),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn own(State(app): State<App>, caller: Caller) -> Result<Json<Identities>, Refused> {
    let name = caller.worker().name.clone();
    let held = app.read(move |store| store.accounts().links_of(&name)).await?;
    Ok(Json(held.as_slice().into()))
}

/// Takes one of one's own links away; all sessions of the account end.
#[utoipa::path(post, operation_id = "unlink_own_identity", path = "/session/identities/end", tag = "session", request_body = IdentityBody, responses(
    (status = 204),
    (status = "4XX", description = "STORE-0516 not linked", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn unlink(State(app): State<App>, caller: Caller, Body(identity): Body<IdentityBody>) -> Result<StatusCode, Refused> {
    let identity: ExternalIdentity = (&identity).try_into()?;
    super::workers::take_link(&app, &caller, caller.worker().name.clone(), identity).await
}
