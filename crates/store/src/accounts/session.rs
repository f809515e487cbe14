//! Logging in, and what a login gives: a session with a token.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use qianmo_core::Fault;

use super::{AccountName, Accounts, AccountsMut, PasswordHash, kept, random};
use crate::audit::{Actor, Deed, Entry};
use crate::db::{Cell, read};

/// When a login is refused for too many wrong passwords before.
#[derive(Debug, Clone, Copy)]
pub struct LoginRules {
    /// Wrong passwords in a row after which the account is locked.
    pub failures_max: u32,
    /// For how long, in milliseconds.
    pub locked_ms: i64,
}

impl Default for LoginRules {
    fn default() -> Self {
        Self { failures_max: 5, locked_ms: 15 * 60 * 1000 }
    }
}

/// How long a session lasts.
#[derive(Debug, Clone, Copy)]
pub struct SessionRules {
    /// Since the login, in milliseconds.
    pub whole_ms: i64,
    /// Since it was last used, in milliseconds.
    pub idle_ms: i64,
}

impl Default for SessionRules {
    fn default() -> Self {
        Self { whole_ms: 12 * 3600 * 1000, idle_ms: 60 * 60 * 1000 }
    }
}

/// A session's token: 32 random bytes in base64url. Given out once; only its hash is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// As a client sends it.
    #[must_use]
    pub fn from_client(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The text to give to the client.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token")
    }
}

/// Who is logged in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The account.
    pub worker: AccountName,
    /// The device it was begun on.
    pub device: Option<Arc<str>>,
    /// When, UTC, milliseconds since 1970.
    pub began_at: i64,
    /// When it was last used, as far as noted.
    pub seen_at: i64,
}

impl Session {
    /// The one who acts in this session.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor { worker: Some(self.worker.as_str().into()), device: self.device.clone() }
    }
}

/// A password that was checked: what [`Accounts::attempt`] found, for [`AccountsMut::admit`] to act on.
#[derive(Debug)]
pub struct Attempt {
    name: Option<AccountName>,
    right: bool,
    /// The hash that was checked, lest the password was changed meanwhile.
    hash: PasswordHash,
}

impl Accounts<'_> {
    /// Checks a password; takes a good part of a second, whether there is such an account or not. Decides nothing.
    pub fn attempt(&self, name: &str, password: &str) -> Result<Attempt, Fault> {
        let held = match name.parse::<AccountName>() {
            Err(_) => None,
            Ok(name) => {
                let sql = "SELECT password FROM worker WHERE county = @county AND name = $1";
                let lines = self.tables.db.query(sql, &[name.as_str().into()])?;
                read(self.tables.db, &lines, |line| line.text(0).map(str::to_owned))?.pop().map(|hash| (name, PasswordHash(hash)))
            }
        };
        let (name, hash) = match held {
            Some((name, hash)) => (Some(name), hash),
            None => (None, PasswordHash::nobody()),
        };
        let right = hash.is_of(password) && name.is_some();
        Ok(Attempt { name, right, hash })
    }

    /// The session of a token, if it is in force at `now`.
    pub fn session(&self, token: &Token, now: i64, rules: SessionRules) -> Result<Option<Session>, Fault> {
        let sql = "SELECT s.worker, s.device, s.began_at, s.seen_at FROM session s \
                   JOIN worker w ON w.county = s.county AND w.name = s.worker \
                   WHERE s.county = @county AND s.token = $1 AND s.ended_at IS NULL AND w.enabled = 1 AND s.began_at > $2 AND s.seen_at > $3";
        let values: [Cell; 3] = [kept(&token.0).as_slice().into(), (now - rules.whole_ms).into(), (now - rules.idle_ms).into()];
        let lines = self.tables.db.query(sql, &values)?;
        let sessions = read(self.tables.db, &lines, |line| {
            Ok(Session {
                worker: line.text(0)?.parse().map_err(|_| ())?,
                device: line.text_or(1)?.map(Into::into),
                began_at: line.int(2)?,
                seen_at: line.int(3)?,
            })
        })?;
        Ok(sessions.into_iter().next())
    }
}

/// What a login came to, inside the transaction that notes it.
enum Outcome {
    Admitted(Token),
    Refused(Fault),
}

