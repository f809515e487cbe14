//! Kill the writer at any moment: what it acknowledged is there, whole, and the file is sound.
//!
//! The test program starts itself again as the writer (`child`, told so by an environment variable). The writer
//! prints the position after each acknowledged batch; the parent kills it after so many lines, so that the blow
//! falls somewhere in the following batch, then reads the folder.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use qianmo_store::{Scan, SqliteStore, Store};

use crate::support::{id, record};

const FOLDER: &str = "QIANMO_TEST_KILL_FOLDER";
/// Large enough that the blow falls inside a transaction.
const BATCH: u128 = 500;

#[test]
fn child() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let mut store = SqliteStore::open(folder.as_ref()).unwrap();
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

#[test]
fn every_acknowledged_record_survives_a_kill() {
    let dir = tempfile::tempdir().unwrap();
    drop(SqliteStore::create(dir.path()).unwrap());
    let mut before = 0;
    for round in 0..25_u32 {
        let acknowledged = kill_after(dir.path(), 1 + round % 4, round * 137 % 3000);
        let store = SqliteStore::open(dir.path()).unwrap();
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
fn kill_after(folder: &std::path::Path, lines: u32, grace_us: u32) -> i64 {
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
