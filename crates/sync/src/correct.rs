//! What becomes of a correction or withdrawal: it follows what it corrects, waits for it, or meets another's edit and is merged.

use qianmo_core::{Action, Fault, Record, RecordId, Value};
use qianmo_store::ArrivalState;
use qianmo_wire::sync::Notice;
use serde_json::Value as Json;

use crate::SenderKind;
use crate::body::{Told, read};
use crate::decide::{Arriving, Decider, Fate, Link, Verdict, arrival_id, id_taken, target};
use crate::detail::Detail;
use crate::merge::{Edit, Merged, merge, notice, replay};
use crate::people::decoded;
use crate::rules::came_from;

impl Decider<'_> {
    /// A correction or withdrawal.
    pub(crate) fn correct(&mut self, one: &Arriving<'_>, target: RecordId) -> Result<Verdict, Fault> {
        let record = &one.told.record;
        let Some(at) = self.chain(target)? else {
            let waits = self.fates.get(&target) == Some(&Fate::Kept)
                || self.store.arrivals().of_record(target)?.iter().any(|held| held.what.state == ArrivalState::Open);
            let code = if waits { "SYNC-0210" } else { "SYNC-0209" };
            return Ok(self.keep(one, &[Fault::new(code).with("target", target)], Some(target)));
        };
        let chain = &self.chains[at];
        if let Some(link) = chain.iter().find(|link| link.record.id == record.id) {
            let (same, position) = (arrival_id(&link.record) == one.content, link.position);
            return Ok(match position {
                Some(position) if same => self.already(record.id, position),
                _ => self.keep(one, &[id_taken(record)], None),
            });
        }
        let (Some(link), Some(head)) = (chain.iter().find(|link| link.record.id == target), chain.last()) else {
            return Ok(self.keep(one, &[Fault::new("SYNC-0209").with("target", target)], Some(target)));
        };
        if matches!(link.record.action, Action::Void { .. }) || link.record.form != record.form {
            return Ok(self.keep(one, &[Fault::new("SYNC-0213").with("target", target)], None));
        }
        let (corrected, first) = (link.record.clone(), head.record.clone());
        if let Err(fault) = self.intake.may.may_write(&first, None) {
            return Ok(self.keep(one, &[fault], None));
        }
        let base = self.base(one, corrected)?;
        let mixed = self.mixed(at);
        let is_void = matches!(record.action, Action::Void { .. });
        match (&first.action, &record.action) {
            (Action::Void { .. }, Action::Void { .. }) => {
                let form = self.intake.rules.form(&record.form);
                let notices: Vec<Notice> = form.map(|form| notice(form, &first, record, &[])).into_iter().collect();
                self.keep_notice(one, &notices, first.worker);
                Ok(self.merged(one, notices))
            }
            // Nothing has happened that its writer didn't know.
            (Action::State | Action::Supersede(_), _) if same_facts(&base, &first) && (!mixed || is_void) => {
                let action = match &record.action {
                    Action::Void { reason, .. } => Action::Void { record: first.id, reason: reason.clone() },
                    _ => Action::Supersede(first.id),
                };
                if record.action == action {
                    return Ok(self.write(one, record.clone(), Vec::new()));
                }
                // It names an older record that said the same as the last one: kept, so that the same sent again is known.
                let notices: Vec<Notice> =
                    self.intake.rules.form(&record.form).map(|form| notice(form, &first, record, &[])).into_iter().collect();
                self.keep_notice(one, &notices, None);
                Ok(self.write(one, Record { action, ..record.clone() }, notices))
            }
            (Action::Void { .. }, _) | (_, Action::Void { .. }) => {
                Ok(self.keep(one, &[Fault::new("SYNC-0211").with("target", target).with("met", first.id)], None))
            }
            _ => self.merge(one, &base, &first),
        }
    }

    /// What a correction starts from: as its writer tells; else what its writer sent under that id, for the log may have it merged or mended; else
    /// what the log has.
    fn base(&mut self, one: &Arriving<'_>, held: Record) -> Result<Record, Fault> {
        if let Some(base) = &one.told.base {
            return Ok(Record { at: base.at, area: base.area, values: base.values.clone(), ..held });
        }
        if let Some(sent) = self.as_sent.get(&held.id) {
            return Ok(sent.clone());
        }
        let rules = &*self.intake.rules;
        for arrival in self.store.arrivals().of_record(held.id)? {
            let in_log = matches!(arrival.what.state, ArrivalState::Merged | ArrivalState::Released);
            let body: Option<Json> = serde_json::from_str(&arrival.what.sent).ok().filter(|_| in_log);
            let told = body.and_then(|body| read(&body, &|form| rules.form(form)).ok());
            if let Some(told) = told {
                return Ok(Record { at: told.record.at, area: told.record.area, values: told.record.values, ..held });
            }
        }
        Ok(held)
    }

    fn merge(&mut self, one: &Arriving<'_>, base: &Record, first: &Record) -> Result<Verdict, Fault> {
        let record = &one.told.record;
        let Some(form) = self.intake.rules.form(&record.form) else {
            return Ok(self.keep(one, &[Fault::new("SYNC-0201").with("form", &record.form)], None));
        };
        let mut merged = merge(base, first, record);
        if self.intake.sender.kind != SenderKind::Person {
            self.replayed(record, base, &mut merged)?;
        }
        let notices = vec![notice(form, first, record, &merged.parts)];
        self.as_sent.insert(record.id, record.clone());
        self.edits.insert(record.id, (record.clone(), base.clone()));
        let findings = self.check(form, &merged.record)?;
        if !findings.refused.is_empty() {
            let mut faults = vec![Fault::new("SYNC-0212").with("met", first.id)];
            faults.extend(findings.refused);
            return Ok(self.keep(one, &faults, None));
        }
        if first.id == base.id && same_facts(base, first) && same_facts(&merged.record, record) {
            return Ok(self.write(one, record.clone(), Vec::new()));
        }
        self.keep_notice(one, &notices, first.worker.clone());
        Ok(self.write(one, merged.record, notices))
    }

    /// Whether another server's edit comes to a chain with edits of our own: then only the whole of them says what stands in the end, for it may build
    /// on the last one without knowing all.
    fn mixed(&self, chain: usize) -> bool {
        let SenderKind::Server { home } = self.intake.sender.kind else { return false };
        self.chains[chain].iter().skip(1).any(|link| !came_from(link.record.worker.as_deref(), home))
    }

    /// The merge of another server's edit: from all edits of the chain, in whatever order the two servers have them.
    fn replayed(&mut self, record: &Record, base: &Record, merged: &mut Merged) -> Result<(), Fault> {
        let Some(at) = target(record).and_then(|target| self.chain_of.get(&target).copied()) else { return Ok(()) };
        let links: Vec<Record> = self.chains[at].iter().map(|link| link.record.clone()).collect();
        let Some((root, corrections)) = links.split_first() else { return Ok(()) };
        let SenderKind::Server { home } = self.intake.sender.kind else { return Ok(()) };
        let mut edits = Vec::with_capacity(links.len());
        for (held, before) in corrections.iter().zip(&links) {
            let theirs = came_from(held.worker.as_deref(), home);
            let (record, base) = match self.edit_as_sent(held)? {
                Some((record, base)) => (record, base),
                None => (held.clone(), before.clone()),
            };
            edits.push(Edit { record, base, theirs });
        }
        edits.push(Edit { record: record.clone(), base: base.clone(), theirs: true });
        let replayed = replay(root, &edits);
        merged.record = Record { values: replayed.values, at: replayed.at, area: replayed.area, ..merged.record.clone() };
        for part in &mut merged.parts {
            let held = match &*part.field {
                "at" => Value::Date(merged.record.at),
                "area" => Value::text(&merged.record.area.to_string()),
                field => merged.record.values.get(field).cloned().unwrap_or_default(),
            };
            part.second_holds = held == part.values[2];
        }
        Ok(())
    }

    /// A record of the log that was merged when it came, as its sender wrote it.
    fn edit_as_sent(&mut self, held: &Record) -> Result<Option<(Record, Record)>, Fault> {
        if let Some(edit) = self.edits.get(&held.id) {
            return Ok(Some(edit.clone()));
        }
        let rules = &*self.intake.rules;
        for arrival in self.store.arrivals().of_record(held.id)? {
            let body: Option<Json> = serde_json::from_str(&arrival.what.sent).ok().filter(|_| arrival.what.state == ArrivalState::Merged);
            let from_server = Detail::of(&arrival).home.is_some();
            let told = body.filter(|_| from_server).and_then(|body| read(&body, &|form| rules.form(form)).ok());
            if let Some(Told { record, base: Some(base), .. }) = told {
                let base = Record { at: base.at, area: base.area, values: base.values, ..record.clone() };
                return Ok(Some((record, base)));
            }
        }
        Ok(None)
    }

    /// The chain of corrections that a record is in, whether in the log or about to be.
    pub(crate) fn chain(&mut self, id: RecordId) -> Result<Option<usize>, Fault> {
        if let Some(at) = self.chain_of.get(&id) {
            return Ok(Some(*at));
        }
        let rows = self.store.history(id)?;
        if rows.is_empty() {
            return Ok(None);
        }
        let mut chain = Vec::with_capacity(rows.len());
        for row in rows {
            let record = match self.intake.rules.form(&row.head().form) {
                Some(form) => decoded(form, &row)?,
                None => row.record(&|_| None)?,
            };
            chain.push(Link { record, position: Some(row.seq) });
        }
        let at = self.chains.len();
        self.chain_of.extend(chain.iter().map(|link| (link.record.id, at)));
        self.chains.push(chain);
        Ok(Some(at))
    }
}

/// Whether two records say the same.
fn same_facts(a: &Record, b: &Record) -> bool {
    a.values == b.values && a.at == b.at && a.area == b.area && a.organisation == b.organisation && a.subject.id == b.subject.id
}
