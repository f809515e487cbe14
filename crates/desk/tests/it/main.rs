//! The desk against small programmes and a made-up township.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod live;
mod person;
mod signals;
mod world;
