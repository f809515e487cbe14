//! Intake: a batch of records goes into the log or beside it, and every one gets its answer.
//!
//! Decided outside the writer, written as one parcel. When the log has changed in between (somebody else corrected the same record),
//! it is decided again; after a few times inside the writer, where nobody else writes.

use std::collections::HashSet;
use std::sync::Arc;

use qianmo_core::{AreaCode, Date, Fault, Record, RecordId};
use qianmo_store::{Actor, Appended, Arrival, NewArrival, Parcel, Store, Submission, Writer};
use qianmo_wire::sync::{Outcome, State};
use serde_json::Value as Json;

use crate::body::write;
use crate::decide::{Decision, How, Verdict, decide, parsed_id};
use crate::{May, Rules, Sender, SenderKind};

/// Times that a batch is decided again outside the writer.
const TRIES: usize = 3;

/// The most records that one batch may have.
pub const RECORDS_MAX: usize = 5000;

/// Takes records on behalf of a sender.
#[derive(Debug, Clone)]
pub struct Intake {
    /// Programmes and areas in force.
    pub rules: Arc<Rules>,
    /// Who sends.
    pub sender: Sender,
    /// What they may write.
    pub may: Arc<dyn May>,
    /// The server's date: no service is later.
    pub today: Date,
    /// The server's clock, UTC, milliseconds since 1970.
    pub now: i64,
}

/// A batch that was decided on and can be written as one parcel: nothing of it is to be kept beside the log.
#[derive(Debug)]
pub struct Decided {
    verdicts: Vec<Verdict>,
    ids: Vec<RecordId>,
    parcel: Parcel,
}

impl Decided {
    /// What is to be handed to the writer; empty when nothing is to be written. Given out once.
    pub fn parcel(&mut self) -> Parcel {
        std::mem::take(&mut self.parcel)
    }

    /// The answers once the parcel is durable; nothing when the log must be asked: some of it was there already, or an arrival waits for it. Then
    /// go on with [`Decided::looked_up`].
    #[must_use]
    pub fn answers(&self, appended: Appended) -> Option<Vec<Outcome>> {
        let all_new = appended.written == self.ids.len();
        (all_new && !appended.awaited).then(|| placed(self.verdicts.clone(), &self.positions(appended)))
    }

    /// The answers with the log's help, and whether [`Intake::wake_waiting`] is to follow.
    ///
    /// Errors: those of every method of the store.
    pub fn looked_up(&self, reader: &dyn Store, appended: Appended) -> Result<(Vec<Outcome>, bool), Fault> {
        let answers = outcomes(reader, self.verdicts.clone(), &self.positions(appended))?;
        Ok((answers, anything_to_wake(reader, &[], &self.ids)?))
    }

    /// The records that it writes.
    #[must_use]
    pub fn ids(&self) -> &[RecordId] {
        &self.ids
    }

    fn positions(&self, appended: Appended) -> Positions {
        Positions { ids: self.ids.clone(), end: appended.cut.0, written: appended.written }
    }
}

/// A day and a bit: the world's time zones.
const ZONES_MS: i64 = 26 * 3600 * 1000;

impl Intake {
    /// Takes a batch: of a device, of one request, of an import. The answers come in the order of the batch, when everything is durable.
    /// `reader` is a reading handle on the same data as the writer's. Blocks.
    ///
    /// Errors: `SYNC-0003` more than [`RECORDS_MAX`] records; of the store, those that every method may have, and `STORE-0009`. The same
    /// batch can be handed in again after any of them.
    pub fn receive(&self, reader: &dyn Store, writer: &Writer, batch: &[Json]) -> Result<Vec<Outcome>, Fault> {
        within_bounds(batch)?;
        for attempt in 0..TRIES {
            let how = How { thorough: attempt > 0, ..How::default() };
            if let Some(outcomes) = self.round(reader, writer, batch, &how)? {
                return Ok(outcomes);
            }
        }
        let (intake, batch) = (self.clone(), batch.to_vec());
        writer.run(move |store| intake.receive_into(store, &batch))
    }

    /// The first half of [`Intake::receive`], for a caller that has something better to do than to wait for the writer: decides with a reading
    /// handle, which is free again afterwards. Nothing when the batch needs more than one parcel; then it is for [`Intake::receive`], as it is when
    /// the log refuses the parcel (`STORE-01xx`).
    ///
    /// Errors: as [`Intake::receive`].
    pub fn decided(&self, reader: &dyn Store, batch: &[Json]) -> Result<Option<Decided>, Fault> {
        within_bounds(batch)?;
        let Decision { verdicts, records, arrivals } = decide(self, reader, batch, &How::default())?;
        let ids = records.iter().map(|record| record.id).collect();
        let parcel = Parcel { records, by: self.sender.actor.clone(), at: self.now, entries: Vec::new() };
        Ok(arrivals.is_empty().then_some(Decided { verdicts, ids, parcel }))
    }

