//! Ids made from what a row says, so that the same row gives the same id whenever it is imported.

use uuid::{Builder, Uuid, Version};

/// Gathers parts into an id (UUID version 8) by FNV-1a of 128 bits.
///
/// The salt is the data folder's own secret: without it, an id made from an identity number would give the number
/// away to whoever tries all numbers of a county.
#[derive(Debug, Clone)]
pub(crate) struct Identity(u128);

impl Identity {
    pub(crate) fn new(salt: &str, what: &str) -> Self {
        Self(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d).with(salt).with(what)
    }

    /// Adds a part; its end is marked, so that "ab", "c" differs from "a", "bc".
    pub(crate) fn with(mut self, part: impl AsRef<[u8]>) -> Self {
        let part = part.as_ref();
        for byte in part.iter().chain(&(part.len() as u64).to_le_bytes()) {
            self.0 = (self.0 ^ u128::from(*byte)).wrapping_mul(0x0100_0000_0000_0000_0000_0000_0000_013b);
        }
        self
    }

    pub(crate) fn number(&self) -> u128 {
        self.0
    }

    pub(crate) fn uuid(&self) -> Uuid {
        Builder::from_u128(self.0).with_version(Version::Custom).with_variant(uuid::Variant::RFC4122).into_uuid()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_and_salt_make_the_id() {
        let id = |salt: &str, parts: &[&str]| parts.iter().fold(Identity::new(salt, "x"), Identity::with).uuid();
        assert_eq!(id("s", &["a", "b"]), id("s", &["a", "b"]));
        let all = [id("s", &["a", "b"]), id("s", &["ab", ""]), id("s", &["", "ab"]), id("t", &["a", "b"]), id("s", &["a"])];
        for (i, one) in all.iter().enumerate() {
            assert!(all[i + 1..].iter().all(|other| other != one));
            assert_eq!(one.get_version_num(), 8);
        }
    }
}
