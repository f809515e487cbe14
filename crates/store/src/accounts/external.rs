//! Accounts elsewhere: who an identity provider (OpenID Connect) says somebody is, linked to a worker here.
//!
//! What the provider answers is checked where it arrives; here stands only which of its subjects is whom.

use std::fmt;
use std::sync::Arc;

use qianmo_core::Fault;

use super::{AccountName, Accounts, AccountsMut, Token};
use crate::audit::{Actor, Deed, Entry};
use crate::db::{Cell, read};

/// The most characters of an issuer or a subject.
const LENGTH_MAX: usize = 255;

/// A subject of an identity provider.
///
/// Source: OpenID Connect Core 1.0, section 2: `iss` and `sub` together, compared byte by byte, never change hands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExternalIdentity {
    issuer: Arc<str>,
    subject: Arc<str>,
}

impl ExternalIdentity {
    /// By issuer (the provider's address) and subject.
    ///
    /// Errors: `STORE-0517` one of them is empty, longer than 255 characters, or has control characters.
    pub fn new(issuer: &str, subject: &str) -> Result<Self, Fault> {
        let good = |text: &str| !text.is_empty() && text.chars().count() <= LENGTH_MAX && !text.chars().any(char::is_control);
        if good(issuer) && good(subject) {
            Ok(Self { issuer: issuer.into(), subject: subject.into() })
        } else {
            Err(Fault::new("STORE-0517"))
        }
    }

    /// The provider's address.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Who it is there.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    fn cells(&self) -> [Cell; 2] {
        [(&*self.issuer).into(), (&*self.subject).into()]
    }
}

impl fmt::Display for ExternalIdentity {
    /// `subject@issuer`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.subject, self.issuer)
    }
}

impl Accounts<'_> {
    /// The account that an identity is linked to.
    pub fn linked(&self, identity: &ExternalIdentity) -> Result<Option<AccountName>, Fault> {
        let sql = "SELECT worker FROM external_identity WHERE county = @county AND issuer = $1 AND subject = $2";
        let lines = self.tables.db.query(sql, &identity.cells())?;
        Ok(read(self.tables.db, &lines, |line| line.text(0)?.parse().map_err(|_| ()))?.pop())
    }

    /// The identities linked to an account, the newest last.
    pub fn links_of(&self, name: &AccountName) -> Result<Vec<ExternalIdentity>, Fault> {
        let sql =
            "SELECT issuer, subject FROM external_identity WHERE county = @county AND worker = $1 ORDER BY linked_at, issuer, subject";
        let lines = self.tables.db.query(sql, &[name.as_str().into()])?;
        read(self.tables.db, &lines, |line| Ok(ExternalIdentity { issuer: line.text(0)?.into(), subject: line.text(1)?.into() }))
    }
}

impl AccountsMut<'_> {
    /// Links an identity to an account; an account may have several. Doing it twice is the same as once.
    ///
    /// Errors: `STORE-0506` no such account, `STORE-0515` the identity is linked to another.
    pub fn link(&mut self, by: &Actor, at: i64, identity: &ExternalIdentity, name: &AccountName) -> Result<(), Fault> {
        self.tables.audited(|| {
            if self.read().worker(name)?.is_none() {
                return Err(Fault::new("STORE-0506").with("name", name));
            }
            match self.read().linked(identity)? {
                Some(held) if held == *name => return Ok(((), None)),
                Some(_) => return Err(Fault::new("STORE-0515").with("identity", identity)),
                None => {}
            }
            let [issuer, subject] = identity.cells();
            let sql = "INSERT INTO external_identity (county, issuer, subject, worker, linked_at) VALUES (@county, $1, $2, $3, $4)";
            self.tables.db.execute(sql, &[issuer, subject, name.as_str().into(), at.into()])?;
            Ok(((), Some(Entry::new(at, by, Deed::Account).with(format!("link {name} {identity}")))))
        })
    }

    /// Takes a link away and ends the account's sessions.
    ///
    /// Errors: `STORE-0516` the identity is linked to nobody.
    pub fn unlink(&mut self, by: &Actor, at: i64, identity: &ExternalIdentity) -> Result<(), Fault> {
        self.tables.audited(|| {
            let name = self.read().linked(identity)?.ok_or_else(|| unknown(identity))?;
            let sql = "DELETE FROM external_identity WHERE county = @county AND issuer = $1 AND subject = $2";
            self.tables.db.execute(sql, &identity.cells())?;
            self.end_all(&name, at)?;
            Ok(((), Some(Entry::new(at, by, Deed::Account).with(format!("unlink {name} {identity}")))))
        })
    }

    /// Begins a session for whom an identity provider has vouched for: no password, and no second factor of ours, is asked for; that is the
    /// provider's business. Stands in the audit chain, refused or not.
    ///
    /// Errors: `STORE-0516` the identity is linked to nobody, `STORE-0503` the account is disabled.
    pub fn admit_external(&mut self, identity: &ExternalIdentity, device: Option<&str>, now: i64) -> Result<Token, Fault> {
        self.tables.audited(|| {
            let name = self.read().linked(identity)?;
            let actor = Actor { worker: name.as_ref().map(|name| name.as_str().into()), device: device.map(Into::into) };
            let refused = |fault: Fault| {
                let entry = Entry::new(now, &actor, Deed::LoginRefused).with(format!("{} {identity}", fault.code));
                Ok((Err(fault), Some(entry)))
            };
            let Some(name) = name else { return refused(unknown(identity)) };
            if self.read().worker(&name)?.is_none_or(|worker| !worker.enabled) {
                return refused(Fault::new("STORE-0503"));
            }
            let token = self.begin(&name, device, now)?;
            Ok((Ok(token), Some(Entry::new(now, &actor, Deed::Login).with(format!("external {identity}")))))
        })?
    }
}

fn unknown(identity: &ExternalIdentity) -> Fault {
    Fault::new("STORE-0516").with("identity", identity)
}
