//! The routes of administration, put together: one's own account, workers, grants, devices, areas, organisations, audit, settings.

use axum::extract::DefaultBodyLimit;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt};
use utoipa_axum::routes;

use super::{areas, audit, care, devices, grants, organisations, second_factor, session, settings, signin, workers};
use crate::app::App;

/// The most bytes of a file with outlines.
const OUTLINES_BYTES_MAX: usize = 16 << 20;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(session::sessions, session::end_other_sessions))
        .routes(routes!(session::end_session))
        .routes(routes!(second_factor::state, second_factor::begin))
        .routes(routes!(second_factor::confirm))
        .routes(routes!(second_factor::renew))
        .routes(routes!(second_factor::give_up))
        .routes(routes!(signin::options))
        .routes(routes!(signin::begin))
        .routes(routes!(signin::begin_link))
        .routes(routes!(signin::done))
        .routes(routes!(signin::own))
        .routes(routes!(signin::unlink))
        .routes(routes!(workers::list, workers::open))
        .routes(routes!(workers::one, workers::change))
        .routes(routes!(workers::enable))
        .routes(routes!(workers::reset_password))
        .routes(routes!(workers::reset_second_factor))
        .routes(routes!(workers::end_sessions))
        .routes(routes!(workers::identities, workers::link))
        .routes(routes!(workers::unlink))
        .routes(routes!(grants::list, grants::give))
        .routes(routes!(grants::assign))
        .routes(routes!(grants::take))
        .routes(routes!(devices::list))
        .routes(routes!(devices::own))
        .routes(routes!(devices::code))
        .routes(routes!(devices::revoke))
        .routes(routes!(areas::list, areas::put))
        .routes(routes!(areas::one))
        .routes(routes!(areas::outlines))
        .routes(routes!(areas::put_outlines).layer(DefaultBodyLimit::max(OUTLINES_BYTES_MAX)))
        .routes(routes!(organisations::list))
        .routes(routes!(organisations::one))
        .routes(routes!(audit::trail))
        .routes(routes!(audit::own))
        .routes(routes!(audit::anchor))
        .routes(routes!(settings::get, settings::change))
        .routes(routes!(care::setup))
        .routes(routes!(care::backups, care::back_up))
        .routes(routes!(care::verify))
}
