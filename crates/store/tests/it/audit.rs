//! The audit chain: what stands in it, and that no byte of log or chain can be altered unseen.

use qianmo_core::{Date, Fault, Record};
use qianmo_store::{Actor, Anchor, Deed, Entry, Hash, Options, PostgresStore, SqliteStore, Store, Submission, Trail};

use crate::server::Schema;
use crate::support::{VILLAGE_A, area, id, record, subject, supersede, township, void};

fn code<T: std::fmt::Debug>(answer: Result<T, Fault>) -> &'static str {
    answer.unwrap_err().code
}

fn submission<'a>(records: &'a [Record], by: &'a Actor, entries: &'a [Entry]) -> Submission<'a> {
    Submission { records, by: Some(by), at: 1_700_000_000_000, entries }
}

/// Writes as a day does: single records, a batch, a refused one, readings, an export.
pub(crate) fn a_day(store: &mut dyn Store) {
    let wang = Actor { device: Some("phone-1".into()), ..Actor::worker("wang") };
    let li = Actor::worker("li");
    let reading = Entry { resident: Some(subject(2)), record: Some(id(2)), ..Entry::new(1_700_000_000_001, &li, Deed::Read) };
    let export = Entry { area: Some(area(VILLAGE_A)), ..Entry::new(1_700_000_000_002, &li, Deed::Export).with("花名册L04") };
    let batch = [record(2), record(3), void(4, 3)];
    let (one, refused, correction) = ([record(1)], [supersede(8, 77)], [supersede(5, 1)]);
    let group = [submission(&one, &wang, &[]), submission(&refused, &wang, std::slice::from_ref(&export)), submission(&batch, &li, &[])];
    store.append_group(&group).unwrap();
    store.append_group(&[submission(&correction, &wang, &[reading, export])]).unwrap();
}

pub(crate) fn every_deed_stands_in_the_chain(store: &mut dyn Store) {
    a_day(store);
    store.append(&[record(1)]).unwrap();
    store.put_areas(&township()).unwrap();
    let all = store.trail(&Trail::default()).unwrap();
    let seen: Vec<_> = all.iter().map(|line| (line.seq, line.entry.deed, line.entry.actor.worker.as_deref(), line.records)).collect();
    let expected = [
        (1, Deed::Write, Some("wang"), Some((1, 1))),
        (2, Deed::Write, Some("li"), Some((2, 4))),
        (3, Deed::Write, Some("wang"), Some((5, 5))),
        (4, Deed::Read, Some("li"), None),
        (5, Deed::Export, Some("li"), None),
        (6, Deed::Setting, None, None),
    ];
    assert_eq!(seen, expected, "what was refused or repeated leaves no entry");
    assert_eq!((all[0].entry.record, all[0].entry.resident, all[1].entry.record), (Some(id(1)), Some(subject(1)), None));
    assert_eq!(all[4].entry.detail.as_deref(), Some("花名册L04"));
    let numbers = |what: Trail<'_>| -> Vec<i64> { store.trail(&what).unwrap().iter().map(|line| line.seq).collect() };
    assert_eq!(numbers(Trail { since: 2, entries_max: 2, ..Trail::default() }), [3, 4]);
    assert_eq!(numbers(Trail { resident: Some(subject(2)), ..Trail::default() }), [4]);
    assert_eq!(numbers(Trail { worker: Some("li"), deeds: &[Deed::Write, Deed::Read], ..Trail::default() }), [2, 4]);
    store.verify().unwrap();
    store.note(&[Entry::new(5, &Actor::worker("li"), Deed::Login), Entry::new(6, &Actor::worker("li"), Deed::Logout)]).unwrap();
    let last: Vec<i64> = store.trail(&Trail { since: 6, ..Trail::default() }).unwrap().iter().map(|line| line.seq).collect();
    assert_eq!(last, [7, 8]);
    store.verify().unwrap();
}

pub(crate) fn an_anchor_fixes_what_came_before(store: &mut dyn Store) {
    let day = |day| Date::constant(2026, 11, day);
    let empty = store.anchor(day(20)).unwrap();
    assert_eq!(empty.seq, 0);
    a_day(store);
    let anchor = store.anchor(day(21)).unwrap();
    store.append(&[record(20)]).unwrap();
    assert_eq!(store.anchor(day(21)).unwrap(), anchor, "a day has one anchor");
    let printed = anchor.to_string();
    assert_eq!(printed.parse::<Anchor>().unwrap(), anchor);
    store.verify_with(&[anchor, empty]).unwrap();
    let other = Anchor { hash: [7; 32], ..anchor };
    let fault = store.verify_with(&[other]).unwrap_err();
    assert_eq!((fault.code, fault.param("day"), fault.param("entry")), ("STORE-0405", Some("2026-11-21"), Some("5")));
    assert_eq!(code(store.verify_with(&[Anchor { seq: 99, ..anchor }])), "STORE-0405", "entries after the last were cut off");
    for text in ["", "2026-11-21 5", &printed.replace("2026", "26x"), &printed[..printed.len() - 1], &format!("{printed} x")] {
        assert_eq!(code(text.parse::<Anchor>()), "STORE-0406");
    }
}

