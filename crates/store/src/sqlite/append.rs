//! Appending: one transaction a group, a savepoint for each submission; idempotent by id, corrections checked against what they correct.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use qianmo_core::{Action, Fault, Record, RecordId};
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, OptionalExtension, params};

use super::fault::named;
use super::link::Link;
use super::read;
use crate::days_of_date;
use crate::db::transaction;
use crate::row::{Appended, Submission};
use crate::values::encode_into;

const INSERT: &str = "INSERT INTO record (id, form, form_version, kind, subject, resident, area, organisation, worker, device, at, \
                      recorded_at, action, target, reason, fields) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) \
                      ON CONFLICT (id) DO NOTHING";
/// One row exactly when the record with this id has this content.
const SAME: &str = "SELECT 1 FROM record WHERE id = ? AND form = ? AND form_version = ? AND kind = ? AND subject = ? AND resident IS ? \
                    AND area = ? AND organisation IS ? AND worker IS ? AND device IS ? AND at = ? AND recorded_at = ? AND action = ? \
                    AND target IS ? AND reason IS ? AND fields = ?";

/// Appends a group; see [`crate::Store::append_group`].
pub(super) fn append(link: &Link, group: &[Submission<'_>]) -> Result<Vec<Result<Appended, Fault>>, Fault> {
    let done = transaction(link, || {
        let mut batch = Batch { connection: &link.connection, file: &link.file, words: HashMap::new(), fields: String::new() };
        group.iter().map(|submission| submit(&mut batch, submission, group.len() > 1)).collect()
    });
    match done {
        Err(fault) if group.len() == 1 && is_content(&fault) => Ok(vec![Err(fault)]),
        done => done,
    }
}

/// One caller's records. What is wrong with them is their answer; what is wrong with the store is everybody's.
fn submit(batch: &mut Batch<'_>, submission: &Submission<'_>, shared: bool) -> Result<Result<Appended, Fault>, Fault> {
    let (connection, file) = (batch.connection, batch.file);
    let sql = |text| if shared { connection.execute_batch(text).map_err(named(file)) } else { Ok(()) };
    sql("SAVEPOINT submission")?;
    let mut written = 0;
    for record in submission.records {
        match batch.write(record) {
            Ok(new) => written += usize::from(new),
            Err(fault) if is_content(&fault) && shared => {
                // Names that came with it are gone again.
                batch.words.clear();
                sql("ROLLBACK TO submission; RELEASE submission")?;
                return Ok(Err(fault));
            }
            Err(fault) => return Err(fault),
        }
    }
    sql("RELEASE submission")?;
    let cut = read::cut(connection).map_err(named(file))?;
    Ok(Ok(Appended { cut, written, already: submission.records.len() - written }))
}

/// Whether a fault lies in what was submitted (`STORE-01xx`), not in the store.
fn is_content(fault: &Fault) -> bool {
    fault.code.starts_with("STORE-01")
}

struct Batch<'a> {
    connection: &'a Connection,
    file: &'a Path,
    words: HashMap<Arc<str>, i64>,
    fields: String,
}

impl Batch<'_> {
    /// Writes one record; `false` when it was there already.
    fn write(&mut self, record: &Record) -> Result<bool, Fault> {
        let target = match &record.action {
            Action::State => None,
            Action::Supersede(target) | Action::Void { record: target, .. } => Some(*target),
        };
        if matches!(record.action, Action::Void { .. }) && !record.values.is_empty() {
            return Err(Fault::new("STORE-0105").with("record", record.id));
        }
        let target = match target {
            None => None,
            Some(target) => Some(self.target(record, target)?),
        };
        encode_into(&record.values, &mut self.fields);
        self.insert(record, target).map_err(named(self.file))?.ok_or_else(|| {
            // The driver said nothing wrong: the id is taken by another content.
            Fault::new("STORE-0101").with("record", record.id)
        })
    }

    /// `Some(true)` written, `Some(false)` there already, `None` another content under the id.
    fn insert(&mut self, record: &Record, target: Option<i64>) -> rusqlite::Result<Option<bool>> {
        let form = self.word(&record.form)?;
        let kind = self.word(&record.subject.kind)?;
        let worker = record.worker.as_ref().map(|worker| self.word(worker)).transpose()?;
        let device = record.device.as_ref().map(|device| self.word(device)).transpose()?;
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
        ];
        if self.connection.prepare_cached(INSERT)?.execute(values)? == 1 {
            return Ok(Some(true));
        }
        Ok(self.connection.prepare_cached(SAME)?.exists(values)?.then_some(false))
    }

    /// The position of the record that this one corrects, once it is clear that it may.
    fn target(&self, record: &Record, target: RecordId) -> Result<i64, Fault> {
        let fault = |code| Fault::new(code).with("record", record.id).with("target", target);
        let find = || {
            let sql = "SELECT r.seq, r.action, w.text, (SELECT id FROM record t WHERE t.target = r.seq) \
                       FROM record r JOIN word w ON w.id = r.form WHERE r.id = ?";
            let read = |row: &rusqlite::Row<'_>| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get_ref(2)?.as_str()? == &*record.form, row.get::<_, Sql>(3)?))
            };
            self.connection.prepare_cached(sql)?.query_row([target.0.as_bytes()], read).optional()
        };
        let Some((seq, action, same_form, taken_by)) = find().map_err(named(self.file))? else {
            return Err(fault("STORE-0102"));
        };
        if action == 2 || !same_form {
            return Err(fault("STORE-0104"));
        }
        match taken_by {
            Sql::Blob(id) if id != record.id.0.as_bytes() => Err(fault("STORE-0103")),
            _ => Ok(seq),
        }
    }

    fn word(&mut self, text: &Arc<str>) -> rusqlite::Result<i64> {
        if let Some(id) = self.words.get(text) {
            return Ok(*id);
        }
        let sql = "SELECT id FROM word WHERE text = ?";
        let found = self.connection.prepare_cached(sql)?.query_row([&**text], |row| row.get(0)).optional()?;
        let id = match found {
            Some(id) => id,
            None => self.connection.prepare_cached("INSERT INTO word (text) VALUES (?)")?.insert([&**text])?,
        };
        self.words.insert(text.clone(), id);
        Ok(id)
    }
}
