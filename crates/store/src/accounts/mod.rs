//! Workers, their passwords, sessions, grants and devices, as tables with typed functions. No HTTP, and no decision on who may do
//! what: here stands what was granted; the query that reads decides with it.
//!
//! [`Accounts`] reads; [`AccountsMut`] writes, and every writing stands in the audit chain in the same transaction. Passwords are kept as Argon2id
//! hashes, session tokens and enrolment codes as SHA-256; who has the tables can log in with none of them.
//!
//! Nothing of it is remembered between calls: a grant taken back or an account disabled is so at the next question.
//!
//! Hashing a password takes a good part of a second of one core by intent. It is done outside the writer: [`PasswordHash::of`] before
//! [`AccountsMut::add_worker`], [`Accounts::attempt`] on a reading handle before [`AccountsMut::admit`].

mod device;
mod external;
mod grant;
mod password;
mod second_factor;
mod session;
mod worker;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use qianmo_core::Fault;
use sha2::{Digest, Sha256};

pub use device::{Code, Device, DeviceId, Enrolment};
pub use external::ExternalIdentity;
pub use grant::{Grant, GrantId, Programmes, Role};
pub use password::PasswordHash;
use second_factor::Second;
pub use second_factor::{NewSecondFactor, SecondFactor};
pub use session::{Attempt, LoginRules, PasswordChange, Session, SessionId, SessionRules, Token};
pub use worker::{Employer, NewWorker, Worker, WorkerChange};

use crate::tables::Tables;

/// Reads accounts.
#[derive(Clone, Copy)]
pub struct Accounts<'a> {
    tables: Tables<'a>,
}

/// Writes accounts.
pub struct AccountsMut<'a> {
    tables: Tables<'a>,
}

impl<'a> Accounts<'a> {
    pub(crate) fn new(tables: Tables<'a>) -> Self {
        Self { tables }
    }
}

impl<'a> AccountsMut<'a> {
    pub(crate) fn new(tables: Tables<'a>) -> Self {
        Self { tables }
    }

    /// The same accounts, for reading.
    #[must_use]
    pub fn read(&self) -> Accounts<'a> {
        Accounts { tables: self.tables }
    }
}

impl fmt::Debug for Accounts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Accounts").finish_non_exhaustive()
    }
}

impl fmt::Debug for AccountsMut<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccountsMut").finish_non_exhaustive()
    }
}

/// The name of an account: 2 to 32 of `a`–`z`, digits, `_`, `-`, `.`, beginning with a letter or digit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountName(Arc<str>);

impl AccountName {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AccountName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for AccountName {
    type Err = Fault;

    /// Errors: `STORE-0505` when it isn't one.
    fn from_str(text: &str) -> Result<Self, Fault> {
        let known = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-.".contains(&b);
        let good = (2..=32).contains(&text.len()) && text.bytes().all(known) && text.as_bytes()[0].is_ascii_alphanumeric();
        if good { Ok(Self(text.into())) } else { Err(Fault::new("STORE-0505").with("name", text)) }
    }
}

/// What is kept of a token or code.
fn kept(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

pub(crate) fn random<const N: usize>() -> Result<[u8; N], Fault> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| Fault::new("STORE-0007").with("file", "random").with("why", error))?;
    Ok(bytes)
}