    /// What would become of a batch if it were handed in now; nothing is written. What stands in the same batch is known to what comes after it.
    ///
    /// Errors: as [`Intake::receive`].
    pub fn judge(&self, reader: &dyn Store, batch: &[Json]) -> Result<Vec<Outcome>, Fault> {
        within_bounds(batch)?;
        let decision = decide(self, reader, batch, &How { thorough: true, ..How::default() })?;
        Ok(decision.verdicts.into_iter().map(|verdict| verdict.outcome).collect())
    }

    /// Looks again at what waits for records that are in the log now. On the writer's thread.
    ///
    /// Errors: those of every method of the store.
    pub fn wake_waiting(&self, store: &mut dyn Store, ids: &[RecordId]) -> Result<(), Fault> {
        self.wake(store, &[], ids)
    }

    /// As [`Intake::receive`] on a handle that nobody else writes to: an import, a test, the writer's own thread.
    ///
    /// Errors: as there.
    pub fn receive_into(&self, store: &mut dyn Store, batch: &[Json]) -> Result<Vec<Outcome>, Fault> {
        within_bounds(batch)?;
        let mut how = How::default();
        // Each further round looks closer or bars one record more.
        loop {
            let decision = decide(self, store, batch, &how)?;
            if !decision.arrivals.is_empty() {
                store.arrivals_mut().put(&self.sender.actor, self.now, &decision.arrivals)?;
            }
            match append(store, &self.sender.actor, self.now, &decision.records) {
                Ok(positions) => {
                    let outcomes = outcomes(store, decision.verdicts, &positions)?;
                    self.wake(store, &decision.arrivals, &positions.ids)?;
                    return Ok(outcomes);
                }
                Err(fault) if is_content(&fault) => how = closer(how, fault)?,
                Err(fault) => return Err(fault),
            }
        }
    }

    /// Takes records of our own making, such as an import's; otherwise as [`Intake::receive_into`].
    ///
    /// Errors: as there.
    pub fn receive_records(&self, store: &mut dyn Store, records: &[Record]) -> Result<Vec<Outcome>, Fault> {
        self.receive_into(store, &bodies(records))
    }

    /// One round outside the writer; nothing when it must be decided again.
    fn round(&self, reader: &dyn Store, writer: &Writer, batch: &[Json], how: &How) -> Result<Option<Vec<Outcome>>, Fault> {
        let Decision { verdicts, records, arrivals } = decide(self, reader, batch, how)?;
        let kept = arrivals.clone();
        if !arrivals.is_empty() {
            let (by, at) = (self.sender.actor.clone(), self.now);
            writer.run(move |store| store.arrivals_mut().put(&by, at, &arrivals))?;
        }
        let ids: Vec<RecordId> = records.iter().map(|record| record.id).collect();
        let mut positions = Positions { written: ids.len(), ids, end: 0 };
        let mut awaited = false;
        if !records.is_empty() {
            let parcel = Parcel { records, by: self.sender.actor.clone(), at: self.now, entries: Vec::new() };
            match writer.append(parcel) {
                Ok(appended) => {
                    positions.end = appended.cut.0;
                    positions.written = appended.written;
                    awaited = appended.awaited;
                }
                Err(fault) if is_content(&fault) => return Ok(None),
                Err(fault) => return Err(fault),
            }
        }
        let outcomes = outcomes(reader, verdicts, &positions)?;
        if (awaited || !kept.is_empty()) && anything_to_wake(reader, &kept, &positions.ids)? {
            let intake = self.clone();
            writer.run(move |store| intake.wake(store, &kept, &positions.ids))?;
        }
        Ok(Some(outcomes))
    }

    /// Looks again at what waits for these records, and at what was just put to wait for a record that came meanwhile.
    pub(crate) fn wake(&self, store: &mut dyn Store, kept: &[NewArrival], ids: &[RecordId]) -> Result<(), Fault> {
        let mut come: Vec<RecordId> = ids.to_vec();
        for target in kept.iter().filter_map(|arrival| arrival.waits_for).collect::<HashSet<_>>() {
            if store.record(target)?.is_some() {
                come.push(target);
            }
        }
        while !come.is_empty() {
            let waiting = store.arrivals().waiting_for(&come)?;
            come.clear();
            for arrival in waiting {
                come.extend(self.look_again(store, &arrival)?);
            }
        }
        Ok(())
    }

    /// Decides on an open arrival again, as its sender's; the id of the record when it is in the log now.
    fn look_again(&self, store: &mut dyn Store, arrival: &Arrival) -> Result<Option<RecordId>, Fault> {
        let Ok(body) = serde_json::from_str::<Json>(&arrival.what.sent) else { return Ok(None) };
        // Whether they may was decided when it came: only its turn hadn't come.
        let intake = Self { sender: Sender::of(arrival), may: Arc::new(|_: &Record, _: Option<AreaCode>| Ok(())), ..self.clone() };
        let mut how = How { again: true, thorough: true, ..How::default() };
        loop {
            let Decision { verdicts, records, arrivals } = decide(&intake, store, std::slice::from_ref(&body), &how)?;
            if !arrivals.is_empty() {
                store.arrivals_mut().put(&self.sender.actor, self.now, &arrivals)?;
            }
            match append(store, &intake.sender.actor, self.now, &records) {
                Ok(_) => {
                    let state = verdicts.first().map(|verdict| verdict.outcome.state);
                    if matches!(state, Some(State::Accepted | State::Already)) {
                        store.arrivals_mut().settle(&Actor::default(), self.now, arrival.what.id, None)?;
                    }
                    return Ok(records.first().map(|record| record.id));
                }
                Err(fault) if is_content(&fault) => how = closer(how, fault)?,
                Err(fault) => return Err(fault),
            }
        }
    }

