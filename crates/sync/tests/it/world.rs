//! The world of the simulation: a county, a township, phones, and a network that loses, repeats and delays.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, OnceLock};

use qianmo_core::{AreaCode, Fault, Record, RecordId};
use qianmo_store::{Actor, Limits, Options, Sight, SqliteStore, Store, Writer, WriterThread};
use qianmo_sync::peer::{Effect, Next};
use qianmo_sync::{Intake, Peer, Rules, Sender, SenderKind, Serving, exchange};
use qianmo_wire::sync::{Answer, AreasBody, Exchange, RecordBody};
use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;
use serde_json::Value as Json;
use tempfile::TempDir;

use crate::support::{COUNTY, NOW, TODAY, TOWNSHIP, VILLAGE_A, VILLAGE_B, actor, anything, area, areas, options, rules, sight};

/// A server: one handle that writes, one that reads.
pub(crate) struct Server {
    pub(crate) reader: SqliteStore,
    pub(crate) writer: Writer,
    thread: Option<WriterThread>,
    pub(crate) rules: Arc<Rules>,
    areas: AreasBody,
    dir: TempDir,
}

/// An empty data folder with its areas, made once and copied.
fn template(root: u64) -> &'static Path {
    static MADE: [OnceLock<TempDir>; 2] = [OnceLock::new(), OnceLock::new()];
    let made = MADE[usize::from(root == COUNTY)].get_or_init(|| {
        let dir = memory();
        let mut store = SqliteStore::create_with(dir.path(), &options()).unwrap();
        store.put_areas(&areas(root)).unwrap();
        dir
    });
    made.path()
}

fn memory() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory).unwrap() } else { tempfile::tempdir().unwrap() }
}

impl Server {
    pub(crate) fn new(root: u64) -> Self {
        static RULES: [OnceLock<Arc<Rules>>; 2] = [OnceLock::new(), OnceLock::new()];
        let dir = memory();
        std::fs::copy(template(root).join("qianmo.db"), dir.path().join("qianmo.db")).unwrap();
        let rules = RULES[usize::from(root == COUNTY)].get_or_init(|| rules(root)).clone();
        let areas = qianmo_sync::exchange::areas(rules.areas());
        let (writer, thread) = start(dir.path(), &options());
        let reader = SqliteStore::open_with(dir.path(), &options()).unwrap();
        Self { reader, writer, thread: Some(thread), rules, areas, dir }
    }

    /// Stops and starts again; with little room on the disk, if told so.
    pub(crate) fn restart(&mut self, tight: bool) {
        drop(self.thread.take().map(WriterThread::stop));
        let bytes = std::fs::metadata(self.dir.path().join("qianmo.db")).unwrap().len();
        let (writer, thread) = start(self.dir.path(), &Options { bytes_max: tight.then_some(bytes), ..options() });
        self.writer = writer;
        self.thread = Some(thread);
        self.reader = SqliteStore::open_with(self.dir.path(), &options()).unwrap();
        // Without room it can't be noted; the next start does it.
        let tidied = self.writer.run(|store| qianmo_sync::tidy(store, NOW));
        assert!(tight || tidied.is_ok(), "{tidied:?}");
    }

    /// Something that writes, in the writer's thread.
    pub(crate) fn run<T: Send + 'static>(
        &self,
        task: impl FnOnce(&mut dyn Store) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        self.writer.run(task)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.thread.take().map(WriterThread::stop));
    }
}

fn start(dir: &Path, options: &Options) -> (Writer, WriterThread) {
    let store = SqliteStore::open_with(dir, options).unwrap();
    Writer::start(Box::new(store), Limits::default()).unwrap()
}

/// A phone and what it keeps.
pub(crate) struct Phone {
    pub(crate) worker: String,
    pub(crate) device: String,
    pub(crate) peer: Peer,
    pub(crate) outbox: Vec<Json>,
    /// Records by village and id.
    pub(crate) held: BTreeMap<String, BTreeMap<String, RecordBody>>,
    pub(crate) gone: BTreeMap<String, BTreeSet<String>>,
    pub(crate) skew_ms: i64,
    /// Ids that the server said are in the log or beside it.
    pub(crate) acknowledged: BTreeSet<String>,
    pub(crate) refused: BTreeSet<String>,
    pub(crate) wiped: bool,
}

