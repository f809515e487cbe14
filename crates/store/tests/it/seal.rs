//! What lies on the disk when values are sealed, who can read it, and what happens when keys change or go missing.

use std::path::Path;

use qianmo_core::{Fault, Record, Value};
use qianmo_store::{Keys, Options, Policy, PostgresStore, Scan, Sealing, SqliteStore, Store, Suite};

use crate::server::Schema;
use crate::support::{VILLAGE_A, area, id, kinds, record, supersede, void};

const NUMBER: &str = "110101199003074258";
const PHONE: &str = "13900001111";

fn code<T: std::fmt::Debug>(answer: Result<T, Fault>) -> &'static str {
    answer.unwrap_err().code
}

/// Names and phones of residents are sealed, the phone can be searched; everything about HIV is sealed.
pub(crate) fn policy() -> Policy {
    let mut policy = Policy::default();
    policy.field("population.resident", "name");
    policy.field("population.resident", "phone");
    policy.field("population.resident", "number");
    policy.index("population.resident", "phone", "phone");
    policy.index("population.resident", "number", "resident_number");
    policy.whole("hiv.case");
    policy.kind("hiv_case");
    policy.index("hiv.case", "phone", "phone");
    policy
}

pub(crate) fn options(keys: Keys) -> Options {
    Options { sealing: Some(Sealing::new(keys, policy())), ..Options::default() }
}

fn resident(number: u128, phone: &str) -> Record {
    let mut record = record(number);
    record.values.insert("number".into(), Value::text(NUMBER));
    record.values.insert("phone".into(), Value::text(phone));
    record
}

fn case(number: u128) -> Record {
    let mut record = record(number);
    record.form = "hiv.case".into();
    record.subject.kind = "hiv_case".into();
    record.values.insert("stage".into(), Value::text("CD4低"));
    record.values.insert("phone".into(), Value::text(PHONE));
    record
}

/// The stores of one kind: a new one, and the same opened again.
trait Place {
    fn create(&self, options: &Options) -> Box<dyn Store>;
    fn open(&self, options: &Options) -> Result<Box<dyn Store>, Fault>;
    /// Every byte that whoever takes the data away has.
    fn stolen(&self) -> Vec<u8>;
}

struct Folder(tempfile::TempDir);

impl Place for Folder {
    fn create(&self, options: &Options) -> Box<dyn Store> {
        Box::new(SqliteStore::create_with(&self.0.path().join("data"), options).unwrap())
    }

    fn open(&self, options: &Options) -> Result<Box<dyn Store>, Fault> {
        Ok(Box::new(SqliteStore::open_with(&self.0.path().join("data"), options)?))
    }

    fn stolen(&self) -> Vec<u8> {
        let files = std::fs::read_dir(self.0.path().join("data")).unwrap();
        files.flat_map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect()
    }
}

impl Place for Schema {
    fn create(&self, options: &Options) -> Box<dyn Store> {
        Box::new(PostgresStore::create(&self.url, area(VILLAGE_A), options).unwrap())
    }

    fn open(&self, options: &Options) -> Result<Box<dyn Store>, Fault> {
        Ok(Box::new(PostgresStore::open(&self.url, None, options)?))
    }

    fn stolen(&self) -> Vec<u8> {
        let mut raw = self.raw();
        let tables = raw.query("SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema()", &[]).unwrap();
        let mut all = Vec::new();
        for table in tables.iter().map(|row| row.get::<_, String>(0)) {
            let rows = raw.query(&format!("SELECT t::text FROM {table} t"), &[]).unwrap();
            // Quotes are doubled in the text of a row.
            all.extend(rows.iter().flat_map(|row| row.get::<_, String>(0).replace("\"\"", "\"").into_bytes()));
        }
        all
    }
}

