//! How a store is opened.

use std::time::Duration;

use crate::audit::Hash;
use crate::seal::Sealing;

/// How to open a store.
#[derive(Debug, Clone)]
pub struct Options {
    /// How long to wait for another process that is writing, and for a database server that doesn't answer.
    pub wait: Duration,
    /// The most bytes that the file may take; no limit when absent. Beyond it appends fail as on a full disk. Only for SQLite.
    pub bytes_max: Option<u64>,
    /// What is encrypted on the way in, and the keys; nothing when absent.
    pub sealing: Option<Sealing>,
    /// The hash of the audit chain.
    pub hash: Hash,
}

impl Default for Options {
    fn default() -> Self {
        Self { wait: Duration::from_secs(5), bytes_max: None, sealing: None, hash: Hash::default() }
    }
}
