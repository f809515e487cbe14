//! Arrivals (来件): what a device sent that couldn't enter the log as it came, kept with the reason, and edits that met another's.
//!
//! An arrival's id is made of its content by whoever puts it, so that the same sent twice is one arrival. What was sent and why it waits
//! are texts to this crate, sealed where there are keys. Every decision on one stands in the audit chain.
//!
//! [`Arrivals`] reads, [`ArrivalsMut`] writes; tests: `tests/it/arrivals.rs`.

use std::fmt;
use std::sync::Arc;

use qianmo_core::{AreaCode, Fault, RecordId, SubjectId};
use uuid::Uuid;

use crate::audit::{Actor, Deed, Entry};
use crate::db::{Cell, Line, read};
use crate::seal::{open_text, stored_text};
use crate::sight::Areas;
use crate::tables::Tables;

/// The id of an arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ArrivalId(pub Uuid);

impl fmt::Display for ArrivalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// What has become of an arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ArrivalState {
    /// It waits for somebody to look at it, or for another record to come.
    Open,
    /// It is in the log, merged with another's edit.
    Merged,
    /// It is in the log, after mending or because what it waited for came.
    Released,
    /// Somebody decided, with a reason, that it isn't to be written.
    Dismissed,
}

const STATES: [(ArrivalState, &str); 4] = [
    (ArrivalState::Open, "open"),
    (ArrivalState::Merged, "merged"),
    (ArrivalState::Released, "released"),
    (ArrivalState::Dismissed, "dismissed"),
];

impl ArrivalState {
    /// Its word on the wire.
    #[must_use]
    pub fn word(self) -> &'static str {
        STATES.iter().find(|(state, _)| *state == self).map_or("", |(_, word)| word)
    }

    /// The state named by a word of [`ArrivalState::word`].
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        STATES.iter().find(|(_, named)| *named == word).map(|(state, _)| *state)
    }

    fn number(self) -> i64 {
        self as i64
    }

    fn from_number(number: i64) -> Result<Self, ()> {
        usize::try_from(number).ok().and_then(|at| STATES.get(at)).map(|(state, _)| *state).ok_or(())
    }
}

/// What arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewArrival {
    /// Made of its content.
    pub id: ArrivalId,
    /// The id of the record sent.
    pub record: RecordId,
    /// Where it is shown: the record's area, or the sender's where that isn't known.
    pub area: AreaCode,
    /// The resident concerned.
    pub resident: Option<SubjectId>,
    /// Who sent it.
    pub worker: Option<Arc<str>>,
    /// From which device.
    pub device: Option<Arc<str>>,
    /// When it came, UTC, milliseconds since 1970, by the server's clock.
    pub arrived_at: i64,
    /// [`ArrivalState::Open`] or [`ArrivalState::Merged`].
    pub state: ArrivalState,
    /// The record that must come first.
    pub waits_for: Option<RecordId>,
    /// Whose edit it met: shown to them, too.
    pub other_worker: Option<Arc<str>>,
    /// The record as it was sent.
    pub sent: String,
    /// Reasons and notice, as text of whoever puts it.
    pub detail: String,
}

/// An arrival as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// What arrived, its state and detail as of now.
    pub what: NewArrival,
    /// Number of its last change: grows with every change of any arrival.
    pub change: i64,
    /// Who decided on it; absent when nobody had to.
    pub decided_by: Option<Arc<str>>,
    /// When, UTC, milliseconds since 1970.
    pub decided_at: Option<i64>,
    /// What they said.
    pub note: Option<String>,
}

/// Which arrivals to list.
#[derive(Debug, Clone, Copy)]
pub struct ArrivalsAsked<'a> {
    /// Those of these areas.
    pub areas: &'a Areas,
    /// In this state; in any when absent.
    pub state: Option<ArrivalState>,
    /// Changed after this number.
    pub since: i64,
    /// At most so many.
    pub arrivals_max: u32,
}

