//! The office app's files in the program: one binary serves screens and interface.
//!
//! What `make web` built in `web/dist/office` is part of an optimised program; an unoptimised one reads it from there. Files come
//! packed from the build (brotli, gzip) and are given out as they are. A path that is no file is a screen of the app, which finds its
//! way by the address: it gets the first page. Without built pages there is one that says how to make them.
//!
//! What may not come in: anything that knows the interface, accounts or records.

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "../../web/dist/office"]
#[allow_missing = true]
struct Office;

/// The first page, with which every screen begins.
const FIRST: &str = "index.html";
/// Packings, the smallest first: what a browser calls it, and how the build names the file.
const PACKED: [(&str, &str); 2] = [("br", ".br"), ("gzip", ".gz")];
/// Only our own files run; `wasm-unsafe-eval` lets the proofreader's module be compiled, `unsafe-inline` is for widths and heights that
/// components set on elements.
const POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; \
                      worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
/// Said when the program was built without the pages.
const UNBUILT: &str = "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><title>阡陌</title><p>网页还没有编译进来。请在源代码目录运行 <code>make web</code>，\
                       再重新编译。接口照常可用：<a href=\"/api/v1/openapi.json\">/api/v1/openapi.json</a></p>";

/// Answers what the interface doesn't: hand it to `qianmo_server::Server::with_pages`.
pub fn router() -> Router {
    Router::new().fallback(answer)
}

/// Whether the program has the pages.
#[must_use]
pub fn built() -> bool {
    Office::get(FIRST).is_some()
}

async fn answer(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    if method != Method::GET && method != Method::HEAD {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let path = uri.path().trim_start_matches('/');
    let packed = PACKED.iter().any(|(_, ending)| path.ends_with(ending));
    let (name, file) = match Office::get(path).filter(|_| !packed) {
        Some(file) => (path, file),
        // Assets carry a hash in their name: one that isn't there belongs to an older build, and no page takes its place.
        None if path.starts_with("assets/") => return StatusCode::NOT_FOUND.into_response(),
        None => match Office::get(FIRST) {
            Some(file) => (FIRST, file),
            None => return axum::response::Html(UNBUILT).into_response(),
        },
    };
    given_out(name, &file, &headers)
}

fn given_out(name: &str, plain: &EmbeddedFile, asked: &HeaderMap) -> Response {
    let mark = format!("\"{}\"", hex(&plain.metadata.sha256_hash()[..12]));
    let known = asked.get(header::IF_NONE_MATCH).and_then(|held| held.to_str().ok()).is_some_and(|held| held.contains(&mark));
    let mut response = if known { StatusCode::NOT_MODIFIED.into_response() } else { body(name, plain, asked) };
    let headers = response.headers_mut();
    // Names of assets change with their content; all else is asked for anew each time.
    let kept = if name.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(kept));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(mark) = HeaderValue::try_from(mark) {
        headers.insert(header::ETAG, mark);
    }
    if name == FIRST {
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    }
    response
}

fn body(name: &str, plain: &EmbeddedFile, asked: &HeaderMap) -> Response {
    let takes = asked.get(header::ACCEPT_ENCODING).and_then(|takes| takes.to_str().ok()).unwrap_or_default();
    let takes = |coding: &str| {
        takes.split(',').any(|one| one.trim() == coding || one.trim().starts_with(&format!("{coding};q=")) && !one.trim().ends_with("q=0"))
    };
    let packed = PACKED
        .iter()
        .filter(|(coding, _)| takes(coding))
        .find_map(|(coding, ending)| Some((*coding, Office::get(&format!("{name}{ending}"))?)));
    let kind = HeaderValue::try_from(plain.metadata.mimetype()).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let mut response = match packed {
        Some((coding, file)) => {
            let mut response = Body::from(file.data.into_owned()).into_response();
            response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
            response
        }
        None => Body::from(plain.data.to_vec()).into_response(),
    };
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
