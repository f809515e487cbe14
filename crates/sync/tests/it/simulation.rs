//! Everything together, from seeds: phones, a township and a county on real stores, with a network that loses, repeats, delays and reorders, restarts of
//! each, full disks, wrong clocks, people who edit the same, records that fail checks, a device revoked while it is away, a village that changes hands.
//!
//! At the end the network is calm, everybody exchanges until nothing is left, and then: everything acknowledged is in the log or beside it, exactly once;
//! each phone holds what its villages show; township and county say the same. `QIANMO_SEEDS=10000` runs that many seeds, `QIANMO_SEED=n` one.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use qianmo_core::{Action, Record, RecordId};
use qianmo_store::{Areas, ArrivalState, ArrivalsAsked, Cut, Reader, Store};
use qianmo_sync::{Arrived, Peer, Release, dismiss, release};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::support::{COUNTY, TOWNSHIP, VILLAGE_A, VILLAGE_B, area, kinds, log, person, sight, with};
use crate::world::{Phone, Server, World, start_time};

const SEEDS: u64 = 300;
const STEPS: usize = 70;
const THREADS: usize = 2;

#[test]
fn every_seed_converges_and_nothing_acknowledged_is_lost() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let (from, to) = match (number("QIANMO_SEED"), number("QIANMO_SEEDS")) {
        (Some(one), _) => (one, one + 1),
        (None, count) => (0, count.unwrap_or(SEEDS)),
    };
    let next = std::sync::atomic::AtomicU64::new(from);
    let work = || {
        loop {
            let seed = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            if seed >= to {
                return;
            }
            let outcome = std::panic::catch_unwind(|| simulate(seed));
            assert!(outcome.is_ok(), "seed {seed} failed; run it alone with QIANMO_SEED={seed}");
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(work);
        }
    });
}

fn simulate(seed: u64) {
    let mut world = World::new(seed);
    for _ in 0..STEPS {
        world.step();
    }
    world.calm_down();
    world.check();
}

impl World {
    fn new(seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let phones = (0..4)
            .map(|n| Phone {
                // The last two are one person's.
                worker: format!("w{}", n.min(2)),
                device: format!("phone-{n}"),
                peer: Peer::default(),
                outbox: Vec::new(),
                held: BTreeMap::new(),
                gone: BTreeMap::new(),
                skew_ms: [0, 0, -86_400_000 * 400, 86_400_000 * 3][rng.random_range(0..4)],
                acknowledged: BTreeSet::new(),
                refused: BTreeSet::new(),
                wiped: false,
            })
            .collect();
        let grants = BTreeMap::from([
            ("w0".to_owned(), vec![VILLAGE_A]),
            ("w1".to_owned(), vec![VILLAGE_B]),
            ("w2".to_owned(), vec![VILLAGE_A, VILLAGE_B]),
        ]);
        Self {
            rng,
            county: Server::new(COUNTY),
            township: Server::new(TOWNSHIP),
            phones,
            grants,
            revoked: BTreeSet::new(),
            now: start_time(),
            delayed: Vec::new(),
            county_made: BTreeSet::new(),
            calm: false,
        }
    }

    fn step(&mut self) {
        self.now += 1000;
        let phone = self.rng.random_range(0..self.phones.len());
        match self.rng.random_range(0..100) {
            0..40 => self.write(phone),
            40..66 => drop(self.exchange(phone)),
            66..72 => self.late(),
            72..82 => drop(self.upstream()),
            82..86 => self.decide(),
            86..90 => self.county_corrects(),
            90..94 => {
                let tight = self.rng.random_range(0..3) == 0;
                let server = if self.rng.random_bool(0.5) { &mut self.township } else { &mut self.county };
                server.restart(tight);
            }
            94..97 => {
                // A village changes hands.
                let (a, b) = (self.grants["w0"].clone(), self.grants["w1"].clone());
                self.grants.insert("w0".to_owned(), b);
                self.grants.insert("w1".to_owned(), a);
            }
            97 => {
                let device = self.phones[phone].device.clone();
                if self.revoked.is_empty() {
                    self.revoked.insert(device);
                }
            }
            _ => self.phones[phone].outbox.reverse(),
        }
    }

    fn id(&mut self) -> String {
        RecordId(Uuid::from_u128(self.rng.random())).to_string()
    }

