//! Indicators from records: columns, views, the cube, and the way back from a number to its records.
//!
//! Records come in as rows ([`Columns`]), one table per form; packs bring views (SQL) and indicators (expressions over
//! view rows). [`Engine`] plans each view once per stretch of days and runs all its indicators in one scan, grouped by
//! leaf area; [`Cube`] keeps the sums and adds them up for areas above. [`Engine::drill`] lists what a number counted.
//!
//! What may not come in: the store's SQL, HTTP, files other than the Parquet export. Arrow types stay in `build`, `columns`,
//! `tables`, `engine`, `export`: callers see [`Table`] and [`Cube`].

mod build;
mod cases;
mod columns;
mod cube;
mod drill;
mod emit;
mod engine;
mod export;
mod ledger;
mod reach;
mod schema;
mod subjects;
mod table;
mod tables;

pub use build::{ColumnsBuilder, RowHead};
pub use cases::{CaseFault, run_cases};
pub use columns::Columns;
pub use cube::{Cube, Wanted};
pub use engine::{Engine, NamedSums};
pub use export::export;
pub use ledger::{Computed, Ledger};
pub use reach::{Reach, Scope};
pub use subjects::Subjects;
pub use table::{Table, TableColumn};
