//! The store's only look at the clock: when something is noted in the audit chain and the caller gave no time.

use std::time::{SystemTime, UNIX_EPOCH};

/// Now, UTC, milliseconds since 1970.
pub(crate) fn now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
