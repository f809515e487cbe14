//! Backups: from either database, while writing goes on, restored into a folder and into a server, and what is wrong with one is found.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use qianmo_core::pack::Sensitivity;
use qianmo_core::{Calendar, Date, Period};
use qianmo_store::{
    ArrivalId, ArrivalState, Cut, DirectoryPolicy, Enrolment, ExternalIdentity, FilingsAsked, Grant, Limits, Manifest, NewArrival,
    NewDraft, NewFiling, Options, PostgresStore, Programmes, Role, Row, SessionRules, Sheet, SqliteStore, Store, Trail, Writer, restore,
};

use crate::accounts::{NOW, admin, code, name, worker};
use crate::identity::shown;
use crate::server::Schema;
use crate::support::{VILLAGE_A, area, record, subject, supersede, township, void};

/// Something in every table.
fn fill(store: &mut dyn Store) {
    store.put_areas(&township()).unwrap();
    store.set_setting("root", "530523100000").unwrap();
    store.secret().unwrap();
    let mut batch: Vec<_> = (1..3000).map(record).collect();
    batch.extend([supersede(3001, 1), void(3002, 2)]);
    batch[7].values.insert("phone".into(), qianmo_core::Value::text("13800000000"));
    store.append(&batch).unwrap();
    let mut accounts = store.accounts_mut();
    accounts.add_worker(&admin(), NOW, &worker("wang")).unwrap();
    let grant = Grant {
        worker: name("wang"),
        role: Role::VillageDoctor,
        area: area(VILLAGE_A),
        programmes: Programmes::All,
        sensitivity: Sensitivity::Routine,
        residents: Some([subject(1)].into()),
        from: Date::constant(2026, 1, 1),
        to: None,
    };
    accounts.give(&admin(), NOW, &grant).unwrap();
    let invited = accounts.enrolment_code(&admin(), NOW, &name("wang"), NOW + 1).unwrap();
    accounts.enrol(&invited, &Enrolment { shown: "手机".into(), public_key: vec![9] }, NOW).unwrap();
    accounts.enrolment_code(&admin(), NOW, &name("wang"), NOW + 1).unwrap();
    let identity = ExternalIdentity::new("https://login.example.cn", "7").unwrap();
    accounts.link(&admin(), NOW, &identity, &name("wang")).unwrap();
    accounts.admit_external(&identity, None, NOW).unwrap();
    let new = accounts.begin_second_factor(&admin(), NOW, &name("wang"), "阡陌").unwrap();
    accounts.confirm_second_factor(&admin(), NOW, &name("wang"), &shown(&new.secret, NOW)).unwrap();
    let filing = NewFiling {
        form: "monthly".into(),
        area: area(VILLAGE_A),
        period: Period::Month(2026, 3),
        calendar: Calendar::Civil,
        cut: Cut(1),
        cells: "{}".to_owned(),
    };
    store.filings_mut().submit(&admin(), NOW, &filing).unwrap();
    let arrival = NewArrival {
        id: ArrivalId(uuid::Uuid::from_u128(5)),
        record: record(1).id,
        area: area(VILLAGE_A),
        resident: Some(subject(1)),
        worker: Some("wang".into()),
        device: None,
        arrived_at: NOW,
        state: ArrivalState::Open,
        waits_for: None,
        other_worker: None,
        sent: "{}".to_owned(),
        detail: "x".to_owned(),
    };
    store.arrivals_mut().put(&admin(), NOW, &[arrival]).unwrap();
    let draft = NewDraft { kind: "record", key: "1", title: "随访", body: "{}", over: None };
    store.drafts_mut().save(&name("wang"), NOW, &draft).unwrap();
    store.anchor(Date::constant(2026, 3, 1)).unwrap();
}

/// Plain options with a directory of residents.
fn with_directory(options: Options) -> Options {
    let mut directory = DirectoryPolicy::default();
    let sheet = Sheet { locates: true, name: Some("name".into()), phone: Some("phone".into()), ..Sheet::default() };
    directory.sheet("population.resident", sheet);
    Options { directory, ..options }
}

