//! Documents, rosters and returns: from a model to the bytes of a file.
//!
//! [`summary`] composes the annual work summary and plan from the packs' templates, [`book`] a pack as a booklet to
//! sign off, [`roster`] and [`returns`] lay out ledgers and returns, [`model`] and [`sheet`] are what they make. The writers [`docx`], [`markdown`],
//! [`html`], [`xlsx`], [`csv`] and [`pdf`] turn a model into bytes and decide nothing about its content.
//!
//! Every number comes through `qianmo_core::Numbers` and keeps a reference to its indicator, area, period and
//! cut. The print date is an argument: nothing here reads a clock, and the same input gives the same bytes.
//!
//! What may not come in: the store, analytics, a clock, the network. Files are read only to find fonts.

pub mod book;
pub mod csv;
pub mod docx;
pub mod html;
pub mod layout;
pub mod markdown;
pub mod model;
pub mod output;
pub mod pdf;
pub mod phrase;
pub mod reference;
pub mod returns;
pub mod roster;
pub mod sheet;
pub mod summary;
pub mod template;
pub mod xlsx;

pub use model::{Block, Document, Look, NumberReference, Run};
pub use output::{DocumentFormat, SheetFormat, write_document, write_sheets};
pub use pdf::Fonts;
pub use sheet::Sheet;
