//! Many callers, one writer: each gets its own answer, after the commit; nothing is lost, nothing doubled.

use std::sync::mpsc::channel;

use qianmo_core::Record;
use qianmo_store::{Limits, Options, PostgresStore, Scan, SqliteStore, Store, Writer};

use crate::server::{self, Schema};
use crate::support::{id, record, supersede, void};

/// Sixteen callers write, repeat and correct at once; what the writer acknowledged is compared with the log.
fn many_callers(store: Box<dyn Store + Send>) -> Box<dyn Store + Send> {
    let (writer, thread) = Writer::start(store, Limits { records_max: 40, ..Limits::default() }).unwrap();
    let callers: Vec<_> = (0..16_u128)
        .map(|caller| {
            let writer = writer.clone();
            std::thread::spawn(move || {
                for step in 0..12 {
                    let number = caller * 1000 + step * 10;
                    let done = writer.append(vec![record(number + 1), record(number + 2)]).unwrap();
                    assert_eq!((done.written, done.already), (2, 0));
                    assert_eq!(writer.append(vec![supersede(number + 3, number + 1)]).unwrap().written, 1);
                    assert_eq!(writer.append(vec![void(number + 4, number + 1)]).unwrap_err().code, "STORE-0103");
                    assert_eq!(writer.append(vec![record(number + 2)]).unwrap().already, 1);
                    assert!(done.cut.0 > 0);
                }
            })
        })
        .collect();
    for caller in callers {
        caller.join().unwrap();
    }
    let store = thread.stop().unwrap();
    assert_eq!(writer.append(vec![record(999_999)]).unwrap_err().code, "STORE-0009");
    assert_eq!(writer.submit(Vec::new(), |_| ()).unwrap_err().code, "STORE-0009");
    assert_eq!(writer.run(|store| store.cut()).unwrap_err().code, "STORE-0009");
    let mut count = 0;
    store
        .scan(&Scan::default(), &mut |_| {
            count += 1;
            Ok(())
        })
        .unwrap();
    assert_eq!((count, store.cut().unwrap().0), (16 * 12 * 2, 16 * 12 * 3));
    store.verify().unwrap();
    store
}

#[test]
fn many_callers_on_sqlite() {
    let dir = tempfile::tempdir().unwrap();
    many_callers(Box::new(SqliteStore::create(dir.path()).unwrap()));
}

#[test]
fn many_callers_on_postgres() {
    if let Some((store, _schema)) = server::fresh() {
        many_callers(Box::new(store));
    }
}

/// A gate in the writer's thread: what is submitted while it is closed makes one group.
fn grouped(store: Box<dyn Store + Send>, batches: Vec<Vec<Record>>) -> Vec<Result<usize, &'static str>> {
    let (writer, thread) = Writer::start(store, Limits { waiting_max: batches.len() + 1, ..Limits::default() }).unwrap();
    let (open, gate) = channel::<()>();
    let (entered, inside) = channel();
    let gatekeeper = {
        let writer = writer.clone();
        std::thread::spawn(move || {
            writer.run(move |_| {
                entered.send(()).unwrap();
                gate.recv().unwrap();
                Ok(())
            })
        })
    };
    inside.recv().unwrap();
    let (answer, answers) = channel();
    let count = batches.len();
    for (number, batch) in batches.into_iter().enumerate() {
        let answer = answer.clone();
        writer.submit(batch, move |done| answer.send((number, done)).unwrap()).unwrap();
    }
    writer.submit(Vec::new(), |_| ()).unwrap();
    assert_eq!(writer.submit(Vec::new(), |_| ()).unwrap_err().param("why"), Some("full"));
    open.send(()).unwrap();
    gatekeeper.join().unwrap().unwrap();
    let mut done: Vec<_> = answers.iter().take(count).collect();
    done.sort_by_key(|(number, _)| *number);
    thread.stop().unwrap();
    done.into_iter().map(|(_, done)| done.map(|done| done.written).map_err(|fault| fault.code)).collect()
}

#[test]
fn a_refused_submission_does_not_hinder_its_group() {
    let batches = || vec![vec![record(1)], vec![supersede(2, 99)], vec![record(3), record(4)]];
    let expected = [Ok(1), Err("STORE-0102"), Ok(2)];
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(grouped(Box::new(SqliteStore::create(dir.path()).unwrap()), batches()), expected);
    if let Some((store, _schema)) = server::fresh() {
        assert_eq!(grouped(Box::new(store), batches()), expected);
    }
}

#[test]
fn a_submission_too_large_for_the_disk_does_not_take_others_along() {
    let dir = tempfile::tempdir().unwrap();
    drop(SqliteStore::create(dir.path()).unwrap());
    let small = Options { bytes_max: Some(600 * 1024), ..Options::default() };
    let store = SqliteStore::open_with(dir.path(), &small).unwrap();
    let batches = vec![vec![record(1)], (1000..9000).map(record).collect(), vec![record(3), record(4)]];
    assert_eq!(grouped(Box::new(store), batches), [Ok(1), Err("STORE-0006"), Ok(2)]);
}

#[test]
fn text_that_the_database_cannot_hold_is_refused_alone() {
    let Some((store, schema)) = server::fresh() else { return };
    let odd = Record { worker: Some("a\0b".into()), ..record(2) };
    assert_eq!(grouped(Box::new(store), vec![vec![record(1)], vec![odd], vec![record(3)]]), [Ok(1), Err("STORE-0007"), Ok(1)]);
    assert!(schema.open().record(id(3)).unwrap().is_some());
}

#[test]
fn a_group_caught_by_a_broken_connection_is_written_once() {
    let Some(schema) = Schema::new() else { return };
    let store: PostgresStore = schema.create();
    let (writer, thread) = Writer::start(Box::new(store), Limits::default()).unwrap();
    for round in 0..5_u128 {
        let done = writer.append((round * 10..round * 10 + 10).map(record).collect::<Vec<_>>()).unwrap();
        assert_eq!((done.written, done.cut.0), (10, i64::try_from(round * 10 + 10).unwrap()));
        schema.cut_off();
    }
    thread.stop().unwrap().verify().unwrap();
}