/// Reads arrivals.
#[derive(Clone, Copy)]
pub struct Arrivals<'a> {
    tables: Tables<'a>,
}

/// Writes arrivals.
pub struct ArrivalsMut<'a> {
    tables: Tables<'a>,
}

impl fmt::Debug for Arrivals<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Arrivals").finish_non_exhaustive()
    }
}

impl fmt::Debug for ArrivalsMut<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ArrivalsMut").finish_non_exhaustive()
    }
}

const COLUMNS: &str = "id, record, area, resident, worker, device, arrived_at, state, waits_for, other_worker, change, sent, detail, \
                       decided_by, decided_at, note";
/// How many ids one query names: one of these, so that few statements are prepared.
const IDS: [usize; 3] = [1, 8, 64];

fn key(id: ArrivalId) -> Cell {
    Cell::Blob(id.0.as_bytes().to_vec())
}

fn number(cell: AreaCode) -> String {
    cell.number().to_string()
}

/// `$1, $2, …`
fn slots(count: usize) -> String {
    (1..=count).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ")
}

/// The ids of a chunk, the last repeated until all slots are filled.
fn filled(chunk: &[Uuid], count: usize) -> Vec<Cell> {
    let last = chunk.last().copied().unwrap_or_default();
    (0..count).map(|at| Cell::Blob(chunk.get(at).copied().unwrap_or(last).as_bytes().to_vec())).collect()
}

impl<'a> Arrivals<'a> {
    pub(crate) fn new(tables: Tables<'a>) -> Self {
        Self { tables }
    }

    fn rows(&self, condition: &str, values: &[Cell]) -> Result<Vec<Arrival>, Fault> {
        let lines = self.tables.db.query(&format!("SELECT {COLUMNS} FROM arrival WHERE county = @county AND {condition}"), values)?;
        let mut arrivals = read(self.tables.db, &lines, arrival)?;
        for one in &mut arrivals {
            let id = one.what.id.0;
            let open = |text: &str| open_text(self.tables.sealing, id.as_bytes(), text);
            one.what.sent = open(&one.what.sent)?;
            one.what.detail = open(&one.what.detail)?;
            one.note = one.note.as_deref().map(open).transpose()?;
        }
        Ok(arrivals)
    }

    fn by(&self, column: &str, and: &str, ids: &[Uuid]) -> Result<Vec<Arrival>, Fault> {
        let mut found = Vec::new();
        for chunk in ids.chunks(IDS[IDS.len() - 1]) {
            let count = IDS.into_iter().find(|count| *count >= chunk.len()).unwrap_or(chunk.len());
            found.extend(self.rows(&format!("{column} IN ({}){and} ORDER BY change", slots(count)), &filled(chunk, count))?);
        }
        Ok(found)
    }

    /// The arrival with this id.
    pub fn get(&self, id: ArrivalId) -> Result<Option<Arrival>, Fault> {
        Ok(self.rows("id = $1", &[key(id)])?.pop())
    }

    /// Those of these ids that there are.
    pub fn of(&self, ids: &[ArrivalId]) -> Result<Vec<Arrival>, Fault> {
        let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
        self.by("id", "", &ids)
    }

    /// The arrivals of a record id, whatever their content and state.
    pub fn of_record(&self, id: RecordId) -> Result<Vec<Arrival>, Fault> {
        self.rows("record = $1 ORDER BY change", &[id.into()])
    }

    /// The open arrivals that wait for one of these records.
    pub fn waiting_for(&self, records: &[RecordId]) -> Result<Vec<Arrival>, Fault> {
        if records.is_empty() || !self.any_waits()? {
            return Ok(Vec::new());
        }
        let ids: Vec<Uuid> = records.iter().map(|id| id.0).collect();
        self.by("waits_for", " AND waits_for IS NOT NULL AND state = 0", &ids)
    }

