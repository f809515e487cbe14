//! One key at work: authenticated encryption, synthetic nonces, keyed hashes. The algorithms are RustCrypto's.
//!
//! From the secret in the key file three keys are derived (HKDF), so that no key does two jobs.
//! Source of SM4-GCM and its test vector: RFC 8998; of SM4, SM3: GB/T 32907-2016, GB/T 32905-2016.

use aes_gcm::aead::consts::U12;
use aes_gcm::aead::{Aead, KeyInit, Nonce, Payload};
use aes_gcm::{Aes256Gcm, AesGcm};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use sm3::Sm3;
use sm4::Sm4;
use zeroize::Zeroizing;

use super::KeyId;

/// Which algorithms a key uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Suite {
    /// AES-256-GCM, HMAC-SHA-256.
    #[default]
    Aes256Gcm,
    /// SM4-GCM, HMAC-SM3 (国密).
    Sm4Gcm,
}

impl Suite {
    /// Its word in the key file.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Aes256Gcm => "aes-256-gcm",
            Self::Sm4Gcm => "sm4-gcm",
        }
    }

    /// The suite named by a word of [`Suite::word`].
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Aes256Gcm, Self::Sm4Gcm].into_iter().find(|suite| suite.word() == word)
    }
}

enum Cipher {
    Aes(Box<Aes256Gcm>),
    Sm4(Box<AesGcm<Sm4, U12>>),
}

#[derive(Clone)]
enum Hash {
    Sha256(Hmac<Sha256>),
    Sm3(Hmac<Sm3>),
}

const NONCE: usize = 12;

/// A key, ready to seal and to open.
pub(crate) struct Key {
    pub(crate) id: KeyId,
    cipher: Cipher,
    nonce: Hash,
    index: Hash,
    /// Tells keys of one number apart without giving anything away.
    pub(crate) fingerprint: String,
}

impl Key {
    pub(super) fn new(id: KeyId, suite: Suite, secret: &[u8]) -> Self {
        let derive = |what: &str, length: usize| -> Zeroizing<Vec<u8>> {
            let mut out = Zeroizing::new(vec![0; length]);
            let done = match suite {
                Suite::Aes256Gcm => Hkdf::<Sha256>::new(Some(b"qianmo"), secret).expand(what.as_bytes(), &mut out),
                Suite::Sm4Gcm => Hkdf::<Sm3>::new(Some(b"qianmo"), secret).expand(what.as_bytes(), &mut out),
            };
            done.expect("both hashes give much more than 32 bytes");
            out
        };
        let hash = |what: &str| {
            let key = derive(what, 32);
            match suite {
                Suite::Aes256Gcm => Hash::Sha256(KeyInit::new_from_slice(&key).expect("HMAC takes any length")),
                Suite::Sm4Gcm => Hash::Sm3(KeyInit::new_from_slice(&key).expect("HMAC takes any length")),
            }
        };
        let cipher = match suite {
            Suite::Aes256Gcm => Cipher::Aes(Box::new(KeyInit::new_from_slice(&derive("seal", 32)).expect("32 bytes"))),
            Suite::Sm4Gcm => Cipher::Sm4(Box::new(KeyInit::new_from_slice(&derive("seal", 16)).expect("16 bytes"))),
        };
        let fingerprint = derive("fingerprint", 8).iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
        Self { id, cipher, nonce: hash("nonce"), index: hash("index"), fingerprint }
    }

    /// Nonce, ciphertext and tag of a text that stands in `field` of `context`.
    pub(super) fn seal(&self, context: &[u8], field: &[u8], text: &[u8]) -> Vec<u8> {
        let nonce = self.nonce.of(&[context, field, text]);
        let mut sealed = nonce[..NONCE].to_vec();
        let aad = bound(context, field);
        let payload = Payload { msg: text, aad: &aad };
        let done = match &self.cipher {
            Cipher::Aes(cipher) => cipher.encrypt(&gcm_nonce(&nonce), payload),
            Cipher::Sm4(cipher) => cipher.encrypt(&gcm_nonce(&nonce), payload),
        };
        sealed.extend(done.expect("a field is shorter than 64 GiB"));
        sealed
    }

    /// The text; `None` when the bytes aren't what [`Key::seal`] made for this place.
    pub(super) fn open(&self, context: &[u8], field: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, text) = sealed.split_at_checked(NONCE)?;
        let aad = bound(context, field);
        let payload = Payload { msg: text, aad: &aad };
        match &self.cipher {
            Cipher::Aes(cipher) => cipher.decrypt(&gcm_nonce(nonce), payload).ok(),
            Cipher::Sm4(cipher) => cipher.decrypt(&gcm_nonce(nonce), payload).ok(),
        }
    }

    /// The keyed hash of a value in an index.
    pub(super) fn digest(&self, index: &str, value: &str) -> [u8; 16] {
        let full = self.index.of(&[index.as_bytes(), value.as_bytes()]);
        full[..16].try_into().expect("sixteen of thirty-two bytes")
    }
}

