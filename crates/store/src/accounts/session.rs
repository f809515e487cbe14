//! Logging in, and what a login gives: a session with a token.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use qianmo_core::Fault;

use super::{AccountName, Accounts, AccountsMut, Code, PasswordHash, Second, kept, random};
use crate::audit::{Actor, Deed, Entry};
use crate::db::{Cell, Line, read};

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

/// The name of a session, with which it can be ended but not used: the hash of its token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId([u8; 32]);

impl fmt::Display for SessionId {
    /// 64 hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for SessionId {
    type Err = Fault;

    /// Errors: `STORE-0509` when it isn't one.
    fn from_str(text: &str) -> Result<Self, Fault> {
        let wrong = || Fault::new("STORE-0509").with("id", text);
        let mut id = [0; 32];
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(wrong());
        }
        for (i, byte) in id.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * i..2 * i + 2], 16).map_err(|_| wrong())?;
        }
        Ok(Self(id))
    }
}

/// Who is logged in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its name.
    pub id: SessionId,
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
    /// The code of the second factor, or a recovery code.
    code: Option<Code>,
}

impl Attempt {
    /// Adds what the second factor shows, or a recovery code, as somebody typed it.
    #[must_use]
    pub fn with_code(self, code: &str) -> Self {
        Self { code: Some(Code::typed(code)), ..self }
    }
}

/// A new password with the old one checked: what [`Accounts::attempt_change`] found, for [`AccountsMut::change_password`] to act on.
#[derive(Debug)]
pub struct PasswordChange {
    old: Attempt,
    new: PasswordHash,
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
        Ok(Attempt { name, right, hash, code: None })
    }

    /// Checks the old password and hashes the new one; takes most of a second. Decides nothing.
    ///
    /// Errors: `STORE-0507` the new one is too simple, `STORE-0514` it is the old one.
    pub fn attempt_change(&self, name: &AccountName, old: &str, new: &str) -> Result<PasswordChange, Fault> {
        if old == new {
            return Err(Fault::new("STORE-0514"));
        }
        let new = PasswordHash::of(new)?;
        Ok(PasswordChange { old: self.attempt(name.as_str(), old)?, new })
    }

    /// The session of a token, if it is in force at `now`.
    pub fn session(&self, token: &Token, now: i64, rules: SessionRules) -> Result<Option<Session>, Fault> {
        let sql = format!("{SELECT} AND s.token = $3");
        let values: [Cell; 3] = [(now - rules.whole_ms).into(), (now - rules.idle_ms).into(), kept(&token.0).as_slice().into()];
        let lines = self.tables.db.query(&sql, &values)?;
        Ok(read(self.tables.db, &lines, session)?.pop())
    }

    /// The sessions of an account in force at `now`, the newest first.
    pub fn sessions_of(&self, name: &AccountName, now: i64, rules: SessionRules) -> Result<Vec<Session>, Fault> {
        let sql = format!("{SELECT} AND s.worker = $3 ORDER BY s.began_at DESC, s.token");
        let values: [Cell; 3] = [(now - rules.whole_ms).into(), (now - rules.idle_ms).into(), name.as_str().into()];
        read(self.tables.db, &self.tables.db.query(&sql, &values)?, session)
    }
}

/// Sessions in force: the account is asked at every reading, so that one disabled has none.
const SELECT: &str = "SELECT s.token, s.worker, s.device, s.began_at, s.seen_at FROM session s \
                      JOIN worker w ON w.county = s.county AND w.name = s.worker \
                      WHERE s.county = @county AND s.ended_at IS NULL AND w.enabled = 1 AND s.began_at > $1 AND s.seen_at > $2";

fn session(line: &Line) -> Result<Session, ()> {
    Ok(Session {
        id: SessionId(line.blob(0)?.try_into().map_err(|_| ())?),
        worker: line.text(1)?.parse().map_err(|_| ())?,
        device: line.text_or(2)?.map(Into::into),
        began_at: line.int(3)?,
        seen_at: line.int(4)?,
    })
}

/// What an attempt came to, inside the transaction that notes it.
enum Outcome {
    Right { name: AccountName, recovery: bool },
    Refused(Fault),
}

fn refused(code: &'static str) -> Outcome {
    Outcome::Refused(Fault::new(code))
}

