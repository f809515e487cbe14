//! How a store is opened.

use std::time::Duration;

/// How to open a store.
#[derive(Debug, Clone)]
pub struct Options {
    /// How long to wait for another process that is writing, and for a database server that doesn't answer.
    pub wait: Duration,
    /// The most bytes that the file may take; no limit when absent. Beyond it appends fail as on a full disk. Only for SQLite.
    pub bytes_max: Option<u64>,
}

impl Default for Options {
    fn default() -> Self {
        Self { wait: Duration::from_secs(5), bytes_max: None }
    }
}
