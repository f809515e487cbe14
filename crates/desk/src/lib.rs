//! Where the record log and the packs meet: what a desk asks of a store with the programmes in force.
//!
//! [`DueLists`]: who is due for what, for one person, a village or the
//! whole. [`sheet`]: what is known of one person, for checks.
//!
//! Store and schedules don't know each other; here they are joined, once for the command line, the server and the
//! benchmarks. What may not come in: HTTP, printing, any rule of its own.

mod dossier;
mod due;
mod figures;
mod key;
mod links;
mod live;
mod sheet;
pub mod suppress;

pub use dossier::People;
pub use due::{Asked, Due, DueLists};
pub use figures::{
    CellAt, CellSource, Cells, CellsAsked, Change, Document, DocumentBar, DocumentBlock, DocumentRun, Figures, FileAsked, FileKind,
    ReturnCell, ReturnRow, ReturnSheet, Row, Rows, RowsColumn, Seen,
};
pub use key::Key;
pub use live::{
    DueAsked, DueCount, DuePage, DueSight, DueTotals, DueWhose, DueWindow, Follower, Fresh, LiveDue, LiveLimits, OpenStore, SeenDue,
    VillageDue,
};
pub use sheet::sheet;
