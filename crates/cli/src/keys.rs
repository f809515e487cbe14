//! The data folder's keys: where they lie.
//!
//! The key file lies beside the data folder (`demo/data` has `demo/data.keys`), never in it, unless `QIANMO_KEYS` names another
//! place; it is made with the folder, readable only by its owner. A folder from the time before has none and stays as it is.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use qianmo_access::sealing;
use qianmo_core::Fault;
use qianmo_core::pack::Packs;
use qianmo_store::{Keys, Options, SqliteStore, Suite};

/// The key file of a data folder.
pub(crate) fn file(data: &Path) -> PathBuf {
    if let Some(named) = std::env::var_os("QIANMO_KEYS").filter(|named| !named.is_empty()) {
        return named.into();
    }
    // `data/` and `data` are one folder.
    let mut name: OsString = data.components().collect::<PathBuf>().into();
    name.push(".keys");
    name.into()
}

/// Opens a data folder with its keys, if it has any.
///
/// Errors: as [`SqliteStore::open`] and [`Keys::load`].
pub(crate) fn open(data: &Path, packs: &Packs) -> Result<SqliteStore, Fault> {
    let file = file(data);
    let keys = if file.exists() { Some(Keys::load(&file)?) } else { None };
    SqliteStore::open_with(data, &sealing::options(packs, keys))
}

/// How a database is opened: its keys lie where `QIANMO_KEYS` says; without that its contents are clear.
///
/// Errors: as [`Keys::load`].
pub(crate) fn database_options(packs: &Packs) -> Result<Options, Fault> {
    let named = std::env::var_os("QIANMO_KEYS").filter(|named| !named.is_empty());
    let keys = named.map(|file| Keys::load(Path::new(&file))).transpose()?;
    Ok(sealing::options(packs, keys))
}

/// How a new database is opened: with new keys where `QIANMO_KEYS` says, unless they are there already.
///
/// Errors: as [`Keys::create`] and [`Keys::load`].
pub(crate) fn new_database_options(packs: &Packs) -> Result<Options, Fault> {
    if let Some(named) = std::env::var_os("QIANMO_KEYS").filter(|named| !named.is_empty() && !Path::new(named).exists()) {
        Keys::create(Path::new(&named), suite())?;
    }
    database_options(packs)
}

/// Makes a data folder, and its keys unless they are there already. With a fault no new key file stays behind.
///
/// Errors: as [`SqliteStore::create`], [`Keys::create`] and [`Keys::load`].
pub(crate) fn create(data: &Path, packs: &Packs) -> Result<SqliteStore, Fault> {
    let file = file(data);
    let had = file.exists();
    if !had && let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|e| Fault::new("CLI-0102").with("file", folder.display()).with("reason", e))?;
    }
    let keys = if had { Keys::load(&file)? } else { Keys::create(&file, suite())? };
    let options = sealing::options(packs, Some(keys));
    SqliteStore::create_with(data, &options).inspect_err(|_| {
        if !had {
            let _ = std::fs::remove_file(&file);
        }
    })
}

/// `QIANMO_CIPHER=sm4-gcm` makes keys of the national algorithms.
fn suite() -> Suite {
    std::env::var("QIANMO_CIPHER").ok().and_then(|word| Suite::from_word(&word)).unwrap_or_default()
}