/// What somebody with the database in hand can alter: each is a statement on a store after [`a_day`], and what verifying says.
/// Quoted names and `x'…'` are read by both databases; on PostgreSQL bytes are cast.
const ALTERED: &[(&str, &str, &str)] = &[
    ("UPDATE record SET fields = replace(fields, '50', '51') WHERE seq = 2", "STORE-0402", "2"),
    ("UPDATE record SET at = at + 1 WHERE seq = 3", "STORE-0402", "3"),
    ("UPDATE record SET recorded_at = 0 WHERE seq = 1", "STORE-0402", "1"),
    ("UPDATE record SET area = area + 1 WHERE seq = 5", "STORE-0402", "5"),
    ("UPDATE record SET form_version = 2 WHERE seq = 4", "STORE-0402", "4"),
    ("UPDATE record SET kind = form WHERE seq = 4", "STORE-0402", "4"),
    ("UPDATE record SET worker = NULL WHERE seq = 2", "STORE-0402", "2"),
    ("UPDATE record SET device = worker WHERE seq = 2", "STORE-0402", "2"),
    ("UPDATE record SET resident = NULL WHERE seq = 2", "STORE-0402", "2"),
    ("UPDATE record SET organisation = subject WHERE seq = 2", "STORE-0402", "2"),
    ("UPDATE record SET subject = id WHERE seq = 2", "STORE-0402", "2"),
    ("UPDATE record SET target = 2 WHERE seq = 4", "STORE-0402", "4"),
    ("UPDATE record SET reason = 'x' WHERE seq = 4", "STORE-0402", "4"),
    ("UPDATE record SET action = 2 WHERE seq = 5", "STORE-0402", "5"),
    ("UPDATE record SET action = 0, target = NULL WHERE seq = 5", "STORE-0402", "5"),
    ("UPDATE record SET digest = (SELECT digest FROM record WHERE seq = 1) WHERE seq = 2", "STORE-0402", "2"),
    ("UPDATE record SET digest = NULL WHERE seq = 3", "STORE-0402", "3"),
    ("UPDATE word SET text = 'population.residenT' WHERE text = 'population.resident'", "STORE-0402", "1"),
    ("DELETE FROM record WHERE seq = 5", "STORE-0402", "5"),
    ("DELETE FROM record WHERE seq = 2", "STORE-0402", "2"),
    ("UPDATE record SET seq = 9 WHERE seq = 5", "STORE-0402", "5"),
    ("UPDATE audit SET at = at + 1 WHERE seq = 4", "STORE-0401", "4"),
    ("UPDATE audit SET worker = 'wang' WHERE seq = 4", "STORE-0401", "4"),
    ("UPDATE audit SET device = NULL WHERE seq = 1", "STORE-0401", "1"),
    ("UPDATE audit SET deed = 'login' WHERE seq = 5", "STORE-0401", "5"),
    ("UPDATE audit SET deed = 'dance' WHERE seq = 5", "STORE-0401", "5"),
    ("UPDATE audit SET area = 1 WHERE seq = 5", "STORE-0401", "5"),
    ("UPDATE audit SET resident = NULL WHERE seq = 4", "STORE-0401", "4"),
    ("UPDATE audit SET record = NULL WHERE seq = 4", "STORE-0401", "4"),
    ("UPDATE audit SET from_seq = 1 WHERE seq = 2", "STORE-0401", "2"),
    ("UPDATE audit SET to_seq = 3 WHERE seq = 2", "STORE-0401", "2"),
    ("UPDATE audit SET digest = hash WHERE seq = 2", "STORE-0401", "2"),
    ("UPDATE audit SET detail = 'x' WHERE seq = 5", "STORE-0401", "5"),
    ("UPDATE audit SET algorithm = 3 - algorithm WHERE seq = 3", "STORE-0401", "3"),
    ("UPDATE audit SET hash = digest WHERE seq = 3", "STORE-0401", "3"),
    ("DELETE FROM audit WHERE seq = 3", "STORE-0401", "3"),
    ("DELETE FROM audit WHERE seq >= 3", "STORE-0404", "5"),
    ("DELETE FROM audit", "STORE-0404", "1"),
    ("UPDATE audit SET seq = 9 WHERE seq = 5", "STORE-0401", "5"),
];

fn where_it_says(fault: &Fault) -> Option<&str> {
    ["seq", "entry", "from"].iter().find_map(|name| fault.param(name))
}