    /// What is the server's to say about a record, whatever the body says.
    pub(crate) fn settle_told(&self, record: &mut Record) {
        self.sender.stamp(record, self.rules.root());
        if self.sender.kind == SenderKind::Person {
            // A clock that runs ahead, or stood before the day of the service, says nothing.
            let earliest = i64::from(qianmo_store::days_of_date(record.at)) * 86_400_000 - ZONES_MS;
            if record.recorded_at > self.now || record.recorded_at < earliest {
                record.recorded_at = self.now;
            }
        }
    }
}

fn anything_to_wake(store: &dyn Store, kept: &[NewArrival], ids: &[RecordId]) -> Result<bool, Fault> {
    Ok(kept.iter().any(|arrival| arrival.waits_for.is_some()) || !store.arrivals().waiting_for(ids)?.is_empty())
}

/// Records as a batch.
#[must_use]
pub(crate) fn bodies(records: &[Record]) -> Vec<Json> {
    let json = |record| serde_json::to_value(write(record)).expect("a body of text and numbers always has a JSON form");
    records.iter().map(json).collect()
}

fn within_bounds(batch: &[Json]) -> Result<(), Fault> {
    if batch.len() > RECORDS_MAX {
        return Err(Fault::new("SYNC-0003").with("given", batch.len()).with("max", RECORDS_MAX));
    }
    Ok(())
}

/// Whether the log refused what was submitted, rather than failed.
#[must_use]
pub fn is_content(fault: &Fault) -> bool {
    fault.code.starts_with("STORE-01")
}

/// The next way to decide after the log refused: look every record up; then leave the refused one out.
pub(crate) fn closer(how: How, fault: Fault) -> Result<How, Fault> {
    if !how.thorough {
        return Ok(How { thorough: true, ..how });
    }
    let Some(id) = fault.param("record").and_then(|id| id.parse::<RecordId>().ok()) else { return Err(fault) };
    let mut how = how;
    if how.barred.insert(id, fault.clone()).is_some() {
        return Err(fault);
    }
    Ok(how)
}

/// Where the records of a parcel came to stand.
pub(crate) struct Positions {
    pub(crate) ids: Vec<RecordId>,
    /// The position after the parcel.
    end: i64,
    /// How many of them are new: these stand one after the other before `end`.
    written: usize,
}

pub(crate) fn append(store: &mut dyn Store, by: &Actor, at: i64, records: &[Record]) -> Result<Positions, Fault> {
    let ids: Vec<RecordId> = records.iter().map(|record| record.id).collect();
    if records.is_empty() {
        return Ok(Positions { written: ids.len(), ids, end: 0 });
    }
    let submission = Submission { records, by: Some(by), at, entries: &[] };
    let appended = store.append_group(&[submission])?.pop().expect("an answer to each submission")?;
    Ok(Positions { ids, end: appended.cut.0, written: appended.written })
}

/// The answers with their positions, when every record of the parcel is new.
fn placed(verdicts: Vec<Verdict>, positions: &Positions) -> Vec<Outcome> {
    let begin = positions.end - i64::try_from(positions.written).unwrap_or(i64::MAX);
    let place = |verdict: Verdict| {
        let position = verdict.written.map(|place| begin + 1 + i64::try_from(place).unwrap_or(0));
        Outcome { position: position.or(verdict.outcome.position), ..verdict.outcome }
    };
    verdicts.into_iter().map(place).collect()
}

/// The answers, with the positions.
pub(crate) fn outcomes(store: &dyn Store, verdicts: Vec<Verdict>, positions: &Positions) -> Result<Vec<Outcome>, Fault> {
    if positions.written == positions.ids.len() {
        return Ok(placed(verdicts, positions));
    }
    let begin = positions.end - i64::try_from(positions.written).unwrap_or(i64::MAX);
    let mut outcomes = Vec::with_capacity(verdicts.len());
    for verdict in verdicts {
        let mut outcome = verdict.outcome;
        if verdict.written.is_some()
            && let Some(id) = parsed_id(&outcome)
        {
            outcome.position = store.record(id)?.map(|row| row.seq);
            if outcome.state == State::Accepted && outcome.position.is_some_and(|position| position <= begin) {
                outcome.state = State::Already;
            }
        }
        outcomes.push(outcome);
    }
    Ok(outcomes)
}
