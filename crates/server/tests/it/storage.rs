//! When what lies below fails: a full disk, a database that goes away and comes back. The client gets a coded problem, what was acknowledged stays, and the
//! server is alive.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use qianmo_server::{Clock as _, OpenStore};
use qianmo_store::{Cut, LoginRules, Options, PostgresStore, SqliteStore, Store};
use serde_json::{Value as Json, json};

use crate::support::{PASSWORD, Town, VILLAGE, area, folder, options, resident_id};

/// A sheet of one of many residents, as a client sends it.
fn sheet(number: u128) -> Json {
    json!({"id": uuid::Uuid::from_u128(number).to_string(), "form": "population.resident", "kind": "resident",
        "subject": resident_id(number).to_string(), "area": VILLAGE.to_string(), "at": "2026-11-01",
        "values": {"name": format!("王{number}"), "sex": "2", "birth_date": "1950-03-07", "residence_type": "1"}})
}

/// The ids of all records in the log.
fn held(store: &dyn Store) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    store
        .scan_log(Cut::START, &mut |row| {
            assert!(ids.insert(row.id.to_string()), "twice in the log");
            Ok(())
        })
        .unwrap();
    ids
}

#[tokio::test]
async fn a_full_disk_is_told_and_what_was_acknowledged_stays() {
    let dir = folder();
    let size = std::fs::metadata(dir.path().join("qianmo.db")).unwrap().len();
    let bounded = Options { bytes_max: Some(size + (128 << 10)), ..options() };
    let writing = Box::new(SqliteStore::open_with(dir.path(), &bounded).unwrap());
    let place = dir.path().to_owned();
    let open: OpenStore = Arc::new(move || Ok(Box::new(SqliteStore::open_with(&place, &options())?)));
    let town = Town::over(dir, writing, open, |_| ()).unwrap();
    let mut acknowledged = BTreeSet::new();
    let mut full = 0;
    for number in 1..2000 {
        let answer = town.post("/records").by("public_health").json(sheet(number)).send().await;
        match (answer.status, answer.code().as_str()) {
            (201, _) => assert!(acknowledged.insert(answer.json()["id"].as_str().unwrap().to_owned())),
            (507, "STORE-0006") => full += 1,
            _ => panic!("{} {}", answer.status, answer.text()),
        }
        if full == 3 {
            break;
        }
    }
    assert!(full == 3 && acknowledged.len() > 3, "{full} {}", acknowledged.len());
    assert_eq!(held(&town.store()), acknowledged, "no more and no less than was acknowledged");
    town.get("/session").by("public_health").gives(200).await;
    let known = resident_id(1);
    let page = town.get(&format!("/residents/{known}")).by("public_health").gives(200).await;
    assert_eq!(page["card"]["name"], "王1", "reading goes on");
    town.store().verify().unwrap();
}

/// A database server of the test's own.
struct Cluster {
    dir: tempfile::TempDir,
    url: String,
}

impl Cluster {
    /// Nothing when tests on PostgreSQL are to be skipped.
    fn start() -> Option<Self> {
        if std::env::var("QIANMO_TEST_DATABASE").is_ok_and(|word| word == "skip") {
            return None;
        }
        let dir = tempfile::tempdir().unwrap();
        // The server runs as another user.
        #[cfg(unix)]
        std::fs::set_permissions(dir.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        let url = script("start", dir.path());
        Some(Self { dir, url })
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        script("stop", self.dir.path());
    }
}

fn script(what: &str, dir: &Path) -> String {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/postgres.sh");
    let done = Command::new("bash").arg(script).arg(what).arg(dir.join("cluster")).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8_lossy(&done.stdout).lines().last().unwrap_or_default().to_owned()
}

/// The town's data on the database, with a session's token; run where blocking is allowed.
fn moved_to(cluster: &Cluster, hasty: &Options) -> (Town, String) {
    let dir = folder();
    let store = SqliteStore::open_with(dir.path(), &options()).unwrap();
    drop(PostgresStore::import(&cluster.url, area(VILLAGE), &store, hasty).unwrap());
    let (url, again) = (cluster.url.clone(), hasty.clone());
    let open: OpenStore = Arc::new(move || Ok(Box::new(PostgresStore::open(&url, None, &again)?)));
    let writing = Box::new(PostgresStore::open(&cluster.url, None, hasty).unwrap());
    let town = Town::over(dir, writing, open, |_| ()).unwrap();
    let mut store = PostgresStore::open(&cluster.url, None, hasty).unwrap();
    let attempt = store.accounts().attempt("public_health", PASSWORD).unwrap();
    let token = store.accounts_mut().admit(&attempt, None, town.clock.now_ms(), LoginRules::default()).unwrap();
    (town, token.expose().to_owned())
}

#[test]
fn a_database_that_goes_away_is_told_and_all_is_well_when_it_is_back() {
    let Some(cluster) = Cluster::start() else { return };
    let hasty = Options { wait: Duration::from_millis(200), ..options() };
    let (town, token) = moved_to(&cluster, &hasty);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut acknowledged = BTreeSet::new();
    let mut send = |number: u128| {
        let answer = runtime.block_on(town.post("/records").bearer(&token).json(sheet(number)).send());
        if answer.status == 201 {
            acknowledged.insert(answer.json()["id"].as_str().unwrap().to_owned());
        }
        (answer.status, answer.code())
    };
    let search = || town.get("/residents?q=%E7%8E%8B").bearer(&token);
    for number in 1..20 {
        assert_eq!(send(number).0, 201);
    }
    script("halt", cluster.dir.path());
    for number in 20..23 {
        assert_eq!(send(number), (503, "STORE-0008".to_owned()));
    }
    runtime.block_on(search().refused(503, "STORE-0008"));
    script("start", cluster.dir.path());
    for number in 20..40 {
        assert_eq!(send(number).0, 201, "what was refused can be sent again");
    }
    runtime.block_on(search().gives(200));
    let looking = PostgresStore::open(&cluster.url, None, &hasty).unwrap();
    assert_eq!(held(&looking), acknowledged, "no more and no less than was acknowledged");
    looking.verify().unwrap();
}
