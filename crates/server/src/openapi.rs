//! The OpenAPI document: made from the handlers, given out at `/api/v1/openapi.json` and by `qianmo openapi`.

use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use crate::caller::COOKIE;
use crate::refused::{OneProblem, ProblemBody};
use crate::routes::{By, PartWord};

#[derive(OpenApi)]
#[openapi(
    info(title = "Qianmo 阡陌", description = "基层卫生健康工作系统的接口。Errors are application/problem+json with a stable code.", license(name = "Apache-2.0")),
    // Of what only parameters name, nothing is collected by itself.
    components(schemas(ProblemBody, OneProblem, By, PartWord)),
    modifiers(&Tokens),
    security(("bearer" = []), ("cookie" = []))
)]
pub(crate) struct Api;

struct Tokens;

impl Modify for Tokens {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let components = openapi.components.get_or_insert_default();
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
        components.add_security_scheme("cookie", SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(COOKIE))));
    }
}

/// The OpenAPI document of this program.
#[must_use]
pub fn document() -> utoipa::openapi::OpenApi {
    crate::routes::api().into_openapi()
}
