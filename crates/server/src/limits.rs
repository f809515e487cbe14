//! How often somebody may try to log in: by address, beside the lock that each account has.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use qianmo_core::Fault;

/// Tries from one address within [`WINDOW_MS`].
const TRIES_MAX: u32 = 60;
const WINDOW_MS: i64 = 60_000;
/// The most addresses remembered; beyond it the oldest stretch is forgotten.
const ADDRESSES_MAX: usize = 10_000;

/// Counts tries.
#[derive(Debug, Default)]
pub(crate) struct LoginTries {
    held: Mutex<HashMap<IpAddr, (i64, u32)>>,
}

impl LoginTries {
    /// Counts a try.
    ///
    /// Errors: `SERVER-0110` too many.
    pub(crate) fn count(&self, from: IpAddr, now: i64) -> Result<(), Fault> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.len() >= ADDRESSES_MAX {
            held.retain(|_, (began, _)| now - *began < WINDOW_MS);
        }
        let entry = held.entry(from).or_insert((now, 0));
        if now - entry.0 >= WINDOW_MS {
            *entry = (now, 0);
        }
        entry.1 += 1;
        if entry.1 > TRIES_MAX { Err(Fault::new("SERVER-0110")) } else { Ok(()) }
    }
}
