//! What the tables beside the log are worked on with: a connection, the sealing, the chain's hash.

use qianmo_core::{Fault, Record};

use crate::audit::{self, Deed, Entry, Hash, Span, Tail};
use crate::db::{Db, transaction};
use crate::row::Submission;
use crate::seal::Sealing;

/// A store's connection with what every table beside the log needs.
#[derive(Clone, Copy)]
pub(crate) struct Tables<'a> {
    pub(crate) db: &'a dyn Db,
    pub(crate) sealing: Option<&'a Sealing>,
    pub(crate) hash: Hash,
}

impl Tables<'_> {
    /// Does something and notes it in the audit chain: both or neither.
    pub(crate) fn audited<T>(&self, work: impl FnOnce() -> Result<(T, Option<Entry>), Fault>) -> Result<T, Fault> {
        transaction(self.db, || {
            let (value, entry) = work()?;
            if let Some(entry) = entry {
                audit::own(self.db, self.sealing, self.hash, &entry)?;
            }
            Ok(value)
        })
    }

    /// Adds to the chain what a group did: for each submission its records, if it wrote any, and its own entries.
    pub(crate) fn chain(&self, group: &[(&Submission<'_>, Option<Span>)]) -> Result<(), Fault> {
        let written: Vec<Option<Entry>> = group.iter().map(|(submission, span)| span.as_ref().map(|_| write_entry(submission))).collect();
        let mut entries: Vec<(&Entry, Option<Span>)> = Vec::new();
        for ((submission, span), entry) in group.iter().zip(&written) {
            entries.extend(entry.iter().map(|entry| (entry, span.clone())));
            entries.extend(submission.entries.iter().map(|entry| (entry, None)));
        }
        if entries.is_empty() {
            return Ok(());
        }
        audit::add(self.db, self.sealing, self.hash, &mut Tail::read(self.db)?, &entries)
    }
}

/// Who wrote, and what all the records have in common.
fn write_entry(submission: &Submission<'_>) -> Entry {
    let records = submission.records;
    let actor = submission.by.cloned().unwrap_or_default();
    Entry {
        area: common(records, |record| Some(record.area)),
        resident: common(records, |record| record.resident),
        record: if let [only] = records { Some(only.id) } else { None },
        ..Entry::new(submission.at, &actor, Deed::Write)
    }
}

fn common<T: PartialEq>(records: &[Record], of: impl Fn(&Record) -> Option<T>) -> Option<T> {
    let first = of(records.first()?)?;
    records.iter().all(|record| of(record).as_ref() == Some(&first)).then_some(first)
}
