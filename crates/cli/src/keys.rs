//! The data folder's keys: where they lie, and what of the packs' forms is sealed with them.
//!
//! The key file lies beside the data folder (`demo/data` has `demo/data.keys`), never in it, unless `QIANMO_KEYS` names another
//! place; it is made with the folder, readable only by its owner. A folder from the time before has none and stays as it is.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use qianmo_core::Fault;
use qianmo_core::form::Identifies;
use qianmo_core::pack::{Packs, Sensitivity};
use qianmo_store::{Keys, Options, Policy, Sealing, SqliteStore, Suite};

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
    let sealing = if file.exists() { Some(Sealing::new(Keys::load(&file)?, policy(packs))) } else { None };
    SqliteStore::open_with(data, &Options { sealing, ..Options::default() })
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
    let options = Options { sealing: Some(Sealing::new(keys, policy(packs))), ..Options::default() };
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

/// Identity numbers, phones and bank accounts are sealed and can be searched exactly; of restricted programmes everything is sealed.
pub(crate) fn policy(packs: &Packs) -> Policy {
    let mut policy = Policy::default();
    for pack in &packs.packs {
        let restricted = pack.sensitivity == Sensitivity::Restricted;
        for form in &pack.forms {
            if restricted {
                policy.whole(&form.id);
            }
            for field in &form.fields {
                let index = match field.identifies {
                    Some(Identifies::ResidentNumber) => "resident_number",
                    Some(Identifies::Phone) => "phone",
                    Some(Identifies::BankAccount) => "bank_account",
                    Some(Identifies::Name | Identifies::Address) | None => continue,
                };
                policy.field(&form.id, &field.id);
                policy.index(&form.id, &field.id, index);
            }
        }
        for (kind, _) in pack.subjects.iter().filter(|_| restricted) {
            policy.kind(kind);
        }
    }
    policy
}
