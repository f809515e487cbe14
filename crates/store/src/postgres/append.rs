//! Appending: what the group touches is read at once, every submission is judged in memory, and what stands is copied in.
//!
//! The log's row is locked from the beginning of the transaction, so nothing that was read can change meanwhile.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use postgres::binary_copy::BinaryCopyInWriter;
use postgres::types::{ToSql, Type};
use qianmo_core::{Action, Fault, Record, RecordId};
use uuid::Uuid;

use super::PostgresStore;
use super::fault::fault;
use super::read::{SELECT, read_row};
use crate::audit::{Hash, Span, row_digest};
use crate::days_of_date;
use crate::db::{Cell, Db, transaction};
use crate::directory;
use crate::row::{Appended, Cut, Names, Row, RowRef, Submission};
use crate::seal::{self, Found, Sealing};
use crate::words::Words;

const COPY: &str = "COPY record (county, seq, id, form, form_version, kind, subject, resident, area, organisation, worker, device, at, \
                    recorded_at, action, target, reason, fields, digest) FROM STDIN BINARY";
const TYPES: [Type; 19] = [
    Type::INT4,
    Type::INT8,
    Type::UUID,
    Type::INT8,
    Type::INT8,
    Type::INT8,
    Type::UUID,
    Type::UUID,
    Type::INT8,
    Type::UUID,
    Type::INT8,
    Type::INT8,
    Type::INT4,
    Type::INT8,
    Type::INT2,
    Type::INT8,
    Type::TEXT,
    Type::TEXT,
    Type::BYTEA,
];

/// A record of the log or of this group, as far as others depend on it.
struct Held<'a> {
    seq: i64,
    void: bool,
    form: Arc<str>,
    taken_by: Option<RecordId>,
    content: Content<'a>,
}

enum Content<'a> {
    Row(Box<Row>),
    New(&'a Record),
}

/// A record to be written.
struct New<'a> {
    record: &'a Record,
    seq: i64,
    target: Option<i64>,
    fields: String,
    found: Vec<Found>,
    digest: [u8; 32],
}

/// The group, judged record by record.
struct Group<'a> {
    sealing: Option<&'a Sealing>,
    held: HashMap<RecordId, Held<'a>>,
    new: Vec<New<'a>>,
    end: i64,
    /// Whether any arrival waits for a record. Who puts one after this looks at the log afterwards.
    awaited: bool,
}

