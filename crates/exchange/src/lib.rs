//! Spreadsheets in, records out (and back, with the reasons): the exchange with what people keep in Excel.
//!
//! Here lives the import of one form from an xlsx, xls or csv file: reading cells, finding the header, recognising
//! people and villages, turning text into values, and the form's own check. Start reading at [`import`].
//!
//! Invariants: every bad row is reported with sheet, row and column; no row is taken twice; nothing is written here:
//! the caller appends the records in one batch.
//!
//! What may not come in: the store (what it holds is told to a [`Register`]), programmes, clocks and random sources.

mod copy;
mod header;
mod identity;
mod import;
mod map;
mod moment;
mod number;
mod register;
mod row;
mod source;
mod subject;
mod text;
mod value;
mod village;

pub use copy::with_reasons;
pub use import::{Import, Options, SheetRead, import};
pub use map::{DateOrder, Map};
pub use register::Register;
