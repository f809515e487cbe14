//! Numbers of a data folder.
mod columns;
pub use columns::columns;
