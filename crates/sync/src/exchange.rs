//! One round trip: a batch there, villages back.

use std::collections::BTreeMap;

use qianmo_core::{AreaCode, AreaTree, Fault};
use qianmo_store::{Sight, Store, Writer};
use qianmo_wire::sync::{Answer, AreaBody, AreasBody, Cursor, Exchange, Outcome, Pull, VERSION};
use ring::digest::{SHA256, digest};
use serde_json::Value as Json;

use crate::pull::{Pulled, Puller};
use crate::{Intake, SenderKind, detail};

/// Bytes of records in an answer, when the device doesn't say.
const BYTES: u64 = 1 << 20;
/// The most that a device can ask for.
const BYTES_MAX: u64 = 8 << 20;
/// Arrivals told at once.
const ARRIVALS: u32 = 200;

/// What an exchange is served with.
#[derive(Debug)]
pub struct Serving<'a> {
    /// For what is pushed.
    pub intake: &'a Intake,
    /// For what is pulled.
    pub sight: &'a Sight,
    /// The hash under which the compiled programme can be fetched.
    pub programme: &'a str,
    /// The areas, made once by [`areas`].
    pub areas: &'a AreasBody,
    /// The device is to wipe its data (it is revoked then: see [`crate::Sender::revoked`]).
    pub wipe: bool,
}

/// Reads a request's body.
///
/// Errors: `SYNC-0001` when it can't be read, `SYNC-0002` when it is of a newer version.
pub fn read(body: &[u8]) -> Result<Exchange, Fault> {
    let request: Json = serde_json::from_slice(body).map_err(|error| unreadable(&error))?;
    let given = request.get("version").and_then(Json::as_u64).unwrap_or(0);
    if given > u64::from(VERSION) {
        return Err(Fault::new("SYNC-0002").with("given", given).with("known", VERSION));
    }
    serde_json::from_value(request).map_err(|error| unreadable(&error))
}

fn unreadable(error: &serde_json::Error) -> Fault {
    let why: String = error.to_string().chars().take(80).collect();
    Fault::new("SYNC-0001").with("why", why)
}

/// Serves an exchange: first the batch, durable when this returns, then what is asked for. A revoked device gets nothing but the answers to
/// its batch. Blocks.
///
/// Errors: as [`Intake::receive`] and every method of the store; the same request can be sent again after any of them.
pub fn exchange(store: &dyn Store, writer: &Writer, serving: &Serving<'_>, request: &Exchange) -> Result<Answer, Fault> {
    let intake = serving.intake;
    let outcomes = if request.records.is_empty() { Vec::new() } else { intake.receive(store, writer, &request.records)? };
    answered(store, serving, request, outcomes)
}

/// The second half of [`exchange`]: the batch has been taken in.
///
/// Errors: those of every method of the store.
pub fn answered(store: &dyn Store, serving: &Serving<'_>, request: &Exchange, outcomes: Vec<Outcome>) -> Result<Answer, Fault> {
    let intake = serving.intake;
    let mut answer = Answer { version: VERSION, now: intake.now, outcomes, ..Answer::default() };
    if intake.sender.revoked {
        answer.revoked = true;
        answer.wipe = serving.wipe;
        return Ok(answer);
    }
    if let Some(pull) = &request.pull {
        pulled(store, serving, pull, &mut answer)?;
    }
    Ok(answer)
}

fn pulled(store: &dyn Store, serving: &Serving<'_>, pull: &Pull, answer: &mut Answer) -> Result<(), Fault> {
    let intake = serving.intake;
    let home = match intake.sender.kind {
        SenderKind::Person => None,
        SenderKind::Server { home } => Some(home),
    };
    let puller = Puller { store, rules: &intake.rules, sight: serving.sight, home };
    let granted = puller.villages();
    let mut cursors: BTreeMap<AreaCode, Cursor> = BTreeMap::new();
    for (area, cursor) in &pull.villages {
        match area.parse::<AreaCode>() {
            Ok(code) if granted.contains(&code) => drop(cursors.insert(code, *cursor)),
            _ => answer.forget.push(area.clone()),
        }
    }
    let bytes_max = if pull.bytes_max == 0 { BYTES } else { pull.bytes_max.min(BYTES_MAX) };
    let Pulled { villages, more } = puller.pull(&cursors, bytes_max)?;
    answer.villages = villages;
    answer.more = more;
    let worker = intake.sender.actor.worker.as_deref().unwrap_or_default();
    let arrivals = store.arrivals().told_to(worker, pull.arrivals, ARRIVALS)?;
    answer.more |= arrivals.len() >= ARRIVALS as usize;
    answer.arrivals_until = arrivals.last().map_or(pull.arrivals, |arrival| arrival.change);
    answer.arrivals = arrivals.iter().map(detail::body).collect();
    if pull.programme != serving.programme {
        answer.programme = Some(serving.programme.to_owned());
    }
    if pull.areas != serving.areas.hash {
        answer.areas = Some(serving.areas.clone());
    }
    Ok(())
}

/// The division tree as a body, with its hash.
#[must_use]
pub fn areas(tree: &AreaTree) -> AreasBody {
    let body = |area: &qianmo_core::Area| AreaBody {
        code: area.code.to_string(),
        name: area.name.clone(),
        kind: area.kind.word().to_owned(),
        parent: area.parent.map(|parent| parent.to_string()),
        from: area.valid_from.to_string(),
        to: area.valid_to.map(|to| to.to_string()),
    };
    let areas: Vec<AreaBody> = tree.iter().map(body).collect();
    let text = serde_json::to_string(&areas).expect("text always has a JSON form");
    AreasBody { hash: hex(digest(&SHA256, text.as_bytes()).as_ref()), areas }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().take(16).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
