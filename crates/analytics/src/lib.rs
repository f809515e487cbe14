//! Indicators from records: columns, views, the cube, and the way back from a number to its records.
//!
//! Records come in as rows ([`Columns`]), one table per form; packs bring views (SQL) and indicators (expressions over
//! view rows). [`Engine`] plans each view once per stretch of days and runs all its indicators in one scan, grouped by
//! leaf area; [`Cube`] keeps the sums and adds them up for areas above. [`Engine::drill`] lists what a number counted.
//!
//! What may not come in: the store's SQL, HTTP, files other than the Parquet export. Arrow types stay in `columns`,
//! `engine`, `export`: callers see [`Table`] and [`Cube`].

mod cases;
mod columns;
mod cube;
mod drill;
mod emit;
mod engine;
mod export;
mod schema;
mod table;

pub use cases::{CaseFault, run_cases};
pub use columns::{Columns, ColumnsBuilder, RowHead};
pub use cube::{Cube, Wanted};
pub use engine::{Engine, NamedSums};
pub use export::export;
pub use table::{Table, TableColumn};
