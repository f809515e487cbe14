//! Synchronisation: a device is enrolled, proves who it is, and pushes and pulls in one round trip. The decisions are `qianmo-sync`'s.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use qianmo_core::Fault;
use qianmo_store::{Code, Deed, DeviceId, Enrolment, Entry};
use qianmo_sync::device;
use qianmo_sync::exchange::{self, Serving};
use qianmo_wire::sync::{Answer, ChallengeBody, ChallengeRequest, DeviceLogin, EnrolRequest, Enrolled, Exchange};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::Sending;
use crate::extract::Body;
use crate::refused::{ProblemBody, Refused};
use crate::routes::records::take_in_by;

/// Enrols a device with the code that the township shows. Its private key never leaves it.
#[utoipa::path(post, operation_id = "enrol_device", path = "/sync/devices", tag = "sync", security(()), request_body = EnrolRequest, responses(
    (status = 201, body = Enrolled),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn enrol(
    State(app): State<App>,
    from: crate::caller::From,
    Body(asked): Body<EnrolRequest>,
) -> Result<(StatusCode, Json<Enrolled>), Refused> {
    let now = app.clock.now_ms();
    // Ten digits could be guessed by somebody who may try without end.
    app.tries.count(from.0, now)?;
    let public_key = device::public_key(&asked.public_key)?;
    let shown: String = asked.shown.chars().take(100).collect();
    let enrolled = app
        .write(move |store| {
            let id = store.accounts_mut().enrol(&Code::typed(&asked.code), &Enrolment { shown, public_key }, now)?;
            let device = store.accounts().device(id)?.ok_or_else(|| Fault::new("SERVER-0901"))?;
            Ok(Enrolled { device: id.to_string(), worker: device.worker.to_string() })
        })
        .await?;
    Ok((StatusCode::CREATED, Json(enrolled)))
}

/// Gives a device something to sign. Whether there is such a device isn't told.
#[utoipa::path(post, operation_id = "challenge_device", path = "/sync/challenges", tag = "sync", security(()), request_body = ChallengeRequest, responses(
    (status = 200, body = ChallengeBody),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn challenge(State(app): State<App>, Body(asked): Body<ChallengeRequest>) -> Result<Json<ChallengeBody>, Refused> {
    let mut nonce = [0; 8];
    getrandom::fill(&mut nonce).map_err(|_| Fault::new("SERVER-0901"))?;
    let challenge = app.challenges.make(&asked.device, app.clock.now_ms(), nonce);
    Ok(Json(ChallengeBody { challenge }))
}

/// A session of a device.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeviceSession {
    /// The token, for `Authorization: Bearer`.
    token: String,
}

/// Begins a session of a device's worker by the device's signature. A revoked device gets one too: with it, it can only push what it still holds.
#[utoipa::path(post, operation_id = "log_in_device", path = "/sync/session", tag = "sync", security(()), request_body = DeviceLogin, responses(
    (status = 200, body = DeviceSession),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn log_in(
    State(app): State<App>,
    from: crate::caller::From,
    Body(login): Body<DeviceLogin>,
) -> Result<Json<DeviceSession>, Refused> {
    let now = app.clock.now_ms();
    app.tries.count(from.0, now)?;
    app.challenges.check(&login.device, &login.challenge, now)?;
    // An id that names no device fails as a wrong signature does.
    let id = DeviceId(login.device.parse().map_err(|_| Fault::new("SYNC-0502"))?);
    let found = app.read(move |store| store.accounts().device(id)).await?.ok_or_else(|| Fault::new("SYNC-0502"))?;
    device::verify(&found.public_key, &login.device, &login.challenge, &login.signature)?;
    let token = app.write(move |store| store.accounts_mut().admit_device(id, now)).await?;
    Ok(Json(DeviceSession { token: token.expose().to_owned() }))
}

/// Pushes a batch and pulls villages in one round trip. Any request can be repeated.
#[utoipa::path(post, operation_id = "exchange", path = "/sync/exchange", tag = "sync", request_body = Exchange, responses(
    (status = 200, body = Answer),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn exchange(State(app): State<App>, sending: Sending, body: Bytes) -> Result<Json<Answer>, Refused> {
    let Sending { caller, device } = sending;
    let request = exchange::read(&body)?;
    drop(body);
    let mut intake = super::records::intake(&app, &caller);
    let revoked = device.as_ref().is_some_and(|device| device.revoked_at.is_some());
    intake.sender.revoked = revoked;
    let wipe = device.as_ref().is_some_and(|device| device.wipe);
    if request.wiped && wipe {
        let (now, id) = (app.clock.now_ms(), device.as_ref().map(|device| device.id));
        if let Some(id) = id {
            app.write(move |store| store.accounts_mut().device_seen(id, now, true)).await?;
        }
    }
    // An enrolled phone works where nobody can be asked for a reason each time: that it carries its worker's village is the reason, noted
    // once. Numbers and phones stay masked on it; another server gets the records as they are.
    let reason = if device.is_some() || caller.is_peer() { Some(SYNC_REASON) } else { caller.reason() };
    let sight = caller.access().sight(reason, caller.is_peer());
    let first = !revoked && request.pull.as_ref().is_some_and(|pull| pull.villages.is_empty());
    let areas = app.areas_body();
    let programme = app.packs_mark.clone();
    let mut request = request;
    let records = std::mem::take(&mut request.records);
    let outcomes = if records.is_empty() { Vec::new() } else { take_in_by(&app, intake.clone(), records).await? };
    let answer = app
        .read(move |store| {
            let serving = Serving { intake: &intake, sight: &sight, programme: &programme, areas: &areas, wipe };
            exchange::answered(store, &serving, &request, outcomes)
        })
        .await?;
    if first {
        let entry = Entry::new(app.clock.now_ms(), caller.actor(), Deed::Export).with(SYNC_REASON);
        app.write(move |store| store.note(&[entry])).await?;
    }
    Ok(Json(answer))
}

/// The reason under which a device carries its villages.
const SYNC_REASON: &str = "设备同步本人服务辖区";
