//! The sending side: what to send next, and what to do with the answer. Used by a phone and by a township's server.
//!
//! Pure: no network, no clock, no storage. The caller keeps the outbox and the pulled records, and writes [`Peer`]'s state together with what the
//! effects say, in one transaction; then it may be stopped between any two steps, and any request or answer may be lost, repeated or come late.

use std::collections::BTreeMap;

use qianmo_core::Fault;
use qianmo_wire::sync::{Answer, AreasBody, ArrivalBody, Cursor, Exchange, Outcome, Pull, State, VERSION, Village};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// The most records in one batch.
const BATCH: usize = 500;
/// About the most bytes in one batch.
const BATCH_BYTES: usize = 512 * 1024;

/// Where a device or server stands with the server above it. Kept as JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Peer {
    /// Cursors by village.
    #[serde(default)]
    pub villages: BTreeMap<String, Cursor>,
    /// Number of the last change of an arrival that it was told.
    #[serde(default)]
    pub arrivals: i64,
    /// The programme it has.
    #[serde(default)]
    pub programme: String,
    /// The areas it has.
    #[serde(default)]
    pub areas: String,
    /// Records in a batch: fewer after failures.
    #[serde(default = "batch")]
    batch: usize,
    #[serde(default)]
    revoked: bool,
    #[serde(default)]
    wipe: bool,
    #[serde(default)]
    wiped: bool,
}

fn batch() -> usize {
    BATCH
}

impl Default for Peer {
    fn default() -> Self {
        Self {
            villages: BTreeMap::new(),
            arrivals: 0,
            programme: String::new(),
            areas: String::new(),
            batch: BATCH,
            revoked: false,
            wipe: false,
            wiped: false,
        }
    }
}

/// What to do next.
#[derive(Debug, Clone, PartialEq)]
pub enum Next {
    /// Send this, and hand the answer to [`Peer::answer`], or say [`Peer::failed`].
    Send(Box<Exchange>),
    /// Delete everything that was pulled, and the keys; then say [`Peer::wiped`].
    Wipe,
    /// Nothing: the device was revoked.
    Rest,
}

/// What an answer asks to be done, all in one transaction with keeping the [`Peer`].
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// A record of the outbox is done: in the log or beside it, as the outcome says. It leaves the outbox.
    Done(Outcome),
    /// A record can't be read by the server: it stays, out of the way, to be shown; it isn't sent again before the program changes.
    Refused(Outcome),
    /// Forget a village's records.
    Forget(String),
    /// Records of a village.
    Village(Village),
    /// News of what lies beside the log.
    Arrival(Box<ArrivalBody>),
    /// The division tree.
    Areas(AreasBody),
    /// Fetch the programme with this hash, then say [`Peer::has_programme`].
    Programme(String),
}

impl Peer {
    /// How many records the next batch should have at most; hand these, oldest first, to [`Peer::next`].
    #[must_use]
    pub fn batch_max(&self) -> usize {
        self.batch
    }

    /// What to do next. `outbox` holds the oldest records that wait, at most [`Peer::batch_max`]; those that would make the batch too
    /// large are left for the next.
    #[must_use]
    pub fn next(&self, outbox: &[Json]) -> Next {
        if self.wipe && outbox.is_empty() {
            return Next::Wipe;
        }
        if self.revoked && outbox.is_empty() && !self.wiped {
            return Next::Rest;
        }
        let mut bytes = 0;
        let fits = |record: &&Json| {
            bytes += record.to_string().len();
            bytes <= BATCH_BYTES
        };
        let mut records: Vec<Json> = outbox.iter().take(self.batch).take_while(fits).cloned().collect();
        if records.is_empty() {
            // One that is too large by itself still goes.
            records.extend(outbox.first().cloned());
        }
        let pull = (!self.revoked && !self.wiped).then(|| self.pull());
        Next::Send(Box::new(Exchange { version: VERSION, records, pull, wiped: self.wiped }))
    }

    fn pull(&self) -> Pull {
        Pull {
            villages: self.villages.clone(),
            arrivals: self.arrivals,
            programme: self.programme.clone(),
            areas: self.areas.clone(),
            bytes_max: 0,
        }
    }

