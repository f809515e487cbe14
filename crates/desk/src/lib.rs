//! Where the record log and the packs meet: what a desk asks of a store with the programmes in force.
//!
//! [`DueLists`]: who is due for what, made from scratch; [`LiveDue`]: the same, kept village by village and following the log, limited by
//! what may be seen. [`person_page`]: everything about one person; [`merge_preview`]: two entries of one person; [`own_copy`]: the
//! resident's own copy. [`village_signals`], [`unusual`]: what about the data wants looking at. [`Figures`]: the numbers, computed elsewhere.
//! [`sheet`]: what is known of one person, for checks.
//!
//! Store and schedules don't know each other; here they are joined, once for the command line, the server and the
//! benchmarks. What may not come in: HTTP, printing, any rule of its own.

mod dossier;
mod due;
mod figures;
mod key;
mod links;
mod live;
mod person;
mod sheet;
mod signals;
pub mod suppress;

pub use dossier::People;
pub use due::{Asked, Due, DueLists};
pub use figures::{
    CellAt, CellSource, Cells, CellsAsked, Change, Document, DocumentBar, DocumentBlock, DocumentRun, Figures, FileAsked, FileKind,
    ReturnCell, ReturnRow, ReturnSheet, Row, Rows, RowsColumn, Seen,
};
pub use key::Key;
pub use live::{
    Clients, DueAsked, DueCount, DuePage, DueSight, DueTotals, DueWhose, DueWindow, Follower, Fresh, LiveDue, LiveLimits, OpenStore,
    SeenDue, VillageDue,
};
pub use person::{
    Age, Card, Changed, Clash, Consent, Episode, MergePreview, OnePerson, OwnConsent, OwnCopy, OwnEntry, OwnField, OwnReading, PersonAsked,
    PersonPage, Shown, Standing, TimelineEntry, Trend, TrendPoint, Values, Version, merge_preview, merge_values, own_copy, person_page,
    readings, rows_about,
};
pub use sheet::sheet;
pub use signals::{Twin, Twins, TwinsBy, Unusual, UnusualAsked, VillageSignal, unusual, village_signals};
