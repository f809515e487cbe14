//! The store's tests: one suite for every implementation, and what only the embedded one can suffer.

mod conformance;
mod kill;
mod model;
mod sqlite;
mod support;
