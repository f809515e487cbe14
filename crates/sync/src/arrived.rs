//! What lies beside the log, for who is to decide on it: listed by area, released after mending, dismissed with a reason.

use std::sync::Arc;

use qianmo_core::form::Identifies;
use qianmo_core::{Fault, RecordId};
use qianmo_store::{Actor, Areas, Arrival, ArrivalId, ArrivalState, ArrivalsAsked, NewArrival, Sight, Store, Whose, Window};
use qianmo_wire::sync::{ArrivalBody, Outcome, State};
use serde_json::Value as Json;

use crate::decide::{How, decide};
use crate::detail::{self, Detail};
use crate::intake::{Positions, append, closer, is_content};
use crate::{Intake, Rules, Sender};

/// Arrivals as somebody may see them.
#[derive(Clone, Copy)]
pub struct Arrived<'a> {
    /// A reading handle.
    pub store: &'a dyn Store,
    /// What may be seen: an arrival is seen where its area, form and resident are.
    pub sight: &'a Sight,
    /// Programmes in force.
    pub rules: &'a Rules,
}

impl std::fmt::Debug for Arrived<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Arrived").finish_non_exhaustive()
    }
}

/// What is decided on an arrival.
#[derive(Debug, Clone)]
pub struct Release {
    /// Which arrival.
    pub id: ArrivalId,
    /// What is to be changed in the record as it was sent: a JSON merge patch (RFC 7396), such as `{"values": {"sbp": 130}}`. Nothing to
    /// write it as it came.
    pub changes: Option<Json>,
    /// Words of who decides.
    pub note: String,
}

impl Arrived<'_> {
    /// Arrivals in order of their last change, from after `since`, and the number to go on from when there are more. With the record as it
    /// was sent; identity numbers, phones and bank accounts in it only when the sight is exposed.
    pub fn list(&self, state: Option<ArrivalState>, since: i64, arrivals_max: usize) -> Result<(Vec<ArrivalBody>, Option<i64>), Fault> {
        let areas = areas_of(self.sight);
        let (mut found, mut since) = (Vec::new(), since);
        loop {
            let asked = ArrivalsAsked { areas: &areas, state, since, arrivals_max: 200 };
            let page = self.store.arrivals().list(&asked)?;
            let last = page.len() < 200;
            for arrival in page {
                if found.len() >= arrivals_max {
                    return Ok((found, Some(since)));
                }
                since = arrival.change;
                if self.sees(&arrival) {
                    found.push(self.body(&arrival));
                }
            }
            if last {
                return Ok((found, None));
            }
        }
    }

    /// One arrival.
    ///
    /// Errors: `SYNC-0401` when there is none, or it isn't for this sight.
    pub fn get(&self, id: ArrivalId) -> Result<ArrivalBody, Fault> {
        Ok(self.body(&self.held(id)?))
    }

    fn held(&self, id: ArrivalId) -> Result<Arrival, Fault> {
        let held = self.store.arrivals().get(id)?.filter(|arrival| self.sees(arrival));
        held.ok_or_else(|| Fault::new("SYNC-0401").with("id", id))
    }

    fn open(&self, id: ArrivalId) -> Result<Arrival, Fault> {
        let held = self.held(id)?;
        if held.what.state == ArrivalState::Open && !written_since(self.store, &held)? {
            Ok(held)
        } else {
            Err(Fault::new("SYNC-0402").with("id", id))
        }
    }

    fn sees(&self, arrival: &Arrival) -> bool {
        let sent: Json = serde_json::from_str(&arrival.what.sent).unwrap_or_default();
        let form = sent.get("form").and_then(Json::as_str).unwrap_or_default();
        // A form that the packs don't have is nobody's; who sees everybody in the area decides on it.
        let known = self.rules.form(form).is_some();
        self.sight.windows.iter().any(|window| {
            let there = match &window.areas {
                Areas::All => true,
                Areas::Only(areas) => areas.contains(&arrival.what.area),
            };
            let form_fits = if known { window.forms.contains(form) } else { window.whose == Whose::Everybody };
            there && form_fits && whose_fits(window, arrival)
        })
    }

    fn body(&self, arrival: &Arrival) -> ArrivalBody {
        let mut sent: Json = serde_json::from_str(&arrival.what.sent).unwrap_or_default();
        let form = sent.get("form").and_then(Json::as_str).and_then(|form| self.rules.form(form));
        if !self.sight.exposed
            && let Some(values) = sent.get_mut("values").and_then(Json::as_object_mut)
        {
            let numbers = [Identifies::ResidentNumber, Identifies::Phone, Identifies::BankAccount];
            for (field, value) in values.iter_mut() {
                let field = form.and_then(|form| form.field(field));
                let shown = field.is_some_and(|field| field.identifies.is_none_or(|what| !numbers.contains(&what)));
                if !shown {
                    *value = Json::from("***");
                }
            }
        }
        ArrivalBody { sent: Some(sent), ..detail::body(arrival) }
    }
}

