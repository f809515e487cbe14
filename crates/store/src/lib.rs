//! The record log: append, supersede, void, and read as of a cut.
//!
//! Here lives one trait, [`Store`], with its row types, its embedded implementation on SQLite,
//! [`SqliteStore`], and the one for a county on PostgreSQL, [`PostgresStore`]; `tests/it/conformance.rs` is the suite that
//! both pass; [`Writer`], the thread that writes for many callers. Start reading at [`Store`].
//!
//! Invariants: a record is never changed in place, a correction is a new record that names the old one; what
//! [`Store::append`] acknowledged survives a kill and a power cut; a batch is written whole or not at all.
//!
//! What may not come in: programmes (a form is an opaque name here, its values are text), HTTP, Arrow, any
//! type of a database driver in a public signature.

mod accounts;
mod areas;
mod arrivals;
mod audit;
mod backup;
mod clock;
mod db;
mod directory;
mod drafts;
mod filings;
mod options;
mod postgres;
mod reader;
mod row;
mod seal;
mod sight;
mod sqlite;
mod tables;
mod values;
mod words;
mod writer;

pub use accounts::{
    AccountName, Accounts, AccountsMut, Attempt, Code, Device, DeviceId, Employer, Enrolment, ExternalIdentity, Grant, GrantId, LoginRules,
    NewSecondFactor, NewWorker, PasswordChange, PasswordHash, Programmes, Role, SecondFactor, Session, SessionId, SessionRules, Token,
    Worker, WorkerChange,
};
pub use arrivals::{Arrival, ArrivalId, ArrivalState, Arrivals, ArrivalsAsked, ArrivalsMut, NewArrival};
pub use audit::{Actor, Anchor, Audited, Deed, Entry, Hash, Trail};
pub use backup::{Manifest, restore};
pub use directory::{Directory, DirectoryPolicy, Found, Resident, Search, Sheet};
pub use drafts::{DRAFTS_MAX, Draft, Drafts, DraftsMut, NewDraft};
pub use filings::{Filing, FilingId, FilingState, FilingStep, Filings, FilingsAsked, FilingsMut, NewFiling, StepAsked};
pub use options::Options;
pub use postgres::PostgresStore;
pub use reader::{Changes, Page, Reader, Rows};
pub use row::{ActionRef, Appended, Cut, Order, Row, RowRef, Scan, Submission, date_of_days, days_of_date};
pub use seal::{KeyId, Keys, Policy, Sealing, Suite};
pub use sight::{Areas, BANK_ACCOUNT, Mask, Masks, PHONE, RESIDENT_NUMBER, Sight, Whose, Window};
pub use sqlite::SqliteStore;
pub use values::{Raw, decode, encode, parse_values};
pub use writer::{Limits, Parcel, Writer, WriterThread};

use std::path::Path;

use jiff::civil::Date;
use qianmo_core::{Area, AreaTree, Fault, Record, RecordId, SubjectId};

/// Where records are kept.
///
/// Every method may fail with `STORE-0004` (locked by another process), `STORE-0005` (damaged),
/// `STORE-0006` (disk full), `STORE-0007` (the system refuses), `STORE-0008` (the database server can't be reached), `STORE-0301` (values are
/// sealed and the key isn't there) and `STORE-0302` (sealed values were altered); the codes beyond these are named at each.
pub trait Store {
    /// Appends a batch in one transaction: all of it or nothing. Records already present with the same content
    /// are passed over, so that repeating a batch does no harm. A record may supersede or void one of the
    /// same batch that stands before it.
    ///
    /// When this returns `Ok`, the batch survives a kill of the process and a power cut.
    /// Errors: `STORE-0101` an id already taken by another content, `STORE-0102` a target that doesn't exist,
    /// `STORE-0103` a target already superseded or voided, `STORE-0104` a target that can't be corrected this way
    /// (a withdrawal, or a record of another form), `STORE-0105` a withdrawal that carries values,
    /// `STORE-0109` a field's name that no form can have.
    fn append(&mut self, records: &[Record]) -> Result<Appended, Fault> {
        let mut answers = self.append_group(&[Submission { records, at: clock::now_ms(), ..Submission::default() }])?;
        answers.pop().expect("an answer to each submission")
    }

