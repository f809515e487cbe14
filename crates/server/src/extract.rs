//! What comes in with a request: bodies, queries and path parts that answer with our own problems when they can't be read.

use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use qianmo_core::Fault;
use serde::de::DeserializeOwned;

use crate::app::App;
use crate::refused::Refused;

/// A JSON body.
///
/// Errors: `SERVER-0102` not JSON, `SERVER-0103` not what is asked for (says where), `SERVER-0106` too large, `SERVER-0107` another type.
#[derive(Debug)]
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<App> for Body<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, app: &App) -> Result<Self, Refused> {
        match Json::<T>::from_request(request, app).await {
            Ok(Json(body)) => Ok(Self(body)),
            Err(JsonRejection::JsonDataError(error)) => Err(Fault::new("SERVER-0103").with("why", shortened(&error.body_text())).into()),
            Err(JsonRejection::JsonSyntaxError(error)) => Err(Fault::new("SERVER-0102").with("why", shortened(&error.body_text())).into()),
            Err(JsonRejection::MissingJsonContentType(_)) => Err(Fault::new("SERVER-0107").into()),
            Err(other) => {
                let code = match other.status() {
                    StatusCode::PAYLOAD_TOO_LARGE => "SERVER-0106",
                    _ if too_slow(&other) => "SERVER-0108",
                    _ => "SERVER-0102",
                };
                Err(Fault::new(code).with("why", shortened(&other.body_text())).into())
            }
        }
    }
}

/// What stands after `?`.
///
/// Errors: `SERVER-0103`.
#[derive(Debug)]
pub(crate) struct Params<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequestParts<App> for Params<T> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        let read: Result<Query<T>, QueryRejection> = Query::from_request_parts(parts, app).await;
        match read {
            Ok(Query(params)) => Ok(Self(params)),
            Err(error) => Err(Fault::new("SERVER-0103").with("why", shortened(&error.body_text())).into()),
        }
    }
}

/// The named parts of the address. What can't be read names nothing that exists.
#[derive(Debug)]
pub(crate) struct At<T>(pub(crate) T);

impl<T: DeserializeOwned + Send> FromRequestParts<App> for At<T> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        let read: Result<Path<T>, PathRejection> = Path::from_request_parts(parts, app).await;
        read.map(|Path(at)| Self(at)).map_err(|_| Refused::not_found())
    }
}

/// Whether the body didn't arrive in time.
fn too_slow(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<tower_http::timeout::TimeoutError>() {
            return true;
        }
        cause = error.source();
    }
    false
}

/// The library's words without what the client sent: that may be personal.
fn shortened(text: &str) -> String {
    text.split(": ").skip(1).collect::<Vec<_>>().join(": ").chars().take(200).collect()
}
