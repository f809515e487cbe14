//! Devices: enrolled with a code that the township shows, listed, revoked, told to wipe themselves.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use qianmo_access::{Access, Right};
use qianmo_core::{AreaCode, Fault};
use qianmo_store::{AccountName, Device, DeviceId, Store, Worker};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::workers::seen;
use crate::app::App;
use crate::caller::Caller;
use crate::extract::{At, Body, Params};
use crate::page::Page;
use crate::refused::{ProblemBody, Refused};
use crate::words::{areas_of, cut, instant, page, wrong};

/// How long a code is good unless asked otherwise, in minutes.
const CODE_MINUTES: u32 = 30;
/// The longest that a code is good: a day.
const CODE_MINUTES_MAX: u32 = 24 * 60;

/// A device.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeviceBody {
    /// Its id.
    #[schema(format = "uuid")]
    id: String,
    /// Whose it is: account name.
    worker: String,
    /// What it is called.
    shown: String,
    /// When it was last heard of.
    #[schema(format = DateTime)]
    seen_at: String,
    /// When it was revoked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    revoked_at: Option<String>,
    /// Whether it is to wipe its data when it is next heard of.
    wipe: bool,
}

impl From<&Device> for DeviceBody {
    fn from(device: &Device) -> Self {
        Self {
            id: device.id.to_string(),
            worker: device.worker.to_string(),
            shown: device.shown.clone(),
            seen_at: instant(device.seen_at),
            revoked_at: device.revoked_at.map(instant),
            wipe: device.wipe,
        }
    }
}

/// Which devices.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DevicesAsked {
    /// Only those of accounts that work in this area or below; everywhere one enrols devices when absent.
    area: Option<String>,
    /// As `next` of the page before gives it.
    after: Option<String>,
    /// Items a page, 1 to 500; 50 when absent.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

/// The devices of the areas in which one enrols them.
#[utoipa::path(get, operation_id = "list_devices", path = "/devices", tag = "devices", params(DevicesAsked), responses(
    (status = 200, body = Page<DeviceBody>),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Params(asked): Params<DevicesAsked>,
) -> Result<Json<Page<DeviceBody>>, Refused> {
    let limit = page(asked.limit)?;
    let areas = match asked.area {
        None => areas_of(caller.access(), &app.areas(), Right::EnrolDevices)?,
        Some(area) => {
            let area: AreaCode = area.parse()?;
            caller.must(Right::EnrolDevices, area)?;
            vec![area]
        }
    };
    let after = asked.after.as_deref().map(mark).transpose()?;
    let mut devices =
        app.read(move |store| store.accounts().devices(Some(&areas), after.as_ref().map(|(name, id)| (name, *id)), limit + 1)).await?;
    let next = cut(&mut devices, limit, |device| format!("{}/{}", device.worker, device.id));
    Ok(Json(Page { items: devices.iter().map(Into::into).collect(), next }))
}

fn mark(text: &str) -> Result<(AccountName, DeviceId), Fault> {
    let (name, id) = text.split_once('/').ok_or_else(|| wrong("after"))?;
    Ok((name.parse().map_err(|_| wrong("after"))?, DeviceId(Uuid::parse_str(id).map_err(|_| wrong("after"))?)))
}

/// One's own devices.
#[utoipa::path(get, operation_id = "list_own_devices", path = "/session/devices", tag = "session", responses(
    (status = 200, body = Page<DeviceBody>),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn own(State(app): State<App>, caller: Caller) -> Result<Json<Page<DeviceBody>>, Refused> {
    let name = caller.worker().name.clone();
    let devices = app.read(move |store| store.accounts().devices_of(&name)).await?;
    Ok(Json(Page { items: devices.iter().map(Into::into).collect(), next: None }))
}

/// For how long a code is good.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CodeAsked {
    /// Minutes, 1 to 1440; 30 when absent.
    #[schema(minimum = 1, maximum = 1440)]
    minutes: Option<u32>,
}