/// Tables and how many rows each has.
type Counts = Vec<(String, i64)>;

/// What the tables of a folder have, here and on a server.
fn counts(folder: &Path, schema: &Schema) -> (Counts, Counts) {
    let raw = rusqlite::Connection::open(folder.join("qianmo.db")).unwrap();
    let mut names = raw.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name").unwrap();
    let names: Vec<String> = names.query_map((), |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
    let mut client = schema.raw();
    let sql = |name: &String| format!("SELECT count(*) FROM {name}");
    let here = names.iter().map(|name| (name.clone(), raw.query_row(&sql(name), (), |row| row.get(0)).unwrap())).collect();
    let there = names.iter().map(|name| (name.clone(), client.query_one(&sql(name), &[]).unwrap().get(0))).collect();
    (here, there)
}

fn log(store: &dyn Store) -> Vec<Row> {
    let mut rows = Vec::new();
    store
        .scan_log(Cut::START, &mut |row| {
            rows.push(row.to_row());
            Ok(())
        })
        .unwrap();
    rows
}

/// Everything that can be asked of both is the same.
fn same(one: &mut dyn Store, other: &mut dyn Store) {
    assert_eq!(log(one), log(other));
    let whole = Trail { entries_max: 10_000, ..Trail::default() };
    assert_eq!(one.trail(&whole).unwrap(), other.trail(&whole).unwrap());
    assert_eq!((one.cut().unwrap(), one.secret().unwrap()), (other.cut().unwrap(), other.secret().unwrap()));
    assert_eq!(one.setting("root").unwrap(), other.setting("root").unwrap());
    assert_eq!(one.areas().unwrap().get(area(VILLAGE_A)), other.areas().unwrap().get(area(VILLAGE_A)));
    let wang = name("wang");
    let (here, there) = (one.accounts(), other.accounts());
    assert_eq!(here.workers(None, 10).unwrap(), there.workers(None, 10).unwrap());
    assert_eq!(here.grants(&wang).unwrap(), there.grants(&wang).unwrap());
    assert_eq!(here.devices_of(&wang).unwrap(), there.devices_of(&wang).unwrap());
    assert_eq!(here.links_of(&wang).unwrap(), there.links_of(&wang).unwrap());
    assert_eq!(here.second_factor(&wang).unwrap(), there.second_factor(&wang).unwrap());
    let rules = SessionRules::default();
    assert_eq!(here.sessions_of(&wang, NOW, rules).unwrap(), there.sessions_of(&wang, NOW, rules).unwrap());
    let filings = one.filings().list(&FilingsAsked::default()).unwrap();
    assert_eq!(filings, other.filings().list(&FilingsAsked::default()).unwrap());
    assert_eq!(one.filings().steps(filings[0].id).unwrap(), other.filings().steps(filings[0].id).unwrap());
    assert_eq!(one.filings().cells(filings[0].id).unwrap(), other.filings().cells(filings[0].id).unwrap());
    let found = one.directory().unwrap().resident(subject(1)).unwrap().unwrap();
    assert_eq!((found.area, Some(found)), (Some(area(VILLAGE_A)), other.directory().unwrap().resident(subject(1)).unwrap()));
    assert_eq!(
        one.arrivals().get(ArrivalId(uuid::Uuid::from_u128(5))).unwrap(),
        other.arrivals().get(ArrivalId(uuid::Uuid::from_u128(5))).unwrap()
    );
    assert_eq!(one.anchor(Date::constant(2026, 3, 1)).unwrap(), other.anchor(Date::constant(2026, 3, 1)).unwrap());
    other.verify().unwrap();
}

/// Backs a store up, restores it into a folder, and from there into a server.
fn there_and_back(store: &mut dyn Store, options: &Options) {
    fill(store);
    let dir = tempfile::tempdir().unwrap();
    let backup = dir.path().join("backup");
    let manifest = store.backup(&backup).unwrap();
    let entries = store.trail(&Trail::default()).unwrap().last().unwrap().seq;
    assert_eq!((manifest.cut, manifest.entries), (store.cut().unwrap(), entries));
    assert_eq!(manifest.keys.len(), usize::from(options.sealing.is_some()));
    assert_eq!(Manifest::read(&backup).unwrap(), manifest);
    assert_eq!(code(store.backup(&backup)), "STORE-0002", "a backup isn't written over");
    store.append(&[record(9001)]).unwrap();

    let folder = dir.path().join("restored");
    assert_eq!(restore(&backup, &folder).unwrap(), manifest);
    assert_eq!(code(restore(&backup, &folder)), "STORE-0002");
    let mut restored = SqliteStore::open_with(&folder, options).unwrap();
    assert_eq!(restored.cut().unwrap(), manifest.cut);
    restored.append(&[record(9001)]).unwrap();
    let (theirs, ours) = (log(&restored), log(store));
    assert_eq!(theirs, ours, "work goes on where the backup ended");
    drop(restored);
    std::fs::remove_dir_all(&folder).unwrap();
    restore(&backup, &folder).unwrap();
    let mut restored = SqliteStore::open_with(&folder, options).unwrap();

    let Some(schema) = Schema::new() else { return };
    let mut server = PostgresStore::import(&schema.url, area(VILLAGE_A), &restored, options).unwrap();
    let (here, there) = counts(&folder, &schema);
    assert_eq!(here, there);
    for (table, count) in &here {
        assert!(*count > 0 || (table == "sealed_index" && options.sealing.is_none()), "{table} has nothing to compare");
    }
    same(&mut restored, &mut server);
    assert_eq!(code(PostgresStore::import(&schema.url, area(VILLAGE_A), &restored, options)), "STORE-0002");
    server.append(&[record(9001)]).unwrap();
    let again = dir.path().join("again");
    server.backup(&again).unwrap();
    restore(&again, &dir.path().join("from server")).unwrap();
    same(&mut server, &mut SqliteStore::open_with(&dir.path().join("from server"), options).unwrap());
}

#[test]
fn a_folder_goes_there_and_back() {
    let dir = tempfile::tempdir().unwrap();
    let options = with_directory(Options::default());
    there_and_back(&mut SqliteStore::create_with(dir.path(), &options).unwrap(), &options);
}

#[test]
fn a_server_goes_there_and_back() {
    let Some(schema) = Schema::new() else { return };
    let options = with_directory(Options::default());
    there_and_back(&mut PostgresStore::create(&schema.url, area(VILLAGE_A), &options).unwrap(), &options);
}

#[test]
fn sealed_data_goes_there_and_back_and_its_keys_stay_at_home() {
    let dir = tempfile::tempdir().unwrap();
    let keys = qianmo_store::Keys::create(&dir.path().join("keys"), qianmo_store::Suite::Sm4Gcm).unwrap();
    let secret = std::fs::read_to_string(dir.path().join("keys")).unwrap();
    let secret = secret.lines().find_map(|line| line.strip_prefix("secret = \"")).unwrap().trim_end_matches('"').to_owned();
    let options = with_directory(crate::seal::options(keys));
    let mut store = SqliteStore::create_with(&dir.path().join("data"), &options).unwrap();
    there_and_back(&mut store, &options);
    store.backup(&dir.path().join("backup")).unwrap();
    let bytes = std::fs::read(dir.path().join("backup/qianmo.db")).unwrap();
    for clear in [secret.as_str(), "13800000000", "王17"] {
        assert!(!bytes.windows(clear.len()).any(|window| window == clear.as_bytes()), "{clear}");
    }
    let Some(schema) = Schema::new() else { return };
    let mut server = PostgresStore::create(&schema.url, area(VILLAGE_A), &options).unwrap();
    there_and_back(&mut server, &options);
}

#[test]
fn what_is_wrong_with_a_backup_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = SqliteStore::create(&dir.path().join("data")).unwrap();
    fill(&mut store);
    let backup = dir.path().join("backup");
    store.backup(&backup).unwrap();
    let to = dir.path().join("restored");
    assert_eq!(code(restore(&dir.path().join("data"), &to)), "STORE-0801");
    let (file, manifest) = (backup.join("qianmo.db"), backup.join("manifest.toml"));
    let (bytes, text) = (std::fs::read(&file).unwrap(), std::fs::read_to_string(&manifest).unwrap());
    let tried = |what: &str| {
        let answer = code(restore(&backup, &to));
        assert!(!to.exists() && !dir.path().join("restored.restoring").exists(), "{what} leaves nothing");
        answer
    };
    let mut altered = bytes.clone();
    altered[bytes.len() / 2] ^= 1;
    std::fs::write(&file, &altered).unwrap();
    assert_eq!(tried("an altered byte"), "STORE-0802");
    std::fs::write(&file, &bytes[..bytes.len() - 8192]).unwrap();
    assert_eq!(tried("a short file"), "STORE-0802");
    std::fs::remove_file(&file).unwrap();
    assert_eq!(tried("no file"), "STORE-0802");
    std::fs::write(&file, &bytes).unwrap();
    // Somebody puts another file there and its hash into the manifest: the chain still tells.
    for (from, to, expected) in [
        ("cut = 3001", "cut = 3000", "STORE-0802"),
        ("entries = ", "entries = 1", "STORE-0405"),
        ("format = 1", "format = 2", "STORE-0801"),
    ] {
        assert!(text.contains(from), "{text}");
        std::fs::write(&manifest, text.replace(from, to)).unwrap();
        assert_eq!(tried(from), expected);
    }
    std::fs::write(&manifest, &text).unwrap();
    std::fs::create_dir(&to).unwrap();
    restore(&backup, &to).expect("an empty folder may be there");
    assert_eq!(SqliteStore::open(&to).unwrap().cut().unwrap(), store.cut().unwrap());
    std::fs::write(dir.path().join("file"), "").unwrap();
    assert_eq!(code(store.backup(&dir.path().join("file/below"))), "STORE-0007");
}

