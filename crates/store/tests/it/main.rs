//! The store's tests: one suite for every implementation, and what only the embedded one can suffer.

#[cfg(test)]
mod conformance;
#[cfg(test)]
mod kill;
#[cfg(test)]
mod model;
#[cfg(test)]
mod sqlite;
#[cfg(test)]
mod support;
