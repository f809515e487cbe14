//! The server's tests: requests to the router as a client sends them, over a real data folder and the real packs.
//!
//! `support.rs` says which people and places there are.

#[cfg(test)]
mod admin;
#[cfg(test)]
mod areas;
#[cfg(test)]
mod audit;
#[cfg(test)]
mod care;
#[cfg(test)]
mod description;
#[cfg(test)]
mod devices;
#[cfg(test)]
mod documents;
#[cfg(test)]
mod drafts;
#[cfg(test)]
mod edges;
#[cfg(test)]
mod events;
#[cfg(test)]
mod imports;
#[cfg(test)]
mod indicators;
#[cfg(test)]
mod matrix;
#[cfg(test)]
mod merge;
#[cfg(test)]
mod oidc;
#[cfg(test)]
mod packs;
#[cfg(test)]
mod returns;
#[cfg(test)]
mod rosters;
#[cfg(test)]
mod session;
#[cfg(test)]
mod signals;
#[cfg(test)]
mod storage;
#[cfg(test)]
mod support;
