//! What only a database server can do to a store: several logs in one place, other writers, broken connections, newer schemas.

use std::time::Duration;

use qianmo_core::Fault;
use qianmo_store::{Cut, Options, PostgresStore, Store};

use crate::server::Schema;
use crate::support::{VILLAGE_A, area, record, supersede};

fn code<T: std::fmt::Debug>(answer: Result<T, Fault>) -> &'static str {
    answer.unwrap_err().code
}

fn brief() -> Options {
    Options { wait: Duration::from_millis(100), ..Options::default() }
}

#[test]
fn a_log_is_made_once_and_opened_only_where_there_is_one() {
    let Some(schema) = Schema::new() else { return };
    let open = |county: Option<u64>| PostgresStore::open(&schema.url, county.map(area), &brief());
    assert_eq!(code(open(None)), "STORE-0001");
    drop(schema.create());
    assert_eq!(code(PostgresStore::create(&schema.url, area(530_523_000_000), &brief())), "STORE-0002");
    assert_eq!(code(open(Some(110_101_000_000))), "STORE-0001");
    drop(open(None).unwrap());
    drop(PostgresStore::create(&schema.url, area(110_101_000_000), &brief()).unwrap());
    assert_eq!(code(open(None)), "STORE-0001", "two logs, and none named");
    drop(open(Some(VILLAGE_A)).unwrap());
}

#[test]
fn counties_in_one_database_keep_apart() {
    let Some(schema) = Schema::new() else { return };
    let mut here = schema.create();
    let mut there = PostgresStore::create(&schema.url, area(110_101_000_000), &brief()).unwrap();
    here.append(&[record(1), record(2)]).unwrap();
    assert_eq!(there.append(&[record(1)]).unwrap().cut, Cut(1));
    assert_eq!(code(there.append(&[supersede(3, 2)])), "STORE-0102");
    there.set_setting("root", "there").unwrap();
    assert_eq!(here.setting("root").unwrap(), None);
    assert_eq!(here.cut().unwrap(), Cut(2));
    assert_ne!(here.secret().unwrap(), there.secret().unwrap());
    assert_eq!(here.record(record(2).id).unwrap().unwrap().seq, 2);
    assert_eq!(there.record(record(2).id).unwrap(), None);
}

#[test]
fn a_schema_of_a_newer_version_is_refused_and_left_alone() {
    let Some(schema) = Schema::new() else { return };
    drop(schema.create());
    let mut raw = schema.raw();
    raw.batch_execute("INSERT INTO qianmo (version) VALUES (99)").unwrap();
    let fault = PostgresStore::open(&schema.url, None, &brief()).unwrap_err();
    assert_eq!((fault.code, fault.param("given")), ("STORE-0003", Some("99")));
    raw.batch_execute("DELETE FROM qianmo WHERE version = 99").unwrap();
    assert_eq!(schema.open().cut().unwrap(), Cut::START);
}

#[test]
fn migrations_applied_twice_are_as_once() {
    let Some(schema) = Schema::new() else { return };
    let mut raw = schema.raw();
    let mut columns = || {
        let sql = "SELECT table_name::text, column_name::text, data_type::text, is_nullable::text FROM information_schema.columns \
                   WHERE table_schema = current_schema() ORDER BY 1, 2";
        let rows = raw.query(sql, &[]).unwrap();
        rows.iter().map(|row| (0..4).map(|i| row.get::<_, String>(i)).collect::<Vec<_>>().join(" ")).collect::<Vec<_>>()
    };
    drop(schema.create());
    let fresh = columns();
    drop(schema.open());
    assert_eq!(columns(), fresh);
    let keyed = schema.raw().query_one(
        "SELECT count(*) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0] \
         WHERE c.relnamespace = current_schema()::regnamespace AND a.attname <> 'county' AND c.relname <> 'qianmo'",
        &[],
    );
    assert_eq!(keyed.unwrap().get::<_, i64>(0), 0, "every key begins with the county");
}

#[test]
fn another_process_that_is_writing_is_waited_for_and_then_named() {
    let Some(schema) = Schema::new() else { return };
    drop(schema.create());
    let mut store = PostgresStore::open(&schema.url, None, &brief()).unwrap();
    let mut other = schema.raw();
    other.batch_execute("BEGIN; SELECT * FROM log FOR UPDATE").unwrap();
    assert_eq!(code(store.append(&[record(1)])), "STORE-0004");
    assert_eq!(store.cut().unwrap(), Cut::START, "reading goes on");
    other.batch_execute("ROLLBACK").unwrap();
    assert_eq!(store.append(&[record(1)]).unwrap().cut, Cut(1));
}

#[test]
fn names_written_by_another_process_are_read() {
    let Some(schema) = Schema::new() else { return };
    let mut first = schema.create();
    let mut second = schema.open();
    first.append(&[record(1)]).unwrap();
    assert_eq!(second.record(record(1).id).unwrap().unwrap().head().form, record(1).form);
    let mut other = record(2);
    other.worker = Some("li".into());
    first.append(&[other.clone()]).unwrap();
    assert_eq!(second.record(other.id).unwrap().unwrap().head().worker, other.worker);
    other.id = record(3).id;
    other.device = Some("phone-1".into());
    second.append(&[other.clone()]).unwrap();
    assert_eq!(first.record(other.id).unwrap().unwrap().head().device, other.device);
}

#[test]
fn a_broken_connection_is_made_again() {
    let Some(schema) = Schema::new() else { return };
    let mut store = schema.create();
    store.append(&[record(1)]).unwrap();
    schema.cut_off();
    assert_eq!(store.cut().unwrap(), Cut(1));
    schema.cut_off();
    assert_eq!(store.append(&[record(2)]).unwrap().cut, Cut(2));
    schema.cut_off();
    store.set_setting("root", "x").unwrap();
    assert_eq!(code(PostgresStore::open("host=/nowhere user=nobody dbname=none", None, &brief())), "STORE-0008");
}
