//! Arrivals: what was sent and couldn't enter the log as it came. Looked at, mended and released, or dismissed with a reason.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use qianmo_access::Right;
use qianmo_core::Fault;
use qianmo_store::{ArrivalId, ArrivalState};
use qianmo_sync::{Arrived, Release};
use qianmo_wire::sync::{ArrivalBody, Outcome};
use serde::Deserialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::caller::Caller;
use crate::extract::{At, Body, Params};
use crate::page::{Page, limit};
use crate::refused::{ProblemBody, Refused};
use crate::routes::records::{change, intake};

/// Which arrivals.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ArrivalsAsked {
    /// `open`, `merged`, `released` or `dismissed`; all when absent.
    state: Option<String>,
    /// Where to go on: `next` of the page before.
    after: Option<String>,
    /// Items of a page: 50 unless told, at most 500.
    limit: Option<u32>,
}

fn must_review(app: &App, caller: &Caller) -> Result<(), Refused> {
    let areas = app.areas();
    let may = areas.iter().any(|area| caller.access().may(Right::ReviewArrivals, area.code));
    if may { Ok(()) } else { Err(Fault::new("ACCESS-0102").into()) }
}

/// What waits to be looked at, in order of its last change.
#[utoipa::path(get, operation_id = "list_arrivals", path = "/arrivals", tag = "arrivals", params(ArrivalsAsked), responses(
    (status = 200, body = Page<ArrivalBody>),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Params(asked): Params<ArrivalsAsked>,
) -> Result<Json<Page<ArrivalBody>>, Refused> {
    must_review(&app, &caller)?;
    let wrong = || Fault::new("SERVER-0103").with("why", "state, after");
    let state = asked.state.as_deref().map(|word| ArrivalState::from_word(word).ok_or_else(wrong)).transpose()?;
    let since = asked.after.as_deref().map_or(Ok(0), |text| text.parse().map_err(|_| wrong()))?;
    let rows_max = limit(asked.limit)?;
    let (sight, rules) = (caller.sight(), app.rules());
    let (items, next) = app.read(move |store| Arrived { store, sight: &sight, rules: &rules }.list(state, since, rows_max)).await?;
    Ok(Json(Page { items, next: next.map(|next| next.to_string()) }))
}

/// One arrival.
#[utoipa::path(get, operation_id = "read_arrival", path = "/arrivals/{id}", tag = "arrivals", params(("id" = String, Path, description = "The arrival")), responses(
    (status = 200, body = ArrivalBody),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn get(State(app): State<App>, caller: Caller, At(id): At<String>) -> Result<Json<ArrivalBody>, Refused> {
    must_review(&app, &caller)?;
    let id = arrival_id(&id)?;
    let (sight, rules) = (caller.sight(), app.rules());
    Ok(Json(app.read(move |store| Arrived { store, sight: &sight, rules: &rules }.get(id)).await?))
}

/// How an arrival is released.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReleaseBody {
    /// What is to be changed in the record as it was sent: a JSON merge patch (RFC 7396). Nothing to write it as it came.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    changes: Option<Value>,
    /// Words for its sender.
    #[serde(default)]
    note: String,
}

/// Releases an arrival into the log, mended if need be. An outcome of `quarantined` says what is still wrong; nothing has changed then.
#[utoipa::path(post, operation_id = "release_arrival", path = "/arrivals/{id}/release", tag = "arrivals", params(("id" = String, Path, description = "The arrival")), request_body = ReleaseBody, responses(
    (status = 200, body = Outcome),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn release(
    State(app): State<App>,
    caller: Caller,
    At(id): At<String>,
    Body(body): Body<ReleaseBody>,
) -> Result<Json<Outcome>, Refused> {
    must_review(&app, &caller)?;
    let id = arrival_id(&id)?;
    let (sight, officer) = (caller.sight(), intake(&app, &caller));
    let kept = officer.clone();
    let (outcome, sent) = app
        .write(move |store| {
            let asked = Release { id, changes: body.changes, note: body.note };
            let sent = Arrived { store: &*store, sight: &sight, rules: &officer.rules }.get(id)?.sent;
            Ok((qianmo_sync::release(store, &officer, &sight, &asked)?, sent))
        })
        .await?;
    if let Some(sent) = sent {
        app.follow(&change(&kept, &[sent], std::slice::from_ref(&outcome)));
    }
    Ok(Json(outcome))
}

/// Why an arrival isn't to be written.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DismissBody {
    /// Why, in words that its sender reads.
    reason: String,
}

/// Dismisses an arrival: it stays where it is, and its sender learns why.
#[utoipa::path(post, operation_id = "dismiss_arrival", path = "/arrivals/{id}/dismissal", tag = "arrivals", params(("id" = String, Path, description = "The arrival")), request_body = DismissBody, responses(
    (status = 204),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn dismiss(
    State(app): State<App>,
    caller: Caller,
    At(id): At<String>,
    Body(body): Body<DismissBody>,
) -> Result<StatusCode, Refused> {
    must_review(&app, &caller)?;
    let id = arrival_id(&id)?;
    let (sight, rules, actor, now) = (caller.sight(), app.rules(), caller.actor().clone(), app.clock.now_ms());
    app.write(move |store| qianmo_sync::dismiss(store, &actor, now, (&sight, &rules), id, &body.reason)).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn arrival_id(text: &str) -> Result<ArrivalId, Refused> {
    text.parse().map(ArrivalId).map_err(|_| Refused::not_found())
}
