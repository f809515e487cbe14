//! Adding to the chain, inside the transaction of what is being audited, and reading it.

use std::fmt::Write as _;

use jiff::civil::Date;
use qianmo_core::{Fault, RecordId, SubjectId};

use super::hash::{Hash, Span, entry_hash};
use super::{Actor, Anchor, Audited, Deed, Entry, Trail};
use crate::db::{Cell, Db, Line, read, transaction};
use crate::seal::{Sealing, open_text, stored_text};
use crate::{date_of_days, days_of_date};

/// The end of the chain.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tail {
    pub(crate) seq: i64,
    pub(crate) hash: [u8; 32],
}

impl Tail {
    /// Before the first entry.
    pub(crate) const START: Self = Self { seq: 0, hash: [0; 32] };

    /// As it stands; inside a transaction that keeps other writers out.
    pub(crate) fn read(db: &dyn Db) -> Result<Self, Fault> {
        let lines = db.query("SELECT seq, hash FROM audit WHERE county = @county ORDER BY seq DESC LIMIT 1", &[])?;
        let tails = read(db, &lines, |line| Ok(Self { seq: line.int(0)?, hash: hash_at(line, 1)? }))?;
        Ok(tails.first().copied().unwrap_or(Self::START))
    }
}

fn hash_at(line: &Line, column: usize) -> Result<[u8; 32], ()> {
    line.blob(column)?.try_into().map_err(|_| ())
}

const INSERT: &str = "INSERT INTO audit (county, seq, at, worker, device, deed, area, resident, record, from_seq, to_seq, digest, detail, \
                      algorithm, hash) VALUES ";
const COLUMNS: usize = 14;
/// Entries inserted by one statement.
const ROWS_MAX: usize = 32;

/// Adds entries after a tail, and moves it.
pub(crate) fn add(
    db: &dyn Db,
    sealing: Option<&Sealing>,
    hash: Hash,
    tail: &mut Tail,
    entries: &[(&Entry, Option<Span>)],
) -> Result<(), Fault> {
    let mut values: Vec<Cell> = Vec::with_capacity(entries.len() * COLUMNS);
    for (entry, span) in entries {
        let seq = tail.seq + 1;
        let detail = entry.detail.as_ref().map(|text| stored_text(sealing, &context(seq), text));
        let chained = entry_hash(hash, &tail.hash, seq, entry, detail.as_deref(), span.as_ref());
        let row: [Cell; COLUMNS] = [
            seq.into(),
            entry.at.into(),
            entry.actor.worker.as_deref().into(),
            entry.actor.device.as_deref().into(),
            entry.deed.word().into(),
            entry.area.into(),
            entry.resident.into(),
            entry.record.into(),
            span.as_ref().map(|span| span.from).into(),
            span.as_ref().map(|span| span.to).into(),
            span.as_ref().map(|span| span.digest.as_slice()).into(),
            detail.as_deref().into(),
            hash.number().into(),
            chained.as_slice().into(),
        ];
        values.extend(row);
        *tail = Tail { seq, hash: chained };
    }
    let mut rest = values.as_slice();
    while !rest.is_empty() {
        // Powers of two, so that few statements are prepared.
        let rows = (1 << (rest.len() / COLUMNS).ilog2()).min(ROWS_MAX);
        let (now, later) = rest.split_at(rows * COLUMNS);
        db.execute(&insert(rows), now)?;
        rest = later;
    }
    Ok(())
}

fn insert(rows: usize) -> String {
    let row = |row: usize| {
        let numbers: Vec<String> = (1..=COLUMNS).map(|column| format!("${}", row * COLUMNS + column)).collect();
        format!("(@county, {})", numbers.join(", "))
    };
    format!("{INSERT}{}", (0..rows).map(row).collect::<Vec<_>>().join(", "))
}

/// Adds one entry to the chain inside a transaction.
pub(crate) fn own(db: &dyn Db, sealing: Option<&Sealing>, hash: Hash, entry: &Entry) -> Result<(), Fault> {
    add(db, sealing, hash, &mut Tail::read(db)?, &[(entry, None)])
}

fn context(seq: i64) -> Vec<u8> {
    [b"audit".as_slice(), &seq.to_be_bytes()].concat()
}

const SELECT: &str = "SELECT seq, at, worker, device, deed, area, resident, record, from_seq, to_seq, digest, detail, algorithm, hash FROM audit \
                      WHERE county = @county AND seq > $1";

