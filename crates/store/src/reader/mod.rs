//! Reading on somebody's behalf: the store as one [`Sight`] opens it.
//!
//! What the sight doesn't open is not there: not as a row, not in a history, not as a number of rows. Values come out with
//! identity numbers, phones and bank accounts masked, unless the sight is exposed. Whoever reads for a person reads through
//! a [`Reader`] and never from the [`Store`] itself.
//!
//! Scans are filtered by the database, single rows by the same rule here; `tests/it/sight.rs` holds the two together.

mod facts;

use std::collections::BTreeSet;

use qianmo_core::{AreaCode, Fault, Record, RecordId, SubjectId};

use crate::directory::{Found, Resident, Search};
use crate::row::{Cut, Order, Row, RowRef, Scan};
use crate::sight::{Areas, Sight, sees, sees_resident};
use crate::{ActionRef, Store};
use facts::Looked;

/// Positions behind the end of the log from which on it is worth to seek what is seen by area.
const FAR: i64 = 20_000;
/// Areas up to which it is.
const NARROW: usize = 30;

/// A store as somebody may see it. Made for one request: what it looks up it keeps.
pub struct Reader<'s> {
    store: &'s dyn Store,
    sight: Option<&'s Sight>,
    looked: Looked<'s>,
}

impl std::fmt::Debug for Reader<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader").field("sight", &self.sight).finish_non_exhaustive()
    }
}

/// Which records in force a page shows.
#[derive(Debug, Clone, Copy, Default)]
pub struct Page<'a> {
    /// Only records of these forms.
    pub forms: Option<&'a [&'a str]>,
    /// Only records made in these areas.
    pub areas: Option<&'a [AreaCode]>,
    /// Only records about these.
    pub residents: Option<&'a [SubjectId]>,
    /// Only records written before this position: [`Rows::next`] of the page above.
    pub before: Option<Cut>,
    /// The most rows.
    pub rows_max: usize,
}

/// A page of records, the last written first.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows {
    /// The records.
    pub rows: Vec<Row>,
    /// Where the next page goes on; absent after the last.
    pub next: Option<Cut>,
}

/// What was added to the log, as far as it is seen.
#[derive(Debug, Clone, PartialEq)]
pub struct Changes {
    /// Statements, corrections and withdrawals, in order of writing.
    pub rows: Vec<Row>,
    /// Records seen before that were corrected or withdrawn by a record that isn't seen: they no longer stand.
    pub gone: Vec<RecordId>,
    /// The position reached: where to ask on.
    pub cut: Cut,
    /// Whether there is more after it.
    pub more: bool,
}

impl<'s> Reader<'s> {
    /// Reads what `sight` opens.
    #[must_use]
    pub fn new(store: &'s dyn Store, sight: &'s Sight) -> Self {
        Self { store, sight: Some(sight), looked: Looked::new(store) }
    }

    /// Reads as the program itself: everything, unmasked.
    #[must_use]
    pub fn whole(store: &'s dyn Store) -> Self {
        Self { store, sight: None, looked: Looked::new(store) }
    }

    /// Whether the sight opens this record, written or yet to be written.
    ///
    /// Errors: those of every method of [`Store`], here and below.
    pub fn sees(&self, record: &Record) -> Result<bool, Fault> {
        self.sight.map_or(Ok(true), |sight| sees(sight, record, &self.looked))
    }

    /// The record with this id, in force or not.
    pub fn record(&self, id: RecordId) -> Result<Option<Row>, Fault> {
        Ok(self.seen(self.store.record(id)?.into_iter().collect())?.pop())
    }

    /// The chain of corrections that the record belongs to; empty when the record itself isn't seen.
    pub fn history(&self, id: RecordId) -> Result<Vec<Row>, Fault> {
        let chain = self.seen(self.store.history(id)?)?;
        Ok(if chain.iter().any(|row| row.head().id == id) { chain } else { Vec::new() })
    }

    /// Every record about a subject, in order of writing, with those superseded, voided and the withdrawals.
    pub fn records_of(&self, subject: SubjectId) -> Result<Vec<Row>, Fault> {
        self.seen(self.store.records_of(subject)?)
    }

    /// Every record that concerns a resident, episodes included, in order of writing, with those superseded, voided and the withdrawals.
    pub fn about(&self, resident: SubjectId) -> Result<Vec<Row>, Fault> {
        Ok(self.rows_of(&Scan { residents: Some(&[resident]), ..Scan::default() })?.0)
    }

