//! Kill the writer at any moment: what it acknowledged is there, whole, and the file is sound.
//!
//! The test program starts itself again as the writer (`child`, told so by an environment variable). The writer
//! prints the position after each acknowledged batch; the parent kills it after so many lines, so that the blow
//! falls somewhere in the following batch, then reads the folder.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use qianmo_store::{Limits, Options, PostgresStore, Scan, SqliteStore, Store, Writer};

use crate::server::{self, Schema};
use crate::support::{id, record};

const FOLDER: &str = "QIANMO_TEST_KILL_FOLDER";
/// Large enough that the blow falls inside a transaction.
const BATCH: u128 = 500;

#[test]
fn child() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let mut store = open(&folder);
    let mut out = std::io::stdout();
    let mut next = u128::try_from(store.cut().unwrap().0).unwrap();
    loop {
        let batch: Vec<_> = (next + 1..=next + BATCH).map(record).collect();
        next += BATCH;
        let done = store.append(&batch).unwrap();
        writeln!(out, "\nacknowledged {}", done.cut).unwrap();
        out.flush().unwrap();
    }
}

/// The store in a folder or at a server's address.
fn open(place: &str) -> Box<dyn Store> {
    if place.contains("host=") || place.contains("://") {
        Box::new(PostgresStore::open(place, None, &Options::default()).unwrap())
    } else {
        Box::new(SqliteStore::open(place.as_ref()).unwrap())
    }
}

#[test]
fn every_acknowledged_record_survives_a_kill() {
    let dir = tempfile::tempdir().unwrap();
    drop(SqliteStore::create(dir.path()).unwrap());
    kill_again_and_again(dir.path().to_str().unwrap(), 25);
}

#[test]
fn every_acknowledged_record_survives_a_kill_on_postgres() {
    let Some(schema) = Schema::new() else { return };
    drop(schema.create());
    kill_again_and_again(&schema.url, 10);
}

fn kill_again_and_again(place: &str, rounds: u32) {
    let mut before = 0;
    for round in 0..rounds {
        let acknowledged = kill_after(place, 1 + round % 4, round * 137 % 3000);
        let store = open(place);
        store.verify().unwrap();
        let cut = store.cut().unwrap().0;
        assert!(cut >= acknowledged, "acknowledged up to {acknowledged}, found {cut}");
        assert!(acknowledged > before);
        assert_eq!(cut % i64::try_from(BATCH).unwrap(), 0, "half a batch");
        let mut count = 0;
        store
            .scan(&Scan::default(), &mut |row| {
                count += 1;
                assert_eq!((row.seq, row.id), (count, id(u128::try_from(count).unwrap())));
                Ok(())
            })
            .unwrap();
        assert_eq!(count, cut);
        before = acknowledged;
    }
}

/// Runs the writer until its `lines`th acknowledgement, kills it shortly after, and returns the last position it printed.
fn kill_after(folder: &str, lines: u32, grace_us: u32) -> i64 {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["kill::child", "--exact", "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
    let position = |line: &str| line.strip_prefix("acknowledged ").map(|cut| cut.parse::<i64>().unwrap());
    let mut last = 0;
    for _ in 0..lines {
        last = output.by_ref().map_while(Result::ok).find_map(|line| position(&line)).unwrap();
    }
    std::thread::sleep(std::time::Duration::from_micros(grace_us.into()));
    child.kill().unwrap();
    child.wait().unwrap();
    // What it printed before the blow counts too.
    output.map_while(Result::ok).filter_map(|line| position(&line)).last().unwrap_or(last)
}

/// The server itself stops as in a power cut, again and again, while eight callers write: each is told the truth.
#[test]
fn every_acknowledged_record_survives_a_crash_of_the_server() {
    if server::url().is_none() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let cluster = dir.path().join("cluster");
    let cluster = cluster.to_str().unwrap();
    // The server runs as another user.
    #[cfg(unix)]
    std::fs::set_permissions(dir.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let url = server::script("start", Some(cluster));
    let _running = Running(cluster);
    let schema = Schema::at(&url);
    drop(schema.create());
    let patient = Options { wait: std::time::Duration::from_mins(1), ..Options::default() };
    let store = PostgresStore::open(&schema.url, None, &patient).unwrap();
    let (writer, thread) = Writer::start(Box::new(store), Limits::default()).unwrap();
    let stop = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let callers: Vec<_> = (0..8_u128)
        .map(|caller| {
            let (writer, stop) = (writer.clone(), stop.clone());
            std::thread::spawn(move || {
                let mut count = 0;
                while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                    writer.append(vec![record(caller * 1_000_000 + count)]).unwrap();
                    count += 1;
                }
                count
            })
        })
        .collect();
    for _ in 0..3 {
        std::thread::sleep(std::time::Duration::from_millis(300));
        server::script("crash", Some(cluster));
    }
    stop.store(true, std::sync::atomic::Ordering::Relaxed);
    let counts: Vec<u128> = callers.into_iter().map(|caller| caller.join().unwrap()).collect();
    let store = thread.stop().unwrap();
    store.verify().unwrap();
    assert!(counts.iter().all(|count| *count > 0));
    assert_eq!(u128::try_from(store.cut().unwrap().0).unwrap(), counts.iter().sum(), "none lost, none doubled");
    for (caller, count) in (0..).zip(&counts) {
        assert!(store.record(id(caller * 1_000_000 + count - 1)).unwrap().is_some());
    }
    drop((store, schema));
}

/// Stops the server also when the test fails.
struct Running<'a>(&'a str);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        server::script("stop", Some(self.0));
    }
}
