//! Kill the writer at any moment under load: what it acknowledged is there, once, and log and chain are sound.
//!
//! The test program starts itself again as the writer (`child`, told so by environment variables): eight callers hand in through one
//! `Writer`, each its own numbers in order, batches of any size, with corrections among them. Each acknowledgement is a printed line. The parent kills it
//! at a random moment, sometimes while it is still opening, and starts it again: each caller goes on after what was acknowledged to it, as a phone would, so
//! what was written and not acknowledged is handed in twice. `QIANMO_KILLS=500` sets how often; a tenth as often the server itself stops as in a power cut.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use qianmo_core::Record;
use qianmo_store::{Cut, Limits, Options, PostgresStore, SqliteStore, Store, Writer};

use crate::server::{self, Schema};
use crate::support::{id, record, supersede};

const PLACE: &str = "QIANMO_TEST_KILL_PLACE";
const DONE: &str = "QIANMO_TEST_KILL_DONE";
const KILLS: &str = "QIANMO_KILLS";
const CALLERS: usize = 8;
/// Numbers of a caller begin at a multiple of this.
const SPACE: u128 = 1_000_000_000;
/// Kills after which everything is read anew and verified.
const WHOLE_EVERY: u32 = 10;

/// Record `number` (from 1) of a caller: every seventh corrects the one three before it.
fn written(caller: usize, number: u128) -> Record {
    let of = |number: u128| caller as u128 * SPACE + number;
    if number % 7 == 6 { supersede(of(number), of(number - 3)) } else { record(of(number)) }
}

#[test]
fn child() {
    let (Ok(place), Ok(done)) = (std::env::var(PLACE), std::env::var(DONE)) else { return };
    let (writer, _thread) = Writer::start(open(&place), Limits { records_max: 200, ..Limits::default() }).unwrap();
    let mut callers = Vec::new();
    for (caller, done) in done.split(',').enumerate() {
        let (writer, mut next) = (writer.clone(), done.parse::<u128>().unwrap() + 1);
        callers.push(std::thread::spawn(move || {
            loop {
                let size = 1 + next % 23;
                let batch: Vec<_> = (next..next + size).map(|number| written(caller, number)).collect();
                // The dot shows that the line is whole.
                let (line, refused) = match writer.append(batch) {
                    Ok(_) => (format!("\nacknowledged {caller} {}.\n", next + size - 1), false),
                    Err(fault) => (format!("\nrefused {caller} {next} {fault:?}.\n"), true),
                };
                std::io::stdout().lock().write_all(line.as_bytes()).unwrap();
                if refused {
                    return;
                }
                next += size;
            }
        }));
    }
    for caller in callers {
        caller.join().unwrap();
    }
}

/// The store in a folder or at a server's address.
fn open(place: &str) -> Box<dyn Store + Send> {
    if place.contains("host=") || place.contains("://") {
        let patient = Options { wait: Duration::from_secs(30), ..Options::default() };
        Box::new(PostgresStore::open(place, None, &patient).unwrap())
    } else {
        Box::new(SqliteStore::open(place.as_ref()).unwrap())
    }
}

/// How often to kill: as the environment says, else briefly.
fn kills(brief: u32) -> u32 {
    std::env::var(KILLS).map_or(brief, |text| text.parse().unwrap())
}

#[test]
fn every_acknowledged_record_survives_a_kill() {
    let dir = tempfile::tempdir().unwrap();
    drop(SqliteStore::create(dir.path()).unwrap());
    kill_again_and_again("sqlite", dir.path().to_str().unwrap(), kills(25));
}

#[test]
fn every_acknowledged_record_survives_a_kill_on_postgres() {
    let Some(schema) = Schema::new() else { return };
    drop(schema.create());
    kill_again_and_again("postgres", &schema.url, kills(10));
}

/// What the parent knows: how far each caller was acknowledged, and how far it stands in the log.
#[derive(Default)]
struct Seen {
    acknowledged: [u128; CALLERS],
    stands: [u128; CALLERS],
    cut: Cut,
}

impl Seen {
    /// Reads the log on: each caller's records follow one another, none missing, none twice.
    fn read_on(&mut self, store: &dyn Store) {
        let mut rows = 0;
        let since = self.cut;
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
        assert_eq!(self.cut.0, since.0 + rows);
    }
}