/// An entry with what binds it.
pub(super) struct Link {
    pub(super) audited: Audited,
    pub(super) algorithm: Hash,
    pub(super) detail: Option<String>,
    pub(super) span: Option<Span>,
    pub(super) hash: [u8; 32],
}

/// So many entries after a number, as they are stored; `None` where one can't be read.
pub(super) fn links(db: &dyn Db, since: i64, count: u32) -> Result<Vec<(i64, Option<Link>)>, Fault> {
    let lines = db.query(&format!("{SELECT} ORDER BY seq LIMIT {count}"), &[since.into()])?;
    read(db, &lines, |line| Ok((line.int(0)?, link(line).ok())))
}

fn link(line: &Line) -> Result<Link, ()> {
    let seq = line.int(0)?;
    let actor = Actor { worker: line.text_or(2)?.map(Into::into), device: line.text_or(3)?.map(Into::into) };
    let entry = Entry {
        at: line.int(1)?,
        actor,
        deed: Deed::from_word(line.text(4)?).ok_or(())?,
        area: line.area_or(5)?,
        resident: line.uuid_or(6)?.map(SubjectId),
        record: line.uuid_or(7)?.map(RecordId),
        detail: None,
    };
    let span = match (line.int_or(8)?, line.int_or(9)?, line.blob_or(10)?) {
        (None, None, None) => None,
        (Some(from), Some(to), Some(digest)) => Some(Span { from, to, digest: digest.try_into().map_err(|_| ())? }),
        _ => return Err(()),
    };
    let records = span.as_ref().map(|span| (span.from, span.to));
    let algorithm = Hash::from_number(line.int(12)?).ok_or(())?;
    let detail = line.text_or(11)?.map(str::to_owned);
    Ok(Link { audited: Audited { seq, entry, records }, algorithm, detail, span, hash: hash_at(line, 13)? })
}

/// See [`crate::Store::trail`].
pub(crate) fn entries(db: &dyn Db, sealing: Option<&Sealing>, what: &Trail<'_>) -> Result<Vec<Audited>, Fault> {
    let mut sql = SELECT.to_owned();
    let mut values: Vec<Cell> = vec![what.since.into()];
    let mut only = |condition: &str, value: Cell| {
        values.push(value);
        let _ = write!(sql, " AND {condition} ${}", values.len());
    };
    if let Some(before) = what.before {
        only("seq <", before.into());
    }
    if let Some(resident) = what.resident {
        only("resident =", resident.into());
    }
    if let Some(worker) = what.worker {
        only("worker =", worker.into());
    }
    if !what.deeds.is_empty() {
        let words: Vec<String> = what.deeds.iter().map(|deed| format!("'{}'", deed.word())).collect();
        let _ = write!(sql, " AND deed IN ({})", words.join(", "));
    }
    let lines = db.query(&format!("{sql} ORDER BY seq {} LIMIT {}", if what.newest { "DESC" } else { "" }, what.entries_max), &values)?;
    let mut entries = Vec::with_capacity(lines.len());
    for Link { mut audited, detail, .. } in read(db, &lines, link)? {
        audited.entry.detail = match detail.map(|text| open_text(sealing, &context(audited.seq), &text)).transpose() {
            Err(fault) if fault.code == "STORE-0301" => None,
            done => done?,
        };
        entries.push(audited);
    }
    Ok(entries)
}

/// The anchor of a day: the end of the chain when it was first asked for.
pub(crate) fn anchor(db: &dyn Db, day: Date) -> Result<Anchor, Fault> {
    transaction(db, || {
        if let Some(held) = anchors(db)?.into_iter().find(|anchor| anchor.day == day) {
            return Ok(held);
        }
        let Tail { seq, hash } = Tail::read(db)?;
        let values: [Cell; 3] = [i64::from(days_of_date(day)).into(), seq.into(), hash.as_slice().into()];
        db.execute("INSERT INTO anchor (county, day, seq, hash) VALUES (@county, $1, $2, $3)", &values)?;
        Ok(Anchor { day, seq, hash })
    })
}

/// The anchors noted so far.
pub(crate) fn anchors(db: &dyn Db) -> Result<Vec<Anchor>, Fault> {
    let lines = db.query("SELECT day, seq, hash FROM anchor WHERE county = @county ORDER BY day", &[])?;
    read(db, &lines, |line| {
        let day = i32::try_from(line.int(0)?).map(date_of_days).map_err(|_| ())?;
        Ok(Anchor { day, seq: line.int(1)?, hash: hash_at(line, 2)? })
    })
}
