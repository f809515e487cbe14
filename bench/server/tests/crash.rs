//! Kill the serving program at any moment under load: what it acknowledged over HTTP is in the log, once, and log and chain are sound.
//!
//! Eight callers send single records and batches, each its own numbers in order, with corrections among them; each goes on after what was
//! acknowledged to it, as a phone would, so what was written and not acknowledged is sent twice. The program is killed at a random moment, sometimes
//! while it is still starting, and started again on the same data. On PostgreSQL the database stops with it as in a power cut, one time in ten.
//!
//! `QIANMO_KILLS=500` sets how often, `QIANMO_BIN` another program than the one just built; `--nocapture` shows the counts.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use qianmo_store::{Cut, Options, PostgresStore, SqliteStore, Store};
use serde_json::{Value, json};
use uuid::Uuid;

const CALLERS: usize = 8;
/// Numbers of a caller begin at a multiple of this.
const SPACE: u128 = 1_000_000_000;
/// Records of a large batch.
const BATCH: u128 = 20;
/// Kills after which the whole log and the chain are verified.
const WHOLE_EVERY: u32 = 25;
const AREAS: &str = "code,name\n880001100000,示例镇\n880001100201,一村\n880001100202,二村\n";

#[test]
fn every_acknowledged_record_survives_a_kill_of_the_server() {
    let dir = tempfile::tempdir().unwrap();
    kill_again_and_again(&Place::Folder(dir.path().join("data")), dir.path());
}

#[test]
fn every_acknowledged_record_survives_a_kill_of_the_server_on_postgres() {
    if std::env::var("QIANMO_TEST_DATABASE").is_ok_and(|word| word == "skip") {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    // The database runs as another user.
    #[cfg(unix)]
    std::fs::set_permissions(dir.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let cluster = Cluster::start(dir.path().join("cluster"));
    kill_again_and_again(&Place::Server(&cluster), dir.path());
}

/// Where the log is.
enum Place<'a> {
    Folder(PathBuf),
    Server(&'a Cluster),
}

impl Place<'_> {
    fn args(&self) -> [String; 2] {
        match self {
            Self::Folder(dir) => ["--data".to_owned(), dir.display().to_string()],
            Self::Server(cluster) => ["--database".to_owned(), cluster.url.clone()],
        }
    }

    fn open(&self) -> Box<dyn Store> {
        match self {
            Self::Folder(dir) => Box::new(SqliteStore::open(dir).unwrap()),
            Self::Server(cluster) => {
                let patient = Options { wait: Duration::from_secs(30), ..Options::default() };
                Box::new(PostgresStore::open(&cluster.url, None, &patient).unwrap())
            }
        }
    }
}

/// A database server of the test's own.
struct Cluster {
    dir: PathBuf,
    url: String,
}

impl Cluster {
    fn start(dir: PathBuf) -> Self {
        let url = Self::script("start", &dir);
        Self { dir, url }
    }

    fn crash(&self) {
        Self::script("crash", &self.dir);
    }

    fn script(what: &str, dir: &Path) -> String {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/postgres.sh");
        let done = Command::new("bash").arg(script).arg(what).arg(dir).output().unwrap();
        assert!(done.status.success(), "no PostgreSQL: {}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8_lossy(&done.stdout).lines().last().unwrap_or_default().to_owned()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        Self::script("stop", &self.dir);
    }
}

/// The program: built beside this test, or as the environment says.
fn program() -> PathBuf {
    let built = || std::env::current_exe().unwrap().parent().and_then(Path::parent).unwrap().join("qianmo");
    let program = std::env::var_os("QIANMO_BIN").map_or_else(built, PathBuf::from);
    assert!(program.is_file(), "build the program first: cargo build -p qianmo-cli ({})", program.display());
    program
}

fn ran(place: &Place<'_>, keys: &Path, args: &[&str]) -> Output {
    let done = Command::new(program()).args(args).args(place.args()).env("QIANMO_KEYS", keys).output().unwrap();
    assert!(done.status.success(), "{args:?}: {}", String::from_utf8_lossy(&done.stderr));
    done
}

/// The serving program.
struct Served {
    child: Child,
    lines: Receiver<String>,
}

impl Served {
    fn start(place: &Place<'_>, keys: &Path) -> Self {
        let mut command = Command::new(program());
        command.args(["serve", "--listen", "127.0.0.1:0"]).args(place.args());
        command.env("QIANMO_KEYS", keys).env("QIANMO_LOG", "error").stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (tell, lines) = channel();
        let output = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || output.lines().map_while(Result::ok).all(|line| tell.send(line).is_ok()));
        Self { child, lines }
    }

    fn address(&mut self) -> String {
        while let Ok(line) = self.lines.recv_timeout(Duration::from_mins(2)) {
            if let Some(address) = line.split_whitespace().find(|word| word.starts_with("http://")) {
                return address.to_owned();
            }
        }
        panic!("the server doesn't listen: {:?}", self.child.try_wait());
    }

    /// As a power cut would.
    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(Duration::from_mins(1))).build().new_agent()
}