impl AccountsMut<'_> {
    /// Begins a session after a right password, or counts a wrong one. Either stands in the audit chain.
    ///
    /// Errors: `STORE-0501` wrong name or password, `STORE-0502` locked for a while, `STORE-0503` the account is disabled.
    pub fn admit(&mut self, attempt: &Attempt, device: Option<&str>, now: i64, rules: LoginRules) -> Result<Token, Fault> {
        let outcome = self.tables.audited(|| {
            let actor = Actor { worker: attempt.name.as_ref().map(|name| name.as_str().into()), device: device.map(Into::into) };
            let outcome = self.judge(attempt, device, now, rules)?;
            let entry = match &outcome {
                Outcome::Admitted(_) => Entry::new(now, &actor, Deed::Login),
                Outcome::Refused(fault) => Entry::new(now, &actor, Deed::LoginRefused).with(fault.code),
            };
            Ok((outcome, Some(entry)))
        })?;
        match outcome {
            Outcome::Admitted(token) => Ok(token),
            Outcome::Refused(fault) => Err(fault),
        }
    }

    fn judge(&self, attempt: &Attempt, device: Option<&str>, now: i64, rules: LoginRules) -> Result<Outcome, Fault> {
        let refused = |code| Ok(Outcome::Refused(Fault::new(code)));
        let Some(name) = &attempt.name else { return refused("STORE-0501") };
        let db = self.tables.db;
        let sql = "SELECT enabled, failures, locked_until, password FROM worker WHERE county = @county AND name = $1";
        let lines = db.query(sql, &[name.as_str().into()])?;
        let held = read(db, &lines, |line| Ok((line.int(0)? != 0, line.int(1)?, line.int_or(2)?, line.text(3)? == attempt.hash.0)))?;
        let Some((enabled, failures, locked_until, same_password)) = held.first().copied() else { return refused("STORE-0501") };
        if let Some(until) = locked_until.filter(|until| *until > now) {
            return Ok(Outcome::Refused(Fault::new("STORE-0502").with("minutes", (until - now + 59_999) / 60_000)));
        }
        let count = |failures: i64, until: Option<i64>| {
            let sql = "UPDATE worker SET failures = $2, locked_until = $3 WHERE county = @county AND name = $1";
            db.execute(sql, &[name.as_str().into(), failures.into(), until.into()])
        };
        if !attempt.right || !same_password {
            let failures = failures + 1;
            let locked = failures >= i64::from(rules.failures_max);
            count(if locked { 0 } else { failures }, locked.then_some(now + rules.locked_ms))?;
            return refused("STORE-0501");
        }
        if !enabled {
            return refused("STORE-0503");
        }
        count(0, None)?;
        let token = Token(URL_SAFE_NO_PAD.encode(random::<32>()?));
        let sql = "INSERT INTO session (county, token, worker, device, began_at, seen_at) VALUES (@county, $1, $2, $3, $4, $4)";
        db.execute(sql, &[kept(&token.0).as_slice().into(), name.as_str().into(), device.into(), now.into()])?;
        Ok(Outcome::Admitted(token))
    }

    /// Notes that a session is in use. Call it about once a minute, not for each request: it is a durable write.
    pub fn seen(&mut self, token: &Token, now: i64) -> Result<(), Fault> {
        self.tables.audited(|| {
            let sql = "UPDATE session SET seen_at = $2 WHERE county = @county AND token = $1 AND seen_at < $2";
            self.tables.db.execute(sql, &[kept(&token.0).as_slice().into(), now.into()])?;
            Ok(((), None))
        })
    }

    /// Ends a session; one that has ended already stays so.
    pub fn log_out(&mut self, by: &Actor, token: &Token, now: i64) -> Result<(), Fault> {
        self.tables.audited(|| {
            let sql = "UPDATE session SET ended_at = $2 WHERE county = @county AND token = $1 AND ended_at IS NULL";
            let ended = self.tables.db.execute(sql, &[kept(&token.0).as_slice().into(), now.into()])?;
            Ok(((), (ended > 0).then(|| Entry::new(now, by, Deed::Logout))))
        })
    }

    /// Ends all sessions of an account.
    pub fn log_out_all(&mut self, by: &Actor, name: &AccountName, now: i64) -> Result<(), Fault> {
        self.tables.audited(|| {
            let sql = "UPDATE session SET ended_at = $2 WHERE county = @county AND worker = $1 AND ended_at IS NULL";
            let ended = self.tables.db.execute(sql, &[name.as_str().into(), now.into()])?;
            Ok(((), (ended > 0).then(|| Entry::new(now, by, Deed::Logout).with(format!("all {name}")))))
        })
    }
}