    /// A person writes something on a phone.
    fn write(&mut self, at: usize) {
        if self.phones[at].wiped {
            return;
        }
        let id = self.id();
        let villages = [VILLAGE_A, VILLAGE_B];
        let village = villages[self.rng.random_range(0..2)];
        let who = person(self.rng.random_range(0..5)).to_string();
        let day = self.rng.random_range(10..23);
        let known: Vec<Json> = self.known(at);
        let what = self.rng.random_range(0..10);
        let mut body = json!({"id": id, "form": "p.visit", "form_version": 1, "kind": "resident", "subject": who,
            "area": village.to_string(), "at": format!("2026-11-{day}"), "recorded_at": self.now + self.phones[at].skew_ms, "values": {}});
        match what {
            0..3 => {
                body["form"] = "p.person".into();
                body["values"] = json!({"name": "王", "job": self.word(), "phone": self.word()});
                let seen = self.phones[at].peer.villages.get(&village.to_string()).map_or(0, |cursor| cursor.position);
                body["seen"] = seen.into();
            }
            3..5 => body["values"] = self.values(),
            5..9 if !known.is_empty() => {
                let old = known[self.rng.random_range(0..known.len())].clone();
                for member in ["form", "subject", "area", "at"] {
                    body[member] = old[member].clone();
                }
                body["values"] = old["values"].clone();
                if self.rng.random_range(0..6) == 0 {
                    body["voids"] = old["id"].clone();
                    body["reason"] = "重复".into();
                    body["values"] = json!({});
                } else {
                    body["supersedes"] = old["id"].clone();
                    let field = if body["form"] == "p.visit" { ["sbp", "dbp", "note"] } else { ["job", "phone", "name"] };
                    let field = field[self.rng.random_range(0..3)];
                    body["values"][field] = match field {
                        "sbp" => json!(self.rng.random_range(120..124)),
                        "dbp" => json!(self.rng.random_range(118..122)),
                        _ => self.word().into(),
                    };
                    match self.rng.random_range(0..5) {
                        0 => body["at"] = format!("2026-11-{day}").into(),
                        1 => body["area"] = village.to_string().into(),
                        _ => {}
                    }
                }
                if self.rng.random_bool(0.7) {
                    body["base"] = json!({"at": old["at"], "area": old["area"], "values": old["values"]});
                }
            }
            _ => match self.rng.random_range(0..5) {
                0 => body["values"] = json!({"sbp": 5}),
                1 => body["form"] = "p.none".into(),
                2 => body["at"] = "2027-01-01".into(),
                3 => body["area"] = "530523199200".into(),
                _ => body["at"] = "never".into(),
            },
        }
        self.phones[at].outbox.push(body);
    }

    fn word(&mut self) -> String {
        ["甲", "乙", "丙"][self.rng.random_range(0..3)].to_owned()
    }

    fn values(&mut self) -> Json {
        json!({"sbp": self.rng.random_range(118..124), "dbp": self.rng.random_range(80..120), "note": self.word()})
    }

    /// What the phone's screen shows: records in force, of those pulled and those that wait.
    fn known(&self, at: usize) -> Vec<Json> {
        let phone = &self.phones[at];
        let pulled = phone.held.values().flat_map(|held| held.values()).map(|record| serde_json::to_value(record).unwrap());
        let all: Vec<Json> = pulled.chain(phone.outbox.iter().filter(|body| body["at"] != "never").cloned()).collect();
        let corrected: BTreeSet<String> =
            all.iter().flat_map(|body| [&body["supersedes"], &body["voids"]]).filter_map(|id| id.as_str().map(str::to_owned)).collect();
        let stands = |body: &Json| body["voids"].is_null() && !corrected.contains(body["id"].as_str().unwrap_or_default());
        let mut seen = BTreeSet::new();
        all.into_iter().filter(|body| stands(body) && seen.insert(body["id"].to_string())).collect()
    }

    /// The office decides on something that lies beside the log.
    fn decide(&mut self) {
        let officer = self.officer();
        let everything = sight(&[TOWNSHIP, VILLAGE_A, VILLAGE_B]);
        let arrived = Arrived { store: &self.township.reader, sight: &everything, rules: &officer.rules };
        let (open, _) = arrived.list(Some(ArrivalState::Open), 0, 100).unwrap();
        if open.is_empty() {
            return;
        }
        let id = qianmo_store::ArrivalId(open[self.rng.random_range(0..open.len())].id.parse().unwrap());
        let give_up = self.rng.random_range(0..4) == 0;
        let changes = json!({"form": "p.visit", "at": "2026-11-20", "area": VILLAGE_A.to_string(), "values": {"sbp": null, "dbp": null, "job": null, "phone": null, "name": null}});
        let _ = self.township.run(move |store| {
            if give_up {
                let rules = officer.rules.clone();
                return dismiss(store, &officer.sender.actor, officer.now, (&everything, &rules), id, "不收").map(drop);
            }
            release(store, &officer, &everything, &Release { id, changes: Some(changes), note: "改好".into() }).map(drop)
        });
    }