fn places() -> Vec<(Box<dyn Place>, Suite)> {
    let mut places: Vec<(Box<dyn Place>, Suite)> = vec![(Box::new(Folder(tempfile::tempdir().unwrap())), Suite::Aes256Gcm)];
    if let Some(schema) = Schema::new() {
        places.push((Box::new(schema), Suite::Sm4Gcm));
    }
    places
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn stolen_data_gives_no_number_phone_or_diagnosis() {
    for (place, suite) in places() {
        let keys = tempfile::tempdir().unwrap();
        let options = options(Keys::create(&keys.path().join("keys"), suite).unwrap());
        let mut store = place.create(&options);
        store.append(&[resident(1, PHONE), case(2)]).unwrap();
        let secret = store.secret().unwrap();
        assert_eq!(store.secret().unwrap(), secret);
        drop(store);
        let stolen = place.stolen();
        for clear in [NUMBER, PHONE, &secret, "hiv", "stage", "CD4低", "王1"] {
            assert!(!holds(&stolen, clear), "{clear} lies there in clear ({suite:?})");
        }
        assert!(holds(&stolen, "population.resident") && holds(&stolen, r#""weight":50"#) && holds(&stolen, r#""phone#1":""#));
        let store = place.open(&options).unwrap();
        assert_eq!(store.record(id(1)).unwrap().unwrap().record(&kinds).unwrap(), resident(1, PHONE));
        assert_eq!(store.record(id(2)).unwrap().unwrap().record(&kinds).unwrap(), case(2));
        let mut forms = Vec::new();
        let only = Scan { forms: Some(&["hiv.case"]), ..Scan::default() };
        store
            .scan(&only, &mut |row| {
                forms.push((row.form.to_owned(), row.subject_kind.to_owned(), row.values.contains(PHONE)));
                Ok(())
            })
            .unwrap();
        assert_eq!(forms, [("hiv.case".to_owned(), "hiv_case".to_owned(), true)]);
    }
}

#[test]
fn stored_values_stay_a_flat_json_object() {
    let dir = tempfile::tempdir().unwrap();
    let options = options(Keys::create(&dir.path().join("keys"), Suite::default()).unwrap());
    let mut odd = resident(1, PHONE);
    odd.values.insert("note".into(), Value::text(r#"他说"phone#1":"abc" #2":" \"#));
    odd.values.insert("name".into(), Value::text("引号\"和\\"));
    let mut store = SqliteStore::create_with(&dir.path().join("data"), &options).unwrap();
    store.append(&[odd.clone(), case(2)]).unwrap();
    let raw = rusqlite::Connection::open(dir.path().join("data/qianmo.db")).unwrap();
    let mut statement = raw.prepare("SELECT fields FROM record").unwrap();
    let texts: Vec<String> = statement.query_map((), |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    for text in &texts {
        qianmo_store::parse_values(text, &mut |_, _| Ok(())).unwrap();
    }
    assert!(!texts[0].contains("引号"), "{}", texts[0]);
    assert_eq!(store.record(id(1)).unwrap().unwrap().record(&kinds).unwrap(), odd);
}

#[test]
fn a_value_is_found_exactly_and_only_while_it_stands() {
    for (place, suite) in places() {
        let keys = tempfile::tempdir().unwrap();
        let file = keys.path().join("keys");
        let mut store = place.create(&options(Keys::create(&file, suite).unwrap()));
        store.append(&[resident(1, PHONE), resident(2, "13900002222"), case(3), resident(4, PHONE)]).unwrap();
        let found = |store: &dyn Store, index, value| -> Vec<i64> { store.find(index, value).unwrap().iter().map(|row| row.seq).collect() };
        assert_eq!(found(&*store, "phone", PHONE), [1, 3, 4]);
        assert_eq!(found(&*store, "resident_number", NUMBER), [1, 2, 4]);
        assert!(found(&*store, "resident_number", PHONE).is_empty());
        assert!(found(&*store, "phone", "1390000111").is_empty());
        let moved = Record { values: resident(1, "13900003333").values, ..supersede(5, 1) };
        store.append(&[moved, void(6, 4)]).unwrap();
        assert_eq!(found(&*store, "phone", PHONE), [3]);
        assert_eq!(found(&*store, "phone", "13900003333"), [5]);
        drop(store);
        let mut store = place.open(&options(Keys::rotate(&file, suite).unwrap())).unwrap();
        store.append(&[resident(7, PHONE)]).unwrap();
        assert_eq!(found(&*store, "phone", PHONE), [3, 7], "under the old key and the new one");
    }
}

#[test]
fn after_a_rotation_old_records_are_read_and_known_again() {
    for (place, suite) in places() {
        let keys = tempfile::tempdir().unwrap();
        let file = keys.path().join("keys");
        let first = options(Keys::create(&file, suite).unwrap());
        let mut store = place.create(&first);
        let (old, older) = (resident(1, PHONE), case(2));
        store.append(&[old.clone(), older.clone()]).unwrap();
        drop(store);
        let other = if suite == Suite::Aes256Gcm { Suite::Sm4Gcm } else { Suite::Aes256Gcm };
        let both = options(Keys::rotate(&file, other).unwrap());
        let mut store = place.open(&both).unwrap();
        let done = store.append(&[old.clone(), older.clone(), resident(3, PHONE), case(4)]).unwrap();
        assert_eq!((done.written, done.already), (2, 2));
        assert_eq!(store.record(id(1)).unwrap().unwrap().record(&kinds).unwrap(), old);
        assert_eq!(store.record(id(4)).unwrap().unwrap().head().form, older.form);
        drop(store);
        assert!(holds(&place.stolen(), r#""phone#2":""#));
        // The file of before the rotation: what the new key sealed can't be read, and nothing can be written.
        let mut store = place.open(&first).unwrap();
        assert!(store.record(id(1)).unwrap().is_some());
        let fault = store.record(id(3)).unwrap_err();
        assert_eq!((fault.code, fault.param("key")), ("STORE-0301", Some("2")));
        assert_eq!(code(store.append(&[record(9)])), "STORE-0301");
    }
}

#[test]
fn without_the_key_nothing_sealed_is_read_and_nothing_written_in_clear() {
    for (place, suite) in places() {
        let keys = tempfile::tempdir().unwrap();
        let options = options(Keys::create(&keys.path().join("keys"), suite).unwrap());
        let mut store = place.create(&options);
        store.append(&[resident(1, PHONE), case(2)]).unwrap();
        store.secret().unwrap();
        drop(store);
        let mut bare = place.open(&Options::default()).unwrap();
        assert_eq!(code(bare.record(id(1))), "STORE-0301");
        assert_eq!(code(bare.scan(&Scan::default(), &mut |_| Ok(()))), "STORE-0301");
        assert_eq!(code(bare.append(&[record(3)])), "STORE-0301");
        assert_eq!(code(bare.find("phone", PHONE)), "STORE-0301");
        assert_eq!(code(bare.secret()), "STORE-0301");
        bare.verify().unwrap();
        drop(bare);
        let others = self::options(Keys::create(&keys.path().join("others"), suite).unwrap());
        assert_eq!(place.open(&others).err().map(|fault| fault.code), Some("STORE-0307"));
        assert!(place.open(&options).unwrap().record(id(1)).unwrap().is_some());
    }
}

#[test]
fn sealed_bytes_that_were_altered_or_moved_are_noticed() {
    let dir = tempfile::tempdir().unwrap();
    let options = options(Keys::create(&dir.path().join("keys"), Suite::default()).unwrap());
    let mut store = SqliteStore::create_with(&dir.path().join("data"), &options).unwrap();
    store.append(&[resident(1, PHONE), resident(2, "13900002222")]).unwrap();
    let raw = rusqlite::Connection::open(dir.path().join("data/qianmo.db")).unwrap();
    raw.execute("UPDATE record SET fields = (SELECT fields FROM record WHERE seq = 2) WHERE seq = 1", ()).unwrap();
    assert_eq!(code(store.record(id(1))), "STORE-0302");
    assert!(store.record(id(2)).unwrap().is_some());
}

#[test]
fn a_field_that_looks_sealed_is_refused() {
    for (place, _) in places() {
        let mut store = place.create(&Options::default());
        let mut odd = record(1);
        odd.values.insert("phone#1".into(), Value::text("AAAA"));
        let fault = store.append(&[odd]).unwrap_err();
        assert_eq!((fault.code, fault.param("field")), ("STORE-0109", Some("phone#1")));
    }
}

#[test]
fn a_secret_of_the_time_before_the_keys_is_sealed() {
    for (place, suite) in places() {
        let mut store = place.create(&Options::default());
        let secret = store.secret().unwrap();
        drop(store);
        assert!(holds(&place.stolen(), &secret));
        let keys = tempfile::tempdir().unwrap();
        let options = options(Keys::create(&keys.path().join("keys"), suite).unwrap());
        assert_eq!(place.open(&options).unwrap().secret().unwrap(), secret);
        assert_eq!(code(place.open(&Options::default()).unwrap().secret()), "STORE-0301");
    }
}

#[test]
fn a_key_file_is_made_once_and_read_only_when_it_is_sound_and_private() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("keys");
    let load = || Keys::load(&file).err().map(|fault| fault.code);
    assert_eq!(load(), Some("STORE-0303"));
    assert_eq!(code(Keys::create(&dir.path().join("no/where"), Suite::default())), "STORE-0007");
    drop(Keys::create(&file, Suite::Sm4Gcm).unwrap());
    assert_eq!(code(Keys::create(&file, Suite::default())), "STORE-0306");
    assert_eq!(load(), None);
    mode(&file, 0o644);
    assert_eq!(load(), Some("STORE-0305"));
    mode(&file, 0o600);
    let sound = std::fs::read_to_string(&file).unwrap();
    for broken in ["", "key = 1", &sound.replace("sm4", "des"), &sound.replace("secret = \"", "secret = \"*"), &format!("{sound}{sound}")] {
        std::fs::write(&file, broken).unwrap();
        assert_eq!(load(), Some("STORE-0304"), "{broken}");
    }
}

fn mode(file: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(mode)).unwrap();
}