    /// Whether any open arrival waits for a record.
    pub(crate) fn any_waits(&self) -> Result<bool, Fault> {
        Ok(!self.tables.db.query(&format!("SELECT 1 FROM arrival WHERE {WAITING} LIMIT 1"), &[])?.is_empty())
    }

    /// Those of an area, in order of their last change.
    pub fn list(&self, asked: &ArrivalsAsked<'_>) -> Result<Vec<Arrival>, Fault> {
        let mut condition = String::from("change > $1");
        if let Some(state) = asked.state {
            condition = format!("{condition} AND state = {}", state.number());
        }
        if let Areas::Only(areas) = asked.areas {
            let list: Vec<String> = areas.iter().copied().map(number).collect();
            condition = format!("{condition} AND area IN ({})", if list.is_empty() { "-1".to_owned() } else { list.join(", ") });
        }
        self.rows(&format!("{condition} ORDER BY change LIMIT $2"), &[asked.since.into(), i64::from(asked.arrivals_max).into()])
    }

    /// What a worker sent, and where another's edit met theirs, changed after a number, in order of change.
    pub fn told_to(&self, worker: &str, since: i64, arrivals_max: u32) -> Result<Vec<Arrival>, Fault> {
        let condition = "change > $1 AND (worker = $2 OR other_worker = $2) ORDER BY change LIMIT $3";
        self.rows(condition, &[since.into(), worker.into(), i64::from(arrivals_max).into()])
    }

    /// How many are open in these areas.
    pub fn open_count(&self, areas: &Areas) -> Result<u64, Fault> {
        let mut sql = String::from("SELECT count(*) FROM arrival WHERE county = @county AND state = 0");
        if let Areas::Only(areas) = areas {
            let list: Vec<String> = areas.iter().copied().map(number).collect();
            sql = format!("{sql} AND area IN ({})", if list.is_empty() { "-1".to_owned() } else { list.join(", ") });
        }
        let lines = self.tables.db.query(&sql, &[])?;
        let count = read(self.tables.db, &lines, |line| line.int(0))?.pop().unwrap_or(0);
        Ok(u64::try_from(count).unwrap_or(0))
    }
}

const WAITING: &str = "county = @county AND waits_for IS NOT NULL AND state = 0";

fn arrival(line: &Line) -> Result<Arrival, ()> {
    let name = |column| line.text_or(column).map(|text| text.map(Arc::from));
    Ok(Arrival {
        what: NewArrival {
            id: ArrivalId(line.uuid_or(0)?.ok_or(())?),
            record: RecordId(line.uuid_or(1)?.ok_or(())?),
            area: line.area_or(2)?.ok_or(())?,
            resident: line.uuid_or(3)?.map(SubjectId),
            worker: name(4)?,
            device: name(5)?,
            arrived_at: line.int(6)?,
            state: ArrivalState::from_number(line.int(7)?)?,
            waits_for: line.uuid_or(8)?.map(RecordId),
            other_worker: name(9)?,
            sent: line.text(11)?.to_owned(),
            detail: line.text(12)?.to_owned(),
        },
        change: line.int(10)?,
        decided_by: name(13)?,
        decided_at: line.int_or(14)?,
        note: line.text_or(15)?.map(str::to_owned),
    })
}

impl<'a> ArrivalsMut<'a> {
    pub(crate) fn new(tables: Tables<'a>) -> Self {
        Self { tables }
    }