fn gcm_nonce(bytes: &[u8]) -> Nonce<Aes256Gcm> {
    let twelve: [u8; NONCE] = bytes[..NONCE].try_into().expect("twelve bytes");
    twelve.into()
}

/// Context and field as one text that can be read in one way only.
fn bound(context: &[u8], field: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(context.len() + field.len() + 1);
    text.push(u8::try_from(context.len()).unwrap_or(u8::MAX));
    text.extend_from_slice(context);
    text.extend_from_slice(field);
    text
}

impl Hash {
    /// The keyed hash of parts, each with its length.
    fn of(&self, parts: &[&[u8]]) -> [u8; 32] {
        fn run<M: Mac + Clone>(fresh: &M, parts: &[&[u8]]) -> [u8; 32] {
            let mut hash = fresh.clone();
            for part in parts {
                hash.update(&(part.len() as u64).to_be_bytes());
                hash.update(part);
            }
            hash.finalize().into_bytes()[..32].try_into().expect("both hashes have 32 bytes")
        }
        match self {
            Self::Sha256(fresh) => run(fresh, parts),
            Self::Sm3(fresh) => run(fresh, parts),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(hex: &str) -> Vec<u8> {
        (0..hex.len()).step_by(2).map(|i| u8::from_str_radix(&hex[i..i + 2], 16).unwrap()).collect()
    }

    /// RFC 8998, appendix A.1.
    #[test]
    fn sm4_gcm_is_that_of_the_standard() {
        let key = bytes("0123456789ABCDEFFEDCBA9876543210");
        let cipher: AesGcm<Sm4, U12> = KeyInit::new_from_slice(&key).unwrap();
        let text = bytes(
            "AAAAAAAAAAAAAAAABBBBBBBBBBBBBBBBCCCCCCCCCCCCCCCCDDDDDDDDDDDDDDDDEEEEEEEEEEEEEEEEFFFFFFFFFFFFFFFFEEEEEEEEEEEEEEEEAAAAAAAAAAAAAAAA",
        );
        let aad = bytes("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2");
        let nonce = gcm_nonce(&bytes("00001234567800000000ABCD"));
        let sealed = cipher.encrypt(&nonce, Payload { msg: &text, aad: &aad }).unwrap();
        let expected = bytes(
            "17F399F08C67D5EE19D0DC9969C4BB7D5FD46FD3756489069157B282BB200735D82710CA5C22F0CCFA7CBF93D496AC15A56834CBCF98C397B4024A2691233B8D\
             83DE3541E4C2B58177E065A9BF7B62EC",
        );
        assert_eq!(sealed, expected);
    }

    #[test]
    fn a_sealed_text_opens_only_in_its_place_and_unaltered() {
        for suite in [Suite::Aes256Gcm, Suite::Sm4Gcm] {
            let key = Key::new(KeyId(1), suite, &[7; 32]);
            let other = Key::new(KeyId(1), suite, &[8; 32]);
            let sealed = key.seal(b"record", b"phone", "13800000000".as_bytes());
            assert_eq!(key.open(b"record", b"phone", &sealed).unwrap(), b"13800000000");
            assert_eq!(key.open(b"recorD", b"phone", &sealed), None);
            assert_eq!(key.open(b"record", b"phonE", &sealed), None);
            assert_eq!(key.open(b"recor", b"dphone", &sealed), None);
            assert_eq!(other.open(b"record", b"phone", &sealed), None);
            for at in 0..sealed.len() {
                let mut altered = sealed.clone();
                altered[at] ^= 1;
                assert_eq!(key.open(b"record", b"phone", &altered), None);
            }
            assert_eq!(key.open(b"record", b"phone", &sealed[..5]), None);
            assert_eq!(sealed, key.seal(b"record", b"phone", b"13800000000"), "the same text in the same place gives the same bytes");
            assert_ne!(sealed[..NONCE], key.seal(b"record", b"phone", b"13800000001")[..NONCE]);
            assert_ne!(key.digest("phone", "1"), other.digest("phone", "1"));
            assert_ne!(key.digest("phone", "1"), key.digest("phon", "e1"));
            assert_ne!(key.fingerprint, other.fingerprint);
        }
    }
}
