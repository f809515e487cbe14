//! A device proves who it is: it signs a challenge with the key that was made on it and never leaves it.
//!
//! Keys are ECDSA on P-256 with SHA-256: what WebCrypto offers on every phone in use. The server keeps the public key (65 bytes, as WebCrypto
//! exports `raw`); signatures are the 64 bytes (r, s) that WebCrypto makes. A challenge holds its own end and a keyed hash, so the server
//! keeps nothing between the two requests. What a device gets for its signature is an ordinary session of its worker.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use qianmo_core::Fault;
use ring::hmac::{HMAC_SHA256, Key, sign, verify as verify_mac};
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};

/// How long a challenge is good, in milliseconds.
const GOOD_MS: i64 = 5 * 60 * 1000;

/// Makes and checks challenges.
#[derive(Debug)]
pub struct Challenges {
    key: Key,
}

impl Challenges {
    /// By the data's own secret (`Store::secret`), so that every process on the same data takes them.
    #[must_use]
    pub fn new(secret: &str) -> Self {
        Self { key: Key::new(HMAC_SHA256, format!("device challenge {secret}").as_bytes()) }
    }

    /// A challenge for a device; `nonce` is random, lest two of one moment be the same.
    #[must_use]
    pub fn make(&self, device: &str, now: i64, nonce: [u8; 8]) -> String {
        let head = format!("{}.{}", now + GOOD_MS, URL_SAFE_NO_PAD.encode(nonce));
        let mac = sign(&self.key, text(device, &head).as_bytes());
        format!("{head}.{}", URL_SAFE_NO_PAD.encode(mac.as_ref()))
    }

    /// Whether a challenge is one of ours for this device, and still good.
    ///
    /// Errors: `SYNC-0503` when it isn't.
    pub fn check(&self, device: &str, challenge: &str, now: i64) -> Result<(), Fault> {
        let wrong = || Fault::new("SYNC-0503");
        let (head, mac) = challenge.rsplit_once('.').ok_or_else(wrong)?;
        let mac = URL_SAFE_NO_PAD.decode(mac).map_err(|_| wrong())?;
        verify_mac(&self.key, text(device, head).as_bytes(), &mac).map_err(|_| wrong())?;
        let until: i64 = head.split('.').next().and_then(|until| until.parse().ok()).ok_or_else(wrong)?;
        if now >= until { Err(wrong()) } else { Ok(()) }
    }
}

/// What a device signs: three lines.
#[must_use]
pub fn signed_text(device: &str, challenge: &str) -> String {
    text(device, challenge)
}

fn text(device: &str, challenge: &str) -> String {
    format!("qianmo-device-1\n{device}\n{challenge}\n")
}

/// The public key of an enrolment, from base64.
///
/// Errors: `SYNC-0501` when it isn't an uncompressed P-256 point.
pub fn public_key(base64: &str) -> Result<Vec<u8>, Fault> {
    decoded(base64).filter(|key| key.len() == 65 && key[0] == 4).ok_or_else(|| Fault::new("SYNC-0501"))
}

/// Checks a device's signature, in base64, over a challenge.
///
/// Errors: `SYNC-0502` when the device's key didn't make it.
pub fn verify(public_key: &[u8], device: &str, challenge: &str, signature: &str) -> Result<(), Fault> {
    let wrong = || Fault::new("SYNC-0502");
    let signature = decoded(signature).ok_or_else(wrong)?;
    let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, public_key);
    key.verify(signed_text(device, challenge).as_bytes(), &signature).map_err(|_| wrong())
}

/// Base64 as browsers and tools write it.
fn decoded(text: &str) -> Option<Vec<u8>> {
    [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD].iter().find_map(|engine| engine.decode(text.trim()).ok())
}
