//! Logging in through an identity provider: a small one, made in the test, that keeps to the rules or breaks one.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use openidconnect::core::{CoreEdDsaPrivateSigningKey, CoreJwsSigningAlgorithm};
use openidconnect::url::{Url, form_urlencoded};
use openidconnect::{JsonWebKeyId, PrivateSigningKey};
use qianmo_server::{Clock as _, Oidc};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::{Answer, NOW, Town};

const CLIENT: &str = "qianmo";
const SECRET: &str = "only-between-us";
const REDIRECT: &str = "https://town.example/api/v1/session/oidc/done";

/// What is wrong with an ID token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Forged {
    Nothing,
    Nonce,
    Audience,
    Issuer,
    Expired,
    Key,
    SharedSecret,
    Missing,
}

/// Somebody who has agreed at the provider.
struct Agreed {
    subject: String,
    nonce: String,
    challenge: String,
}

struct Inner {
    address: String,
    key: Mutex<CoreEdDsaPrivateSigningKey>,
    agreed: Mutex<HashMap<String, Agreed>>,
    forged: Mutex<Forged>,
    descriptions: Mutex<u32>,
}

#[derive(Clone)]
struct Issuer(Arc<Inner>);

/// A key made of a number, in the shape that keys have in files (PKCS 8).
fn key(number: u8, id: &str) -> CoreEdDsaPrivateSigningKey {
    let head = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
    let der: Vec<u8> = head.into_iter().chain([number; 32]).collect();
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(der));
    CoreEdDsaPrivateSigningKey::from_ed25519_pem(&pem, Some(JsonWebKeyId::new(id.to_owned()))).unwrap()
}

impl Issuer {
    async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let issuer = Self(Arc::new(Inner {
            address,
            key: Mutex::new(key(1, "first")),
            agreed: Mutex::default(),
            forged: Mutex::new(Forged::Nothing),
            descriptions: Mutex::new(0),
        }));
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(description))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .with_state(issuer.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        issuer
    }

    fn town(&self) -> Town {
        let settings = settings(&self.0.address);
        Town::configured(|config| config.oidc = Some(settings))
    }

    /// Somebody agrees on the page that the browser was sent to; the code and state to come back with.
    fn agree(&self, location: &str, subject: &str) -> (String, String) {
        let url = Url::parse(location).unwrap();
        assert!(location.starts_with(&format!("{}/authorize?", self.0.address)), "{location}");
        let asked: HashMap<String, String> = url.query_pairs().into_owned().collect();
        assert_eq!((asked["client_id"].as_str(), asked["redirect_uri"].as_str()), (CLIENT, REDIRECT));
        assert_eq!((asked["response_type"].as_str(), asked["code_challenge_method"].as_str()), ("code", "S256"));
        assert!(asked["scope"].split(' ').any(|scope| scope == "openid"));
        let code = format!("code-{}", self.0.agreed.lock().unwrap().len());
        let agreed = Agreed { subject: subject.into(), nonce: asked["nonce"].clone(), challenge: asked["code_challenge"].clone() };
        self.0.agreed.lock().unwrap().insert(code.clone(), agreed);
        (code, asked["state"].clone())
    }

    fn forge(&self, what: Forged) {
        *self.0.forged.lock().unwrap() = what;
    }
}

fn settings(issuer: &str) -> Oidc {
    Oidc {
        issuer: issuer.into(),
        client_id: CLIENT.into(),
        client_secret: Some(SECRET.into()),
        redirect: REDIRECT.into(),
        shown: "县统一身份认证".into(),
        landing: "/".into(),
        authorities: None,
    }
}

async fn description(State(issuer): State<Issuer>) -> Json<Value> {
    *issuer.0.descriptions.lock().unwrap() += 1;
    let at = |path: &str| format!("{}{path}", issuer.0.address);
    Json(json!({
        "issuer": issuer.0.address, "authorization_endpoint": at("/authorize"), "token_endpoint": at("/token"), "jwks_uri": at("/keys"),
        "response_types_supported": ["code"], "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["EdDSA", "HS256"],
    }))
}