impl Phone {
    fn take(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Done(outcome) => {
                    self.outbox.retain(|record| record["id"] != outcome.id.as_str());
                    self.acknowledged.insert(outcome.id);
                }
                Effect::Refused(outcome) => {
                    self.outbox.retain(|record| record["id"] != outcome.id.as_str());
                    self.refused.insert(outcome.id);
                }
                Effect::Forget(village) => {
                    self.held.remove(&village);
                    self.gone.remove(&village);
                }
                Effect::Village(village) => {
                    let held = self.held.entry(village.area.clone()).or_default();
                    held.retain(|_, record| {
                        record.area == village.area || record.resident.as_ref().is_none_or(|id| !village.left.contains(id))
                    });
                    let left = |record: &RecordBody| village.left.contains(&record.subject) && record.area != village.area;
                    held.retain(|_, record| !left(record));
                    held.extend(village.records.into_iter().map(|record| (record.id.clone(), record)));
                    self.gone.entry(village.area).or_default().extend(village.gone);
                }
                Effect::Arrival(_) | Effect::Areas(_) | Effect::Programme(_) => {}
            }
        }
    }
}

pub(crate) struct World {
    pub(crate) rng: ChaCha8Rng,
    pub(crate) county: Server,
    pub(crate) township: Server,
    pub(crate) phones: Vec<Phone>,
    /// Villages by worker.
    pub(crate) grants: BTreeMap<String, Vec<u64>>,
    pub(crate) revoked: BTreeSet<String>,
    pub(crate) now: i64,
    /// Requests that the network still holds.
    pub(crate) delayed: Vec<(usize, Exchange)>,
    /// Ids that the county wrote.
    pub(crate) county_made: BTreeSet<RecordId>,
    /// The network does no harm any more.
    pub(crate) calm: bool,
}

impl World {
    pub(crate) fn sender(&self, phone: &Phone) -> Sender {
        let revoked = self.revoked.contains(&phone.device);
        Sender { revoked, ..Sender::person(actor(&phone.worker, &phone.device), area(VILLAGE_A)) }
    }

    /// The intake of the township for a phone, as of now.
    fn intake(&self, phone: &Phone) -> Intake {
        let villages: Vec<AreaCode> = self.grants[&phone.worker].iter().copied().map(area).collect();
        let may = move |record: &Record, _: Option<AreaCode>| {
            if villages.contains(&record.area) { Ok(()) } else { Err(Fault::new("ACCESS-0104").with("area", record.area)) }
        };
        Intake { rules: self.township.rules.clone(), sender: self.sender(phone), may: Arc::new(may), today: TODAY, now: self.now }
    }

    /// The township serves a phone's request.
    pub(crate) fn serve(&self, at: usize, request: &Exchange) -> Result<Answer, Fault> {
        let phone = &self.phones[at];
        let (intake, sight) = (self.intake(phone), self.sight_of(phone));
        let serving = Serving { intake: &intake, sight: &sight, programme: "1", areas: &self.township.areas, wipe: intake.sender.revoked };
        let answer = exchange(&self.township.reader, &self.township.writer, &serving, &over_the_wire(request));
        answer.map(|answer| over_the_wire(&answer))
    }

    pub(crate) fn sight_of(&self, phone: &Phone) -> Sight {
        sight(&self.grants[&phone.worker])
    }

    /// One exchange of a phone, as the network lets it; whether it wants to go on.
    pub(crate) fn exchange(&mut self, at: usize) -> bool {
        let outbox: Vec<Json> = self.phones[at].outbox.iter().take(self.phones[at].peer.batch_max()).cloned().collect();
        let mut request = match self.phones[at].peer.next(&outbox) {
            Next::Rest => return false,
            Next::Wipe => {
                let phone = &mut self.phones[at];
                phone.peer.wiped();
                phone.held.clear();
                phone.gone.clear();
                phone.wiped = true;
                return true;
            }
            Next::Send(request) => *request,
        };
        // Small pages, to be cut and gone on with.
        if let Some(pull) = &mut request.pull {
            pull.bytes_max = [700, 2000, 100_000][self.rng.random_range(0..3)];
        }
        let fate = if self.calm { 9 } else { self.rng.random_range(0..10) };
        if fate == 1 {
            self.delayed.push((at, request.clone()));
        }
        if fate < 2 {
            self.phones[at].peer.failed();
            return true;
        }
        let answer = self.serve(at, &request);
        if fate == 2 {
            // Sent twice: the answer is that of the second.
            let again = self.serve(at, &request);
            if let (Ok(first), Ok(second)) = (&answer, &again) {
                same_answers(first, second);
            }
        }
        let Ok(answer) = answer.inspect_err(|fault| assert!(!self.calm, "{fault}")) else {
            self.phones[at].peer.failed();
            return true;
        };
        if fate == 3 {
            self.phones[at].peer.failed();
            return true;
        }
        let phone = &mut self.phones[at];
        // What the phone keeps is the sent pull without the page size.
        if let Some(pull) = &mut request.pull {
            pull.bytes_max = 0;
        }
        let mut peer = phone.peer.clone();
        let (effects, more) = peer.answer(&request, answer);
        if fate == 4 {
            // Power off before anything was kept.
            return true;
        }
        phone.take(effects);
        phone.peer = serde_json::from_str(&serde_json::to_string(&peer).unwrap()).unwrap();
        more
    }