    /// The records in force whose field in the search index has exactly this value; see [`Store::find`].
    ///
    /// Errors: `STORE-0301` when the store was opened without keys.
    pub fn find(&self, index: &str, value: &str) -> Result<Vec<Row>, Fault> {
        self.seen(self.store.find(index, value)?)
    }

    /// Hands out the records in force; see [`Store::scan`]. A sight in `what` has no say: the reader's holds.
    ///
    /// Errors: `STORE-0106` a cut after the end of the log.
    pub fn scan(&self, what: &Scan<'_>, each: &mut dyn FnMut(&RowRef<'_>) -> Result<(), Fault>) -> Result<Cut, Fault> {
        self.store.scan(&Scan { sight: self.sight, ..*what }, &mut |row| self.masked(row, each))
    }

    /// Hands out the log itself: statements, corrections and withdrawals; see [`Store::scan_changes`].
    pub fn scan_changes(&self, what: &Scan<'_>, each: &mut dyn FnMut(&RowRef<'_>) -> Result<(), Fault>) -> Result<Cut, Fault> {
        self.store.scan_changes(&Scan { sight: self.sight, ..*what }, &mut |row| self.masked(row, each))
    }

    /// What was added to the log after a position; `rows_max` (at least one) bounds the rows.
    ///
    /// Whoever keeps a copy follows it with this: a record enters with its row and leaves with a correction, a withdrawal, or as one
    /// of [`Changes::gone`]. Records that come into sight because a resident moved in stand before the position: see [`Reader::moved_in`].
    pub fn changes(&self, since: Cut, rows_max: usize) -> Result<Changes, Fault> {
        let (end, rows_max) = (self.store.cut()?, rows_max.max(1));
        let (rows, cut) = match self.narrow().filter(|_| end.0.saturating_sub(since.0) > FAR) {
            Some(areas) => self.changes_there(&areas, since, end, rows_max)?,
            None => self.rows_of(&Scan { cut: Some(end), since: Some(since), rows_max: Some(rows_max), ..Scan::default() })?,
        };
        let cut = cut.max(since);
        Ok(Changes { gone: self.gone(since, cut)?, rows, cut, more: cut < end })
    }

    /// Records in force, the last written first, page by page.
    pub fn page(&self, what: &Page<'_>) -> Result<Rows, Fault> {
        let scan = Scan {
            forms: what.forms,
            areas: what.areas,
            residents: what.residents,
            before: what.before,
            order: Order::Newest,
            // One more tells whether another page follows.
            rows_max: Some(what.rows_max.saturating_add(1)),
            ..Scan::default()
        };
        let mut rows = Vec::new();
        self.scan(&scan, &mut |row| {
            rows.push(row.to_row());
            Ok(())
        })?;
        let more = rows.len() > what.rows_max;
        rows.truncate(what.rows_max);
        Ok(Rows { next: rows.last().filter(|_| more).map(|row| Cut(row.seq)), rows })
    }

    /// Residents by name, initials, identity number or phone; see [`Search`].
    ///
    /// Errors: `STORE-0110` a place to go on from that no search gave.
    pub fn search(&self, what: &Search<'_>) -> Result<Found, Fault> {
        self.store.directory()?.search(what, self.sight)
    }

    /// A resident as the directory knows them.
    pub fn resident(&self, id: SubjectId) -> Result<Option<Resident>, Fault> {
        let found = self.store.directory()?.resident(id)?;
        Ok(self.seen_residents(found.into_iter().collect())?.pop())
    }

    /// The residents of a household, by what their sheets say.
    pub fn members(&self, household: SubjectId) -> Result<Vec<Resident>, Fault> {
        self.seen_residents(self.store.directory()?.members(household)?)
    }

    /// Residents who came to sit in one of the areas after a position: their records from before are new to whoever follows the areas.
    pub fn moved_in(&self, areas: &[AreaCode], since: Cut) -> Result<Vec<Resident>, Fault> {
        self.seen_residents(self.store.directory()?.moved_in(areas, since)?)
    }

    /// The areas of a sight that opens only a few.
    fn narrow(&self) -> Option<Vec<AreaCode>> {
        let mut all = BTreeSet::new();
        for window in &self.sight?.windows {
            match &window.areas {
                Areas::All => return None,
                Areas::Only(areas) => all.extend(areas.iter().copied()),
            }
        }
        (1..=NARROW).contains(&all.len()).then(|| all.into_iter().collect())
    }

    /// As [`Reader::changes`], far behind the end of a log of which little is seen: what was made in the areas and what was made elsewhere about
    /// those who sit there, each by its own index, merged. The rows, and the position reached.
    fn changes_there(&self, areas: &[AreaCode], since: Cut, end: Cut, rows_max: usize) -> Result<(Vec<Row>, Cut), Fault> {
        let elsewhere = self.looked.made_elsewhere(areas, end)?;
        if since >= elsewhere.until {
            // What came after it was looked up.
            return self.rows_of(&Scan { cut: Some(end), since: Some(since), rows_max: Some(rows_max), ..Scan::default() });
        }
        let end = elsewhere.until;
        let scan = Scan { cut: Some(end), since: Some(since), rows_max: Some(rows_max), ..Scan::default() };
        let (mut rows, mut reached) = self.rows_of(&Scan { areas: Some(areas), ..scan })?;
        let first = elsewhere.positions.partition_point(|seq| *seq <= since.0);
        let mut others = Vec::new();
        for positions in elsewhere.positions[first..].chunks(rows_max.min(1000)) {
            if others.len() >= rows_max || positions[0] > reached.0 {
                break;
            }
            others.extend(self.rows_of(&Scan { positions: Some(positions), rows_max: None, ..scan })?.0);
        }
        if let Some(last) = others.get(rows_max - 1) {
            reached = reached.min(Cut(last.seq));
        }
        rows.extend(others);
        rows.sort_by_key(|row| row.seq);
        rows.truncate(rows.partition_point(|row| row.seq <= reached.0));
        if rows.len() > rows_max {
            rows.truncate(rows_max);
            reached = rows.last().map_or(reached, |row| Cut(row.seq));
        }
        Ok((rows, reached))
    }

    fn rows_of(&self, what: &Scan<'_>) -> Result<(Vec<Row>, Cut), Fault> {
        let mut rows = Vec::new();
        let cut = self.scan_changes(what, &mut |row| {
            rows.push(row.to_row());
            Ok(())
        })?;
        Ok((rows, cut))
    }

    /// Records after `since` and up to `until` that aren't seen and overrule one that is.
    fn gone(&self, since: Cut, until: Cut) -> Result<Vec<RecordId>, Fault> {
        let Some(sight) = self.sight else { return Ok(Vec::new()) };
        let mut overruled = Vec::new();
        let what = Scan { cut: Some(until), since: Some(since), corrections: true, ..Scan::default() };
        self.store.scan_changes(&what, &mut |row| {
            if let ActionRef::Supersede(target) | ActionRef::Void { record: target, .. } = row.action {
                overruled.push((row.to_row(), target));
            }
            Ok(())
        })?;
        let mut gone = Vec::new();
        for (row, target) in overruled {
            if !sees(sight, row.head(), &self.looked)? && self.record(target)?.is_some() {
                gone.push(target);
            }
        }
        Ok(gone)
    }

    fn seen(&self, rows: Vec<Row>) -> Result<Vec<Row>, Fault> {
        let mut seen = Vec::with_capacity(rows.len());
        for row in rows {
            if self.sees(row.head())? {
                seen.push(match self.put_on(&row.head().form, row.values())? {
                    Some(masked) => row.with_values(masked),
                    None => row,
                });
            }
        }
        Ok(seen)
    }

    fn seen_residents(&self, residents: Vec<Resident>) -> Result<Vec<Resident>, Fault> {
        let Some(sight) = self.sight else { return Ok(residents) };
        let sheets = self.store.directory()?.sheets();
        let mut seen = Vec::with_capacity(residents.len());
        for resident in residents {
            if sees_resident(sight, &sheets, resident.id, resident.area, &self.looked)? {
                seen.push(resident);
            }
        }
        Ok(seen)
    }

    fn masked(&self, row: &RowRef<'_>, each: &mut dyn FnMut(&RowRef<'_>) -> Result<(), Fault>) -> Result<(), Fault> {
        match self.put_on(row.form, row.values)? {
            Some(values) => each(&RowRef { values: &values, ..*row }),
            None => each(row),
        }
    }

    fn put_on(&self, form: &str, values: &str) -> Result<Option<String>, Fault> {
        if self.sight.is_none_or(|sight| sight.exposed) { Ok(None) } else { self.store.masks().put_on(form, values) }
    }
}
