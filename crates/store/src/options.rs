//! How a store is opened.

use std::time::Duration;

use crate::audit::Hash;
use crate::directory::DirectoryPolicy;
use crate::seal::Sealing;
use crate::sight::Masks;

/// How to open a store.
#[derive(Debug, Clone)]
pub struct Options {
    /// How long to wait for another process that is writing, and for a database server that doesn't answer.
    pub wait: Duration,
    /// The most bytes that the file may take; no limit when absent. Beyond it appends fail as on a full disk. Only for SQLite.
    pub bytes_max: Option<u64>,
    /// What is encrypted on the way in, and the keys; nothing when absent.
    pub sealing: Option<Sealing>,
    /// The hash of the audit chain.
    pub hash: Hash,
    /// Which fields a [`crate::Reader`] masks, beside those that the sealing's policy indexes as numbers, phones and bank accounts.
    pub masks: Masks,
    /// Which forms say who a resident is and where. When it isn't empty the store keeps its directory by it, made anew on opening
    /// if need be; when it is empty the directory stays as it is until somebody opens the store with one.
    pub directory: DirectoryPolicy,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            wait: Duration::from_secs(5),
            bytes_max: None,
            sealing: None,
            hash: Hash::default(),
            masks: Masks::default(),
            directory: DirectoryPolicy::default(),
        }
    }
}

impl Options {
    /// The masks with those of the sealing.
    pub(crate) fn all_masks(&self) -> Masks {
        let mut masks = self.sealing.as_ref().map(|sealing| Masks::of(sealing.policy())).unwrap_or_default();
        masks.add(self.masks.clone());
        masks
    }
}
