//! The schema's versions: numbered, never edited once released, each applied once in a transaction.
//!
//! `user_version` is the number of the last migration applied; `application_id` marks the file as ours.

use std::path::Path;

use qianmo_core::Fault;
use rusqlite::{Connection, TransactionBehavior};

use super::fault::named;

const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001.sql"),
    include_str!("migrations/0002.sql"),
    include_str!("migrations/0003.sql"),
    include_str!("migrations/0004.sql"),
    include_str!("migrations/0005.sql"),
    include_str!("migrations/0006.sql"),
    include_str!("migrations/0007.sql"),
    include_str!("migrations/0008.sql"),
    include_str!("migrations/0009.sql"),
];
/// "Qian" in ASCII.
const APPLICATION_ID: i64 = 0x5169_616E;

/// Refuses a file that isn't ours or is newer than this program.
///
/// Errors: `STORE-0001` another program's database, `STORE-0003` newer.
pub(super) fn check_version(connection: &Connection, file: &Path) -> Result<(), Fault> {
    let number = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).map_err(named(file));
    let version = usize::try_from(number("user_version")?).unwrap_or(usize::MAX);
    let ours = number("application_id")?;
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", (), |row| row.get(0)).map_err(named(file))?;
    if ours != APPLICATION_ID && tables > 0 {
        return Err(Fault::new("STORE-0001").with("folder", file.display()));
    }
    if version > MIGRATIONS.len() {
        return Err(Fault::new("STORE-0003").with("file", file.display()).with("given", version).with("known", MIGRATIONS.len()));
    }
    Ok(())
}

/// Applies the migrations that the file lacks.
pub(super) fn migrate(connection: &mut Connection, file: &Path) -> Result<(), Fault> {
    let version = |connection: &Connection| -> rusqlite::Result<usize> {
        let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
        Ok(usize::try_from(version).unwrap_or(usize::MAX))
    };
    if version(connection).map_err(named(file))? >= MIGRATIONS.len() {
        return Ok(());
    }
    let mut apply = || {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Read again inside: another process may have done it meanwhile.
        for (done, sql) in MIGRATIONS.iter().enumerate().skip(version(&transaction)?) {
            transaction.execute_batch(sql)?;
            transaction.pragma_update(None, "user_version", i64::try_from(done + 1).unwrap_or(i64::MAX))?;
        }
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.commit()
    };
    apply().map_err(named(file))
}