    /// The same arrivals, for reading.
    #[must_use]
    pub fn read(&self) -> Arrivals<'a> {
        Arrivals { tables: self.tables }
    }

    fn next_change(&self) -> Result<i64, Fault> {
        let lines = self.tables.db.query("SELECT coalesce(max(change), 0) FROM arrival WHERE county = @county", &[])?;
        Ok(read(self.tables.db, &lines, |line| line.int(0))?.pop().unwrap_or(0) + 1)
    }

    /// Keeps arrivals, in one transaction. One that is there and not yet decided on gets the new state, reasons and notice; one that was
    /// released or dismissed stays as it is.
    pub fn put(&mut self, by: &Actor, at: i64, arrivals: &[NewArrival]) -> Result<(), Fault> {
        let db = self.tables.db;
        self.tables.audited(|| {
            for (change, new) in (self.next_change()?..).zip(arrivals) {
                let seal = |text: &str| stored_text(self.tables.sealing, new.id.0.as_bytes(), text);
                let text = |text: &Option<Arc<str>>| Cell::from(text.as_deref());
                let values: [Cell; 13] = [
                    key(new.id),
                    new.record.into(),
                    new.area.into(),
                    new.resident.into(),
                    text(&new.worker),
                    text(&new.device),
                    new.arrived_at.into(),
                    new.state.number().into(),
                    new.waits_for.into(),
                    text(&new.other_worker),
                    change.into(),
                    seal(&new.sent).as_str().into(),
                    seal(&new.detail).as_str().into(),
                ];
                let sql = "INSERT INTO arrival (county, id, record, area, resident, worker, device, arrived_at, state, waits_for, \
                           other_worker, change, sent, detail) \
                           VALUES (@county, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) \
                           ON CONFLICT (county, id) DO UPDATE SET state = excluded.state, waits_for = excluded.waits_for, \
                           other_worker = excluded.other_worker, change = excluded.change, detail = excluded.detail \
                           WHERE arrival.state < 2";
                db.execute(sql, &values)?;
            }
            let entry = |first: &NewArrival| Entry {
                area: arrivals.iter().all(|other| other.area == first.area).then_some(first.area),
                record: (arrivals.len() == 1).then_some(first.record),
                ..Entry::new(at, by, Deed::Arrival).with(format!("keep {}", arrivals.len()))
            };
            Ok(((), arrivals.first().map(entry)))
        })
    }

    /// Notes that an open arrival is in the log now, as it came, mended or merged; with the words of who decided, if anybody had to.
    /// One that isn't open any more stays as it is.
    ///
    /// Errors: `STORE-0701` when there is no such arrival.
    pub fn settle(&mut self, by: &Actor, at: i64, id: ArrivalId, note: Option<&str>) -> Result<(), Fault> {
        self.decide(by, at, id, ArrivalState::Released, note)
    }

    /// Decides that an open arrival isn't to be written, and why.
    ///
    /// Errors: `STORE-0701` when there is no such arrival.
    pub fn dismiss(&mut self, by: &Actor, at: i64, id: ArrivalId, reason: &str) -> Result<(), Fault> {
        self.decide(by, at, id, ArrivalState::Dismissed, Some(reason))
    }

    fn decide(&self, by: &Actor, at: i64, id: ArrivalId, state: ArrivalState, note: Option<&str>) -> Result<(), Fault> {
        self.tables.audited(|| {
            let held = self.read().get(id)?.ok_or_else(|| Fault::new("STORE-0701").with("id", id))?;
            if held.what.state != ArrivalState::Open {
                return Ok(((), None));
            }
            let note_cell = note.map(|note| stored_text(self.tables.sealing, id.0.as_bytes(), note));
            let values: [Cell; 6] = [
                key(id),
                state.number().into(),
                self.next_change()?.into(),
                by.worker.as_deref().into(),
                at.into(),
                note_cell.as_deref().into(),
            ];
            let sql = "UPDATE arrival SET state = $2, change = $3, decided_by = $4, decided_at = $5, note = $6, waits_for = NULL \
                       WHERE county = @county AND id = $1";
            self.tables.db.execute(sql, &values)?;
            let entry = Entry {
                area: Some(held.what.area),
                resident: held.what.resident,
                record: Some(held.what.record),
                ..Entry::new(at, by, Deed::Arrival)
            };
            let words = format!("{} {id}{}", state.word(), note.map(|note| format!(": {note}")).unwrap_or_default());
            Ok(((), Some(entry.with(words))))
        })
    }
}
