//! Tests of `qianmo-figures`.
#![allow(clippy::unwrap_used, clippy::panic, clippy::too_many_arguments, unreachable_pub, reason = "helpers of tests may stop a test")]

mod answers;
mod follow;
mod support;
mod township;
mod toy;