    /// Takes an answer to `sent`: what to do, and whether to go on at once. An answer that comes late, when other answers were taken since,
    /// still tells what became of the records; the rest of it is passed over.
    pub fn answer(&mut self, sent: &Exchange, answer: Answer) -> (Vec<Effect>, bool) {
        let mut effects = Vec::new();
        let waiting = sent.records.len() > answer.outcomes.len();
        for outcome in answer.outcomes {
            effects.push(if outcome.state == State::Unreadable { Effect::Refused(outcome) } else { Effect::Done(outcome) });
        }
        let more = answer.more || !sent.records.is_empty() || waiting;
        self.batch = (self.batch * 2).clamp(1, BATCH);
        if sent.wiped {
            // The server knows it now; an order given before doesn't count again.
            (self.wiped, self.revoked, self.wipe) = (false, true, false);
            return (effects, false);
        }
        if answer.revoked {
            (self.revoked, self.wipe) = (true, answer.wipe);
            return (effects, !sent.records.is_empty() || answer.wipe);
        }
        if sent.pull.as_ref() != Some(&self.pull()) {
            return (effects, more);
        }
        for area in answer.forget {
            self.villages.remove(&area);
            effects.push(Effect::Forget(area));
        }
        for village in answer.villages {
            if village.anew {
                effects.push(Effect::Forget(village.area.clone()));
            }
            self.villages.insert(village.area.clone(), village.cursor);
            effects.push(Effect::Village(village));
        }
        effects.extend(answer.arrivals.into_iter().map(|arrival| Effect::Arrival(Box::new(arrival))));
        self.arrivals = self.arrivals.max(answer.arrivals_until);
        if let Some(areas) = answer.areas {
            self.areas.clone_from(&areas.hash);
            effects.push(Effect::Areas(areas));
        }
        effects.extend(answer.programme.map(Effect::Programme));
        (effects, more)
    }

    /// No answer came, or the server failed: the next batch is smaller. What was sent stays in the outbox; sending it again does no harm.
    pub fn failed(&mut self) {
        self.batch = (self.batch / 2).max(1);
    }

    /// The programme with this hash is there.
    pub fn has_programme(&mut self, hash: &str) {
        hash.clone_into(&mut self.programme);
    }

    /// Everything was deleted: the server is told next.
    pub fn wiped(&mut self) {
        *self = Self { wiped: true, revoked: true, ..Self::default() };
    }

    /// Whether the server said that this device was revoked.
    #[must_use]
    pub fn is_revoked(&self) -> bool {
        self.revoked
    }
}

/// Carries requests, for [`run`].
pub trait Transport {
    /// Errors: any; the request may or may not have been served.
    fn exchange(&mut self, request: &Exchange) -> Result<Answer, Fault>;
}

/// Keeps what a peer keeps, for [`run`].
pub trait Place {
    /// The oldest records that wait to be sent.
    fn outbox(&self, records_max: usize) -> Result<Vec<Json>, Fault>;
    /// Does what the effects say and keeps the peer, all or nothing.
    fn take(&mut self, effects: Vec<Effect>, peer: &Peer) -> Result<(), Fault>;
    /// Deletes everything but the peer, which is kept.
    fn wipe(&mut self, peer: &Peer) -> Result<(), Fault>;
}

/// Exchanges until there is nothing more to send or to get; the times it took.
///
/// Errors: of the transport, after the peer has noted the failure, and of the place. Call it again later.
pub fn run(peer: &mut Peer, place: &mut dyn Place, transport: &mut dyn Transport) -> Result<usize, Fault> {
    for trips in 1.. {
        match peer.next(&place.outbox(peer.batch_max())?) {
            Next::Rest => return Ok(trips - 1),
            Next::Wipe => {
                peer.wiped();
                place.wipe(peer)?;
            }
            Next::Send(request) => {
                let answer = transport.exchange(&request).inspect_err(|_| peer.failed())?;
                let (effects, more) = peer.answer(&request, answer);
                place.take(effects, peer)?;
                if !more {
                    return Ok(trips);
                }
            }
        }
    }
    Ok(0)
}
