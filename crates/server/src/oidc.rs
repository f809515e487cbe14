//! Logging in through an identity provider: OpenID Connect, authorization code flow with PKCE (RFC 7636) and a nonce.
//!
//! What is begun is kept here, in memory, for [`PENDING_MS`]: state, nonce, the PKCE verifier, and the hash of a cookie that binds it to the browser that
//! began it. Each is good once. Only who somebody is (issuer and subject) comes out; which account that is, and what it may do, is ours to say.
//!
//! Everything that talks to the provider blocks: call it where that is allowed.

use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreIdToken, CoreJwsSigningAlgorithm, CoreProviderMetadata};
use openidconnect::{
    AuthorizationCode, ClientId, ClientSecret, CsrfToken, HttpRequest, HttpResponse, IssuerUrl, Nonce, PkceCodeChallenge, PkceCodeVerifier,
    RedirectUrl, RequestTokenError, TokenResponse,
};
use qianmo_core::Fault;
use qianmo_store::{AccountName, ExternalIdentity};
use sha2::{Digest, Sha256};
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};

/// How long somebody may take at the provider.
pub(crate) const PENDING_MS: i64 = 10 * 60 * 1000;
/// The most logins begun at a time.
const PENDING_MAX: usize = 10_000;
/// How long the provider's description and keys are taken as they are.
const METADATA_MS: i64 = 60 * 60 * 1000;
/// How long an answer of the provider may take.
const ANSWER: Duration = Duration::from_secs(10);
/// The most bytes of an answer.
const ANSWER_BYTES_MAX: u64 = 1 << 20;
/// What an ID token may be signed with: keys of the provider's own, never the secret that both know.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// An identity provider through which workers may log in.
#[derive(Clone)]
pub struct Oidc {
    /// The provider's address, as its ID tokens name it (`iss`). HTTPS, but on the machine itself.
    pub issuer: String,
    /// What the provider calls this server.
    pub client_id: String,
    /// The secret that the provider gave with it; a public client when absent.
    pub client_secret: Option<String>,
    /// Where the provider sends people back: this server's `/api/v1/session/oidc/done` as browsers reach it.
    pub redirect: String,
    /// What the button says.
    pub shown: String,
    /// Where people land afterwards: a path of the web pages.
    pub landing: String,
    /// Certificates that vouch for the provider, in PEM, for one inside the county's network; the public ones when absent.
    pub authorities: Option<PathBuf>,
}

impl fmt::Debug for Oidc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Oidc").field("issuer", &self.issuer).field("client_id", &self.client_id).finish_non_exhaustive()
    }
}

/// A login begun.
struct Pending {
    began_at: i64,
    nonce: Nonce,
    verifier: PkceCodeVerifier,
    /// Hash of the cookie.
    browser: [u8; 32],
    link: Option<AccountName>,
}

/// Where to send the browser, and what it has to bring back.
pub(crate) struct Begun {
    pub(crate) url: String,
    pub(crate) cookie: String,
}

/// Who has come back.
pub(crate) struct Returned {
    pub(crate) identity: ExternalIdentity,
    /// The account that is to be linked with it; absent for a login.
    pub(crate) link: Option<AccountName>,
}

/// What a browser brings back from the provider.
pub(crate) struct Back<'a> {
    pub(crate) state: &'a str,
    pub(crate) code: &'a str,
    pub(crate) cookie: &'a str,
}

/// The provider, ready to be asked.
pub(crate) struct SignIn {
    pub(crate) settings: Oidc,
    issuer: IssuerUrl,
    redirect: RedirectUrl,
    agent: ureq::Agent,
    metadata: Mutex<Option<(i64, CoreProviderMetadata)>>,
    pending: Mutex<HashMap<String, Pending>>,
}

impl SignIn {
    /// Checks the settings; the provider itself is first asked when somebody logs in.
    ///
    /// Errors: `SERVER-0313`.
    pub(crate) fn new(settings: Oidc) -> Result<Self, Fault> {
        let wrong = |setting: &str, why: String| Fault::new("SERVER-0313").with("setting", setting).with("why", why);
        let issuer = IssuerUrl::new(settings.issuer.clone()).map_err(|error| wrong("issuer", error.to_string()))?;
        let redirect = RedirectUrl::new(settings.redirect.clone()).map_err(|error| wrong("redirect", error.to_string()))?;
        for (setting, url) in [("issuer", issuer.url()), ("redirect", redirect.url())] {
            let here = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
            if url.scheme() != "https" && !(here && url.scheme() == "http") {
                return Err(wrong(setting, url.scheme().to_owned()));
            }
        }
        if !settings.landing.starts_with('/') || settings.landing.starts_with("//") {
            return Err(wrong("landing", settings.landing.clone()));
        }
        let roots = settings.authorities.as_ref().map(|file| roots(file).map_err(|why| wrong("authorities", why))).transpose()?;
        let tls = TlsConfig::builder().root_certs(roots.unwrap_or(RootCerts::WebPki)).build();
        // Following redirects would let whoever answers send us anywhere.
        let config =
            ureq::Agent::config_builder().timeout_global(Some(ANSWER)).max_redirects(0).http_status_as_error(false).tls_config(tls);
        Ok(Self { agent: config.build().new_agent(), settings, issuer, redirect, metadata: Mutex::default(), pending: Mutex::default() })
    }

