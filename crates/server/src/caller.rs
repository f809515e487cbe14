//! Who asks: recognised by a session's token, with what they may see and do.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, PoisonError};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use qianmo_access::{Access, Right, Written};
use qianmo_core::{AreaCode, Fault, Record};
use qianmo_store::{Actor, Device, DeviceId, Reader, Sight, Token, Worker};
use qianmo_sync::{May, Sender, SenderKind};
use sha2::{Digest, Sha256};

use crate::app::App;
use crate::refused::Refused;

/// Name of the cookie that carries the token in a browser.
pub(crate) const COOKIE: &str = "qianmo_session";
/// Header with the stated reason for reading sensitive records, percent-encoded UTF-8.
pub(crate) const REASON: &str = "qianmo-reason";
/// How long somebody is remembered without looking at the store, when another process may have changed accounts there.
const REMEMBERED_MS: i64 = 1000;
/// How often the use of a session is noted.
const SEEN_EVERY_MS: i64 = 60_000;
/// The most people remembered.
const REMEMBERED_MAX: usize = 10_000;

/// Somebody recognised.
pub(crate) struct Known {
    pub(crate) worker: Worker,
    pub(crate) access: Access,
    actor: Actor,
    seen_at: i64,
    looked_up_at: i64,
    on: qianmo_core::Date,
    /// The device that the session was begun on.
    device: Option<Device>,
    /// The root area of the server that the account stands for, if it is a server's.
    peer: Option<AreaCode>,
}

/// Who asks. As an argument of a handler it refuses those who aren't logged in (`SERVER-0101`) and those who must change their password
/// first (`SERVER-0111`).
#[derive(Clone)]
pub struct Caller {
    known: Arc<Known>,
    token: Token,
    reason: Option<Arc<str>>,
    app: App,
}

/// The same for the few things allowed before a password that must be changed has been.
pub(crate) struct Newcomer(pub(crate) Caller);

/// The same for what a device sends, with the device: a revoked one may still push.
pub(crate) struct Sending {
    pub(crate) caller: Caller,
    pub(crate) device: Option<Device>,
}

/// The network address that a request comes from.
pub(crate) struct From(pub(crate) IpAddr);

impl FromRequestParts<App> for From {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Infallible> {
        let from = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        Ok(Self(from.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |ConnectInfo(from)| from.ip())))
    }
}

impl std::fmt::Debug for Caller {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Caller").field("worker", &self.known.worker.name).finish_non_exhaustive()
    }
}

impl Caller {
    /// The account.
    #[must_use]
    pub fn worker(&self) -> &Worker {
        &self.known.worker
    }

    /// What they may see and do.
    #[must_use]
    pub fn access(&self) -> &Access {
        &self.known.access
    }

    /// As the audit chain names them.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.known.actor
    }

    /// Their session's token.
    pub(crate) fn token(&self) -> &Token {
        &self.token
    }

    /// Why they read sensitive records, if they said so.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }

    /// What they see: identity numbers and phones masked.
    #[must_use]
    pub fn sight(&self) -> Sight {
        self.known.access.sight(self.reason(), false)
    }

    /// Refuses unless they may do this in the area.
    ///
    /// Errors: `ACCESS-0102`.
    pub fn must(&self, right: Right, area: AreaCode) -> Result<(), Fault> {
        self.known.access.require_right(right, area)
    }

    /// Whether the account is another server's.
    pub(crate) fn is_peer(&self) -> bool {
        self.known.peer.is_some()
    }

    /// What they may write, for an intake.
    pub(crate) fn may(&self) -> Arc<dyn May> {
        let known = self.known.clone();
        Arc::new(move |record: &Record, home: Option<AreaCode>| {
            known.access.may_write(&Written { form: &record.form, area: record.area, resident: record.resident, home })
        })
    }

    /// As the sender of records.
    pub(crate) fn sender(&self) -> Sender {
        let kind = self.known.peer.map_or(SenderKind::Person, |home| SenderKind::Server { home });
        Sender { kind, ..Sender::person(self.known.actor.clone(), self.known.worker.area) }
    }

    /// Reads records as far as they may see them. There is no other way from a handler to a record.
    ///
    /// Errors: those of `task`.
    pub async fn read<T: Send + 'static>(&self, task: impl FnOnce(&Reader<'_>) -> Result<T, Fault> + Send + 'static) -> Result<T, Refused> {
        let sight = self.sight();
        self.app.read(move |store| task(&Reader::new(store, &sight))).await
    }
}