async fn keys(State(issuer): State<Issuer>) -> Json<Value> {
    let key = serde_json::to_value(issuer.0.key.lock().unwrap().as_verification_key()).unwrap();
    Json(json!({"keys": [key]}))
}

async fn token(State(issuer): State<Issuer>, headers: HeaderMap, body: String) -> Response {
    let asked: HashMap<String, String> = form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    let basic = format!("Basic {}", STANDARD.encode(format!("{CLIENT}:{SECRET}")));
    let known = headers.get("authorization").is_some_and(|value| *value == *basic);
    let agreed = issuer.0.agreed.lock().unwrap().remove(&asked["code"]);
    let proof = URL_SAFE_NO_PAD.encode(Sha256::digest(asked["code_verifier"].as_bytes()));
    let Some(agreed) = agreed.filter(|agreed| known && agreed.challenge == proof && asked["redirect_uri"] == REDIRECT) else {
        return (StatusCode::BAD_REQUEST, Json(json!({"error": "invalid_grant"}))).into_response();
    };
    let forged = *issuer.0.forged.lock().unwrap();
    let mut answer = json!({"access_token": "unused", "token_type": "Bearer"});
    if forged != Forged::Missing {
        answer["id_token"] = json!(id_token(&issuer, &agreed, forged));
    }
    Json(answer).into_response()
}

fn id_token(issuer: &Issuer, agreed: &Agreed, forged: Forged) -> String {
    let or = |what: Forged, wrong: &str, right: &str| if forged == what { wrong.to_owned() } else { right.to_owned() };
    let now = NOW / 1000;
    let claims = json!({
        "iss": or(Forged::Issuer, "https://elsewhere.example", &issuer.0.address),
        "aud": or(Forged::Audience, "another", CLIENT),
        "nonce": or(Forged::Nonce, "another", &agreed.nonce),
        "sub": agreed.subject, "iat": now - 5,
        "exp": if forged == Forged::Expired { now - 1 } else { now + 300 },
    });
    let algorithm = or(Forged::SharedSecret, "HS256", "EdDSA");
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(&json!({"alg": algorithm, "kid": "first", "typ": "JWT"})), part(&claims));
    let signature = match forged {
        Forged::SharedSecret => {
            let shared = openidconnect::core::CoreHmacKey::new(SECRET.as_bytes().to_vec());
            shared.sign(&CoreJwsSigningAlgorithm::HmacSha256, signed.as_bytes()).unwrap()
        }
        Forged::Key => key(9, "first").sign(&CoreJwsSigningAlgorithm::EdDsa, signed.as_bytes()).unwrap(),
        _ => issuer.0.key.lock().unwrap().sign(&CoreJwsSigningAlgorithm::EdDsa, signed.as_bytes()).unwrap(),
    };
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// The value of a cookie that an answer sets.
fn cookie(answer: &Answer, name: &str) -> Option<String> {
    let set = answer.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap());
    let mut values = set.filter_map(|value| value.split(';').next()?.split_once('=')).filter(|(held, _)| *held == name);
    values.next().map(|(_, value)| value.to_owned()).filter(|value| !value.is_empty())
}

/// Sends a browser to the provider: where, and its cookie.
async fn begin(town: &Town) -> (String, String) {
    let answer = town.get("/session/oidc").send().await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    (answer.header("location").to_owned(), cookie(&answer, "qianmo_oidc").unwrap())
}

/// The browser comes back.
async fn back(town: &Town, cookie: &str, code: &str, state: &str) -> Answer {
    let path = format!("/session/oidc/done?code={code}&state={state}&session_state=whatever");
    let answer = town.get(&path).header("cookie", &format!("other=1; qianmo_oidc={cookie}")).send().await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    answer
}

async fn link(town: &Town, issuer: &Issuer, worker: &str, subject: &str) {
    let identity = json!({"issuer": issuer.0.address, "subject": subject});
    town.put(&format!("/workers/{worker}/identities")).by("administrator").json(identity).gives(204).await;
}