    /// Begins a login, or with `link` the linking of an account that is logged in.
    ///
    /// Errors: `SERVER-0110` too many at once, `SERVER-0310` the provider doesn't answer.
    pub(crate) fn begin(&self, now: i64, link: Option<AccountName>) -> Result<Begun, Fault> {
        let client = CoreClient::from_provider_metadata(self.metadata(now, METADATA_MS)?, self.client_id(), self.client_secret());
        let client = client.set_redirect_uri(self.redirect.clone());
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let flow = CoreAuthenticationFlow::AuthorizationCode;
        let (url, state, nonce) = client.authorize_url(flow, CsrfToken::new_random, Nonce::new_random).set_pkce_challenge(challenge).url();
        let mut bytes = [0_u8; 32];
        getrandom::fill(&mut bytes).map_err(|error| Fault::new("STORE-0007").with("file", "random").with("why", error))?;
        let cookie = URL_SAFE_NO_PAD.encode(bytes);
        let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        pending.retain(|_, one| now - one.began_at < PENDING_MS);
        if pending.len() >= PENDING_MAX {
            return Err(Fault::new("SERVER-0110"));
        }
        pending.insert(state.into_secret(), Pending { began_at: now, nonce, verifier, browser: hash(&cookie), link });
        Ok(Begun { url: url.to_string(), cookie })
    }

    /// Ends what was begun: takes the code to the provider and checks the ID token that it gives.
    ///
    /// Errors: `SERVER-0311` nothing such was begun by this browser, or too long ago; `SERVER-0310` the provider doesn't answer; `SERVER-0312` what it
    /// answers doesn't hold.
    pub(crate) fn finish(&self, now: i64, back: &Back<'_>) -> Result<Returned, Fault> {
        let begun = self.pending.lock().unwrap_or_else(PoisonError::into_inner).remove(back.state);
        let begun = begun.filter(|begun| now - begun.began_at < PENDING_MS && begun.browser == hash(back.cookie));
        let begun = begun.ok_or_else(|| Fault::new("SERVER-0311"))?;
        let metadata = self.metadata(now, METADATA_MS)?;
        let client =
            CoreClient::from_provider_metadata(metadata, self.client_id(), self.client_secret()).set_redirect_uri(self.redirect.clone());
        let request = client.exchange_code(AuthorizationCode::new(back.code.to_owned())).map_err(|_| doubtful("token_endpoint"))?;
        let answer = request.set_pkce_verifier(begun.verifier).request(&|request| self.call(request)).map_err(|error| match error {
            RequestTokenError::Request(error) => unreachable_provider(&error),
            RequestTokenError::ServerResponse(refusal) => doubtful(refusal.error().as_ref()),
            RequestTokenError::Parse(..) | RequestTokenError::Other(_) => doubtful("token"),
        })?;
        let token = answer.id_token().ok_or_else(|| doubtful("id_token"))?;
        let identity = self.identity(now, METADATA_MS, token, &begun.nonce);
        // The provider may have changed its keys since we asked: once more with those of today.
        let identity = identity.or_else(|_| self.identity(now, 0, token, &begun.nonce))?;
        Ok(Returned { identity, link: begun.link })
    }

    /// Who an ID token is about, once signature, issuer, audience, nonce and time hold.
    fn identity(&self, now: i64, fresh_ms: i64, token: &CoreIdToken, nonce: &Nonce) -> Result<ExternalIdentity, Fault> {
        let metadata = self.metadata(now, fresh_ms)?;
        let client = CoreClient::from_provider_metadata(metadata, self.client_id(), self.client_secret());
        let instant = UNIX_EPOCH + Duration::from_millis(u64::try_from(now).unwrap_or(0));
        let verifier = client.id_token_verifier().set_allowed_algs(ALGORITHMS).set_time_fn(move || instant.into());
        let claims = token.claims(&verifier, nonce).map_err(|error| doubtful(&error.to_string()))?;
        ExternalIdentity::new(claims.issuer(), claims.subject())
    }

    /// The provider's description, asked for again when it is older than `fresh_ms`.
    fn metadata(&self, now: i64, fresh_ms: i64) -> Result<CoreProviderMetadata, Fault> {
        let held = self.metadata.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((_, metadata)) = held.filter(|(asked_at, _)| now - asked_at < fresh_ms) {
            return Ok(metadata);
        }
        let found =
            CoreProviderMetadata::discover(&self.issuer, &|request| self.call(request)).map_err(|error| unreachable_provider(&error))?;
        *self.metadata.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, found.clone()));
        Ok(found)
    }

    fn client_id(&self) -> ClientId {
        ClientId::new(self.settings.client_id.clone())
    }

    fn client_secret(&self) -> Option<ClientSecret> {
        self.settings.client_secret.clone().map(ClientSecret::new)
    }

    fn call(&self, request: HttpRequest) -> Result<HttpResponse, ureq::Error> {
        let answered = if request.body().is_empty() { self.agent.run(request.map(|_| ())) } else { self.agent.run(request) };
        let (head, mut body) = answered?.into_parts();
        let body = body.with_config().limit(ANSWER_BYTES_MAX).read_to_vec()?;
        Ok(HttpResponse::from_parts(head, body))
    }
}

fn hash(cookie: &str) -> [u8; 32] {
    Sha256::digest(cookie.as_bytes()).into()
}

fn doubtful(why: &str) -> Fault {
    Fault::new("SERVER-0312").with("why", shortened(why))
}

fn unreachable_provider(why: &dyn fmt::Display) -> Fault {
    Fault::new("SERVER-0310").with("why", shortened(&why.to_string()))
}

fn shortened(why: &str) -> String {
    why.chars().filter(|c| !c.is_control()).take(120).collect()
}

fn roots(file: &std::path::Path) -> Result<RootCerts, String> {
    let pem = std::fs::read(file).map_err(|error| error.to_string())?;
    let certificates: Vec<_> =
        parse_pem(&pem).filter_map(|item| if let Ok(PemItem::Certificate(one)) = item { Some(one) } else { None }).collect();
    if certificates.is_empty() { Err("PEM".to_owned()) } else { Ok(certificates.into()) }
}
