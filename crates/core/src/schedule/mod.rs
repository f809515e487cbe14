//! Schedules (服务计划): who is due for what on a day.
//!
//! [`types`] is what a pack's `schedule.toml` says.

pub mod span;
mod state;
pub mod types;

pub use span::Span;
pub use state::State;
pub use types::{CaseDue, Conflict, Course, Cycle, Decline, Dose, Every, Hold, Reach, Schedule, Series, Service, Stop};
