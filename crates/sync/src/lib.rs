//! Synchronisation: the protocol's decisions, without HTTP.
//!
//! The serving side: [`Intake`] takes what a device sends, record by record, into the log or beside it; [`Arrived`] shows, releases and
//! dismisses what lies beside; [`Puller`] hands out villages; [`exchange`] is both in one round trip; [`device`] checks a device's
//! signature. The sending side, used by a phone and by a township's server alike: [`Peer`], which also builds for the browser. Both
//! sides: [`merge`], and records as bodies in [`body`].
//!
//! Invariants: what was acknowledged is in the log or among the arrivals, exactly once; an answer is the same however often it is asked
//! for; nothing right is lost for something wrong beside it; who wrote on which device is said by the session, not by the body.
//!
//! What may not come in: HTTP, async, who may do what (a [`May`] and a `Sight` are handed in), rules of programmes, a clock.
//! The protocol in words: `docs/sync.md`. Tests: `tests/it`, above all `simulation.rs`.

pub mod body;
pub mod merge;
pub mod peer;

#[cfg(not(target_arch = "wasm32"))]
mod arrived;
#[cfg(not(target_arch = "wasm32"))]
mod correct;
#[cfg(not(target_arch = "wasm32"))]
mod decide;
#[cfg(not(target_arch = "wasm32"))]
mod detail;
#[cfg(not(target_arch = "wasm32"))]
pub mod device;
#[cfg(not(target_arch = "wasm32"))]
pub mod exchange;
#[cfg(not(target_arch = "wasm32"))]
mod intake;
#[cfg(not(target_arch = "wasm32"))]
mod people;
#[cfg(not(target_arch = "wasm32"))]
mod pull;
#[cfg(not(target_arch = "wasm32"))]
mod rules;
#[cfg(not(target_arch = "wasm32"))]
mod upstream;

#[cfg(not(target_arch = "wasm32"))]
pub use arrived::{Arrived, Release, dismiss, release, tidy};
#[cfg(not(target_arch = "wasm32"))]
pub use exchange::{Serving, exchange};
#[cfg(not(target_arch = "wasm32"))]
pub use intake::{Decided, Intake, RECORDS_MAX, is_content};
#[cfg(not(target_arch = "wasm32"))]
pub use pull::{Pulled, Puller};
#[cfg(not(target_arch = "wasm32"))]
pub use rules::{May, Rules, Sender, SenderKind, came_from};
#[cfg(not(target_arch = "wasm32"))]
pub use upstream::Upstream;

pub use peer::Peer;
