//! The store's tests: one suite for both databases, and what each alone can suffer.
//!
//! PostgreSQL: see `server.rs`.

#[cfg(test)]
mod accounts;
#[cfg(test)]
mod arrivals;
#[cfg(test)]
mod audit;
#[cfg(test)]
mod backup;
#[cfg(test)]
mod conformance;
#[cfg(test)]
mod directory;
#[cfg(test)]
mod drafts;
#[cfg(test)]
mod filings;
#[cfg(test)]
mod identity;
#[cfg(test)]
mod kill;
#[cfg(test)]
mod migration;
#[cfg(test)]
mod model;
#[cfg(test)]
mod postgres;
#[cfg(test)]
mod seal;
#[cfg(test)]
mod server;
#[cfg(test)]
mod sight;
#[cfg(test)]
mod sqlite;
#[cfg(test)]
mod support;
#[cfg(test)]
mod tls;
#[cfg(test)]
mod world;
#[cfg(test)]
mod writer;
