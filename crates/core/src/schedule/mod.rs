//! Schedules (服务计划): who is due for what on a day, and why.
//!
//! [`types`] is what the packs' `schedule.toml` say; [`Planner`] compiles it once; [`Planner::items`] answers for the records of one
//! person and a day. Pure: the day is an argument, nothing is kept between two questions, the order of records doesn't matter.
//!
//! What the edges mean:
//!
//! | what | meaning |
//! | --- | --- |
//! | records dated after the day of asking | aren't there yet |
//! | the anchor date of a profile | `at` is the date of its first sheet; fields are those of the merged sheet |
//! | `open` | the first day on which it can be done and is asked; a record of the day before doesn't satisfy it |
//! | `due`, `close` | both days count: overdue from the day after `close` |
//! | `lapse` | on this day nobody is asked any more; done after it is still done |
//! | done | the first fitting record from `open` on; after `close` it is done, but late |
//! | a record of the anchor's own form | satisfies only if it is later than the anchor |
//! | `every` a calendar period | the period of the day (or, before the anchor date, that of the anchor date); spans count from its first day; `open` isn't before the anchor date, `due` is its last day. Records of that period count |
//! | `every` a span | after each time it is done the next is due so long after; `open`, `close`, `lapse` keep their distance from `due`. Until the next opens it is `done`; without `open` the next opens when it is due, but done earlier counts |
//! | a stop | from its day on, until the day of a later record of `resumed_by`; what was done once stays done |
//! | a hold | up to the day before `until`; not before a service opens |
//! | declining | until `again` after it; the last time (more than `asks`) for good; a wish, or doing it, begins anew |
//! | an unknown anchor date | an item without dates, `not_open`, that says so |
//! | which state, when several fit | stopped, declined, lapsed, not open, held, overdue or due; superseded last. Done goes before all for what isn't repeated |

mod case;
mod compile;
mod facts;
mod item;
mod limits;
mod planner;
mod series;
mod service;
pub mod span;
mod state;
pub mod types;
mod words;

pub use facts::{Fact, FormNumber};
pub use item::{DoseDetail, Invalid, Item, Reason};
pub use planner::{Planner, Wanted};
pub use span::Span;
pub use state::State;
pub use types::{CaseDue, Conflict, Course, Cycle, Decline, Dose, Every, Hold, Reach, Schedule, Series, Service, Stop};