#[tokio::test]
async fn without_a_provider_there_is_none() {
    let town = Town::new();
    assert_eq!(town.get("/session/options").gives(200).await, json!({"password": true}));
    town.get("/session/oidc").refused(404, "SERVER-0104").await;
    town.get("/session/oidc/done?code=x&state=y").refused(404, "SERVER-0104").await;
    town.post("/session/oidc/link").by("clinician").refused(404, "SERVER-0104").await;
}

#[tokio::test]
async fn a_linked_worker_logs_in_once_with_each_code() {
    let issuer = Issuer::start().await;
    let town = issuer.town();
    assert_eq!(town.get("/session/options").gives(200).await, json!({"password": true, "provider": "县统一身份认证"}));
    link(&town, &issuer, "clinician", "0042").await;
    let (location, browser) = begin(&town).await;
    let (code, state) = issuer.agree(&location, "0042");
    let answer = back(&town, &browser, &code, &state).await;
    assert_eq!(answer.header("location"), "/");
    let token = cookie(&answer, "qianmo_session").unwrap();
    assert_eq!(town.get("/session").bearer(&token).gives(200).await["name"], "clinician");
    let again = back(&town, &browser, &code, &state).await;
    assert_eq!((again.header("location"), cookie(&again, "qianmo_session")), ("/?refused=SERVER-0311", None));
    let trail = town.get("/audit?deeds=login&worker=clinician").by("auditor").gives(200).await;
    assert_eq!(trail["items"].as_array().unwrap().len(), 1);
    assert_eq!(*issuer.0.descriptions.lock().unwrap(), 1, "the provider's description is kept");
}

#[tokio::test]
async fn who_is_not_linked_or_disabled_stays_outside() {
    let issuer = Issuer::start().await;
    let town = issuer.town();
    let attempt = async |subject: &str| {
        let (location, browser) = begin(&town).await;
        let (code, state) = issuer.agree(&location, subject);
        back(&town, &browser, &code, &state).await.header("location").to_owned()
    };
    assert_eq!(attempt("0042").await, "/?refused=STORE-0516");
    link(&town, &issuer, "clinician", "0042").await;
    assert_eq!(attempt("0042").await, "/");
    assert_eq!(attempt("0042 ").await, "/?refused=STORE-0516");
    town.put("/workers/clinician/enabled").by("administrator").json(json!({"enabled": false})).gives(204).await;
    assert_eq!(attempt("0042").await, "/?refused=STORE-0503");
}

#[tokio::test]
async fn only_the_browser_that_began_comes_back_and_in_time() {
    let issuer = Issuer::start().await;
    let town = issuer.town();
    link(&town, &issuer, "clinician", "0042").await;
    let refused = "/?refused=SERVER-0311";
    let (location, browser) = begin(&town).await;
    let (code, state) = issuer.agree(&location, "0042");
    let (_, other) = begin(&town).await;
    assert_eq!(back(&town, &other, &code, &state).await.header("location"), refused, "another browser");
    assert_eq!(back(&town, &browser, &code, &state).await.header("location"), refused, "spent by the attempt");
    assert_eq!(back(&town, &browser, &code, "made-up").await.header("location"), refused);
    let bare = town.get("/session/oidc/done").send().await;
    assert_eq!(bare.header("location"), refused);

    let (location, browser) = begin(&town).await;
    let (code, state) = issuer.agree(&location, "0042");
    town.clock.pass_minutes(10);
    assert_eq!(back(&town, &browser, &code, &state).await.header("location"), refused, "too late");
    assert!(town.clock.now_ms() > NOW);
}

