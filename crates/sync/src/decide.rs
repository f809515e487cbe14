//! What becomes of each record of a batch: decided outside the writer, from what a reading handle sees.
//!
//! Order of the questions: was the same kept beside the log before, is it in the log, may and can it be written, and, for a correction, what it meets.
//! The answers depend on the store alone, never on how often something was sent.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use qianmo_core::form::Identifies;
use qianmo_core::{Action, AreaKind, Fault, Form, Known, Record, RecordId, Subject, SubjectId, Value};
use qianmo_store::{Arrival, ArrivalId, ArrivalState, NewArrival, Store, encode};
use qianmo_wire::sync::{Notice, Outcome, State};
use ring::digest::{SHA256, digest};
use serde_json::Value as Json;

use crate::body::{Told, read, told_id};
use crate::detail::{Detail, reason, reasons};
use crate::merge::{notice, profile_parts};
use crate::people::{People, decoded, in_force};
use crate::{Intake, SenderKind};

/// What is to be done with a batch.
pub(crate) struct Decision {
    /// One for each record, in the order of the batch.
    pub(crate) verdicts: Vec<Verdict>,
    /// To be written to the log, corrections after what they correct.
    pub(crate) records: Vec<Record>,
    /// To be kept beside the log.
    pub(crate) arrivals: Vec<NewArrival>,
}

/// What becomes of one record.
#[derive(Debug, Clone)]
pub(crate) struct Verdict {
    pub(crate) outcome: Outcome,
    /// Its place among the records to be written.
    pub(crate) written: Option<usize>,
}

/// How to decide.
#[derive(Clone, Default)]
pub(crate) struct How {
    /// Look each record up in the log first. Otherwise the append says whether any was there.
    pub(crate) thorough: bool,
    /// What the log refused, and why.
    pub(crate) barred: HashMap<RecordId, Fault>,
    /// These arrivals are looked at again: what is kept of them doesn't decide.
    pub(crate) again: bool,
}

pub(crate) struct Arriving<'b> {
    pub(crate) told: Told,
    pub(crate) arrival: ArrivalId,
    /// Made as the arrival's id, of the record as it is written: masked values filled in.
    pub(crate) content: ArrivalId,
    pub(crate) body: &'b Json,
}

/// A record in the log or about to be.
pub(crate) struct Link {
    pub(crate) record: Record,
    pub(crate) position: Option<i64>,
}

/// What the batch has done with an id so far.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Fate {
    Written,
    Kept,
}

pub(crate) struct Decider<'a> {
    pub(crate) intake: &'a Intake,
    pub(crate) store: &'a dyn Store,
    pub(crate) how: &'a How,
    pub(crate) people: People<'a>,
    pub(crate) held: HashMap<ArrivalId, Arrival>,
    /// Ids that something in the batch corrects.
    pub(crate) targets: HashSet<RecordId>,
    pub(crate) fates: HashMap<RecordId, Fate>,
    /// Chains of corrections, and in which of them a record is.
    pub(crate) chains: Vec<Vec<Link>>,
    pub(crate) chain_of: HashMap<RecordId, usize>,
    pub(crate) owners: HashMap<SubjectId, Option<SubjectId>>,
    /// What is going to be written merged, as it was sent.
    pub(crate) as_sent: HashMap<RecordId, Record>,
    pub(crate) edits: HashMap<RecordId, (Record, Record)>,
    pub(crate) records: Vec<Record>,
    pub(crate) arrivals: Vec<NewArrival>,
}

