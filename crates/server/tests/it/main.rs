//! The server's tests: requests to the router as a client sends them, over a real data folder and the real packs.
//!
//! `support.rs` says which people and places there are.

mod support;

mod admin;
mod areas;
mod audit;
mod devices;
mod documents;
mod events;
mod indicators;
mod matrix;
mod oidc;
mod packs;
mod returns;
mod rosters;
mod session;