fn kill_again_and_again(name: &str, place: &str, kills: u32) {
    let mut seen = Seen::default();
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let (mut repeated, mut while_opening) = (0, 0);
    for kill in 1..=kills {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let opening = random.is_multiple_of(10);
        while_opening += u32::from(opening);
        let lines = if opening { 0 } else { 1 + random / 10 % 60 };
        kill_after(place, lines, Duration::from_micros(random / 1000 % if opening { 60_000 } else { 4_000 }), &mut seen.acknowledged);
        let mut store = open(place);
        // Waits for what a server still does for the dead: a commit that was on its way counts.
        store.set_setting("kill", &kill.to_string()).unwrap();
        seen.read_on(&*store);
        for (caller, (acknowledged, stands)) in seen.acknowledged.iter().zip(&seen.stands).enumerate() {
            assert!(stands >= acknowledged, "kill {kill}, caller {caller}: acknowledged {acknowledged}, found {stands}");
            repeated += stands - acknowledged;
        }
        if kill % WHOLE_EVERY == 0 || kill == kills {
            store.verify().unwrap();
            let mut anew = Seen::default();
            anew.read_on(&*store);
            assert_eq!((anew.stands, anew.cut), (seen.stands, seen.cut));
        }
    }
    let (acknowledged, stands): (u128, u128) = (seen.acknowledged.iter().sum(), seen.stands.iter().sum());
    assert!(seen.acknowledged.iter().all(|count| *count > 0), "a caller was never answered: {:?}", seen.acknowledged);
    let mut told = format!("\n{name}: {kills} kills, {while_opening} of them while opening; {acknowledged} records acknowledged, ");
    write!(told, "{stands} in the log, 0 lost, 0 doubled; {repeated} written before a kill, not acknowledged, and handed in again")
        .unwrap();
    writeln!(std::io::stderr(), "{told}").unwrap();
}

/// Runs the writer until so many acknowledgements, kills it after a grace, and notes all that it acknowledged.
fn kill_after(place: &str, lines: u64, grace: Duration, acknowledged: &mut [u128; CALLERS]) {
    let done: Vec<String> = acknowledged.iter().map(u128::to_string).collect();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["kill::child", "--exact", "--nocapture"])
        .env(PLACE, place)
        .env(DONE, done.join(","))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut note = |line: &str| {
        assert!(!line.starts_with("refused"), "{line}");
        let Some((caller, number)) = line.strip_prefix("acknowledged ").and_then(|rest| rest.strip_suffix('.')?.split_once(' ')) else {
            return 0;
        };
        let held = &mut acknowledged[caller.parse::<usize>().unwrap()];
        *held = number.parse::<u128>().unwrap().max(*held);
        1
    };
    let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut count = 0;
    while count < lines {
        let Some(line) = output.next() else {
            let said = std::io::read_to_string(child.stderr.take().unwrap()).unwrap();
            unreachable!("the writer ended by itself: {said}");
        };
        count += note(&line.unwrap());
    }
    std::thread::sleep(grace);
    child.kill().unwrap();
    child.wait().unwrap();
    // What it printed before the blow counts too.
    for line in output.map_while(Result::ok) {
        note(&line);
    }
}

/// The server itself stops as in a power cut, again and again, while eight callers write: each is told the truth.
#[test]
fn every_acknowledged_record_survives_a_crash_of_the_server() {
    if server::url().is_none() {
        return;
    }
    let crashes = kills(30).div_ceil(10);
    let running = Running::start();
    let schema = Schema::at(&running.url);
    drop(schema.create());
    let patient = Options { wait: Duration::from_mins(1), ..Options::default() };
    let store = PostgresStore::open(&schema.url, None, &patient).unwrap();
    let (writer, thread) = Writer::start(Box::new(store), Limits::default()).unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let callers: Vec<_> = (0..CALLERS)
        .map(|caller| {
            let (writer, stop) = (writer.clone(), stop.clone());
            std::thread::spawn(move || {
                let mut count = 0;
                while !stop.load(Ordering::Relaxed) {
                    writer.append(vec![written(caller, count + 1)]).unwrap();
                    count += 1;
                }
                count
            })
        })
        .collect();
    for crash in 1..=crashes {
        std::thread::sleep(Duration::from_millis(100 + u64::from(crash) * 37 % 300));
        running.crash();
    }
    stop.store(true, Ordering::Relaxed);
    let counts: Vec<u128> = callers.into_iter().map(|caller| caller.join().unwrap()).collect();
    let store = thread.stop().unwrap();
    store.verify().unwrap();
    assert!(counts.iter().all(|count| *count > 0));
    let mut seen = Seen::default();
    seen.read_on(&*store);
    assert_eq!(seen.stands.as_slice(), counts, "none lost, none doubled");
    assert!(store.record(id(SPACE + counts[1])).unwrap().is_some());
    drop((store, schema));
    let all: u128 = counts.iter().sum();
    writeln!(std::io::stderr(), "\nserver: {crashes} crashes; {all} records acknowledged, {all} in the log, 0 lost, 0 doubled").unwrap();
}

/// A server of the test's own, stopped also when the test fails.
pub(crate) struct Running {
    cluster: String,
    pub(crate) url: String,
    _dir: tempfile::TempDir,
}

impl Running {
    pub(crate) fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        // The server runs as another user.
        #[cfg(unix)]
        std::fs::set_permissions(dir.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        let cluster = dir.path().join("cluster").to_str().unwrap().to_owned();
        let url = server::script("start", Some(&cluster));
        Self { cluster, url, _dir: dir }
    }

    /// Stops it at once, without any order, and starts it again.
    pub(crate) fn crash(&self) {
        server::script("crash", Some(&self.cluster));
    }

    /// Its folder.
    pub(crate) fn folder(&self) -> &str {
        &self.cluster
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        server::script("stop", Some(&self.cluster));
    }
}