fn whose_fits(window: &Window, arrival: &Arrival) -> bool {
    match &window.whose {
        Whose::Everybody => true,
        Whose::Residents(residents) => arrival.what.resident.is_some_and(|resident| residents.contains(&resident)),
        Whose::ClientsOf(worker) => arrival.what.worker.as_deref() == Some(worker.as_str()),
        Whose::Nobody => arrival.what.resident.is_none(),
    }
}

/// All areas of a sight.
fn areas_of(sight: &Sight) -> Areas {
    let mut all = std::collections::BTreeSet::new();
    for window in &sight.windows {
        match &window.areas {
            Areas::All => return Areas::All,
            Areas::Only(areas) => all.extend(areas.iter().copied()),
        }
    }
    Areas::Only(Arc::new(all))
}

/// Releases an arrival: the record, mended if need be, goes into the log as its sender's, and what waited for it follows. Runs where writing is
/// done (`Writer::run`). An outcome of `quarantined` says what is still wrong; nothing has changed then.
///
/// `officer` is the intake of who releases: its actor stands in the audit chain, its `may` decides.
///
/// Errors: `SYNC-0401` not there or not seen, `SYNC-0402` not open, `SYNC-0404` the mended record has another id though its own is free,
/// `SYNC-0101` it can't be read.
pub fn release(store: &mut dyn Store, officer: &Intake, sight: &Sight, release: &Release) -> Result<Outcome, Fault> {
    let held = Arrived { store, sight, rules: &officer.rules }.open(release.id)?;
    let mut body: Json = serde_json::from_str(&held.what.sent).unwrap_or_default();
    if let Some(changes) = &release.changes {
        patch(&mut body, changes);
    }
    let given = body.get("id").and_then(Json::as_str).unwrap_or_default().to_owned();
    if given.parse::<RecordId>().ok() != Some(held.what.record) && store.record(held.what.record)?.is_none() {
        return Err(Fault::new("SYNC-0404").with("record", held.what.record).with("given", given));
    }
    let sender = Intake { sender: Sender::of(&held), ..officer.clone() };
    let mut how = How { again: true, thorough: true, ..How::default() };
    loop {
        let mut decision = decide(&sender, store, std::slice::from_ref(&body), &how)?;
        let mut outcome = decision.verdicts.pop().map(|verdict| verdict.outcome).unwrap_or_default();
        match outcome.state {
            State::Quarantined | State::Unreadable => {
                outcome.arrival = Some(release.id.to_string());
                return Ok(outcome);
            }
            _ => {}
        }
        match append(store, &officer.sender.actor, officer.now, &decision.records) {
            Ok(positions) => {
                let written = outcome.position.is_some() || !decision.records.is_empty();
                settle(store, officer, release, written, &decision.arrivals)?;
                outcome.arrival = Some(release.id.to_string());
                outcome.position = position(store, &outcome, &positions)?;
                officer.wake(store, &[], &positions.ids)?;
                return Ok(outcome);
            }
            Err(fault) if is_content(&fault) => how = closer(how, fault)?,
            Err(fault) => return Err(fault),
        }
    }
}