    /// Something that the network held arrives now.
    pub(crate) fn late(&mut self) {
        if self.delayed.is_empty() {
            return;
        }
        let which = self.rng.random_range(0..self.delayed.len());
        let (at, request) = self.delayed.swap_remove(which);
        // Nobody waits for the answer; the server may be out of room.
        let _ = self.serve(at, &request);
    }

    /// One exchange of the township with the county; whether it wants to go on.
    pub(crate) fn upstream(&mut self) -> bool {
        let fate = if self.calm { 9 } else { self.rng.random_range(0..10) };
        let county = area(COUNTY);
        let mut up = qianmo_sync::Upstream::load(&self.township.reader).unwrap();
        let Some(request) = up.request(&self.township.reader, county).unwrap() else { return false };
        let intake = Intake {
            rules: self.county.rules.clone(),
            sender: Sender {
                kind: SenderKind::Server { home: area(TOWNSHIP) },
                ..Sender::person(actor("township", "box"), area(TOWNSHIP))
            },
            may: Arc::new(anything),
            today: TODAY,
            now: self.now + 7,
        };
        let sight = sight(&[TOWNSHIP, VILLAGE_A, VILLAGE_B]);
        let serving = Serving { intake: &intake, sight: &sight, programme: "1", areas: &self.county.areas, wipe: false };
        if fate == 0 {
            return true;
        }
        let answer = exchange(&self.county.reader, &self.county.writer, &serving, &over_the_wire(&request));
        let Ok(answer) = answer.inspect_err(|fault| assert!(!self.calm, "{fault}")) else { return true };
        if fate < 3 {
            return true;
        }
        let from = Intake {
            rules: self.township.rules.clone(),
            sender: Sender { kind: SenderKind::Server { home: county }, ..Sender::person(actor("county", "box"), area(TOWNSHIP)) },
            may: Arc::new(anything),
            today: TODAY,
            now: self.now,
        };
        let answer = over_the_wire(&answer);
        let done = self.township.run(move |store| up.answered(store, &from, &request, answer));
        done.inspect_err(|fault| assert!(!self.calm, "{fault}")).unwrap_or(true)
    }

    /// Somebody at a server writes records directly.
    pub(crate) fn office(&self, server: &Server, worker: &str, batch: &[Json]) {
        let intake = Intake {
            rules: server.rules.clone(),
            sender: Sender::person(actor(worker, "desk"), area(TOWNSHIP)),
            may: Arc::new(anything),
            today: TODAY,
            now: self.now,
        };
        // Out of room is a fate that the next step mends.
        let _ = intake.receive(&server.reader, &server.writer, batch);
    }

    pub(crate) fn officer(&self) -> Intake {
        Intake {
            rules: self.township.rules.clone(),
            sender: Sender::person(Actor::worker("office"), area(TOWNSHIP)),
            may: Arc::new(anything),
            today: TODAY,
            now: self.now,
        }
    }
}

/// What was answered once stays so, however often it is asked; new words may only be that it is there already.
fn same_answers(first: &Answer, second: &Answer) {
    use qianmo_wire::sync::State::{Accepted, Already};
    for (a, b) in first.outcomes.iter().zip(&second.outcomes) {
        let same = a.state == b.state || (a.state == Accepted && b.state == Already);
        assert!(same && a.position == b.position && a.arrival == b.arrival, "{a:#?}\nthen\n{b:#?}");
    }
    assert_eq!(first.outcomes.len(), second.outcomes.len());
}

/// As it comes out at the other end.
fn over_the_wire<T: serde::Serialize + serde::de::DeserializeOwned>(body: &T) -> T {
    serde_json::from_slice(&serde_json::to_vec(body).unwrap()).unwrap()
}

pub(crate) fn start_time() -> i64 {
    NOW
}