impl PostgresStore {
    /// See [`crate::Store::append_group`].
    pub(super) fn write_group(&mut self, group: &[Submission<'_>]) -> Result<Vec<Result<Appended, Fault>>, Fault> {
        self.keyed.check()?;
        let once = || transaction(&self.link, || self.write_in_transaction(group));
        // After a broken connection it isn't known whether the group was committed. It is idempotent: once more.
        let done = match once() {
            Err(fault) if fault.code == "STORE-0008" => once(),
            done => done,
        };
        if done.is_err() {
            // Names that were never committed must not stay.
            self.words.replace(Arc::default());
        }
        done
    }

    fn write_in_transaction(&self, group: &[Submission<'_>]) -> Result<Vec<Result<Appended, Fault>>, Fault> {
        let before = self.log_end()?;
        let awaited = crate::Arrivals::new(self.tables()).any_waits()?;
        let mut judged = Group { sealing: self.keyed.sealing(), held: self.held(group)?, new: Vec::new(), end: before.0, awaited };
        let (mut answers, mut spans) = (Vec::with_capacity(group.len()), Vec::with_capacity(group.len()));
        for submission in group {
            let from = judged.new.len();
            let answer = judged.submission(submission.records);
            if answer.is_ok() {
                spans.push((submission, from..judged.new.len()));
            }
            answers.push(answer);
        }
        if judged.end > before.0 {
            let words = self.words_of(&judged.new)?;
            judged.new.iter_mut().for_each(|new| new.digest = digest(self.hash, new, &words));
            self.copy(&judged.new, &words)?;
            self.copy_index(&judged.new)?;
            self.link.execute("UPDATE log SET end_seq = $1 WHERE county = @county", &[judged.end.into()])?;
            let sheets = judged.new.iter().filter(|new| self.plan.policy.has(&new.record.form));
            directory::follow(&self.keeper(), &sheets.map(|new| (new.record, new.seq)).collect(), before.0, judged.end)?;
        }
        let digests: Vec<[u8; 32]> = judged.new.iter().map(|new| new.digest).collect();
        let span = |range: Range<usize>| Span::of(self.hash, judged.new.get(range.start)?.seq, &digests[range]);
        let chain: Vec<_> = spans.into_iter().map(|(submission, range)| (submission, span(range))).collect();
        self.tables().chain(&chain)?;
        Ok(answers)
    }

    /// Everything in the log that bears an id of the group or is corrected by it.
    fn held(&self, group: &[Submission<'_>]) -> Result<HashMap<RecordId, Held<'static>>, Fault> {
        let records = || group.iter().flat_map(|submission| submission.records);
        let ids: HashSet<Uuid> = records().flat_map(|record| [Some(record.id), target_of(record)]).flatten().map(|id| id.0).collect();
        let ids: Vec<Uuid> = ids.into_iter().collect();
        let county = self.county();
        let taken = "(SELECT x.id FROM record x WHERE x.county = r.county AND x.target = r.seq)";
        let sql = format!("{} WHERE r.county = $1 AND r.id = ANY ($2)", SELECT.replacen(" FROM", &format!(", {taken} FROM"), 1));
        let rows = self.link.run(|live| live.query(&sql, &[&county, &ids]))?;
        if rows.is_empty() {
            return Ok(HashMap::new());
        }
        let words = self.words(true)?;
        let mut held = HashMap::with_capacity(rows.len());
        for row in &rows {
            let read = read_row(row, &words, false).map_err(|error| fault(&error, &self.link.shown))?;
            let read = read.ok_or_else(|| self.link.damaged())?;
            let values = seal::open_values(self.keyed.sealing(), read.id, read.values)?;
            let content = RowRef { values: &values, ..read }.to_row();
            let void = matches!(content.head().action, Action::Void { .. });
            let (form, taken_by) = (content.head().form.clone(), row.get::<_, Option<Uuid>>(18).map(RecordId));
            held.insert(content.head().id, Held { seq: content.seq, void, form, taken_by, content: Content::Row(Box::new(content)) });
        }
        Ok(held)
    }

    /// The names with those that the group brings.
    fn words_of(&self, new: &[New<'_>]) -> Result<Arc<Words>, Fault> {
        let needed = |words: &Words| -> Vec<Arc<str>> {
            let all =
                new.iter().map(|new| new.record).flat_map(|r| [Some(&r.form), Some(&r.subject.kind), r.worker.as_ref(), r.device.as_ref()]);
            let missing: HashSet<&Arc<str>> = all.flatten().filter(|text| words.number(text).is_none()).collect();
            missing.into_iter().cloned().collect()
        };
        let words = self.words(false)?;
        if needed(&words).is_empty() {
            return Ok(words);
        }
        let mut words = (*self.words(true)?).clone();
        let mut missing = needed(&words);
        missing.sort();
        for text in missing {
            let number = words.next();
            let stored = seal::stored_words(self.keyed.sealing(), &text).swap_remove(0);
            let values: [Cell; 2] = [number.into(), stored.as_str().into()];
            self.link.execute("INSERT INTO word (county, id, text) VALUES (@county, $1, $2)", &values)?;
            words.insert(number, text, stored.into());
        }
        let words = Arc::new(words);
        self.words.replace(words.clone());
        Ok(words)
    }

    fn copy(&self, new: &[New<'_>], words: &Words) -> Result<(), Fault> {
        let county = self.county();
        let number = |text: &str| words.number(text).expect("all names have been written");
        self.link.run(|live| {
            let copy = live.prepared(COPY)?;
            let mut writer = BinaryCopyInWriter::new(live.client.copy_in(&copy)?, &TYPES);
            for new in new {
                let record = new.record;
                let (action, reason) = match &record.action {
                    Action::State => (0_i16, None),
                    Action::Supersede(_) => (1, None),
                    Action::Void { reason, .. } => (2, Some(reason)),
                };
                let values: [&(dyn ToSql + Sync); 19] = [
                    &county,
                    &new.seq,
                    &record.id.0,
                    &number(&record.form),
                    &i64::from(record.form_version),
                    &number(&record.subject.kind),
                    &record.subject.id.0,
                    &record.resident.map(|id| id.0),
                    &i64::try_from(record.area.number()).unwrap_or(i64::MAX),
                    &record.organisation.map(|id| id.0),
                    &record.worker.as_deref().map(number),
                    &record.device.as_deref().map(number),
                    &days_of_date(record.at),
                    &record.recorded_at,
                    &action,
                    &new.target,
                    &reason,
                    &new.fields,
                    &new.digest.as_slice(),
                ];
                writer.write(&values)?;
            }
            writer.finish().map(drop)
        })
    }
}

impl PostgresStore {
    fn copy_index(&self, new: &[New<'_>]) -> Result<(), Fault> {
        if new.iter().all(|new| new.found.is_empty()) {
            return Ok(());
        }
        let county = self.county();
        self.link.run(|live| {
            let copy = live.prepared("COPY sealed_index (county, name, digest, seq) FROM STDIN BINARY")?;
            let mut writer = BinaryCopyInWriter::new(live.client.copy_in(&copy)?, &[Type::INT4, Type::TEXT, Type::BYTEA, Type::INT8]);
            for new in new {
                for found in &new.found {
                    writer.write(&[&county, &&*found.index, &found.digest.as_slice(), &new.seq])?;
                }
            }
            writer.finish().map(drop)
        })
    }
}

fn digest(hash: Hash, new: &New<'_>, words: &Words) -> [u8; 32] {
    let stored = |text: &str| words.number(text).and_then(|number| words.stored(number)).map(|text| &**text);
    let record = new.record;
    let names = Names {
        form: stored(&record.form).expect("all names have been written"),
        kind: stored(&record.subject.kind).expect("all names have been written"),
        worker: record.worker.as_deref().and_then(stored),
        device: record.device.as_deref().and_then(stored),
    };
    row_digest(hash, &RowRef::of(record, new.seq, &names, &new.fields))
}

fn target_of(record: &Record) -> Option<RecordId> {
    match &record.action {
        Action::State => None,
        Action::Supersede(target) | Action::Void { record: target, .. } => Some(*target),
    }
}

impl<'a> Group<'a> {
    /// Judges a submission; a refused one leaves nothing.
    fn submission(&mut self, records: &'a [Record]) -> Result<Appended, Fault> {
        let (end, kept) = (self.end, self.new.len());
        for record in records {
            if let Err(fault) = self.record(record) {
                self.undo(kept, end);
                return Err(fault);
            }
        }
        let written = self.new.len() - kept;
        Ok(Appended { cut: Cut(self.end), written, already: records.len() - written, awaited: self.awaited })
    }

    fn undo(&mut self, kept: usize, end: i64) {
        for new in self.new.drain(kept..) {
            self.held.remove(&new.record.id);
            if let Some(target) = target_of(new.record).and_then(|target| self.held.get_mut(&target)) {
                target.taken_by = None;
            }
        }
        self.end = end;
    }

    fn record(&mut self, record: &'a Record) -> Result<(), Fault> {
        if matches!(record.action, Action::Void { .. }) && !record.values.is_empty() {
            return Err(Fault::new("STORE-0105").with("record", record.id));
        }
        let target = target_of(record).map(|target| self.target(record, target)).transpose()?;
        if let Some(held) = self.held.get(&record.id) {
            let same = match &held.content {
                Content::New(other) => *other == record,
                Content::Row(row) => row.is(record),
            };
            return if same { Ok(()) } else { Err(Fault::new("STORE-0101").with("record", record.id)) };
        }
        let (mut fields, mut found) = (String::new(), Vec::new());
        seal::encode(self.sealing, record, &mut fields, &mut found)?;
        self.end += 1;
        if let Some(corrected) = target_of(record).and_then(|target| self.held.get_mut(&target)) {
            corrected.taken_by = Some(record.id);
        }
        let void = matches!(record.action, Action::Void { .. });
        let held = Held { seq: self.end, void, form: record.form.clone(), taken_by: None, content: Content::New(record) };
        self.held.insert(record.id, held);
        self.new.push(New { record, seq: self.end, target, fields, found, digest: [0; 32] });
        Ok(())
    }

    /// The position of the record that this one corrects, once it is clear that it may.
    fn target(&self, record: &Record, target: RecordId) -> Result<i64, Fault> {
        let fault = |code| Fault::new(code).with("record", record.id).with("target", target);
        let held = self.held.get(&target).ok_or_else(|| fault("STORE-0102"))?;
        if held.void || held.form != record.form {
            return Err(fault("STORE-0104"));
        }
        match held.taken_by {
            Some(other) if other != record.id => Err(fault("STORE-0103")),
            _ => Ok(held.seq),
        }
    }
}