/// A code to enrol one device with: shown once, typed or photographed there.
#[derive(Serialize, ToSchema)]
pub(crate) struct EnrolmentCode {
    /// Ten digits.
    code: String,
    /// Until when it is good.
    #[schema(format = DateTime)]
    until: String,
}

/// Makes a code with which one device of an account can be enrolled.
#[utoipa::path(post, operation_id = "make_enrolment_code", path = "/workers/{name}/enrolment-codes", tag = "devices", params(("name" = String, Path, description = "Account name")), request_body = CodeAsked, responses(
    (status = 201, body = EnrolmentCode),
    (status = "4XX", description = "SERVER-0303 the account has grants that one couldn't give", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn code(
    State(app): State<App>,
    caller: Caller,
    At(name): At<String>,
    Body(asked): Body<CodeAsked>,
) -> Result<(StatusCode, Json<EnrolmentCode>), Refused> {
    let minutes = asked.minutes.unwrap_or(CODE_MINUTES);
    if !(1..=CODE_MINUTES_MAX).contains(&minutes) {
        return Err(wrong(&format!("minutes: 1-{CODE_MINUTES_MAX}")).into());
    }
    let worker = seen(&app, &caller, &name, &[Right::EnrolDevices]).await?;
    let (actor, now, by) = (caller.actor().clone(), app.clock.now_ms(), caller.clone());
    let until = now + i64::from(minutes) * 60_000;
    let code = app
        .write(move |store| {
            within(&by, store, &worker)?;
            store.accounts_mut().enrolment_code(&actor, now, &worker.name, until)
        })
        .await?;
    Ok((StatusCode::CREATED, Json(EnrolmentCode { code: code.expose().to_owned(), until: instant(until) })))
}

/// Refuses a code for an account that reaches further than one does: whoever holds the code can work on a device as that account. So it may
/// have no grant outside one's areas, and roles that manage others (with rights of their own) only where one gives grants oneself.
///
/// Errors: `SERVER-0303`.
fn within(caller: &Caller, store: &dyn Store, worker: &Worker) -> Result<(), Fault> {
    if worker.name == caller.worker().name {
        return Ok(());
    }
    let access = caller.access();
    let grants = store.accounts().grants(&worker.name)?;
    let beyond = grants.iter().any(|(_, grant)| {
        let gives = access.may(Right::GiveGrants, grant.area);
        !access.may(Right::EnrolDevices, grant.area) || !(gives || Access::rights_of(grant.role).is_empty())
    });
    if beyond { Err(Fault::new("SERVER-0303").with("name", &worker.name)) } else { Ok(()) }
}

/// How a device is revoked.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Revocation {
    /// Whether it is to wipe its data when it is next heard of.
    wipe: bool,
}

/// Revokes a device, one's own or one of the areas in which one enrols them: nothing is taken from it or given to it any more.
#[utoipa::path(post, operation_id = "revoke_device", path = "/devices/{id}/revoke", tag = "devices", params(("id" = String, Path, description = "The device")), request_body = Revocation, responses(
    (status = 204),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn revoke(
    State(app): State<App>,
    caller: Caller,
    At(id): At<String>,
    Body(how): Body<Revocation>,
) -> Result<StatusCode, Refused> {
    let id = DeviceId(Uuid::parse_str(&id).map_err(|_| Refused::not_found())?);
    let found = app
        .read(move |store| {
            let Some(device) = store.accounts().device(id)? else { return Ok(None) };
            store.accounts().worker(&device.worker)
        })
        .await?;
    let own = |worker: &Worker| worker.name == caller.worker().name;
    let may = found.is_some_and(|worker| own(&worker) || caller.access().may(Right::EnrolDevices, worker.area));
    if !may {
        return Err(Refused::not_found());
    }
    let (actor, now) = (caller.actor().clone(), app.clock.now_ms());
    app.write(move |store| store.accounts_mut().revoke_device(&actor, now, id, how.wipe)).await?;
    app.accounts_changed();
    Ok(StatusCode::NO_CONTENT)
}