/// Decides on a batch.
pub(crate) fn decide(intake: &Intake, store: &dyn Store, batch: &[Json], how: &How) -> Result<Decision, Fault> {
    let rules = &*intake.rules;
    let mut verdicts: Vec<Option<Verdict>> = Vec::new();
    verdicts.resize_with(batch.len(), || None);
    let mut arriving: Vec<Option<Arriving<'_>>> = Vec::with_capacity(batch.len());
    for (place, body) in batch.iter().enumerate() {
        match read(body, &|form| rules.form(form)) {
            Ok(mut told) => {
                intake.settle_told(&mut told.record);
                let arrival = arrival_id(&told.record);
                arriving.push(Some(Arriving { arrival, content: arrival, told, body }));
            }
            Err(fault) => {
                verdicts[place] = Some(Verdict { outcome: refused(told_id(body), &fault), written: None });
                arriving.push(None);
            }
        }
    }
    let ids: Vec<ArrivalId> = arriving.iter().flatten().map(|one| one.arrival).collect();
    let held = if how.again { Vec::new() } else { store.arrivals().of(&ids)? };
    let mut decider = Decider {
        intake,
        store,
        how,
        people: People::new(rules, store),
        held: held.into_iter().map(|arrival| (arrival.what.id, arrival)).collect(),
        targets: arriving.iter().flatten().filter_map(|one| target(&one.told.record)).collect(),
        fates: HashMap::new(),
        chains: Vec::new(),
        chain_of: HashMap::new(),
        owners: HashMap::new(),
        as_sent: HashMap::new(),
        edits: HashMap::new(),
        records: Vec::with_capacity(batch.len()),
        arrivals: Vec::new(),
    };
    let of_people = |one: &Arriving<'_>| {
        let record = &one.told.record;
        let asks = rules.asks_the_person(&record.form) || rules.form(&record.form).is_some_and(|form| form.locates);
        record.resident.filter(|_| asks)
    };
    let people: BTreeSet<SubjectId> = arriving.iter().flatten().filter_map(of_people).collect();
    decider.people.read_ahead(&people.into_iter().collect::<Vec<_>>())?;
    let mut taken: HashMap<RecordId, usize> = HashMap::new();
    for place in in_order(&arriving) {
        let Some(one) = &arriving[place] else { continue };
        let verdict = match taken.get(&one.told.record.id).map(|first| (*first, arriving[*first].as_ref())) {
            Some((first, Some(same))) if same.arrival == one.arrival => verdicts[first].clone(),
            Some(_) => Some(match decider.in_log(one)? {
                Some(verdict) => verdict,
                None => decider.keep(one, &[id_taken(&one.told.record)], None),
            }),
            None => Some(decider.take(one)?),
        };
        taken.entry(one.told.record.id).or_insert(place);
        verdicts[place] = verdict;
    }
    let verdicts = verdicts.into_iter().flatten().collect();
    Ok(Decision { verdicts, records: decider.records, arrivals: decider.arrivals })
}

/// An answer to what can't be read.
pub(crate) fn refused(id: String, fault: &Fault) -> Outcome {
    Outcome { id, state: State::Unreadable, reasons: vec![reason(fault)], ..Outcome::default() }
}

pub(crate) fn target(record: &Record) -> Option<RecordId> {
    match &record.action {
        Action::State => None,
        Action::Supersede(target) | Action::Void { record: target, .. } => Some(*target),
    }
}