/// The answer, or nothing when the server went away meanwhile.
fn send(agent: &ureq::Agent, method: &str, address: &str, token: &str, body: &Value) -> Option<(u16, Value)> {
    let request = if method == "PUT" { agent.put(address) } else { agent.post(address) };
    let mut response = request.header("authorization", format!("Bearer {token}")).send_json(body).ok()?;
    let status = response.status().as_u16();
    let text = response.body_mut().read_to_string().ok()?;
    Some((status, serde_json::from_str(&text).unwrap_or_default()))
}

/// An account's token; sessions outlive the server.
fn log_in(address: &str, first: &str) -> String {
    let agent = agent();
    let session = |password: &str| {
        let (status, answer) =
            send(&agent, "POST", &format!("{address}/api/v1/session"), "", &json!({ "name": "crash", "password": password })).unwrap();
        assert_eq!(status, 200, "{answer}");
        answer["token"].as_str().unwrap().to_owned()
    };
    let new = format!("{first}+");
    let change = json!({ "old": first, "new": new });
    let (status, answer) = send(&agent, "PUT", &format!("{address}/api/v1/session/password"), &session(first), &change).unwrap();
    assert!((200..300).contains(&status), "{answer}");
    session(&new)
}

fn id(caller: usize, number: u128) -> String {
    Uuid::from_u128(caller as u128 * SPACE + number).to_string()
}

/// Record `number` (from 1) of a caller: every seventh corrects the one three before it.
fn record(caller: usize, number: u128) -> Value {
    let person = Uuid::from_u128(1 << 100 | caller as u128).to_string();
    let mut body = json!({
        "id": id(caller, number), "form": "hypertension.screening", "kind": "resident", "subject": person, "resident": person,
        "area": if caller.is_multiple_of(2) { "880001100201" } else { "880001100202" }, "at": "2025-03-01",
        "values": { "systolic": 120 + u64::try_from(number % 40).unwrap(), "diastolic": 80 },
    });
    if number % 7 == 6 {
        body["supersedes"] = Value::from(id(caller, number - 3));
    }
    body
}

/// Sends from after `done` until the server goes away; how far it was acknowledged.
fn call(address: &str, token: &str, caller: usize, done: u128, stop: &AtomicBool) -> u128 {
    let (agent, mut done) = (agent(), done);
    while !stop.load(Ordering::Relaxed) {
        let size = if done % 5 == 4 { BATCH } else { 1 };
        let records: Vec<Value> = (done + 1..=done + size).map(|number| record(caller, number)).collect();
        let sent = if size == 1 {
            send(&agent, "POST", &format!("{address}/api/v1/records"), token, &records[0])
        } else {
            send(&agent, "POST", &format!("{address}/api/v1/records/batch"), token, &json!({ "records": records }))
        };
        let Some((status, answer)) = sent else { return done };
        if status == 503 {
            // The database is away: nothing was acknowledged.
            std::thread::sleep(Duration::from_millis(20));
            continue;
        }
        assert!(status == 200 || status == 201, "{status} {answer}");
        let outcomes = answer["outcomes"].as_array().cloned().unwrap_or_else(|| vec![answer.clone()]);
        let fine = |outcome: &Value| matches!(outcome["state"].as_str(), Some("accepted" | "already" | "merged"));
        assert!(outcomes.len() as u128 == size && outcomes.iter().all(fine), "{answer}");
        done += size;
    }
    done
}

/// How far each caller stands in the log.
#[derive(Default)]
struct Seen {
    stands: [u128; CALLERS],
    cut: Cut,
}