fn settle(store: &mut dyn Store, officer: &Intake, release: &Release, written: bool, notices: &[NewArrival]) -> Result<(), Fault> {
    let actor = &officer.sender.actor;
    if let Some(held) = store.arrivals().get(release.id)?
        && let Some(notice) = notices.first()
    {
        // Merged with another's edit: both are told, under the arrival as it came.
        let detail = Detail { reasons: Detail::of(&held).reasons, ..parsed(&notice.detail) };
        let state = if written { held.what.state } else { ArrivalState::Merged };
        let told = NewArrival { state, other_worker: notice.other_worker.clone(), detail: detail.text(), ..held.what };
        store.arrivals_mut().put(actor, officer.now, &[told])?;
        if !written {
            // A withdrawal of what was withdrawn already: nothing of it is in the log.
            return Ok(());
        }
    }
    store.arrivals_mut().settle(actor, officer.now, release.id, Some(&release.note).filter(|note| !note.is_empty()).map(String::as_str))
}

fn parsed(text: &str) -> Detail {
    serde_json::from_str(text).unwrap_or_default()
}

fn position(store: &dyn Store, outcome: &Outcome, positions: &Positions) -> Result<Option<i64>, Fault> {
    let Some(id) = positions.ids.first() else { return Ok(outcome.position) };
    Ok(store.record(*id)?.map(|row| row.seq))
}

/// Dismisses an arrival: it stays where it is, and its sender learns why. Runs where writing is done (`Writer::run`).
///
/// Errors: `SYNC-0403` without a reason, `SYNC-0401` not there or not seen, `SYNC-0402` not open.
pub fn dismiss(store: &mut dyn Store, by: &Actor, now: i64, look: (&Sight, &Rules), id: ArrivalId, reason: &str) -> Result<(), Fault> {
    if reason.trim().is_empty() {
        return Err(Fault::new("SYNC-0403"));
    }
    Arrived { store, sight: look.0, rules: look.1 }.open(id)?;
    store.arrivals_mut().dismiss(by, now, id, reason)
}

/// Whether an open arrival's record is in the log after all.
fn written_since(store: &dyn Store, held: &Arrival) -> Result<bool, Fault> {
    Ok(!Detail::of(held).id_taken() && store.record(held.what.record)?.is_some())
}

/// Notes of open arrivals whose records are in the log that they are released: the power went, or the disk was full, between writing and noting.
/// To be run when a server starts; how many there were.
pub fn tidy(store: &mut dyn Store, now: i64) -> Result<usize, Fault> {
    let (mut since, mut count) = (0, 0);
    loop {
        let asked = ArrivalsAsked { areas: &Areas::All, state: Some(ArrivalState::Open), since, arrivals_max: 500 };
        let page = store.arrivals().list(&asked)?;
        let Some(last) = page.last() else { return Ok(count) };
        since = last.change;
        for held in &page {
            if written_since(store, held)? {
                store.arrivals_mut().settle(&Actor::default(), now, held.what.id, None)?;
                count += 1;
            }
        }
    }
}

/// A JSON merge patch (RFC 7396).
fn patch(body: &mut Json, changes: &Json) {
    let (Some(members), Json::Object(changes)) = (body.as_object_mut(), changes) else { return };
    for (name, change) in changes {
        match change {
            Json::Null => drop(members.remove(name)),
            Json::Object(_) if members.get(name).is_some_and(Json::is_object) => patch(&mut members[name], change),
            other => drop(members.insert(name.clone(), other.clone())),
        }
    }
}