    /// Appends the submissions of several callers in one durable transaction (group commit). The answers come in
    /// the same order; a submission that is refused leaves nothing and doesn't hinder the others.
    ///
    /// Errors: of one submission as [`Store::append`]; of the whole group, of which then nothing is written, the codes
    /// that every method may have.
    fn append_group(&mut self, group: &[Submission<'_>]) -> Result<Vec<Result<Appended, Fault>>, Fault>;

    /// The position after the last record; [`Cut::START`] when there is none.
    fn cut(&self) -> Result<Cut, Fault>;

    /// The record with this id, in force or not.
    fn record(&self, id: RecordId) -> Result<Option<Row>, Fault>;

    /// The chain of corrections that the record belongs to, from the first statement to the last correction or
    /// withdrawal; empty when there is no such record.
    fn history(&self, id: RecordId) -> Result<Vec<Row>, Fault>;

    /// Every record about a subject, in order of writing, with those superseded, voided and the withdrawals.
    fn records_of(&self, subject: SubjectId) -> Result<Vec<Row>, Fault>;

    /// The same of many subjects at once, of all forms or only of these.
    fn records_of_many(&self, subjects: &[SubjectId], forms: Option<&[&str]>) -> Result<Vec<Row>, Fault>;

    /// The first record about a subject, in force or not.
    fn first_of(&self, subject: SubjectId) -> Result<Option<Row>, Fault>;

    /// The records in force whose field in the search index `index` has exactly this value (see [`Policy::index`]).
    ///
    /// Errors: `STORE-0301` when the store was opened without keys.
    fn find(&self, index: &str, value: &str) -> Result<Vec<Row>, Fault>;

    /// Hands out the records in force as of a cut (not superseded, not voided, no withdrawals), and returns that cut.
    /// The callback may read from the store; its fault ends the scan.
    ///
    /// Errors: `STORE-0106` a cut after the end of the log.
    fn scan(&self, what: &Scan<'_>, each: &mut dyn FnMut(&RowRef<'_>) -> Result<(), Fault>) -> Result<Cut, Fault>;

    /// Hands out the log itself after a position, in order of writing: statements, corrections and withdrawals. Returns
    /// the position reached.
    fn scan_log(&self, since: Cut, each: &mut dyn FnMut(&RowRef<'_>) -> Result<(), Fault>) -> Result<Cut, Fault>;

    /// Hands out the log as [`Scan`] asks: statements, corrections and withdrawals, in force or not. Returns the position
    /// reached: that of the last row when there were as many as asked for, else the end.
    fn scan_changes(&self, what: &Scan<'_>, each: &mut dyn FnMut(&RowRef<'_>) -> Result<(), Fault>) -> Result<Cut, Fault>;

    /// Which fields a [`Reader`] masks.
    fn masks(&self) -> &Masks;

    /// The directory of residents.
    fn directory(&self) -> Result<Directory<'_>, Fault>;

    /// Makes the directory of residents anew from the log; the number of residents in it. Needed only after a doubt: opening a store does it
    /// when the policy is new, and appending keeps it up to date.
    fn rebuild_directory(&mut self) -> Result<u64, Fault>;

    /// The division tree.
    fn areas(&self) -> Result<AreaTree, Fault>;

    /// Adds areas to the tree, or replaces those with the same code, in one transaction.
    ///
    /// Errors: `CORE-0103` when the tree would have an area without its parent, or a circle.
    fn put_areas(&mut self, areas: &[Area]) -> Result<(), Fault>;

    /// A setting of the data folder, such as its root area.
    fn setting(&self, key: &str) -> Result<Option<String>, Fault>;

    /// Sets a setting.
    fn set_setting(&mut self, key: &str, value: &str) -> Result<(), Fault>;

    /// A random text that belongs to this data folder alone, made when first asked for and never changed: with it ids are
    /// made from identity numbers without giving those away.
    fn secret(&mut self) -> Result<String, Fault>;

    /// Accounts, sessions, grants and devices, for reading.
    fn accounts(&self) -> Accounts<'_>;

    /// Accounts, sessions, grants and devices, for writing.
    fn accounts_mut(&mut self) -> AccountsMut<'_>;

    /// What devices sent that couldn't enter the log as it came, for reading.
    fn arrivals(&self) -> Arrivals<'_>;

    /// What devices sent that couldn't enter the log as it came, for writing.
    fn arrivals_mut(&mut self) -> ArrivalsMut<'_>;

    /// Returns handed in, for reading.
    fn filings(&self) -> Filings<'_>;

    /// Returns handed in, for writing.
    fn filings_mut(&mut self) -> FilingsMut<'_>;

    /// What accounts have begun and not finished, for reading.
    fn drafts(&self) -> Drafts<'_>;

    /// What accounts have begun and not finished, for writing.
    fn drafts_mut(&mut self) -> DraftsMut<'_>;

    /// Adds entries to the audit chain, durable when this returns.
    fn note(&mut self, entries: &[Entry]) -> Result<(), Fault> {
        let mut answers = self.append_group(&[Submission { entries, at: clock::now_ms(), ..Submission::default() }])?;
        answers.pop().expect("an answer to each submission").map(drop)
    }

    /// Entries of the audit chain, oldest first.
    fn trail(&self, what: &Trail<'_>) -> Result<Vec<Audited>, Fault>;

    /// The anchor of a day: the end of the audit chain when it was first asked for. Printed or kept elsewhere, it shows later that
    /// nothing up to it was altered, not even by who can write to the database.
    fn anchor(&mut self, day: Date) -> Result<Anchor, Fault>;

    /// Copies everything as of one moment into a new or empty folder, while writing goes on; [`restore`] makes a data folder of it, and
    /// [`PostgresStore::import`] takes one to a server. Keys are not in it.
    ///
    /// Errors: `STORE-0002` the folder holds something, `STORE-0006` its disk is full, `STORE-0007` it can't be written.
    fn backup(&self, dest: &Path) -> Result<Manifest, Fault>;

    /// Reads everything and checks that the data is whole: the file, the log, the audit chain that binds it, and the
    /// anchors noted in it and given from outside. Needs no keys.
    ///
    /// Errors: `STORE-0005` a damaged file; what was altered, by number: `STORE-0401` an entry of the chain, `STORE-0402` a
    /// record, `STORE-0403` records that an entry binds, `STORE-0404` records that none binds, `STORE-0405` an anchor.
    fn verify_with(&self, anchors: &[Anchor]) -> Result<(), Fault>;

    /// [`Store::verify_with`] without anchors from outside.
    fn verify(&self) -> Result<(), Fault> {
        self.verify_with(&[])
    }
}
