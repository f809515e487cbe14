//! Where the record log and the packs meet: what a desk asks of a store with the programmes in force.
//!
//! [`DueLists`]: who is due for what, for one person, a village or the
//! whole. [`sheet`]: what is known of one person, for checks.
//!
//! Store and schedules don't know each other; here they are joined, once for the command line, the server and the
//! benchmarks. What may not come in: HTTP, printing, any rule of its own.

mod due;
mod figures;
mod sheet;

pub use figures::{
    CellAt, CellSource, Cells, CellsAsked, Change, Figures, FileAsked, FileKind, ReturnCell, ReturnRow, ReturnSheet, Row, Rows, RowsColumn, Seen,
};
pub use due::{Asked, Due, DueLists, People};
pub use sheet::sheet;
