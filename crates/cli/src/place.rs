//! Where a command's data is: a data folder, or a database server.

use std::path::PathBuf;

use qianmo_core::pack::Packs;
use qianmo_core::{AreaCode, Fault};
use qianmo_store::{PostgresStore, Store};

use crate::args::Where;
use crate::keys;

/// Where data is.
#[derive(Debug, Clone)]
pub(crate) enum Place {
    /// A data folder.
    Folder(PathBuf),
    /// A PostgreSQL database, by URL.
    Database(String),
}

impl Place {
    /// What was typed: exactly one of the two (the argument parser sees to it).
    ///
    /// Errors: `CLI-0001` neither.
    pub(crate) fn of(at: &Where) -> Result<Self, Fault> {
        match (&at.data, &at.database) {
            (_, Some(url)) => Ok(Self::Database(url.clone())),
            (Some(dir), None) => Ok(Self::Folder(dir.clone())),
            (None, None) => Err(Fault::new("CLI-0001").with("argument", "--data")),
        }
    }

    /// Makes it, with keys where there is a place for them; a database is the county's in which `area` lies.
    ///
    /// Errors: as [`qianmo_store::SqliteStore::create`], [`PostgresStore::create`] and [`qianmo_store::Keys::create`].
    pub(crate) fn create(&self, area: AreaCode, packs: &Packs) -> Result<Box<dyn Store + Send>, Fault> {
        match self {
            Self::Folder(dir) => Ok(Box::new(keys::create(dir, packs)?)),
            Self::Database(url) => Ok(Box::new(PostgresStore::create(url, area, &keys::new_database_options(packs)?)?)),
        }
    }

    /// Opens it, with its keys if it has any. A database's keys lie where `QIANMO_KEYS` says.
    ///
    /// Errors: as [`qianmo_store::SqliteStore::open`], [`PostgresStore::open`] and [`qianmo_store::Keys::load`].
    pub(crate) fn open(&self, packs: &Packs) -> Result<Box<dyn Store + Send>, Fault> {
        match self {
            Self::Folder(dir) => Ok(Box::new(keys::open(dir, packs)?)),
            Self::Database(url) => Ok(Box::new(PostgresStore::open(url, None, &keys::database_options(packs)?)?)),
        }
    }
}