/// Backs up again and again while a writer writes: each is of one moment, whole.
fn while_writing(writing: Box<dyn Store + Send>, reading: &dyn Store) {
    let dir = tempfile::tempdir().unwrap();
    let (writer, thread) = Writer::start(writing, Limits::default()).unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let callers: Vec<_> = (0..4_u128)
        .map(|caller| {
            let (writer, stop) = (writer.clone(), stop.clone());
            std::thread::spawn(move || {
                let mut count = 0;
                while !stop.load(Ordering::Relaxed) {
                    let from = caller * 1_000_000 + count * 10;
                    writer.append((from..from + 10).map(record).collect::<Vec<_>>()).unwrap();
                    count += 1;
                }
            })
        })
        .collect();
    let mut before = Cut::START;
    let mut round = 0;
    // Until writing has gone on during at least five.
    while round < 5 {
        let place = dir.path().join(format!("backup {round}"));
        let manifest = reading.backup(&place).unwrap();
        restored_is_whole(&place, &dir.path().join(format!("restored {round}")), &manifest);
        round += usize::from(manifest.cut > before);
        before = manifest.cut;
        if place.exists() && round < 5 {
            let _ = std::fs::remove_dir_all(&place);
            let _ = std::fs::remove_dir_all(dir.path().join(format!("restored {round}")));
        }
    }
    stop.store(true, Ordering::Relaxed);
    for caller in callers {
        caller.join().unwrap();
    }
    thread.stop().unwrap().verify().unwrap();
}

fn restored_is_whole(backup: &Path, to: &Path, manifest: &Manifest) {
    let _ = std::fs::remove_dir_all(to);
    restore(backup, to).unwrap();
    let store = SqliteStore::open(to).unwrap();
    assert_eq!((store.cut().unwrap(), log(&store).last().map_or(0, |row| row.seq)), (manifest.cut, manifest.cut.0));
    assert_eq!(manifest.cut.0 % 10, 0, "no half batch");
}

#[test]
fn a_folder_is_backed_up_while_writing_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let writing = SqliteStore::create(dir.path()).unwrap();
    while_writing(Box::new(writing), &SqliteStore::open(dir.path()).unwrap());
}

#[test]
fn a_server_is_backed_up_while_writing_goes_on() {
    let Some((writing, schema)) = crate::server::fresh() else { return };
    while_writing(Box::new(writing), &schema.open());
}
