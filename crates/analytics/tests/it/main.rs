//! The engine on real packs and on a small one of the test's own.
#![allow(clippy::unwrap_used, clippy::panic, unreachable_pub, reason = "helpers of tests may stop a test")]

mod support;
mod township;
mod toy;
