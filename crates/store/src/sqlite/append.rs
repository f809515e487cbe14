//! Appending: one transaction a group, a savepoint for each submission; idempotent by id, corrections checked against what they correct.

use std::collections::HashMap;
use std::sync::Arc;

use qianmo_core::{Action, Fault, Record, RecordId};
use rusqlite::types::Value as Sql;
use rusqlite::{OptionalExtension, params};

use super::SqliteStore;
use super::fault::named;
use super::read;
use crate::audit::{Span, row_digest};
use crate::days_of_date;
use crate::db::{Cell, Db, transaction};
use crate::directory::{self, Written};
use crate::row::{Appended, Cut, Names, RowRef, Submission};
use crate::seal::{self, Found};

const INSERT: &str = "INSERT INTO record (id, form, form_version, kind, subject, resident, area, organisation, worker, device, at, \
                      recorded_at, action, target, reason, fields, seq, digest) \
                      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) \
                      ON CONFLICT (id) DO NOTHING";

impl SqliteStore {
    /// See [`crate::Store::append_group`].
    pub(super) fn write_group(&self, group: &[Submission<'_>]) -> Result<Vec<Result<Appended, Fault>>, Fault> {
        self.keyed.check()?;
        let done = transaction(&self.link, || {
            let end = read::cut(&self.link.connection).map_err(named(&self.link.file))?.0;
            let mut batch = Batch {
                store: self,
                awaited: crate::Arrivals::new(self.tables()).any_waits()?,
                words: HashMap::new(),
                fields: String::new(),
                found: Vec::new(),
                end,
                digests: Vec::new(),
                sheets: Vec::new(),
            };
            let (mut answers, mut chain) = (Vec::with_capacity(group.len()), Vec::with_capacity(group.len()));
            for submission in group {
                let answer = batch.submit(submission, group.len() > 1)?;
                if answer.is_ok() {
                    let count = i64::try_from(batch.digests.len()).unwrap_or(i64::MAX);
                    chain.push((submission, Span::of(self.hash, batch.end - count + 1, &batch.digests)));
                }
                answers.push(answer);
            }
            directory::follow(&self.keeper(), &batch.sheets, end, batch.end)?;
            self.tables().chain(&chain)?;
            Ok(answers)
        });
        if done.as_ref().is_ok_and(|answers| answers.iter().all(Result::is_ok)) {
            return done;
        }
        // Names that were never committed must not stay.
        self.words.replace(Arc::default());
        match done {
            Err(fault) if group.len() == 1 && is_content(&fault) => Ok(vec![Err(fault)]),
            done => done,
        }
    }
}

/// Whether a fault lies in what was submitted (`STORE-01xx`), not in the store.
fn is_content(fault: &Fault) -> bool {
    fault.code.starts_with("STORE-01")
}

struct Batch<'a> {
    store: &'a SqliteStore,
    /// Whether any arrival waits for a record. Who puts one after this looks at the log afterwards.
    awaited: bool,
    /// Numbers of names, and the names as they are stored.
    words: HashMap<Arc<str>, (i64, Arc<str>)>,
    fields: String,
    found: Vec<Found>,
    end: i64,
    /// Of the rows that the submission at hand has written.
    digests: Vec<[u8; 32]>,
    /// What the directory follows of all that was written.
    sheets: Written<'a>,
}

impl<'a> Batch<'a> {
    /// One caller's records. What is wrong with them is their answer; what is wrong with the store is everybody's.
    fn submit(&mut self, submission: &Submission<'a>, shared: bool) -> Result<Result<Appended, Fault>, Fault> {
        let link = &self.store.link;
        let sql = |text| if shared { link.connection.execute_batch(text).map_err(named(&link.file)) } else { Ok(()) };
        sql("SAVEPOINT submission")?;
        let (end, sheets) = (self.end, self.sheets.len());
        self.digests.clear();
        for record in submission.records {
            match self.write(record) {
                Ok(()) => {}
                Err(fault) if is_content(&fault) && shared => {
                    // Names that came with it are gone again.
                    self.words.clear();
                    self.end = end;
                    self.sheets.truncate(sheets);
                    sql("ROLLBACK TO submission; RELEASE submission")?;
                    return Ok(Err(fault));
                }
                Err(fault) => return Err(fault),
            }
        }
        sql("RELEASE submission")?;
        let written = self.digests.len();
        let already = submission.records.len() - written;
        Ok(Ok(Appended { cut: Cut(self.end), written, already, awaited: self.awaited }))
    }

