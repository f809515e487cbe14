//! What is hashed: rows and entries as bytes that can be read in one way only, with SHA-256 or SM3.

use sha2::{Digest, Sha256};
use sm3::Sm3;

use super::Entry;
use crate::row::{ActionRef, RowRef};

/// The hash of the chain. It stands in every entry, so it can be changed at any time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Hash {
    /// SHA-256.
    #[default]
    Sha256,
    /// SM3 (国密), GB/T 32905-2016.
    Sm3,
}

impl Hash {
    /// Its number in the table.
    pub(crate) fn number(self) -> i64 {
        match self {
            Self::Sha256 => 1,
            Self::Sm3 => 2,
        }
    }

    pub(crate) fn from_number(number: i64) -> Option<Self> {
        [Self::Sha256, Self::Sm3].into_iter().find(|hash| hash.number() == number)
    }

    fn of(self, bytes: &[u8]) -> [u8; 32] {
        match self {
            Self::Sha256 => Sha256::digest(bytes).into(),
            Self::Sm3 => Sm3::digest(bytes).into(),
        }
    }
}

/// Bytes with lengths before what has no fixed length, and a mark where something is absent.
struct Bytes(Vec<u8>);

impl Bytes {
    fn number(&mut self, number: i64) -> &mut Self {
        self.0.extend_from_slice(&number.to_be_bytes());
        self
    }

    fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.number(i64::try_from(bytes.len()).unwrap_or(i64::MAX));
        self.0.extend_from_slice(bytes);
        self
    }

    fn maybe(&mut self, bytes: Option<&[u8]>) -> &mut Self {
        match bytes {
            None => self.number(-1),
            Some(bytes) => self.bytes(bytes),
        }
    }
}

/// The hash of a row as it is stored: names and values sealed where they are sealed.
pub(crate) fn row_digest(hash: Hash, row: &RowRef<'_>) -> [u8; 32] {
    let RowRef {
        seq,
        id,
        form,
        form_version,
        subject_kind,
        subject,
        resident,
        area,
        organisation,
        worker,
        device,
        at_days,
        recorded_at,
        action,
        values,
    } = row;
    let (what, target, reason) = match action {
        ActionRef::State => (0, None, None),
        ActionRef::Supersede(target) => (1, Some(target), None),
        ActionRef::Void { record, reason } => (2, Some(record), Some(reason.as_bytes())),
    };
    let mut bytes = Bytes(Vec::with_capacity(256 + values.len()));
    bytes.number(*seq).bytes(id.0.as_bytes()).bytes(form.as_bytes()).number((*form_version).into());
    bytes.bytes(subject_kind.as_bytes()).bytes(subject.0.as_bytes()).maybe(resident.as_ref().map(|id| id.0.as_bytes().as_slice()));
    bytes.number(i64::try_from(area.number()).unwrap_or(i64::MAX)).maybe(organisation.as_ref().map(|id| id.0.as_bytes().as_slice()));
    bytes.maybe(worker.map(str::as_bytes)).maybe(device.map(str::as_bytes)).number((*at_days).into()).number(*recorded_at);
    bytes.number(what).maybe(target.map(|id| id.0.as_bytes().as_slice())).maybe(reason).bytes(values.as_bytes());
    hash.of(&bytes.0)
}

/// The records that an entry binds: their positions and the hash over their hashes.
#[derive(Debug, Clone)]
pub(crate) struct Span {
    pub(crate) from: i64,
    pub(crate) to: i64,
    pub(crate) digest: [u8; 32],
}

impl Span {
    /// Of rows from a position on.
    pub(crate) fn of(hash: Hash, from: i64, digests: &[[u8; 32]]) -> Option<Self> {
        let count = i64::try_from(digests.len()).unwrap_or(i64::MAX);
        (count > 0).then(|| Self { from, to: from + count - 1, digest: hash.of(digests.as_flattened()) })
    }
}

/// The hash of an entry, bound to the one before. `detail` is as it is stored.
pub(super) fn entry_hash(hash: Hash, before: &[u8; 32], seq: i64, entry: &Entry, detail: Option<&str>, span: Option<&Span>) -> [u8; 32] {
    let Entry { at, actor, deed, area, resident, record, detail: _ } = entry;
    let mut bytes = Bytes(Vec::with_capacity(256));
    bytes.bytes(before).number(hash.number()).number(seq).number(*at).bytes(deed.word().as_bytes());
    bytes.maybe(actor.worker.as_deref().map(str::as_bytes)).maybe(actor.device.as_deref().map(str::as_bytes));
    bytes.number(area.map_or(-1, |area| i64::try_from(area.number()).unwrap_or(i64::MAX)));
    bytes.maybe(resident.as_ref().map(|id| id.0.as_bytes().as_slice())).maybe(record.as_ref().map(|id| id.0.as_bytes().as_slice()));
    bytes.maybe(detail.map(str::as_bytes));
    match span {
        None => bytes.number(-1),
        Some(span) => bytes.number(span.from).number(span.to).bytes(&span.digest),
    };
    hash.of(&bytes.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_hashes_are_those_of_the_standards() {
        let hex = |bytes: [u8; 32]| bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
        assert_eq!(hex(Hash::Sha256.of(b"abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        // GB/T 32905-2016, appendix A.1.
        assert_eq!(hex(Hash::Sm3.of(b"abc")), "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
    }

    #[test]
    fn parts_cannot_be_shifted_into_one_another() {
        let two = |a: &[u8], b: Option<&[u8]>| {
            let mut bytes = Bytes(Vec::new());
            bytes.bytes(a).maybe(b);
            bytes.0
        };
        assert_ne!(two(b"ab", Some(b"c")), two(b"a", Some(b"bc")));
        assert_ne!(two(b"a", None), two(b"a", Some(b"")));
    }
}
