//! Each migration, with rows before and after: data of the first version, step by step, then opened.

use qianmo_core::Value;
use qianmo_store::{Cut, Deed, SqliteStore, Store, Trail};
use rusqlite::Connection;

use crate::server::Schema;
use crate::support::{VILLAGE_A, area, id, kinds, record, subject};

const SQLITE: [&str; 9] = [
    include_str!("../../src/sqlite/migrations/0001.sql"),
    include_str!("../../src/sqlite/migrations/0002.sql"),
    include_str!("../../src/sqlite/migrations/0003.sql"),
    include_str!("../../src/sqlite/migrations/0004.sql"),
    include_str!("../../src/sqlite/migrations/0005.sql"),
    include_str!("../../src/sqlite/migrations/0006.sql"),
    include_str!("../../src/sqlite/migrations/0007.sql"),
    include_str!("../../src/sqlite/migrations/0008.sql"),
    include_str!("../../src/sqlite/migrations/0009.sql"),
];
const POSTGRES: [&str; 8] = [
    include_str!("../../src/postgres/migrations/0001.sql"),
    include_str!("../../src/postgres/migrations/0002.sql"),
    include_str!("../../src/postgres/migrations/0003.sql"),
    include_str!("../../src/postgres/migrations/0004.sql"),
    include_str!("../../src/postgres/migrations/0005.sql"),
    include_str!("../../src/postgres/migrations/0006.sql"),
    include_str!("../../src/postgres/migrations/0007.sql"),
    include_str!("../../src/postgres/migrations/0008.sql"),
];

/// Two records, a correction, an area and a setting, as the first version wrote them.
const ROWS: &str = "
    INSERT INTO word (id, text) VALUES (1, 'population.resident'), (2, 'resident'), (3, 'wang');
    INSERT INTO record (seq, id, form, form_version, kind, subject, resident, area, worker, at, recorded_at, action, target, fields) VALUES
        (1, @id1, 1, 1, 2, @person1, @person1, 530523100201, 3, 15341, 1350000000000, 0, NULL, '{\"name\":\"王1\",\"weight\":50}'),
        (2, @id2, 1, 1, 2, @person2, @person2, 530523100201, 3, 15342, 1350000000000, 0, NULL, '{\"name\":\"王2\",\"weight\":50}'),
        (3, @id3, 1, 1, 2, @person1, @person1, 530523100201, 3, 15341, 1350000000000, 1, 1, '{\"name\":\"王一\"}');
    INSERT INTO area (code, name, kind, parent, valid_from, valid_to) VALUES (530523100000, '镇', 'township', NULL, 10957, NULL);
    INSERT INTO setting (key, value) VALUES ('root', '530523100000'), ('secret', '0123');";

fn rows(quote: fn(u128) -> String) -> String {
    let mut sql = ROWS.to_owned();
    for number in 1..=3 {
        sql = sql.replace(&format!("@id{number}"), &quote(number)).replace(&format!("@person{number}"), &quote(0xabcd_0000 + number));
    }
    sql
}

/// What must be there after any number of steps.
fn check(store: &mut dyn Store) {
    assert_eq!(store.cut().unwrap(), Cut(3));
    let read = store.record(id(1)).unwrap().unwrap().record(&kinds).unwrap();
    assert_eq!(read, record(1));
    let history: Vec<_> = store.history(id(1)).unwrap().iter().map(|row| row.record(&kinds).unwrap()).collect();
    assert_eq!((history.len(), &history[1].values["name"]), (2, &Value::text("王一")));
    assert_eq!(store.records_of(subject(2)).unwrap().len(), 1);
    assert_eq!(store.areas().unwrap().get(area(530_523_100_000)).unwrap().name, "镇");
    assert_eq!(store.setting("root").unwrap().as_deref(), Some("530523100000"));
    assert_eq!(store.secret().unwrap(), "0123");
    store.verify().unwrap();
    let trail = store.trail(&Trail::default()).unwrap();
    assert_eq!((trail[0].entry.deed, trail[0].records), (Deed::Adopt, Some((1, 3))), "the old log is bound by the chain");
    assert_eq!(store.append(&[record(1), record(2), record(4)]).unwrap().already, 2);
    store.set_setting("root", "x").unwrap();
    store.verify().unwrap();
}

#[test]
fn sqlite_data_of_every_version_is_brought_up_to_date() {
    for version in 1..=SQLITE.len() {
        let dir = tempfile::tempdir().unwrap();
        let raw = Connection::open(dir.path().join("qianmo.db")).unwrap();
        for (step, sql) in (1..).zip(&SQLITE[..version]) {
            raw.execute_batch(sql).unwrap();
            if step == 1 {
                raw.execute_batch(&rows(|number| format!("x'{number:032x}'"))).unwrap();
            }
        }
        raw.pragma_update(None, "user_version", i64::try_from(version).unwrap()).unwrap();
        raw.pragma_update(None, "application_id", 0x5169_616E).unwrap();
        drop(raw);
        check(&mut SqliteStore::open(dir.path()).unwrap());
        let raw = Connection::open(dir.path().join("qianmo.db")).unwrap();
        let now: i64 = raw.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
        assert_eq!(now, i64::try_from(SQLITE.len()).unwrap());
        drop(raw);
        SqliteStore::open(dir.path()).unwrap().verify().unwrap();
    }
}

#[test]
fn postgres_data_of_every_version_is_brought_up_to_date() {
    for version in 1..=POSTGRES.len() {
        let Some(schema) = Schema::new() else { return };
        let mut raw = schema.raw();
        raw.batch_execute("CREATE TABLE qianmo (version integer PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())").unwrap();
        for (step, sql) in (1_i32..).zip(&POSTGRES[..version]) {
            raw.batch_execute(sql).unwrap();
            raw.execute("INSERT INTO qianmo (version) VALUES ($1)", &[&step]).unwrap();
            if step == 1 {
                raw.batch_execute("INSERT INTO log (county, end_seq) VALUES (530523, 3)").unwrap();
                for table in ["word", "record", "area", "setting"] {
                    raw.batch_execute(&format!("ALTER TABLE {table} ALTER county SET DEFAULT 530523")).unwrap();
                }
                raw.batch_execute(&rows(|number| format!("'{number:032x}'"))).unwrap();
            }
        }
        check(&mut schema.open());
        let now: i32 = schema.raw().query_one("SELECT max(version) FROM qianmo", &[]).unwrap().get(0);
        assert_eq!(now, i32::try_from(POSTGRES.len()).unwrap());
        schema.open().verify().unwrap();
        assert_eq!(area(VILLAGE_A).number() / 1_000_000, 530_523);
    }
}
