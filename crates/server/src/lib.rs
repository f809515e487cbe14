//! The server: where phones and offices meet.
//!
//! HTTP on one side, the store, the schedules and the numbers on the other. [`App`] is the state that every request sees; [`router`] the
//! whole API with its OpenAPI document; [`serve`] listens, ends gracefully and speaks TLS. `caller.rs` says who asks, `routes/` what can be
//! asked, one file a subject.
//!
//! Invariants: whatever is read for somebody is read through what they may see ([`Caller::reader`]); an answer to a writing is given when it is
//! durable; a dashboard reads computed cells, never records; no personal data in a log line, an address or an error.
//!
//! What may not come in: the query engine and the typesetter (numbers and files come through [`qianmo_desk::Figures`]), rules of programmes, SQL.

mod app;
mod caller;
mod clock;
mod config;
mod extract;
mod limits;
mod observe;
mod oidc;
mod openapi;
mod page;
mod readers;
mod refused;
mod routes;
mod serve;
mod words;

pub use app::{App, Parts};
pub use caller::Caller;
pub use clock::{Clock, SystemClock};
pub use config::{Config, Tls};
pub use oidc::Oidc;
pub use openapi::document;
pub use readers::OpenStore;
pub use refused::Refused;
pub use routes::router;
pub use serve::{Server, serve};