/// Places such that what is corrected comes before its correction; otherwise as sent.
fn in_order(arriving: &[Option<Arriving<'_>>]) -> Vec<usize> {
    let mut place_of: HashMap<RecordId, usize> = HashMap::new();
    for (place, one) in arriving.iter().enumerate() {
        if let Some(one) = one {
            place_of.entry(one.told.record.id).or_insert(place);
        }
    }
    let mut done = vec![false; arriving.len()];
    let mut order = Vec::with_capacity(arriving.len());
    for start in 0..arriving.len() {
        let mut path = Vec::new();
        let mut at = Some(start);
        while let Some(place) = at.filter(|place| !done[*place]) {
            // Marked at once, so that a circle ends.
            done[place] = true;
            path.push(place);
            at = arriving[place].as_ref().and_then(|one| target(&one.told.record)).and_then(|id| place_of.get(&id).copied());
        }
        order.extend(path.into_iter().rev());
    }
    order
}

/// Made of what was sent, but for who says to have written it and when: those are the server's to say.
pub(crate) fn arrival_id(record: &Record) -> ArrivalId {
    let Record { id, form, form_version, subject, resident, area, organisation, worker: _, device: _, at, recorded_at: _, action, values } =
        record;
    let text = format!(
        "{id}\n{form}\n{form_version}\n{}\n{}\n{resident:?}\n{area}\n{organisation:?}\n{at}\n{action:?}\n{}",
        subject.kind,
        subject.id,
        encode(values)
    );
    let hash = digest(&SHA256, text.as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.as_ref()[..16]);
    ArrivalId(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

pub(crate) fn id_taken(record: &Record) -> Fault {
    Fault::new("SYNC-0208").with("record", record.id)
}

impl Decider<'_> {
    fn take(&mut self, one: &Arriving<'_>) -> Result<Verdict, Fault> {
        let filled = self.unmasked(one)?;
        let one = filled.as_ref().unwrap_or(one);
        let record = &one.told.record;
        if let Some(verdict) = self.held_before(one)? {
            return Ok(verdict);
        }
        if self.how.thorough
            && let Some(verdict) = self.in_log(one)?
        {
            return Ok(verdict);
        }
        if let Some(fault) = self.how.barred.get(&record.id) {
            return Ok(self.keep(one, std::slice::from_ref(fault), None));
        }
        let (faults, questions) = self.faults(record)?;
        if !faults.is_empty() {
            // It may have been right when it first came: then it stays where it is.
            let there = if self.how.thorough { None } else { self.in_log(one)? };
            return Ok(there.unwrap_or_else(|| self.keep(one, &faults, None)));
        }
        let mut verdict = match target(record) {
            None => self.state(one)?,
            Some(target) => self.correct(one, target)?,
        };
        verdict.outcome.questions = reasons(&questions);
        Ok(verdict)
    }

    /// Numbers and phones that its writer saw masked come back masked: they are as they were in what the record corrects; a new sheet doesn't
    /// state them.
    fn unmasked<'b>(&mut self, one: &Arriving<'b>) -> Result<Option<Arriving<'b>>, Fault> {
        let record = &one.told.record;
        let Some(form) = self.intake.rules.form(&record.form) else { return Ok(None) };
        let masked = |(field, value): (&Arc<str>, &Value)| {
            let number = form.field(field).and_then(|field| field.identifies);
            let number = matches!(number, Some(Identifies::ResidentNumber | Identifies::Phone | Identifies::BankAccount));
            (number && value.as_text().is_some_and(|text| text.contains('*'))).then(|| field.clone())
        };
        let fields: Vec<Arc<str>> = record.values.iter().filter_map(masked).collect();
        if fields.is_empty() {
            return Ok(None);
        }
        let chain = match target(record) {
            Some(target) => self.chain(target)?.map(|at| (at, target)),
            None => None,
        };
        let base = chain.and_then(|(at, target)| self.chains[at].iter().find(|link| link.record.id == target));
        let mut told = one.told.clone();
        for field in fields {
            match base.and_then(|link| link.record.values.get(&field)) {
                Some(value) => drop(told.record.values.insert(field.clone(), value.clone())),
                None => drop(told.record.values.remove(&field)),
            }
            if let (Some(told), Some(link)) = (&mut told.base, base) {
                match link.record.values.get(&field) {
                    Some(value) => drop(told.values.insert(field, value.clone())),
                    None => drop(told.values.remove(&field)),
                }
            }
        }
        Ok(Some(Arriving { content: arrival_id(&told.record), told, arrival: one.arrival, body: one.body }))
    }

    /// The answer when the log has the id already.
    fn in_log(&mut self, one: &Arriving<'_>) -> Result<Option<Verdict>, Fault> {
        let record = &one.told.record;
        let Some(row) = self.store.record(record.id)? else { return Ok(None) };
        let same = self.intake.rules.form(&record.form).map(|form| decoded(form, &row)).transpose()?;
        let same = same.is_some_and(|held| arrival_id(&held) == one.content);
        Ok(Some(if same { self.already(record.id, row.seq) } else { self.keep(one, &[id_taken(record)], None) }))
    }

    /// What was decided on the same content before.
    fn held_before(&mut self, one: &Arriving<'_>) -> Result<Option<Verdict>, Fault> {
        let Some(held) = self.held.get(&one.arrival) else { return Ok(None) };
        let detail = Detail::of(held);
        let id = one.told.record.id;
        let position = self.store.record(id)?.map(|row| row.seq);
        let state = match held.what.state {
            // The power went between writing it and noting that: see `tidy`.
            ArrivalState::Open if position.is_some() && !detail.id_taken() => State::Released,
            ArrivalState::Open => State::Quarantined,
            ArrivalState::Released => State::Released,
            ArrivalState::Dismissed => State::Dismissed,
            // Two withdrawals met: the second isn't in the log.
            ArrivalState::Merged if position.is_some() || matches!(one.told.record.action, Action::Void { .. }) => State::Merged,
            // The notice was kept and then the power went: it is decided anew.
            ArrivalState::Merged => return Ok(None),
        };
        if position.is_none() {
            self.fates.insert(id, Fate::Kept);
        }
        let outcome = Outcome {
            id: id.to_string(),
            state,
            position: position.filter(|_| matches!(state, State::Released | State::Merged)),
            arrival: Some(one.arrival.to_string()),
            reasons: detail.reasons,
            questions: Vec::new(),
            notices: detail.notices,
        };
        Ok(Some(Verdict { outcome, written: None }))
    }

    pub(crate) fn already(&mut self, id: RecordId, position: i64) -> Verdict {
        let outcome = Outcome { id: id.to_string(), state: State::Already, position: Some(position), ..Outcome::default() };
        self.fates.insert(id, Fate::Written);
        Verdict { outcome, written: None }
    }

    /// Everything that is wrong with a record by itself, and what is to be asked.
    fn faults(&mut self, record: &Record) -> Result<(Vec<Fault>, Vec<Fault>), Fault> {
        let intake = self.intake;
        let rules = &*intake.rules;
        let mut faults = Vec::new();
        if intake.sender.revoked {
            faults.push(Fault::new("SYNC-0207").with("device", intake.sender.actor.device.as_deref().unwrap_or("")));
        }
        let Some(form) = rules.form(&record.form) else {
            faults.push(Fault::new("SYNC-0201").with("form", &record.form));
            return Ok((faults, Vec::new()));
        };
        if record.form_version > form.version {
            faults.push(Fault::new("SYNC-0202").with("form", &form.name).with("given", record.form_version).with("known", form.version));
        }
        match rules.areas().get(record.area) {
            Some(area) if area.kind >= AreaKind::Township => {}
            _ => faults.push(Fault::new("SYNC-0203").with("area", record.area)),
        }
        if record.subject.kind != form.subject {
            let fault = Fault::new("SYNC-0204").with("form", &form.name).with("kind", &record.subject.kind);
            faults.push(fault.with("expected", &form.subject));
        } else if !self.resident_fits(record)? {
            faults.push(Fault::new("SYNC-0205").with("subject", record.subject.id));
        }
        if let Some(field) = broken_text(record) {
            faults.push(Fault::new("SYNC-0206").with("field", field));
        }
        let mut questions = Vec::new();
        if matches!(record.action, Action::Void { .. }) {
            if !record.values.is_empty() {
                faults.push(Fault::new("STORE-0105").with("record", record.id));
            }
            if record.at > intake.today {
                faults.push(Fault::new("FORM-0108").with("at", record.at).with("today", intake.today));
            }
        } else {
            let findings = self.check(form, record)?;
            faults.extend(findings.refused);
            questions = findings.asked;
        }
        let home = if form.locates { self.people.home(record.subject.id)? } else { None };
        if let Err(fault) = intake.may.may_write(record, home) {
            faults.push(fault);
        }
        if let Err(fault) = self.may_merge(form, record)? {
            faults.push(fault);
        }
        Ok((faults, questions))
    }

    /// Who says that two entries are one person, or takes it back, may write the sheet of either where it sits.
    fn may_merge(&mut self, form: &Form, record: &Record) -> Result<Result<(), Fault>, Fault> {
        let intake = self.intake;
        let (Some(field), Some(sheet)) = (form.merges(), intake.rules.packs().person_sheet()) else { return Ok(Ok(())) };
        let said = match target(record) {
            // A withdrawal names nobody: what it withdraws does.
            Some(target) if matches!(record.action, Action::Void { .. }) => {
                self.store.record(target)?.map(|row| decoded(form, &row)).transpose()?.and_then(|held| held.values.get(&field.id).cloned())
            }
            _ => record.values.get(&field.id).cloned(),
        };
        let kept = said.as_ref().and_then(Value::as_text).and_then(|text| text.parse::<SubjectId>().ok());
        for entry in [Some(record.subject.id), kept].into_iter().flatten() {
            let Some(home) = self.people.home(entry)? else { continue };
            let asked = Record {
                form: sheet.id.clone(),
                subject: Subject { kind: sheet.subject.clone(), id: entry },
                resident: Some(entry),
                area: home,
                ..record.clone()
            };
            if let Err(fault) = intake.may.may_write(&asked, Some(home)) {
                return Ok(Err(fault));
            }
        }
        Ok(Ok(()))
    }

    pub(crate) fn check(&mut self, form: &Form, record: &Record) -> Result<qianmo_core::form::Findings, Fault> {
        let known = Known::on(self.intake.today);
        if self.intake.rules.asks_the_person(&form.id) {
            return Ok(form.check(record, &known.about(self.people.sheet(record.resident)?)));
        }
        Ok(form.check(record, &known))
    }

    /// Whether subject and resident belong together: a resident is its own, an organisation or area has none, and what a pack
    /// declares (a pregnancy) stays with whom it began.
    fn resident_fits(&mut self, record: &Record) -> Result<bool, Fault> {
        Ok(match &*record.subject.kind {
            "resident" => record.resident == Some(record.subject.id),
            "organisation" => record.resident.is_none(),
            "area" => record.resident.is_none() && record.subject.id.as_area().is_some(),
            "household" => true,
            _ => {
                let subject = record.subject.id;
                if !self.owners.contains_key(&subject)
                    && let Some(row) = self.store.first_of(subject)?
                {
                    self.owners.insert(subject, row.head().resident);
                }
                self.owners.get(&subject).is_none_or(|owner| *owner == record.resident)
            }
        })
    }

    /// A new fact; edits of the same profile that its writer didn't know are told.
    fn state(&mut self, one: &Arriving<'_>) -> Result<Verdict, Fault> {
        let record = &one.told.record;
        let form = self.intake.rules.form(&record.form).filter(|form| form.profile);
        let (Some(form), Some(seen), SenderKind::Person) = (form, one.told.seen, self.intake.sender.kind) else {
            return Ok(self.write(one, record.clone(), Vec::new()));
        };
        let rows = self.store.records_of(record.subject.id)?;
        let (mut notices, mut other) = (Vec::new(), None);
        for row in in_force(&rows, &form.id).filter(|row| row.seq > seen && row.head().id != record.id) {
            let first = decoded(form, row)?;
            let parts = profile_parts(&first, record);
            if (&first.worker, &first.device) != (&record.worker, &record.device) && !parts.is_empty() {
                notices.push(notice(form, &first, record, &parts));
                other = first.worker;
            }
        }
        if !notices.is_empty() {
            self.keep_notice(one, &notices, other);
        }
        Ok(self.write(one, record.clone(), notices))
    }

    pub(crate) fn write(&mut self, one: &Arriving<'_>, record: Record, notices: Vec<Notice>) -> Verdict {
        self.people.comes(&record);
        self.owners.entry(record.subject.id).or_insert(record.resident);
        let of_interest = self.targets.contains(&record.id);
        if let Some(target) = target(&record) {
            if let Some(at) = self.chain_of.get(&target).copied() {
                self.chain_of.insert(record.id, at);
                self.chains[at].push(Link { record: record.clone(), position: None });
            }
        } else if of_interest {
            self.chain_of.insert(record.id, self.chains.len());
            self.chains.push(vec![Link { record: record.clone(), position: None }]);
        }
        self.fates.insert(record.id, Fate::Written);
        let mut verdict = self.merged(one, notices);
        verdict.written = Some(self.records.len());
        self.records.push(record);
        verdict
    }

    /// The answer to what goes into the log, with another's edit where there are notices.
    #[expect(clippy::unused_self, reason = "reads as the others do")]
    pub(crate) fn merged(&self, one: &Arriving<'_>, notices: Vec<Notice>) -> Verdict {
        let met = !notices.is_empty();
        let outcome = Outcome {
            id: one.told.record.id.to_string(),
            state: if met { State::Merged } else { State::Accepted },
            position: None,
            arrival: met.then(|| one.arrival.to_string()),
            reasons: if met { vec![reason(&Fault::new("SYNC-0301"))] } else { Vec::new() },
            questions: Vec::new(),
            notices,
        };
        Verdict { outcome, written: None }
    }

    /// Keeps a record beside the log.
    pub(crate) fn keep(&mut self, one: &Arriving<'_>, faults: &[Fault], waits_for: Option<RecordId>) -> Verdict {
        let record = &one.told.record;
        let detail = Detail { reasons: reasons(faults), ..self.detail() };
        self.arrivals.push(NewArrival { waits_for, ..self.arrival(one, ArrivalState::Open, &detail) });
        self.fates.entry(record.id).or_insert(Fate::Kept);
        let outcome = Outcome {
            id: record.id.to_string(),
            state: State::Quarantined,
            arrival: Some(one.arrival.to_string()),
            reasons: detail.reasons,
            ..Outcome::default()
        };
        Verdict { outcome, written: None }
    }

    /// Keeps, of a record that goes into the log, as what it was sent and whom it met.
    pub(crate) fn keep_notice(&mut self, one: &Arriving<'_>, notices: &[Notice], other: Option<Arc<str>>) {
        let detail = Detail { reasons: vec![reason(&Fault::new("SYNC-0301"))], notices: notices.to_vec(), ..self.detail() };
        let arrival = NewArrival { other_worker: other, ..self.arrival(one, ArrivalState::Merged, &detail) };
        self.arrivals.push(arrival);
    }

    fn detail(&self) -> Detail {
        Detail { home: self.intake.sender.home(), ..Detail::default() }
    }

    fn arrival(&self, one: &Arriving<'_>, state: ArrivalState, detail: &Detail) -> NewArrival {
        let record = &one.told.record;
        let sender = &self.intake.sender;
        let known = self.intake.rules.areas().get(record.area).is_some();
        NewArrival {
            id: one.arrival,
            record: record.id,
            area: if known { record.area } else { sender.area },
            resident: record.resident,
            worker: sender.actor.worker.clone(),
            device: sender.actor.device.clone(),
            arrived_at: self.intake.now,
            state,
            waits_for: None,
            other_worker: None,
            sent: one.body.to_string(),
            detail: detail.text(),
        }
    }
}

/// The field whose text or name no database holds.
fn broken_text(record: &Record) -> Option<String> {
    let in_values =
        record.values.iter().find(|(field, value)| field.contains(['#', '\0']) || value.as_text().is_some_and(|text| text.contains('\0')));
    if let Some((field, _)) = in_values {
        return Some(field.replace('\0', "␀"));
    }
    let reason = matches!(&record.action, Action::Void { reason, .. } if reason.contains('\0'));
    let names = [&record.form, &record.subject.kind].into_iter().any(|name| name.contains('\0'));
    (reason || names).then(|| "reason".to_owned())
}

/// For those who look a batch's ids up afterwards.
pub(crate) fn parsed_id(outcome: &Outcome) -> Option<RecordId> {
    outcome.id.parse().ok()
}
