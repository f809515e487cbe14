//! The schema's versions: numbered, never edited once released, each applied once, all in one transaction.
//!
//! The table `qianmo` holds the number of the last migration applied and marks the schema as ours.

use postgres::Client;
use qianmo_core::Fault;

use super::link::Link;

const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001.sql"),
    include_str!("migrations/0002.sql"),
    include_str!("migrations/0003.sql"),
    include_str!("migrations/0004.sql"),
    include_str!("migrations/0005.sql"),
    include_str!("migrations/0006.sql"),
    include_str!("migrations/0007.sql"),
    include_str!("migrations/0008.sql"),
];

/// Number of the last migration applied; `None` where there is no schema of ours.
fn version(client: &mut Client) -> Result<Option<usize>, postgres::Error> {
    let there: bool = client.query_one("SELECT to_regclass('qianmo') IS NOT NULL", &[])?.get(0);
    if !there {
        return Ok(None);
    }
    let version: i32 = client.query_one("SELECT coalesce(max(version), 0) FROM qianmo", &[])?.get(0);
    Ok(Some(usize::try_from(version).unwrap_or(usize::MAX)))
}

/// Brings the schema up to date; `make` also where there is none yet.
///
/// Errors: `STORE-0001` no schema of ours, `STORE-0003` newer than this program.
pub(super) fn migrate(link: &Link, make: bool) -> Result<(), Fault> {
    let found = link.run(|live| version(&mut live.client))?;
    match found {
        None if !make => return Err(Fault::new("STORE-0001").with("folder", &link.shown)),
        Some(version) if version > MIGRATIONS.len() => {
            return Err(Fault::new("STORE-0003").with("file", &link.shown).with("given", version).with("known", MIGRATIONS.len()));
        }
        Some(version) if version == MIGRATIONS.len() => return Ok(()),
        _ => {}
    }
    link.run(|live| {
        let mut transaction = live.client.transaction()?;
        // One at a time, and the version read again inside: another process may have done it meanwhile.
        transaction.batch_execute(
            "SELECT pg_advisory_xact_lock(1365862766); \
             CREATE TABLE IF NOT EXISTS qianmo (version integer PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())",
        )?;
        let done: i32 = transaction.query_one("SELECT coalesce(max(version), 0) FROM qianmo", &[])?.get(0);
        for (number, sql) in (1..).zip(MIGRATIONS).skip(usize::try_from(done).unwrap_or(usize::MAX)) {
            transaction.batch_execute(sql)?;
            transaction.execute("INSERT INTO qianmo (version) VALUES ($1)", &[&number])?;
        }
        transaction.commit()
    })
}
