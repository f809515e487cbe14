//! Driver errors as faults: here ends what SQLite says, and begins what a person can act on.

use std::path::Path;

use qianmo_core::Fault;
use rusqlite::{Error, ErrorCode};

/// Turns a driver error on this file into a fault.
pub(super) fn named(file: &Path) -> impl Fn(Error) -> Fault {
    move |error| fault(&error, file)
}

/// The file is damaged.
pub(super) fn damaged(file: &Path) -> Fault {
    Fault::new("STORE-0005").with("file", file.display())
}

fn fault(error: &Error, file: &Path) -> Fault {
    match error {
        Error::SqliteFailure(inner, message) => match inner.code {
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Fault::new("STORE-0004").with("file", file.display()),
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => damaged(file),
            ErrorCode::DiskFull => Fault::new("STORE-0006").with("file", file.display()),
            _ => {
                let why = message.clone().unwrap_or_else(|| inner.to_string());
                Fault::new("STORE-0007").with("file", file.display()).with("why", why)
            }
        },
        // A column of another type than the schema has it, or text that isn't UTF-8: only damage explains it.
        Error::InvalidColumnType(..) | Error::FromSqlConversionFailure(..) | Error::IntegralValueOutOfRange(..) | Error::Utf8Error(..) => {
            damaged(file)
        }
        other => Fault::new("STORE-0007").with("file", file.display()).with("why", other),
    }
}
