//! Passwords as Argon2id hashes.

use std::fmt;

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use qianmo_core::Fault;

use super::random;

/// Characters that a password has at least.
const LENGTH_MIN: usize = 8;
/// Bytes that it has at most: more is an attack on the hash, not a password.
const BYTES_MAX: usize = 256;

/// A password's hash with its salt and parameters (PHC text). Argon2id, 19 MiB, 2 rounds, 1 lane.
///
/// Source: OWASP Password Storage Cheat Sheet; RFC 9106.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(pub(super) String);

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash")
    }
}

impl PasswordHash {
    /// Hashes a password that somebody has chosen. Takes a good part of a second.
    ///
    /// Errors: `STORE-0507` too short, too long, or all one character or a run such as `12345678`.
    pub fn of(password: &str) -> Result<Self, Fault> {
        let chars: Vec<char> = password.chars().collect();
        let run = |step: i64| chars.windows(2).all(|two| i64::from(u32::from(two[1])) - i64::from(u32::from(two[0])) == step);
        if chars.len() < LENGTH_MIN || password.len() > BYTES_MAX || [-1, 0, 1].into_iter().any(run) {
            return Err(Fault::new("STORE-0507").with("length", LENGTH_MIN));
        }
        Self::hash(password)
    }

    fn hash(password: &str) -> Result<Self, Fault> {
        let salt: [u8; 16] = random()?;
        let hash: argon2::PasswordHash = Argon2::default()
            .hash_password_with_salt(password.as_bytes(), &salt)
            .map_err(|error| Fault::new("STORE-0007").with("file", "argon2").with("why", error))?;
        Ok(Self(hash.to_string()))
    }

    /// Whether it is the hash of this password.
    pub(super) fn is_of(&self, password: &str) -> bool {
        password.len() <= BYTES_MAX && Argon2::default().verify_password(password.as_bytes(), self.0.as_str()).is_ok()
    }

    /// The hash of no password: checking against it takes as long as against a real one.
    pub(super) fn nobody() -> Self {
        // A random salt and hash, fixed, of the same parameters.
        Self("$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5LW5vYm9keS0$q6PGXfJJ1M3bJ6ZMTQGmUYhYo4nEZlFAqcXkbuHY0cE".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_of_nobody_is_worked_through_like_any_other() {
        let nobody = PasswordHash::nobody();
        assert!(argon2::PasswordHash::new(&nobody.0).is_ok_and(|hash| hash.hash.is_some_and(|output| output.len() == 32)));
        let parameters = |hash: &PasswordHash| hash.0.rsplitn(3, '$').nth(2).map(str::to_owned);
        assert_eq!(parameters(&nobody), parameters(&PasswordHash::of("another long one").unwrap()));
        assert!(!nobody.is_of(""));
    }
}