impl Seen {
    /// Reads the log on: each caller's records follow one another, none missing, none twice.
    fn read_on(&mut self, store: &dyn Store) {
        let (mut rows, since) = (0, self.cut);
        let stands = &mut self.stands;
        self.cut = store
            .scan_log(since, &mut |row| {
                rows += 1;
                assert_eq!(row.seq, since.0 + rows, "positions without gaps");
                let (caller, number) = (row.id.0.as_u128() / SPACE, row.id.0.as_u128() % SPACE);
                let stood = &mut stands[usize::try_from(caller).unwrap()];
                assert_eq!(number, *stood + 1, "caller {caller}: lost or doubled");
                *stood = number;
                Ok(())
            })
            .unwrap();
    }
}

/// A place under fire: what the callers know, and what to expect.
struct Fire<'a> {
    place: &'a Place<'a>,
    keys: &'a Path,
    acknowledged: [u128; CALLERS],
    token: String,
    /// Kills before the program listened.
    starting: u32,
    /// Kills together with the database.
    cuts: u32,
}

impl Fire<'_> {
    /// Starts the program, lets the callers call, and kills it. Whether anybody could call.
    fn once(&mut self, first: &str, random: u64) -> bool {
        let mut served = Served::start(self.place, self.keys);
        if !self.token.is_empty() && random.is_multiple_of(10) {
            // Before it listens, most likely: opening, migrating, looking after what the last one left.
            std::thread::sleep(Duration::from_millis(random / 10 % 500));
            self.starting += 1;
            served.kill();
            return false;
        }
        let address = served.address();
        if self.token.is_empty() {
            self.token = log_in(&address, first);
        }
        let (token, stop, acknowledged) = (&self.token, AtomicBool::new(false), self.acknowledged);
        std::thread::scope(|scope| {
            let (address, stop) = (&address, &stop);
            let start = |caller: usize| scope.spawn(move || call(address, token, caller, acknowledged[caller], stop));
            let callers: Vec<_> = (0..CALLERS).map(start).collect();
            std::thread::sleep(Duration::from_micros(20_000 + random / 10 % 400_000));
            if let (Place::Server(cluster), 0) = (self.place, random / 7 % 10) {
                self.cuts += 1;
                cluster.crash();
                std::thread::sleep(Duration::from_millis(random / 70 % 200));
            }
            served.kill();
            stop.store(true, Ordering::Relaxed);
            for (held, done) in self.acknowledged.iter_mut().zip(callers) {
                *held = done.join().unwrap();
            }
        });
        true
    }
}

fn kill_again_and_again(place: &Place<'_>, dir: &Path) {
    let kills: u32 = std::env::var("QIANMO_KILLS").map_or(3, |text| text.parse().unwrap());
    let keys = dir.join("keys");
    std::fs::write(dir.join("areas.csv"), AREAS).unwrap();
    ran(place, &keys, &["init", "--areas", dir.join("areas.csv").to_str().unwrap()]);
    let said = ran(place, &keys, &["account", "add", "--name", "crash", "--shown", "压测", "--role", "public_health"]);
    let first = String::from_utf8(said.stdout).unwrap().split_whitespace().last().unwrap().to_owned();
    let mut fire = Fire { place, keys: &keys, acknowledged: [0; CALLERS], token: String::new(), starting: 0, cuts: 0 };
    let (mut seen, mut again) = (Seen::default(), 0);
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    for kill in 1..=kills {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let called = fire.once(&first, random);
        let mut store = place.open();
        // Waits for what a database still does for the dead: a commit that was on its way counts.
        store.set_setting("kill", &kill.to_string()).unwrap();
        seen.read_on(&*store);
        for (caller, (acknowledged, stands)) in fire.acknowledged.iter().zip(&seen.stands).enumerate() {
            assert!(stands >= acknowledged, "kill {kill}, caller {caller}: acknowledged {acknowledged}, found {stands}");
            again += if called { stands - acknowledged } else { 0 };
        }
        if kill % WHOLE_EVERY == 0 || kill == kills {
            store.verify().unwrap();
        }
    }
    let (acknowledged, stands): (u128, u128) = (fire.acknowledged.iter().sum(), seen.stands.iter().sum());
    assert!(acknowledged > 0, "nobody was ever answered");
    let name = if matches!(place, Place::Folder(_)) { "SQLite" } else { "PostgreSQL" };
    let Fire { starting, cuts, .. } = fire;
    let told = format!(
        "\n{name}: {kills} kills of the server, {starting} of them while it started, {cuts} with the database; {acknowledged} records \
         acknowledged over HTTP, {stands} in the log, 0 lost, 0 doubled; {again} written before a kill, not acknowledged, sent again\n"
    );
    std::io::stderr().write_all(told.as_bytes()).unwrap();
}
