//! Numbers of a data folder: columns made from the record log, sheets and documents made from columns, and all of it live.
//!
//! [`columns`]: all records in force as tables. [`Print`]: rosters, returns and the summary of one state of the data, the one
//! way in which the command line and the server make them. [`LiveFigures`]: what serves numbers to screens and follows the log
//! (`desk::Figures`).
//!
//! What may not come in: HTTP, printing, rules of a programme, who may see what (rows are filtered by what the caller says).

mod columns;
mod live;
mod merges;
mod paper;
mod publish;
mod rows;
mod screen;

pub use columns::columns;
pub use live::{LiveFigures, OpenStore, Settings};
pub use paper::{Print, organisation, return_form, summary_periods, wanted_by};
