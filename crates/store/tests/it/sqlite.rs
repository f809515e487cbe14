//! What befalls a data folder on disk: newer versions, other programs' files, locks, damage, a full disk.

use std::io::{Seek, SeekFrom, Write};
use std::time::Duration;

use qianmo_store::{Options, Scan, SqliteStore, Store};
use rusqlite::Connection;

use crate::support::record;

fn code<T: std::fmt::Debug>(answer: Result<T, qianmo_core::Fault>) -> &'static str {
    answer.unwrap_err().code
}

#[test]
fn a_folder_is_made_once_and_opened_only_when_it_is_one() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(code(SqliteStore::open(dir.path())), "STORE-0001");
    drop(SqliteStore::create(&dir.path().join("deep/new")).unwrap());
    assert_eq!(code(SqliteStore::create(&dir.path().join("deep/new"))), "STORE-0002");
    std::fs::write(dir.path().join("file"), "").unwrap();
    assert_eq!(code(SqliteStore::create(&dir.path().join("file/below"))), "STORE-0007");
    let foreign = Connection::open(dir.path().join("qianmo.db")).unwrap();
    foreign.execute_batch("CREATE TABLE photo (x)").unwrap();
    assert_eq!(code(SqliteStore::open(dir.path())), "STORE-0001");
}

#[test]
fn a_folder_of_a_newer_version_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    SqliteStore::create(dir.path()).unwrap().append(&[record(1)]).unwrap();
    let raw = Connection::open(dir.path().join("qianmo.db")).unwrap();
    let known: String = raw.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0)).unwrap().to_string();
    raw.pragma_update(None, "user_version", 99).unwrap();
    let fault = SqliteStore::open(dir.path()).unwrap_err();
    assert_eq!(fault.code, "STORE-0003");
    assert_eq!((fault.param("given"), fault.param("known")), (Some("99"), Some(&*known)));
    raw.pragma_update(None, "user_version", &known).unwrap();
    assert_eq!(SqliteStore::open(dir.path()).unwrap().cut().unwrap().0, 1);
}

#[test]
fn migrations_applied_twice_are_as_once() {
    let dir = tempfile::tempdir().unwrap();
    let schema = || {
        let raw = Connection::open(dir.path().join("qianmo.db")).unwrap();
        let mut statement = raw.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name").unwrap();
        statement.query_map((), |row| row.get::<_, String>(0)).unwrap().collect::<Result<Vec<_>, _>>().unwrap()
    };
    drop(SqliteStore::create(dir.path()).unwrap());
    let fresh = schema();
    drop(SqliteStore::open(dir.path()).unwrap());
    assert_eq!(schema(), fresh);
    assert!(fresh.iter().filter(|sql| sql.starts_with("CREATE TABLE")).all(|sql| sql.contains("STRICT")));
}

#[test]
fn another_process_that_is_writing_is_named() {
    let dir = tempfile::tempdir().unwrap();
    drop(SqliteStore::create(dir.path()).unwrap());
    let mut store = SqliteStore::open_with(dir.path(), &Options { wait: Duration::ZERO, ..Options::default() }).unwrap();
    let other = Connection::open(dir.path().join("qianmo.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert_eq!(code(store.append(&[record(1)])), "STORE-0004");
    store.scan(&Scan::default(), &mut |_| Ok(())).unwrap();
    other.execute_batch("ROLLBACK").unwrap();
    store.append(&[record(1)]).unwrap();
}

#[test]
fn a_damaged_file_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("qianmo.db");
    let mut store = SqliteStore::create(dir.path()).unwrap();
    store.append(&(1..2000).map(record).collect::<Vec<_>>()).unwrap();
    drop(store);
    let mut file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
    file.seek(SeekFrom::Start(8192 * 70)).unwrap();
    file.write_all(&vec![0x5a; 8192 * 20]).unwrap();
    let store = SqliteStore::open(dir.path()).unwrap();
    assert_eq!(code(store.verify()), "STORE-0005");
    assert_eq!(code(store.scan(&Scan::default(), &mut |_| Ok(()))), "STORE-0005");
    drop(store);
    std::fs::write(&path, "这不是数据库，这只是一些文字。".repeat(1000)).unwrap();
    assert_eq!(code(SqliteStore::open(dir.path())), "STORE-0005");
}

#[test]
fn a_full_disk_refuses_the_batch_and_loses_nothing() {
    let dir = tempfile::tempdir().unwrap();
    drop(SqliteStore::create(dir.path()).unwrap());
    let small = Options { bytes_max: Some(800 * 1024), ..Options::default() };
    let mut store = SqliteStore::open_with(dir.path(), &small).unwrap();
    let batch = |number: u128| (number * 100 + 1..=number * 100 + 100).map(record).collect::<Vec<_>>();
    let mut written = 0;
    let fault = loop {
        match store.append(&batch(written)) {
            Ok(_) => written += 1,
            Err(fault) => break fault,
        }
    };
    assert_eq!(fault.code, "STORE-0006");
    assert!(written > 2);
    assert_eq!(store.cut().unwrap().0, i64::try_from(written * 100).unwrap());
    store.verify().unwrap();
    drop(store);
    let mut store = SqliteStore::open(dir.path()).unwrap();
    store.verify().unwrap();
    let done = store.append(&batch(written)).unwrap();
    assert_eq!(done.cut.0, i64::try_from((written + 1) * 100).unwrap());
}