impl AccountsMut<'_> {
    /// Begins a session after a right password, or counts a wrong one. Either stands in the audit chain.
    ///
    /// Errors: `STORE-0501` wrong name or password, `STORE-0502` locked for a while, `STORE-0503` the account is disabled, `STORE-0511` the
    /// password is right and a second factor's code is wanted ([`Attempt::with_code`]), `STORE-0510` that code is wrong or was used.
    pub fn admit(&mut self, attempt: &Attempt, device: Option<&str>, now: i64, rules: LoginRules) -> Result<Token, Fault> {
        self.tables.audited(|| {
            let actor = Actor { worker: attempt.name.as_ref().map(|name| name.as_str().into()), device: device.map(Into::into) };
            match self.weigh(attempt, now, rules, true)? {
                Outcome::Right { name, recovery } => {
                    let entry = Entry::new(now, &actor, Deed::Login);
                    let entry = if recovery { entry.with("recovery code") } else { entry };
                    Ok((Ok(self.begin(&name, device, now)?), Some(entry)))
                }
                Outcome::Refused(fault) => {
                    let entry = Entry::new(now, &actor, Deed::LoginRefused).with(fault.code);
                    Ok((Err(fault), Some(entry)))
                }
            }
        })?
    }

    /// Gives an account the new password that its worker has chosen, knowing the old one, and ends its sessions but `keep`. A wrong old
    /// password counts as one at a login.
    ///
    /// Errors: `STORE-0501` wrong old password, `STORE-0502` locked for a while, `STORE-0503` the account is disabled.
    pub fn change_password(
        &mut self,
        by: &Actor,
        at: i64,
        change: &PasswordChange,
        keep: Option<&Token>,
        rules: LoginRules,
    ) -> Result<(), Fault> {
        self.tables.audited(|| {
            let name = match self.weigh(&change.old, at, rules, false)? {
                Outcome::Right { name, .. } => name,
                Outcome::Refused(fault) => {
                    let entry = Entry::new(at, by, Deed::LoginRefused).with(format!("change {}", fault.code));
                    return Ok((Err(fault), Some(entry)));
                }
            };
            let sql = "UPDATE worker SET password = $2, must_change = 0 WHERE county = @county AND name = $1";
            self.tables.db.execute(sql, &[name.as_str().into(), change.new.0.as_str().into()])?;
            let end = "UPDATE session SET ended_at = $2 WHERE county = @county AND worker = $1 AND ended_at IS NULL AND token <> $3";
            let keep = keep.map_or([0; 32], |token| kept(&token.0));
            self.tables.db.execute(end, &[name.as_str().into(), at.into(), keep.as_slice().into()])?;
            Ok((Ok(()), Some(Entry::new(at, by, Deed::Account).with(format!("password {name}")))))
        })?
    }

    /// Judges an attempt, counts it when it is wrong, and uses up the code that came with it.
    fn weigh(&self, attempt: &Attempt, now: i64, rules: LoginRules, second: bool) -> Result<Outcome, Fault> {
        let Some(name) = &attempt.name else { return Ok(refused("STORE-0501")) };
        let db = self.tables.db;
        let sql = "SELECT enabled, failures, locked_until, password FROM worker WHERE county = @county AND name = $1";
        let lines = db.query(sql, &[name.as_str().into()])?;
        let held = read(db, &lines, |line| Ok((line.int(0)? != 0, line.int(1)?, line.int_or(2)?, line.text(3)? == attempt.hash.0)))?;
        let Some((enabled, failures, locked_until, same_password)) = held.first().copied() else { return Ok(refused("STORE-0501")) };
        if let Some(until) = locked_until.filter(|until| *until > now) {
            return Ok(Outcome::Refused(Fault::new("STORE-0502").with("minutes", (until - now + 59_999) / 60_000)));
        }
        let count = |failures: i64, until: Option<i64>| {
            let sql = "UPDATE worker SET failures = $2, locked_until = $3 WHERE county = @county AND name = $1";
            db.execute(sql, &[name.as_str().into(), failures.into(), until.into()])
        };
        let wrong = |code| {
            let failures = failures + 1;
            let locked = failures >= i64::from(rules.failures_max);
            count(if locked { 0 } else { failures }, locked.then_some(now + rules.locked_ms))?;
            Ok(refused(code))
        };
        if !attempt.right || !same_password {
            return wrong("STORE-0501");
        }
        if !enabled {
            return Ok(refused("STORE-0503"));
        }
        let found = if second { self.weigh_code(name, attempt.code.as_ref(), now)? } else { Second::NotAsked };
        match found {
            // Not a failure, but no success either: who guesses codes between such attempts is locked out all the same.
            Second::Missing => return Ok(refused("STORE-0511")),
            Second::Wrong => return wrong("STORE-0510"),
            Second::NotAsked | Second::Right | Second::Recovery => {}
        }
        count(0, None)?;
        Ok(Outcome::Right { name: name.clone(), recovery: found == Second::Recovery })
    }

    /// Begins a session.
    pub(super) fn begin(&self, name: &AccountName, device: Option<&str>, now: i64) -> Result<Token, Fault> {
        let token = Token(URL_SAFE_NO_PAD.encode(random::<32>()?));
        let sql = "INSERT INTO session (county, token, worker, device, began_at, seen_at) VALUES (@county, $1, $2, $3, $4, $4)";
        self.tables.db.execute(sql, &[kept(&token.0).as_slice().into(), name.as_str().into(), device.into(), now.into()])?;
        Ok(token)
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

    /// Ends one session of an account.
    ///
    /// Errors: `STORE-0509` when the account has no such session or it has ended.
    pub fn end_session(&mut self, by: &Actor, name: &AccountName, id: SessionId, now: i64) -> Result<(), Fault> {
        self.tables.audited(|| {
            let sql = "UPDATE session SET ended_at = $3 WHERE county = @county AND token = $1 AND worker = $2 AND ended_at IS NULL";
            if self.tables.db.execute(sql, &[id.0.as_slice().into(), name.as_str().into(), now.into()])? == 0 {
                return Err(Fault::new("STORE-0509").with("id", id));
            }
            Ok(((), Some(Entry::new(now, by, Deed::Logout).with(format!("one {name}")))))
        })
    }

    /// Ends all sessions of an account.
    pub fn log_out_all(&mut self, by: &Actor, name: &AccountName, now: i64) -> Result<(), Fault> {
        self.tables.audited(|| {
            let ended = self.end_all(name, now)?;
            Ok(((), (ended > 0).then(|| Entry::new(now, by, Deed::Logout).with(format!("all {name}")))))
        })
    }

    /// Ends all sessions of an account inside a transaction; how many there were.
    pub(super) fn end_all(&self, name: &AccountName, now: i64) -> Result<u64, Fault> {
        let sql = "UPDATE session SET ended_at = $2 WHERE county = @county AND worker = $1 AND ended_at IS NULL";
        self.tables.db.execute(sql, &[name.as_str().into(), now.into()])
    }
}
