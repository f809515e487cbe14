//! The pure domain of grassroots public health: what a record, an area, a period, a form and a programme
//! are, and what follows from them.
//!
//! Everything here is a function of its arguments: no files, no network, no clock, no random source. Today's
//! date is always an argument. The same code runs in the server and, compiled to WebAssembly, on the phone.
//!
//! What may not come in: SQL engines, Arrow, serialisation of any wire or disk shape, the parser of the
//! expression language (that is `qianmo-packs`; here is only its evaluator).

pub mod area;
pub mod consent;
pub mod expr;
pub mod fault;
pub mod form;
pub mod lms;
pub mod numbers;
pub mod pack;
pub mod period;
pub mod record;
pub mod resident_number;
pub mod schedule;
pub mod value;

pub use area::{Area, AreaCode, AreaKind, AreaTree};
pub use expr::{Env, Expr, Kind};
pub use fault::{Fault, Place};
pub use form::{Check, Choice, Derived, Field, FieldType, Form, Known, Versions};
pub use jiff::civil::Date;
pub use numbers::{Cell, Numbers, Part, format_decimal};
pub use period::{Calendar, Period};
pub use record::{Action, Record, RecordId, Subject, SubjectId};
pub use resident_number::{ResidentNumber, Sex};
pub use rust_decimal::Decimal;
pub use value::Value;