#[tokio::test]
async fn a_token_that_does_not_hold_opens_nothing() {
    let issuer = Issuer::start().await;
    let town = issuer.town();
    link(&town, &issuer, "clinician", "0042").await;
    for forged in [
        Forged::Nonce,
        Forged::Audience,
        Forged::Issuer,
        Forged::Expired,
        Forged::Key,
        Forged::SharedSecret,
        Forged::Missing,
        Forged::Nothing,
    ] {
        issuer.forge(forged);
        let (location, browser) = begin(&town).await;
        let (code, state) = issuer.agree(&location, "0042");
        let answer = back(&town, &browser, &code, &state).await;
        let expected = if forged == Forged::Nothing { "/" } else { "/?refused=SERVER-0312" };
        assert_eq!(answer.header("location"), expected, "{forged:?}");
    }
    let (_, browser) = begin(&town).await;
    let denied =
        town.get("/session/oidc/done?error=access_denied&state=x").header("cookie", &format!("qianmo_oidc={browser}")).send().await;
    assert_eq!(denied.header("location"), "/?refused=SERVER-0312");
    let (location, browser) = begin(&town).await;
    let (_, state) = issuer.agree(&location, "0042");
    assert_eq!(back(&town, &browser, "stolen", &state).await.header("location"), "/?refused=SERVER-0312", "no such code");
}

#[tokio::test]
async fn new_keys_of_the_provider_are_found() {
    let issuer = Issuer::start().await;
    let town = issuer.town();
    link(&town, &issuer, "clinician", "0042").await;
    let (location, browser) = begin(&town).await;
    let (code, state) = issuer.agree(&location, "0042");
    *issuer.0.key.lock().unwrap() = key(2, "first");
    assert_eq!(back(&town, &browser, &code, &state).await.header("location"), "/");
}

#[tokio::test]
async fn one_links_and_unlinks_ones_own_account() {
    let issuer = Issuer::start().await;
    let town = issuer.town();
    town.post("/session/oidc/link").refused(401, "SERVER-0101").await;
    let answer = town.post("/session/oidc/link").by("clinician").send().await;
    assert_eq!(answer.status, 200);
    let browser = cookie(&answer, "qianmo_oidc").unwrap();
    let (code, state) = issuer.agree(answer.json()["url"].as_str().unwrap(), "0042");
    let linked = back(&town, &browser, &code, &state).await;
    assert_eq!((linked.header("location"), cookie(&linked, "qianmo_session")), ("/?linked=true", None));
    let identity = json!({"issuer": issuer.0.address, "subject": "0042"});
    assert_eq!(town.get("/session/identities").by("clinician").gives(200).await["items"], json!([identity]));
    town.post("/session/identities/end").by("committee").json(identity.clone()).refused(404, "STORE-0516").await;
    town.post("/session/identities/end").by("clinician").json(identity).gives(204).await;
    town.get("/session").by("clinician").refused(401, "SERVER-0101").await;
}

#[tokio::test]
async fn a_provider_that_does_not_answer_is_told() {
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let town = Town::configured(|config| config.oidc = Some(settings(&format!("http://{closed}"))));
    town.get("/session/oidc").refused(503, "SERVER-0310").await;
}

#[tokio::test]
async fn too_many_tries_from_one_address_are_refused_for_a_minute() {
    let issuer = Issuer::start().await;
    let town = issuer.town();
    for _ in 0..60 {
        begin(&town).await;
    }
    let answer = town.get("/session/oidc").refused(429, "SERVER-0110").await;
    assert_eq!(answer.header("retry-after"), "5");
    town.clock.pass_minutes(1);
    begin(&town).await;
}

#[test]
fn wrong_settings_are_told_at_the_start() {
    let refused = |change: &dyn Fn(&mut Oidc)| {
        let mut wrong = settings("https://id.example");
        change(&mut wrong);
        Town::attempt(|config| config.oidc = Some(wrong)).err().map(|fault| fault.code)
    };
    assert_eq!(refused(&|_| ()), None);
    assert_eq!(refused(&|oidc| oidc.issuer = "http://id.example".into()), Some("SERVER-0313"));
    assert_eq!(refused(&|oidc| oidc.issuer = "id.example".into()), Some("SERVER-0313"));
    assert_eq!(refused(&|oidc| oidc.redirect = "http://town.example/back".into()), Some("SERVER-0313"));
    assert_eq!(refused(&|oidc| oidc.landing = "https://elsewhere.example".into()), Some("SERVER-0313"));
    assert_eq!(refused(&|oidc| oidc.authorities = Some("/nowhere/at/all.pem".into())), Some("SERVER-0313"));
    assert!(!format!("{:?}", settings("https://id.example")).contains(SECRET), "secrets don't get into logs");
}
