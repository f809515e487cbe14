//! A township's server as a peer of its county's: its log is the outbox, and what the county corrected comes into its own log.
//!
//! Account names of one server stand on the other as `name@` and that server's root area, so what came from the county is known by it and isn't
//! sent back.

use qianmo_core::{Area, AreaCode, AreaKind, Fault, RecordId};
use qianmo_store::{Cut, Scan, Store};
use qianmo_wire::sync::{Answer, AreaBody, Exchange};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::peer::{Effect, Next, Peer};
use crate::pull::{body, for_server};
use crate::rules::came_from;
use crate::{Intake, SenderKind};

/// Under which setting it is kept.
const SETTING: &str = "sync.upstream";

/// Where a township's server stands with its county's.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Upstream {
    /// The state of the peer.
    #[serde(default)]
    pub peer: Peer,
    /// The log was sent up to here.
    #[serde(default)]
    pub sent: i64,
    /// Records that the county couldn't read, to be looked into.
    #[serde(default)]
    pub refused: Vec<String>,
    /// What the last request would bring [`Upstream::sent`] to.
    #[serde(skip)]
    reaching: i64,
}

impl Upstream {
    /// As it was kept; new when there was none.
    ///
    /// Errors: `SYNC-0001` when what was kept can't be read.
    pub fn load(store: &dyn Store) -> Result<Self, Fault> {
        let kept = store.setting(SETTING)?;
        let read = |text: String| serde_json::from_str(&text).map_err(|error| Fault::new("SYNC-0001").with("why", error));
        Ok(kept.map(read).transpose()?.unwrap_or_default())
    }

    /// Keeps it.
    pub fn save(&self, store: &mut dyn Store) -> Result<(), Fault> {
        let text = serde_json::to_string(self).expect("numbers and text always have a JSON form");
        if store.setting(SETTING)?.as_deref() == Some(&text) { Ok(()) } else { store.set_setting(SETTING, &text) }
    }

    /// The next request. `county` is the county's root area.
    pub fn request(&mut self, store: &dyn Store, county: AreaCode) -> Result<Option<Exchange>, Fault> {
        let (mut bodies, mut places) = (Vec::new(), Vec::new());
        let end = store.cut()?;
        let mut since = Cut(self.sent);
        while bodies.len() < self.peer.batch_max() && since < end {
            let what = Scan { since: Some(since), cut: Some(end), rows_max: Some(self.peer.batch_max()), ..Scan::default() };
            since = store.scan_changes(&what, &mut |row| {
                if bodies.len() < self.peer.batch_max() && !came_from(row.worker, county) {
                    bodies.push(body(&row.to_row()));
                    places.push(row.seq);
                }
                Ok(())
            })?;
        }
        let mut records: Vec<Json> = Vec::with_capacity(bodies.len());
        for sent in bodies {
            let sent = for_server(store, sent)?;
            records.push(serde_json::to_value(sent).expect("a body of text and numbers always has a JSON form"));
        }
        let full = records.len() >= self.peer.batch_max();
        match self.peer.next(&records) {
            Next::Send(request) => {
                let count = request.records.len();
                let all = count == records.len() && !full;
                self.reaching = if all { end.0 } else { places.get(count.wrapping_sub(1)).copied().unwrap_or(self.sent) };
                Ok(Some(*request))
            }
            Next::Wipe | Next::Rest => Ok(None),
        }
    }

    /// Takes the answer to the last request: the county's own records go through the intake, `from_county`, whose sender is the county
    /// ([`SenderKind::Server`]). Kept when this returns; whether there is more to exchange.
    ///
    /// Errors: as [`Intake::receive_into`]; then nothing is kept, and the same exchange can be made again.
    pub fn answered(&mut self, store: &mut dyn Store, from_county: &Intake, sent: &Exchange, answer: Answer) -> Result<bool, Fault> {
        debug_assert!(matches!(from_county.sender.kind, SenderKind::Server { .. }));
        let mut next = self.clone();
        let (effects, more) = next.peer.answer(sent, answer);
        let mut done = 0;
        for effect in effects {
            match effect {
                Effect::Done(_) => done += 1,
                Effect::Refused(outcome) => {
                    done += 1;
                    next.refused.push(outcome.id);
                }
                Effect::Village(village) => {
                    let bodies = village.records.iter().map(serde_json::to_value).collect::<Result<Vec<_>, _>>();
                    let bodies = bodies.map_err(|error| Fault::new("SYNC-0001").with("why", error))?;
                    let fresh: Vec<Json> = bodies.into_iter().filter(|body| !has(store, body)).collect();
                    for batch in fresh.chunks(500) {
                        from_county.receive_into(store, batch)?;
                    }
                }
                Effect::Areas(areas) => put_areas(store, from_county, &areas.areas)?,
                Effect::Forget(_) | Effect::Arrival(_) | Effect::Programme(_) => {}
            }
        }
        if done == sent.records.len() {
            next.sent = self.reaching.max(self.sent);
        }
        next.save(store)?;
        *self = next;
        Ok(more || store.cut()?.0 > self.sent && done > 0)
    }

    /// No answer came.
    pub fn failed(&mut self) {
        self.peer.failed();
    }
}

/// Whether the log has the record: what the county sends twice is the same.
fn has(store: &dyn Store, body: &Json) -> bool {
    let id = body.get("id").and_then(Json::as_str).and_then(|id| id.parse::<RecordId>().ok());
    id.is_some_and(|id| store.record(id).is_ok_and(|row| row.is_some()))
}

/// Takes what the county says about our own areas: new villages, names, dates.
fn put_areas(store: &mut dyn Store, intake: &Intake, told: &[AreaBody]) -> Result<(), Fault> {
    let Some(root) = intake.rules.root() else { return Ok(()) };
    let mut ours: Vec<Area> = Vec::new();
    // Parents may stand behind their children.
    loop {
        let before = ours.len();
        for body in told {
            let Some(area) = area(body) else { continue };
            let below = area.parent.is_some_and(|parent| parent == root || ours.iter().any(|known| known.code == parent));
            if below && area.code != root && !ours.iter().any(|known| known.code == area.code) {
                ours.push(area);
            }
        }
        if ours.len() == before {
            break;
        }
    }
    let tree = store.areas()?;
    ours.retain(|area| tree.get(area.code) != Some(area));
    if ours.is_empty() { Ok(()) } else { store.put_areas(&ours) }
}

fn area(body: &AreaBody) -> Option<Area> {
    Some(Area {
        code: body.code.parse().ok()?,
        name: body.name.clone(),
        kind: AreaKind::from_word(&body.kind)?,
        parent: body.parent.as_deref().and_then(|parent| parent.parse().ok()),
        valid_from: body.from.parse().ok()?,
        valid_to: body.to.as_deref().and_then(|to| to.parse().ok()),
    })
}
