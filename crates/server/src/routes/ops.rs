//! For operators: is it alive, what does it count, which version is it.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;

/// Whether the server can do its work.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    /// Whether the store answers.
    store: bool,
    /// Position of the record log.
    cut: i64,
    /// Position that the numbers have reached.
    numbers: i64,
}

/// Whether the server can do its work: 200 when the store answers, else 503.
#[utoipa::path(get, operation_id = "read_health", path = "/healthz", tag = "operation", security(()), responses((status = 200, body = Health), (status = 503, body = Health)))]
pub(crate) async fn health(State(app): State<App>) -> Response {
    let cut = app.read(|store| store.cut()).await;
    let health = Health { store: cut.is_ok(), cut: cut.map_or(0, |cut| cut.0), numbers: app.figures.reached().0 };
    let status = if health.store { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(health)).into_response()
}

/// Metrics in the OpenMetrics format. Counts only: no personal data.
#[utoipa::path(get, operation_id = "read_metrics", path = "/metrics", tag = "operation", security(()), responses((status = 200, body = String, content_type = "application/openmetrics-text")))]
pub(crate) async fn metrics(State(app): State<App>) -> Response {
    ([(header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], app.observed.text()).into_response()
}

/// Which program and programmes answer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Version {
    /// Version of the program.
    program: &'static str,
    /// A mark of the packs in force; changes when they do.
    packs: String,
    /// The server's civil date.
    #[schema(format = Date)]
    today: String,
}

/// Which program and programmes answer.
#[utoipa::path(get, operation_id = "read_version", path = "/version", tag = "operation", security(()), responses((status = 200, body = Version)))]
pub(crate) async fn version(State(app): State<App>) -> Json<Version> {
    Json(Version { program: env!("CARGO_PKG_VERSION"), packs: app.packs_mark.clone(), today: app.clock.today().to_string() })
}