#[test]
fn no_byte_is_altered_unseen_on_sqlite() {
    for hash in [Hash::Sha256, Hash::Sm3] {
        let dir = tempfile::tempdir().unwrap();
        let options = Options { hash, ..Options::default() };
        a_day(&mut SqliteStore::create_with(dir.path(), &options).unwrap());
        let whole = std::fs::read(dir.path().join("qianmo.db")).unwrap();
        for (sql, code, place) in ALTERED {
            let copy = tempfile::tempdir().unwrap();
            std::fs::write(copy.path().join("qianmo.db"), &whole).unwrap();
            let raw = rusqlite::Connection::open(copy.path().join("qianmo.db")).unwrap();
            raw.pragma_update(None, "foreign_keys", "off").unwrap();
            SqliteStore::open(copy.path()).unwrap().verify().unwrap();
            assert!(raw.execute(sql, ()).unwrap() > 0, "{sql}");
            drop(raw);
            let Err(fault) = SqliteStore::open(copy.path()).unwrap().verify() else { panic!("unseen: {sql}") };
            assert_eq!((fault.code, where_it_says(&fault)), (*code, Some(*place)), "{sql}");
        }
    }
}

#[test]
fn no_byte_is_altered_unseen_on_postgres() {
    let Some(schema) = Schema::new() else { return };
    let mut store = schema.create();
    a_day(&mut store);
    store.verify().unwrap();
    let mut raw = schema.raw();
    let ties = "SELECT format('ALTER TABLE %I DROP CONSTRAINT %I', conrelid::regclass::text, conname)::text FROM pg_constraint \
                WHERE contype = 'f' AND connamespace = current_schema()::regnamespace";
    for drop in raw.query(ties, &[]).unwrap() {
        raw.batch_execute(drop.get(0)).unwrap();
    }
    for table in ["record", "audit", "word"] {
        raw.batch_execute(&format!("CREATE TABLE kept_{table} AS TABLE {table}")).unwrap();
    }
    for (sql, code, place) in ALTERED {
        assert!(raw.execute(*sql, &[]).unwrap() > 0, "{sql}");
        let fault = store.verify().unwrap_err();
        assert_eq!((fault.code, where_it_says(&fault)), (*code, Some(*place)), "{sql}");
        for table in ["record", "audit", "word"] {
            raw.batch_execute(&format!("DELETE FROM {table}; INSERT INTO {table} TABLE kept_{table}")).unwrap();
        }
        store.verify().unwrap();
    }
}

#[test]
fn records_put_in_beside_the_program_are_noticed() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = SqliteStore::create(dir.path()).unwrap();
    a_day(&mut store);
    let raw = rusqlite::Connection::open(dir.path().join("qianmo.db")).unwrap();
    raw.execute_batch(
        "CREATE TEMP TABLE new AS SELECT * FROM record WHERE seq = 5;
         UPDATE new SET seq = 6, id = x'00112233445566778899aabbccddeeff', action = 0, target = NULL;
         INSERT INTO record SELECT * FROM new",
    )
    .unwrap();
    let fault = store.verify().unwrap_err();
    assert_eq!((fault.code, fault.param("from"), fault.param("to")), ("STORE-0404", Some("6"), Some("6")));
}

#[test]
fn a_row_forged_with_its_hash_is_noticed() {
    let dir = tempfile::tempdir().unwrap();
    a_day(&mut SqliteStore::create(dir.path()).unwrap());
    let other = tempfile::tempdir().unwrap();
    let mut forged = SqliteStore::create(other.path()).unwrap();
    let mut batch = vec![record(1), record(2), record(3), void(4, 3)];
    batch[1].values.insert("weight".into(), qianmo_core::Value::Integer(99));
    forged.append(&batch).unwrap();
    drop(forged);
    let raw = rusqlite::Connection::open(dir.path().join("qianmo.db")).unwrap();
    raw.execute("ATTACH ? AS other", [other.path().join("qianmo.db").to_str().unwrap()]).unwrap();
    let take = "UPDATE record SET (fields, digest) = (SELECT fields, digest FROM other.record o WHERE o.seq = 2) WHERE seq = 2";
    assert_eq!(raw.execute(take, ()).unwrap(), 1);
    drop(raw);
    let fault = SqliteStore::open(dir.path()).unwrap().verify().unwrap_err();
    assert_eq!((fault.code, fault.param("from"), fault.param("to"), fault.param("entry")), ("STORE-0403", Some("2"), Some("4"), Some("2")));
}

#[test]
fn details_are_sealed_and_the_chain_is_checked_without_the_key() {
    let Some(schema) = Schema::new() else { return };
    let dir = tempfile::tempdir().unwrap();
    let keys = qianmo_store::Keys::create(&dir.path().join("keys"), qianmo_store::Suite::Sm4Gcm).unwrap();
    let options = Options { hash: Hash::Sm3, ..crate::seal::options(keys) };
    let mut store = PostgresStore::create(&schema.url, area(VILLAGE_A), &options).unwrap();
    a_day(&mut store);
    assert_eq!(store.trail(&Trail::default()).unwrap()[4].entry.detail.as_deref(), Some("花名册L04"));
    drop(store);
    let row: String = schema.raw().query_one("SELECT detail FROM audit WHERE seq = 5", &[]).unwrap().get(0);
    assert!(row.starts_with("#1:"));
    let bare = schema.open();
    bare.verify().unwrap();
    assert_eq!(bare.trail(&Trail::default()).unwrap()[4].entry.detail, None);
}
