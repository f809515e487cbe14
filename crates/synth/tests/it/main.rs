//! The generator from figures to records: on a toy programme, and on the shipped packs.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

mod contradictions;
mod exact;
mod lived_on;
mod property;
mod script_faults;
mod shipped;
mod toy;
