//! Whether a store and the keys it was opened with belong together.
//!
//! The store keeps a fingerprint of each key it was ever opened with, so that another folder's key file is noticed at once,
//! and nothing is written in clear into a folder that is kept sealed.

use qianmo_core::Fault;

use super::Sealing;
use crate::areas::{set_setting, setting};
use crate::db::{Db, read};

/// The sealing that a store was opened with, checked.
#[derive(Debug, Default)]
pub(crate) struct Keyed {
    sealing: Option<Sealing>,
    /// A key that the data wants and that isn't there.
    lacks: Option<String>,
}

impl Keyed {
    /// Checks keys against data, and notes keys that are new.
    ///
    /// Errors: `STORE-0307` keys of other data.
    pub(crate) fn new(db: &dyn Db, sealing: Option<&Sealing>) -> Result<Self, Fault> {
        for key in sealing.iter().flat_map(|sealing| sealing.keys().all()) {
            let name = format!("key.{}", key.id);
            match setting(db, &name)? {
                Some(known) if known == key.fingerprint => {}
                Some(_) => return Err(Fault::new("STORE-0307").with("key", key.id)),
                None => set_setting(db, &name, &key.fingerprint)?,
            }
        }
        let known = db.query("SELECT key FROM setting WHERE county = @county AND key LIKE 'key.%'", &[])?;
        let known = read(db, &known, |line| line.text(0).map(|key| key.trim_start_matches("key.").to_owned()))?;
        let has = |id: &String| sealing.is_some_and(|sealing| id.parse().is_ok_and(|id| sealing.keys().get(super::KeyId(id)).is_some()));
        Ok(Self { sealing: sealing.cloned(), lacks: known.into_iter().find(|id| !has(id)) })
    }

    pub(crate) fn sealing(&self) -> Option<&Sealing> {
        self.sealing.as_ref()
    }

    /// Nothing is written without all keys of the data: a repeated record couldn't be told from another one.
    ///
    /// Errors: `STORE-0301`.
    pub(crate) fn check(&self) -> Result<(), Fault> {
        match &self.lacks {
            Some(key) => Err(Fault::new("STORE-0301").with("key", key)),
            None => Ok(()),
        }
    }
}