    /// The county corrects something that it has from the township.
    fn county_corrects(&mut self) {
        let all = log(&self.county.reader);
        let gone: BTreeSet<RecordId> = all.iter().filter_map(target).collect();
        let visits: Vec<&Record> =
            all.iter().filter(|record| &*record.form == "p.visit" && !gone.contains(&record.id) && !is_void(record)).collect();
        if visits.is_empty() {
            return;
        }
        let old = visits[self.rng.random_range(0..visits.len())];
        let mut new = old.clone();
        new.id = self.id().parse().unwrap();
        new.action = Action::Supersede(old.id);
        let note = self.word();
        new.values.insert("note".into(), note.as_str().into());
        let body = serde_json::to_value(qianmo_sync::body::write(&new)).unwrap();
        self.office(&self.county, "cadre", &[with(body, "recorded_at", self.now)]);
        if self.county.reader.record(new.id).unwrap().is_some() {
            self.county_made.insert(new.id);
        }
    }

    /// No more faults: everybody exchanges until nothing is left.
    fn calm_down(&mut self) {
        while !self.delayed.is_empty() {
            self.late();
        }
        self.calm = true;
        self.township.restart(false);
        self.county.restart(false);
        let mut quiet = 0;
        for round in 0.. {
            assert!(round < 60, "no end of exchanging");
            let before = (self.township.reader.cut().unwrap(), self.county.reader.cut().unwrap(), self.waiting());
            self.now += 1000;
            for at in 0..self.phones.len() {
                let mut trips = 0;
                while self.exchange(at) {
                    trips += 1;
                    assert!(trips < 400, "a phone never rests: {:?} {:?}", self.phones[at].peer, self.phones[at].outbox);
                }
            }
            let mut trips = 0;
            while self.upstream() {
                trips += 1;
                assert!(trips < 200, "the township never rests");
            }
            let after = (self.township.reader.cut().unwrap(), self.county.reader.cut().unwrap(), self.waiting());
            quiet = if before == after { quiet + 1 } else { 0 };
            if quiet == 2 {
                return;
            }
        }
    }

    fn waiting(&self) -> usize {
        self.phones.iter().map(|phone| phone.outbox.len()).sum()
    }

    fn check(&self) {
        for server in [&self.township, &self.county] {
            server.reader.verify().unwrap();
        }
        self.acknowledged_is_there_once();
        for phone in self.phones.iter().filter(|phone| !self.revoked.contains(&phone.device)) {
            self.holds_what_its_villages_show(phone);
        }
        for phone in self.phones.iter().filter(|phone| self.revoked.contains(&phone.device)) {
            assert!(phone.wiped && phone.held.is_empty() && phone.outbox.is_empty(), "{} was to wipe", phone.device);
        }
        self.servers_say_the_same();
    }

    fn acknowledged_is_there_once(&self) {
        let here = Kept::of(&self.township);
        for phone in &self.phones {
            assert!(phone.outbox.is_empty(), "{} still has {:?}", phone.device, phone.outbox);
            for id in &phone.acknowledged {
                let id: RecordId = id.parse().unwrap();
                assert_eq!(here.times(id), 1, "{id} of {}", phone.device);
            }
        }
        let there = Kept::of(&self.county);
        for record in here.log.values().filter(|record| !self.county_made.contains(&record.id)) {
            assert_eq!(there.times(record.id), 1, "{} of the township, at the county", record.id);
        }
        for id in &self.county_made {
            assert_eq!((there.times(*id), here.times(*id)), (1, 1), "{id} of the county");
        }
    }

    fn holds_what_its_villages_show(&self, phone: &Phone) {
        let nothing = BTreeMap::new();
        for village in &self.grants[&phone.worker] {
            let sight = sight(&[*village]);
            let changes = Reader::new(&self.township.reader, &sight).changes(Cut::START, 1_000_000).unwrap();
            let shown: BTreeMap<String, i64> = changes.rows.iter().map(|row| (row.head().id.to_string(), row.seq)).collect();
            let held = phone.held.get(&area(*village).to_string()).unwrap_or(&nothing);
            let held: BTreeMap<String, i64> = held.iter().map(|(id, record)| (id.clone(), record.position.unwrap())).collect();
            assert_eq!(held, shown, "{} in {village}", phone.device);
            let visible: BTreeSet<RecordId> = changes.rows.iter().map(|row| row.head().id).collect();
            let all = log(&self.township.reader);
            let gone: BTreeSet<String> = all
                .iter()
                .filter(|record| !visible.contains(&record.id))
                .filter_map(target)
                .filter(|id| visible.contains(id))
                .map(|id| id.to_string())
                .collect();
            let told = phone.gone.get(&area(*village).to_string()).cloned().unwrap_or_default();
            assert!(gone.is_subset(&told), "{} in {village} still shows {:?}", phone.device, gone.difference(&told).collect::<Vec<_>>());
        }
        assert_eq!(phone.held.len(), self.grants[&phone.worker].len(), "{}: taken villages are forgotten", phone.device);
    }

