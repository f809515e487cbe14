//! The audit chain: who did what, in a table that is only ever added to, each entry bound to the one before by a hash.
//!
//! Every submission of records has an entry, which also binds the records: the hash over them stands in it. So one altered, removed or added
//! byte in log or chain is found, and where, even without the keys of sealed values. Who can write to the database could still make a
//! whole new chain; against that stand the daily [`Anchor`]s, printed or kept elsewhere.
//!
//! What is said here: kinds of deeds and entries. `hash.rs` what is hashed and how, `chain.rs` adding and reading, `verify.rs` checking.

mod chain;
mod hash;
mod verify;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use jiff::civil::Date;
use qianmo_core::{AreaCode, Fault, RecordId, SubjectId};

pub(crate) use chain::{Tail, add, anchor, anchors, entries, own};
pub use hash::Hash;
pub(crate) use hash::{Span, row_digest};
pub(crate) use verify::{EachRaw, RawRows, adopt, verify};

/// Who does something.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Actor {
    /// Account name; absent for the program itself, working on the machine where the data is.
    pub worker: Option<Arc<str>>,
    /// The device.
    pub device: Option<Arc<str>>,
}

impl Actor {
    /// A worker, by account name.
    #[must_use]
    pub fn worker(name: &str) -> Self {
        Self { worker: Some(name.into()), device: None }
    }
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Deed {
    /// Records were written; the entry binds them.
    Write,
    /// A sensitive record was read.
    Read,
    /// An identity number, phone or the like was shown unmasked.
    Unmask,
    /// Data left the program: a roster, a return, a copy, a backup.
    Export,
    /// Somebody logged in.
    Login,
    /// A login was refused.
    LoginRefused,
    /// Somebody logged out or was logged out.
    Logout,
    /// A grant was given or taken.
    Grant,
    /// An account was made or changed.
    Account,
    /// A device was enrolled or revoked.
    Device,
    /// Areas or settings were changed.
    Setting,
    /// Records from before the chain were taken into it.
    Adopt,
    /// A return was handed in, approved, returned or withdrawn.
    Filing,
    /// Something that a device sent was kept beside the log, released from there or dismissed.
    Arrival,
}

const DEEDS: [(Deed, &str); 14] = [
    (Deed::Write, "write"),
    (Deed::Read, "read"),
    (Deed::Unmask, "unmask"),
    (Deed::Export, "export"),
    (Deed::Login, "login"),
    (Deed::LoginRefused, "login_refused"),
    (Deed::Logout, "logout"),
    (Deed::Grant, "grant"),
    (Deed::Account, "account"),
    (Deed::Device, "device"),
    (Deed::Setting, "setting"),
    (Deed::Adopt, "adopt"),
    (Deed::Filing, "filing"),
    (Deed::Arrival, "arrival"),
];

impl Deed {
    /// Its word in the table.
    #[must_use]
    pub fn word(self) -> &'static str {
        DEEDS.iter().find(|(deed, _)| *deed == self).map_or("", |(_, word)| word)
    }

    /// The deed named by a word of [`Deed::word`].
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        DEEDS.iter().find(|(_, named)| *named == word).map(|(deed, _)| *deed)
    }
}

/// Something that somebody did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// When, UTC, milliseconds since 1970.
    pub at: i64,
    /// Who.
    pub actor: Actor,
    /// What.
    pub deed: Deed,
    /// The area concerned.
    pub area: Option<AreaCode>,
    /// The resident concerned.
    pub resident: Option<SubjectId>,
    /// The record concerned.
    pub record: Option<RecordId>,
    /// Anything else in words, such as the stated reason for reading. Sealed when the store has keys.
    pub detail: Option<String>,
}

impl Entry {
    /// An entry with who, what and when.
    #[must_use]
    pub fn new(at: i64, actor: &Actor, deed: Deed) -> Self {
        Self { at, actor: actor.clone(), deed, area: None, resident: None, record: None, detail: None }
    }

    /// Adds words.
    #[must_use]
    pub fn with(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }
}

/// An entry as it stands in the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audited {
    /// Number in the chain, from 1 without gaps.
    pub seq: i64,
    /// What was done. Its detail is absent when it is sealed and the key isn't there.
    pub entry: Entry,
    /// Positions of the first and last record that it binds.
    pub records: Option<(i64, i64)>,
}

/// Which entries to read.
#[derive(Debug, Clone, Copy)]
pub struct Trail<'a> {
    /// Only those after this number.
    pub since: i64,
    /// Only those before this number.
    pub before: Option<i64>,
    /// The newest first; the oldest first otherwise.
    pub newest: bool,
    /// At most so many.
    pub entries_max: u32,
    /// Only about this resident: read, shown, exported. Writings are found through the resident's records.
    pub resident: Option<SubjectId>,
    /// Only by this worker.
    pub worker: Option<&'a str>,
    /// Only these deeds; all when empty.
    pub deeds: &'a [Deed],
}

impl Default for Trail<'_> {
    fn default() -> Self {
        Self { since: 0, before: None, newest: false, entries_max: 1000, resident: None, worker: None, deeds: &[] }
    }
}

/// The end of the chain on some day, small enough to be printed: with it, everything before is fixed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Anchor {
    /// The day.
    pub day: Date,
    /// Number of the last entry.
    pub seq: i64,
    /// Its hash.
    pub hash: [u8; 32],
}

impl fmt::Display for Anchor {
    /// `2026-11-22 1234 9f86…`, the hash in 64 hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ", self.day, self.seq)?;
        self.hash.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for Anchor {
    type Err = Fault;

    /// Errors: `STORE-0406` when it isn't a printed anchor.
    fn from_str(text: &str) -> Result<Self, Fault> {
        let wrong = || Fault::new("STORE-0406").with("anchor", text);
        let parts: Vec<&str> = text.split_whitespace().collect();
        let [day, seq, hex] = parts.as_slice() else { return Err(wrong()) };
        let mut hash = [0; 32];
        if hex.len() != 64 || !hex.is_ascii() {
            return Err(wrong());
        }
        for (i, byte) in hash.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).map_err(|_| wrong())?;
        }
        Ok(Self { day: day.parse().map_err(|_| wrong())?, seq: seq.parse().map_err(|_| wrong())?, hash })
    }
}