    /// Writes one record unless it is there already.
    fn write(&mut self, record: &'a Record) -> Result<(), Fault> {
        let target = match &record.action {
            Action::State => None,
            Action::Supersede(target) | Action::Void { record: target, .. } => Some(*target),
        };
        if matches!(record.action, Action::Void { .. }) && !record.values.is_empty() {
            return Err(Fault::new("STORE-0105").with("record", record.id));
        }
        let target = target.map(|target| self.target(record, target)).transpose()?;
        self.found.clear();
        seal::encode(self.store.keyed.sealing(), record, &mut self.fields, &mut self.found)?;
        let link = &self.store.link;
        if self.insert(record, target).map_err(named(&link.file))? {
            for found in self.found.drain(..) {
                let values: [Cell; 3] = [(&*found.index).into(), found.digest.as_slice().into(), self.end.into()];
                link.execute("INSERT INTO sealed_index (county, name, digest, seq) VALUES (@county, $1, $2, $3)", &values)?;
            }
            if self.store.plan.policy.has(&record.form) {
                self.sheets.push((record, self.end));
            }
            return Ok(());
        }
        let held = self.store.rows("WHERE r.id = ?", [record.id.0.as_bytes()])?;
        if held.iter().any(|row| row.is(record)) { Ok(()) } else { Err(Fault::new("STORE-0101").with("record", record.id)) }
    }

    /// `false` when the id is taken.
    fn insert(&mut self, record: &Record, target: Option<i64>) -> rusqlite::Result<bool> {
        let (form, form_name) = self.word(&record.form)?;
        let (kind, kind_name) = self.word(&record.subject.kind)?;
        let (worker, worker_name) = record.worker.as_ref().map(|worker| self.word(worker)).transpose()?.unzip();
        let (device, device_name) = record.device.as_ref().map(|device| self.word(device)).transpose()?.unzip();
        let names = Names { form: &form_name, kind: &kind_name, worker: worker_name.as_deref(), device: device_name.as_deref() };
        let seq = self.end + 1;
        let digest = row_digest(self.store.hash, &RowRef::of(record, seq, &names, &self.fields));
        let (action, reason) = match &record.action {
            Action::State => (0, None),
            Action::Supersede(_) => (1, None),
            Action::Void { reason, .. } => (2, Some(reason)),
        };
        let values = params![
            record.id.0.as_bytes(),
            form,
            record.form_version,
            kind,
            record.subject.id.0.as_bytes(),
            record.resident.map(|id| *id.0.as_bytes()),
            i64::try_from(record.area.number()).unwrap_or(i64::MAX),
            record.organisation.map(|id| *id.0.as_bytes()),
            worker,
            device,
            days_of_date(record.at),
            record.recorded_at,
            action,
            target,
            reason,
            self.fields,
            seq,
            digest,
        ];
        if self.store.link.connection.prepare_cached(INSERT)?.execute(values)? == 0 {
            return Ok(false);
        }
        self.end = seq;
        self.digests.push(digest);
        Ok(true)
    }

    /// The position of the record that this one corrects, once it is clear that it may.
    fn target(&mut self, record: &Record, target: RecordId) -> Result<i64, Fault> {
        let fault = |code| Fault::new(code).with("record", record.id).with("target", target);
        let wrong = named(&self.store.link.file);
        let find = || {
            let sql = "SELECT r.seq, r.action, r.form, (SELECT id FROM record t WHERE t.target = r.seq) FROM record r WHERE r.id = ?";
            let read =
                |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?, row.get::<_, Sql>(3)?));
            self.store.link.connection.prepare_cached(sql)?.query_row([target.0.as_bytes()], read).optional()
        };
        let Some((seq, action, form, taken_by)) = find().map_err(&wrong)? else {
            return Err(fault("STORE-0102"));
        };
        if action == 2 || form != self.word(&record.form).map_err(&wrong)?.0 {
            return Err(fault("STORE-0104"));
        }
        match taken_by {
            Sql::Blob(id) if id != record.id.0.as_bytes() => Err(fault("STORE-0103")),
            _ => Ok(seq),
        }
    }

    fn word(&mut self, text: &Arc<str>) -> rusqlite::Result<(i64, Arc<str>)> {
        if let Some(word) = self.words.get(text) {
            return Ok(word.clone());
        }
        let connection = &self.store.link.connection;
        let names = seal::stored_words(self.store.keyed.sealing(), text);
        let mut word = None;
        for name in &names {
            if word.is_none() {
                let mut find = connection.prepare_cached("SELECT id FROM word WHERE text = ?")?;
                word = find.query_row([name], |row| row.get(0)).optional()?.map(|id| (id, name.as_str().into()));
            }
        }
        let word: (i64, Arc<str>) = if let Some(word) = word {
            word
        } else {
            let id = connection.prepare_cached("INSERT INTO word (text) VALUES (?)")?.insert([&names[0]])?;
            (id, names[0].as_str().into())
        };
        self.words.insert(text.clone(), word.clone());
        Ok(word)
    }
}