    /// What stands at the end of each chain of corrections is the same on both, but for chains on which somebody must still decide.
    fn servers_say_the_same(&self) {
        let (here, there) = (Kept::of(&self.township), Kept::of(&self.county));
        let (a, b) = (here.chains(), there.chains());
        let open: BTreeSet<RecordId> = here.beside.keys().chain(there.beside.keys()).copied().collect();
        for (root, first) in &a {
            let Some(second) = b.get(root) else {
                assert!(open.contains(root), "{root} isn't at the county");
                continue;
            };
            let undecided =
                first.ids.iter().chain(&second.ids).any(|id| open.contains(id)) || here.waits_on(&first.ids) || there.waits_on(&second.ids);
            if !undecided {
                assert_eq!(first.ids, second.ids, "the same edits of {root}");
                assert_eq!(first.says, second.says, "what {root} says, at the township and at the county: {:?}", first.ids);
            }
        }
    }
}

fn target(record: &Record) -> Option<RecordId> {
    match &record.action {
        Action::State => None,
        Action::Supersede(target) | Action::Void { record: target, .. } => Some(*target),
    }
}

fn is_void(record: &Record) -> bool {
    matches!(record.action, Action::Void { .. })
}

/// What a server has in its log and, not in it, beside it.
struct Kept {
    log: BTreeMap<RecordId, Record>,
    beside: BTreeMap<RecordId, usize>,
    /// What records beside the log correct.
    targets: BTreeSet<RecordId>,
}

struct Chain {
    ids: BTreeSet<RecordId>,
    says: Option<String>,
}

impl Kept {
    fn of(server: &Server) -> Self {
        let log: BTreeMap<RecordId, Record> = log(&server.reader).into_iter().map(|record| (record.id, record)).collect();
        let asked = ArrivalsAsked { areas: &Areas::All, state: None, since: 0, arrivals_max: 100_000 };
        let (mut beside, mut targets) = (BTreeMap::new(), BTreeSet::new());
        for arrival in server.reader.arrivals().list(&asked).unwrap() {
            let id = arrival.what.record;
            let counts = match arrival.what.state {
                ArrivalState::Open | ArrivalState::Dismissed => true,
                ArrivalState::Merged => !log.contains_key(&id),
                ArrivalState::Released => {
                    assert!(log.contains_key(&id), "{id} was released and is not in the log");
                    false
                }
            };
            if counts {
                *beside.entry(id).or_default() += 1;
                let sent: Json = serde_json::from_str(&arrival.what.sent).unwrap();
                let corrects = [&sent["supersedes"], &sent["voids"]].into_iter().filter_map(Json::as_str);
                targets.extend(corrects.filter_map(|id| id.parse::<RecordId>().ok()));
            }
        }
        Self { log, beside, targets }
    }

    fn times(&self, id: RecordId) -> usize {
        usize::from(self.log.contains_key(&id)) + self.beside.get(&id).copied().unwrap_or(0)
    }

    fn waits_on(&self, ids: &BTreeSet<RecordId>) -> bool {
        ids.iter().any(|id| self.targets.contains(id))
    }

    /// Chains by the statement that they begin with.
    fn chains(&self) -> BTreeMap<RecordId, Chain> {
        let next: HashMap<RecordId, RecordId> = self.log.values().filter_map(|record| Some((target(record)?, record.id))).collect();
        let mut chains = BTreeMap::new();
        for root in self.log.values().filter(|record| target(record).is_none()) {
            let (mut ids, mut at) = (BTreeSet::from([root.id]), root.id);
            while let Some(later) = next.get(&at) {
                at = *later;
                ids.insert(at);
            }
            let head = &self.log[&at];
            let says = (!is_void(head)).then(|| format!("{} {} {:?}", head.at, head.area, head.values));
            chains.insert(root.id, Chain { ids, says });
        }
        chains
    }
}

#[test]
fn the_kinds_that_rows_are_read_by_are_those_of_the_forms() {
    for form in crate::support::packs().forms() {
        for field in &form.fields {
            assert_eq!(kinds(&field.id), Some(field.kind.kind()), "{}", field.id);
        }
    }
}