impl FromRequestParts<App> for Caller {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        let caller = recognise(parts, app).await?;
        if caller.known.device.as_ref().is_some_and(|device| device.revoked_at.is_some()) {
            return Err(stranger());
        }
        if caller.known.worker.must_change {
            return Err(Fault::new("SERVER-0111").into());
        }
        Ok(caller)
    }
}

impl FromRequestParts<App> for Sending {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        let caller = recognise(parts, app).await?;
        let device = caller.known.device.clone();
        Ok(Self { caller, device })
    }
}

impl FromRequestParts<App> for Newcomer {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        recognise(parts, app).await.map(Self)
    }
}

async fn recognise(parts: &Parts, app: &App) -> Result<Caller, Refused> {
    let token = token(&parts.headers, &parts.method).ok_or_else(stranger)?;
    let key: [u8; 32] = Sha256::digest(token.expose().as_bytes()).into();
    let now = app.clock.now_ms();
    let today = app.clock.today();
    let generation = app.accounts_generation();
    let held = app.known.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
    let fresh = held.filter(|known| now - known.looked_up_at < REMEMBERED_MS && known.on == today);
    let known = if let Some(known) = fresh {
        known
    } else {
        let known = Arc::new(look_up(app, &token, now, today).await?);
        let mut remembered = app.known.lock().unwrap_or_else(PoisonError::into_inner);
        if generation == app.accounts_generation() {
            if remembered.len() >= REMEMBERED_MAX {
                remembered.clear();
            }
            remembered.insert(key, known.clone());
        }
        known
    };
    if now - known.seen_at >= SEEN_EVERY_MS {
        let (seen, writer) = (token.clone(), app.writer.clone());
        // Nobody waits for this note; were it lost, the session would only end a little earlier.
        tokio::task::spawn_blocking(move || drop(writer.run(move |store| store.accounts_mut().seen(&seen, now))));
    }
    Ok(Caller { known, token, reason: reason(&parts.headers), app: app.clone() })
}

async fn look_up(app: &App, token: &Token, now: i64, today: qianmo_core::Date) -> Result<Known, Refused> {
    let (token, rules) = (token.clone(), app.config.session);
    let found = app
        .read(move |store| {
            let accounts = store.accounts();
            let Some(session) = accounts.session(&token, now, rules)? else { return Ok(None) };
            let Some(worker) = accounts.worker(&session.worker)? else { return Ok(None) };
            let grants = accounts.grants_on(&session.worker, today)?;
            let device = session.device.as_deref().and_then(|id| id.parse().ok()).map(DeviceId);
            let device = device.map(|id| accounts.device(id)).transpose()?.flatten();
            let peer = store.setting(&format!("peer:{}", worker.name))?.and_then(|area| area.parse().ok());
            Ok(Some((session, worker, grants, device, peer)))
        })
        .await?;
    let (session, worker, grants, device, peer) = found.ok_or_else(stranger)?;
    let access = Access::new(worker.name.clone(), &grants, app.guard.clone(), &app.areas(), today);
    Ok(Known { actor: session.actor(), seen_at: session.seen_at, worker, access, looked_up_at: now, on: today, device, peer })
}

fn stranger() -> Refused {
    Fault::new("SERVER-0101").into()
}

/// The token: from `Authorization`, else from the cookie. A cookie counts for writing only when the request comes from our own pages.
fn token(headers: &HeaderMap, method: &Method) -> Option<Token> {
    let text = |name| headers.get(name).and_then(|value: &header::HeaderValue| value.to_str().ok());
    if let Some(bearer) = text(header::AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer ")) {
        return Some(Token::from_client(bearer.trim()));
    }
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(';'));
    let held = cookies.filter_map(|pair| pair.trim().split_once('=')).find(|(name, _)| *name == COOKIE)?.1;
    let own = match (text(header::ORIGIN), text(header::HOST)) {
        (Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, from)| from == host),
        (Some(_), None) => false,
        (None, _) => method.is_safe() || headers.get("sec-fetch-site").is_some_and(|site| site == "same-origin"),
    };
    (method.is_safe() || own).then(|| Token::from_client(held))
}

fn reason(headers: &HeaderMap) -> Option<Arc<str>> {
    let text = headers.get(REASON)?.to_str().ok()?;
    let decoded = percent_decoded(text)?;
    let trimmed = decoded.trim();
    (!trimmed.is_empty() && trimmed.chars().count() <= 200).then(|| trimmed.into())
}

/// Headers carry ASCII only: Chinese comes percent-encoded.
fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        if *first == b'%' {
            let digits = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok())?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8(bytes).ok()
}
