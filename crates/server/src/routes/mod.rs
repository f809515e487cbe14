//! What can be asked: one file a subject, put together here under `/api/v1`, with the layers that every request passes.

mod admin;
mod areas;
mod arrivals;
mod audit;
mod care;
mod devices;
mod documents;
mod drafts;
mod due;
mod events;
mod filings;
mod grants;
mod imports;
mod indicators;
mod merge;
mod numbers;
mod ops;
mod organisations;
mod owed;
mod pack_body;
mod packs;
mod person;
mod records;
mod residents;
mod returns;
mod rosters;
mod second_factor;
mod session;
mod settings;
mod signals;
mod signin;
mod sync;
mod targets;
mod workers;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderValue, header};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use qianmo_core::Fault;
use tower::{ServiceBuilder, ServiceExt};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, Predicate, SizeAbove};
use tower_http::decompression::RequestDecompressionLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;
use utoipa::OpenApi;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt as _};
use utoipa_axum::routes;

pub(crate) use indicators::{By, PartWord};
pub(crate) use signals::TwinsFound;

use crate::app::App;
use crate::observe::observe;
use crate::openapi::Api;
use crate::refused::{Refused, put_into_words};

/// Bytes from which on an answer is compressed.
const COMPRESSED_FROM: u64 = 1024;
/// The most bytes of a batch of records.
const BATCH_BYTES_MAX: usize = 16 << 20;

/// The API with its description.
pub(crate) fn api() -> OpenApiRouter<App> {
    let v1 = OpenApiRouter::new()
        .merge(admin::routes())
        .merge(numbers::routes())
        .routes(routes!(drafts::list))
        .routes(routes!(drafts::get, drafts::save, drafts::delete).layer(DefaultBodyLimit::max(drafts::REQUEST_BYTES_MAX)))
        .routes(routes!(signals::list))
        .routes(routes!(imports::import).layer(DefaultBodyLimit::max(imports::FILE_BYTES_MAX)))
        .routes(routes!(session::log_in))
        .routes(routes!(session::log_out))
        .routes(routes!(session::me))
        .routes(routes!(session::change_password))
        .routes(routes!(records::write_one))
        .routes(routes!(records::write_batch).layer(DefaultBodyLimit::max(BATCH_BYTES_MAX)))
        .routes(routes!(records::read_one))
        .routes(routes!(records::history))
        .routes(routes!(records::correct))
        .routes(routes!(records::withdraw))
        .routes(routes!(residents::search))
        .routes(routes!(person::page))
        .routes(routes!(person::copy))
        .routes(routes!(merge::preview))
        .routes(routes!(residents::records))
        .routes(routes!(residents::identity))
        .routes(routes!(residents::readings))
        .routes(routes!(residents::household))
        .routes(routes!(due::lines))
        .routes(routes!(due::totals))
        .routes(routes!(due::person))
        .routes(routes!(arrivals::list))
        .routes(routes!(arrivals::get))
        .routes(routes!(arrivals::release))
        .routes(routes!(arrivals::dismiss))
        .routes(routes!(sync::enrol))
        .routes(routes!(sync::challenge))
        .routes(routes!(sync::log_in))
        .routes(routes!(sync::exchange).layer(DefaultBodyLimit::max(BATCH_BYTES_MAX)))
        .routes(routes!(ops::version));
    OpenApiRouter::with_openapi(Api::openapi()).nest("/api/v1", v1).routes(routes!(ops::health)).routes(routes!(ops::metrics))
}

/// What the layer leaves alone by itself, and small answers: making the compressor costs more than their bytes.
fn worth_compressing() -> impl Predicate {
    DefaultPredicate::new().and(SizeAbove::new(COMPRESSED_FROM))
}

/// What no operation answers.
async fn elsewhere(pages: Option<Router>, request: Request) -> Response {
    match pages.filter(|_| !request.uri().path().starts_with("/api/")) {
        Some(pages) => pages.oneshot(request).await.into_response(),
        None => Refused::from(Fault::new("SERVER-0104")).into_response(),
    }
}

/// Everything that the server answers; `pages` answer what isn't the interface's.
pub fn router(app: App, pages: Option<Router>) -> Router {
    let (router, document) = api().split_for_parts();
    let document = axum::Json(document);
    let (body_bytes_max, arrival) = (app.config.body_bytes_max, app.config.arrival);
    let fixed = |name, value| SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value));
    router
        .route("/api/v1/openapi.json", axum::routing::get(move || async move { document }))
        .fallback(move |request: Request| elsewhere(pages, request))
        .layer(DefaultBodyLimit::max(body_bytes_max))
        .layer(
            ServiceBuilder::new()
                .layer(from_fn(put_into_words))
                .layer(CatchPanicLayer::new())
                .layer(CompressionLayer::new().gzip(true).zstd(true).compress_when(worth_compressing()))
                .layer(fixed(header::CACHE_CONTROL, "no-store"))
                .layer(fixed(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
                .layer(fixed(header::REFERRER_POLICY, "no-referrer"))
                .layer(RequestBodyLimitLayer::new(imports::FILE_BYTES_MAX))
                .layer(RequestBodyTimeoutLayer::new(arrival))
                .layer(RequestDecompressionLayer::new()),
        )
        .layer(from_fn_with_state(app.clone(), observe))
        .with_state(app)
}
