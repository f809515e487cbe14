//! What a browser gets. Holds with and without built pages: what differs is said at each.

use axum::body::Body;
use axum::http::{Request, Response, StatusCode, header};
use tower::ServiceExt as _;

async fn asked(request: Request<Body>) -> Response<Body> {
    qianmo_pages::router().oneshot(request).await.unwrap()
}

fn get(path: &str) -> Request<Body> {
    Request::get(path).header(header::ACCEPT_ENCODING, "gzip, br").body(Body::empty()).unwrap()
}

#[tokio::test]
async fn every_screen_begins_with_the_first_page() {
    for path in ["/", "/residents/0193", "/returns?month=2026-10"] {
        let response = asked(get(path)).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        assert!(response.headers()[header::CONTENT_TYPE].to_str().unwrap().starts_with("text/html"), "{path}");
        if qianmo_pages::built() {
            assert_eq!(response.headers()[header::CACHE_CONTROL], "no-cache");
            assert!(response.headers().contains_key(header::CONTENT_SECURITY_POLICY));
        }
    }
}

#[tokio::test]
async fn a_file_that_has_not_changed_is_not_sent_again() {
    if !qianmo_pages::built() {
        return;
    }
    let mark = asked(get("/")).await.headers()[header::ETAG].clone();
    let again = Request::get("/").header(header::IF_NONE_MATCH, mark).body(Body::empty()).unwrap();
    assert_eq!(asked(again).await.status(), StatusCode::NOT_MODIFIED);
}

#[tokio::test]
async fn an_asset_of_an_older_build_is_not_found() {
    assert_eq!(asked(get("/assets/index-gone.js")).await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn nothing_above_the_pages_is_given_out() {
    for path in ["/../../Cargo.toml", "/%2e%2e/%2e%2e/Cargo.toml", "/assets/../../../Cargo.toml"] {
        let response = asked(get(path)).await;
        let kind = response.headers().get(header::CONTENT_TYPE).map(|kind| kind.to_str().unwrap().to_owned());
        assert!(response.status() == StatusCode::NOT_FOUND || kind.is_some_and(|kind| kind.starts_with("text/html")), "{path}");
    }
}

#[tokio::test]
async fn nothing_can_be_written() {
    let post = Request::post("/").body(Body::empty()).unwrap();
    assert_eq!(asked(post).await.status(), StatusCode::METHOD_NOT_ALLOWED);
}

#[test]
fn what_was_built_is_in_the_program() {
    let first = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/dist/office/index.html");
    assert_eq!(qianmo_pages::built(), first.exists());
}
