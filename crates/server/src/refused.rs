//! Refusals: a fault on its way to a client as `application/problem+json` (RFC 9457), in the client's language.

use axum::Json;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use qianmo_core::Fault;
use qianmo_wire::{Lang, Problem, render};
use serde::Serialize;
use utoipa::ToSchema;

/// What a handler answers instead of what was asked for: one fault or several.
#[derive(Debug, Clone)]
pub struct Refused {
    faults: Vec<Fault>,
    status: Option<StatusCode>,
}

impl Refused {
    /// With a status other than the code's own.
    #[must_use]
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.status = Some(status);
        self
    }

    /// There is no such thing, or none that the caller may see: told in the same words.
    #[must_use]
    pub fn not_found() -> Self {
        Fault::new("SERVER-0104").into()
    }

    /// The first fault's code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.faults.first().map_or("SERVER-0901", |fault| fault.code)
    }
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        Self { faults: vec![fault], status: None }
    }
}

impl From<Vec<Fault>> for Refused {
    fn from(faults: Vec<Fault>) -> Self {
        Self { faults, status: None }
    }
}

/// The body of a refusal (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProblemBody {
    /// `about:blank`: the code says what kind it is.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The HTTP status.
    status: u16,
    /// Stable code, such as `STORE-0501`.
    code: &'static str,
    /// What happened, in the language asked for.
    title: String,
    /// What exactly.
    detail: String,
    /// What to do.
    hint: String,
    /// Everything that is wrong, when it is more than one thing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    problems: Vec<OneProblem>,
}

/// One of several things that are wrong.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OneProblem {
    /// Stable code.
    code: &'static str,
    /// What happened.
    title: String,
    /// What exactly.
    detail: String,
    /// What to do.
    hint: String,
    /// Where.
    place: String,
    /// The field concerned, if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
}

impl From<Problem> for OneProblem {
    fn from(problem: Problem) -> Self {
        let field = problem.params.get("field").cloned();
        Self { code: problem.code, title: problem.title, detail: problem.detail, hint: problem.hint, place: problem.place, field }
    }
}

/// The status that a code answers with.
fn status(code: &str) -> StatusCode {
    match code {
        "SERVER-0101" | "STORE-0501" | "STORE-0503" | "STORE-0510" | "STORE-0511" | "SERVER-0311" | "SERVER-0312" => {
            StatusCode::UNAUTHORIZED
        }
        "SERVER-0104" | "CORE-0104" | "STORE-0506" | "STORE-0509" | "STORE-0513" | "STORE-0516" | "ANALYTICS-0201" | "FIGURES-0101"
        | "FIGURES-0102" => StatusCode::NOT_FOUND,
        "SERVER-0105" => StatusCode::METHOD_NOT_ALLOWED,
        "STORE-0901" => StatusCode::PRECONDITION_FAILED,
        "SERVER-0106" => StatusCode::PAYLOAD_TOO_LARGE,
        "SERVER-0107" => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "SERVER-0108" => StatusCode::REQUEST_TIMEOUT,
        "STORE-0002" | "STORE-0101" | "STORE-0103" | "STORE-0504" | "STORE-0512" | "STORE-0515" | "STORE-0902" | "SERVER-0320"
        | "SERVER-0321" => StatusCode::CONFLICT,
        "SERVER-0110" | "STORE-0502" => StatusCode::TOO_MANY_REQUESTS,
        "SERVER-0310" | "STORE-0004" | "STORE-0008" | "STORE-0009" => StatusCode::SERVICE_UNAVAILABLE,
        "STORE-0006" => StatusCode::INSUFFICIENT_STORAGE,
        "SERVER-0111" | "SERVER-0303" | "SERVER-0304" => StatusCode::FORBIDDEN,
        _ if code.starts_with("ACCESS-") => StatusCode::FORBIDDEN,
        "SERVER-0901" | "STORE-0005" | "STORE-0007" | "STORE-0301" | "STORE-0302" | "STORE-0303" => StatusCode::INTERNAL_SERVER_ERROR,
        _ if code.starts_with("ANALYTICS-") || code.starts_with("REPORT-09") => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

impl IntoResponse for Refused {
    /// Carries the faults to [`put_into_words`], which knows the client's language.
    fn into_response(self) -> Response {
        let status = self.status.unwrap_or_else(|| status(self.code()));
        let mut response = status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// The language of a request: Chinese unless English comes first.
pub(crate) fn language(headers: &HeaderMap) -> Lang {
    let asked = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if asked.trim_start().to_ascii_lowercase().starts_with("en") { Lang::En } else { Lang::Zh }
}

/// The layer that gives refusals their words. Statuses that the libraries below answer by themselves get a problem body too.
pub(crate) async fn put_into_words(request: Request, next: Next) -> Response {
    let lang = language(request.headers());
    let response = next.run(request).await;
    let status = response.status();
    let refused = match response.extensions().get::<Refused>() {
        Some(refused) => refused.clone(),
        None if !response.headers().contains_key(header::CONTENT_TYPE) || is_plain(&response) => match status {
            StatusCode::METHOD_NOT_ALLOWED => Fault::new("SERVER-0105").into(),
            StatusCode::PAYLOAD_TOO_LARGE => Fault::new("SERVER-0106").into(),
            StatusCode::REQUEST_TIMEOUT => Fault::new("SERVER-0108").into(),
            StatusCode::INTERNAL_SERVER_ERROR => Fault::new("SERVER-0901").into(),
            _ => return response,
        },
        None => return response,
    };
    let mut problems: Vec<OneProblem> = refused.faults.iter().map(|fault| render(fault, lang).into()).collect();
    let Some(first) = refused.faults.first() else { return response };
    let words = render(first, lang);
    if problems.len() == 1 && problems[0].field.is_none() {
        problems.clear();
    }
    let body = ProblemBody {
        kind: "about:blank",
        status: status.as_u16(),
        code: words.code,
        title: words.title,
        detail: words.detail,
        hint: words.hint,
        problems,
    };
    let mut told = (status, Json(body)).into_response();
    let kept = [header::SET_COOKIE, header::RETRY_AFTER, header::ALLOW];
    for name in kept {
        for value in response.headers().get_all(&name) {
            told.headers_mut().append(&name, value.clone());
        }
    }
    told.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    if status == StatusCode::UNAUTHORIZED {
        told.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE)
        && !told.headers().contains_key(header::RETRY_AFTER)
    {
        told.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
    }
    told
}

fn is_plain(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.starts_with("text/plain") && response.status().as_u16() >= 400
}
