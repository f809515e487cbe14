//! Who may see and do what.
//!
//! Start at [`Access`]: made from a worker's grants in force on a day, the division tree and a [`Guard`] (what the packs say about
//! how carefully forms, views, indicators and services are guarded), it answers every question of the kind "may this person…".
//! What each role can see and do is one table, [`Duties`]; `docs/access.md` is tested against it.
//! [`Standing`] says what a resident has consented to, refused or withdrawn, and what that stops.
//!
//! Everything here is pure: grants and packs in, decisions out. Decisions about rows leave as a `qianmo_store::Sight`, which the store
//! keeps in the query.
//!
//! What may not come in: input or output, a clock, HTTP, the name of a programme, form or disease.

mod access;
pub mod consent;
mod duties;
mod grants;
mod guard;
mod numbers;
mod reason;
mod right;
pub mod sealing;
mod write;

pub use access::{Access, DueWindow, RowsSeen, Wording};
pub use consent::{Answer, Answered, Rules, Standing, State};
pub use duties::{Duties, Lines, Rows, Writes};
pub use guard::{Guard, Guarded, at_most};
pub use reason::{MIN_REASON, fits as reason_fits};
pub use right::Right;
pub use write::Written;
