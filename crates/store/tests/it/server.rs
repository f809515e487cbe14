//! A PostgreSQL to test on: the one that `QIANMO_TEST_DATABASE` names, else a private one that `scripts/postgres.sh` starts.
//!
//! Each test has a schema of its own. On a machine without PostgreSQL set `QIANMO_TEST_DATABASE=skip`: the tests then
//! say that they were skipped; without that word they fail.

use std::io::Write;
use std::process::Command;
use std::sync::OnceLock;

use postgres::{Client, NoTls};
use qianmo_store::{Options, PostgresStore};

use crate::support::{VILLAGE_A, area};

const VARIABLE: &str = "QIANMO_TEST_DATABASE";

/// The address; `None` when the tests on PostgreSQL are to be skipped.
pub(crate) fn url() -> Option<&'static str> {
    static URL: OnceLock<Option<String>> = OnceLock::new();
    let find = || match std::env::var(VARIABLE) {
        Ok(word) if word == "skip" => {
            writeln!(std::io::stderr(), "\nSKIPPED: not tested on PostgreSQL, because {VARIABLE}=skip").unwrap();
            None
        }
        Ok(url) => Some(url),
        Err(_) => Some(script("start", None)),
    };
    URL.get_or_init(find).as_deref()
}

/// Runs `scripts/postgres.sh`; its last line.
pub(crate) fn script(what: &str, dir: Option<&str>) -> String {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/postgres.sh");
    let done = Command::new("bash").arg(script).arg(what).args(dir).output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "no PostgreSQL; set {VARIABLE} to an address or to skip: {said}");
    String::from_utf8_lossy(&done.stdout).lines().last().unwrap_or_default().to_owned()
}

/// A schema that goes when the test ends.
pub(crate) struct Schema {
    pub(crate) url: String,
    name: String,
    base: String,
}

impl Schema {
    /// An empty one; `None` when skipped.
    pub(crate) fn new() -> Option<Self> {
        Some(Self::at(url()?))
    }

    pub(crate) fn at(base: &str) -> Self {
        let name = format!("t{}", uuid::Uuid::from_bytes(random()).simple());
        client(base).batch_execute(&format!("CREATE SCHEMA {name}")).unwrap();
        let url = with(&with(base, "options", &format!("-csearch_path={name}")), "application_name", &name);
        Self { url, name, base: base.to_owned() }
    }

    /// Breaks the connections of the stores on this schema.
    pub(crate) fn cut_off(&self) {
        let mut client = client(&self.base);
        let there = "SELECT count(*) FROM pg_stat_activity WHERE application_name = $1";
        let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1";
        assert!(!client.query(cut, &[&self.name]).unwrap().is_empty());
        while client.query_one(there, &[&self.name]).unwrap().get::<_, i64>(0) > 0 {}
    }

    /// A connection that sees the schema.
    pub(crate) fn raw(&self) -> Client {
        client(&self.url)
    }

    pub(crate) fn create(&self) -> PostgresStore {
        PostgresStore::create(&self.url, area(VILLAGE_A), &Options::default()).unwrap()
    }

    pub(crate) fn open(&self) -> PostgresStore {
        PostgresStore::open(&self.url, None, &Options::default()).unwrap()
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        if let Ok(mut client) = Client::connect(&self.base, NoTls) {
            let _ = client.batch_execute(&format!("SET client_min_messages = error; DROP SCHEMA {} CASCADE", self.name));
        }
    }
}

/// An address with one more parameter.
fn with(url: &str, key: &str, value: &str) -> String {
    match (url.contains("://"), url.contains('?')) {
        (false, _) => format!("{url} {key}='{value}'"),
        (true, asked) => format!("{url}{}{key}={}", if asked { '&' } else { '?' }, value.replace('=', "%3D")),
    }
}

fn client(url: &str) -> Client {
    Client::connect(url, NoTls).unwrap()
}

fn random() -> [u8; 16] {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).unwrap();
    bytes
}

/// A new store in a schema of its own.
pub(crate) fn fresh() -> Option<(PostgresStore, Schema)> {
    let schema = Schema::new()?;
    Some((schema.create(), schema))
}
