//! The second factor: a code that an app shows, from then on asked for at every login, and recovery codes for when the app is lost.
//!
//! Source: RFC 6238 with SHA-1, 6 digits, 30 seconds, one step of drift either way, for that is what every app can do.

use std::fmt;

use qianmo_core::Fault;
use totp_rs::{Algorithm, Builder, Secret, Totp};

use super::{AccountName, Accounts, AccountsMut, Code, kept, random};
use crate::audit::{Actor, Deed, Entry};
use crate::db::{Cell, read};
use crate::seal::{open_text, stored_text};

/// Recovery codes given out at a time.
const RECOVERY_CODES: usize = 10;
/// Letters and digits of a recovery code that nobody mistakes for one another; 32 of them, so five bits each.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// A second factor that was begun: to be shown once and put into an app.
#[derive(Clone)]
pub struct NewSecondFactor {
    /// The secret, base32, to type.
    pub secret: String,
    /// The same as `otpauth://` address, to show as a square code.
    pub url: String,
}

impl fmt::Debug for NewSecondFactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NewSecondFactor")
    }
}

/// How it stands with an account's second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecondFactor {
    /// Since when it is asked for, UTC, milliseconds since 1970; absent when it was begun and not confirmed yet.
    pub confirmed_at: Option<i64>,
    /// Recovery codes not used yet.
    pub recovery_codes: u32,
}

/// What the second factor came to at a login.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Second {
    NotAsked,
    Missing,
    Wrong,
    Right,
    Recovery,
}

struct Held {
    secret: String,
    confirmed_at: Option<i64>,
    last_step: i64,
}

impl Accounts<'_> {
    /// How it stands with an account's second factor; `None` when it has none.
    pub fn second_factor(&self, name: &AccountName) -> Result<Option<SecondFactor>, Fault> {
        let db = self.tables.db;
        let sql = "SELECT f.confirmed_at, (SELECT count(*) FROM recovery_code r WHERE r.county = f.county AND r.worker = f.worker) \
                   FROM second_factor f WHERE f.county = @county AND f.worker = $1";
        let lines = db.query(sql, &[name.as_str().into()])?;
        let found = read(db, &lines, |line| {
            Ok(SecondFactor { confirmed_at: line.int_or(0)?, recovery_codes: line.int(1)?.try_into().map_err(|_| ())? })
        })?;
        Ok(found.first().copied())
    }
}

impl AccountsMut<'_> {
    /// Makes a secret for an account. It is asked for only once [`AccountsMut::confirm_second_factor`] has shown that the app has it; beginning again
    /// before that makes another. `issuer` is what the app shows beside the account's name.
    ///
    /// Errors: `STORE-0506` no such account, `STORE-0512` it has a second factor.
    pub fn begin_second_factor(&mut self, by: &Actor, at: i64, name: &AccountName, issuer: &str) -> Result<NewSecondFactor, Fault> {
        self.tables.audited(|| {
            if self.read().worker(name)?.is_none() {
                return Err(Fault::new("STORE-0506").with("name", name));
            }
            if self.held(name)?.is_some_and(|held| held.confirmed_at.is_some()) {
                return Err(Fault::new("STORE-0512").with("name", name));
            }
            let secret = Secret::from(random::<20>()?).to_base32();
            let totp = totp(&secret, name, issuer)?;
            let url = totp.to_url().map_err(|error| refused(&error))?;
            let stored = stored_text(self.tables.sealing, &context(name), &secret);
            let sql = "INSERT INTO second_factor (county, worker, secret, begun_at, last_step) VALUES (@county, $1, $2, $3, 0) \
                       ON CONFLICT (county, worker) DO UPDATE SET secret = excluded.secret, begun_at = excluded.begun_at";
            self.tables.db.execute(sql, &[name.as_str().into(), stored.as_str().into(), at.into()])?;
            let entry = Entry::new(at, by, Deed::Account).with(format!("begin second factor {name}"));
            Ok((NewSecondFactor { secret, url }, Some(entry)))
        })
    }

    /// Takes the first code that the app shows at `at`; from then on a code is asked for at every login. Returns the recovery codes, each good once, to be
    /// shown once.
    ///
    /// Errors: `STORE-0510` the code is wrong, `STORE-0512` confirmed already, `STORE-0513` none was begun.
    pub fn confirm_second_factor(&mut self, by: &Actor, at: i64, name: &AccountName, code: &str) -> Result<Vec<Code>, Fault> {
        self.tables.audited(|| {
            let held = self.held(name)?.ok_or_else(|| Fault::new("STORE-0513").with("name", name))?;
            if held.confirmed_at.is_some() {
                return Err(Fault::new("STORE-0512").with("name", name));
            }
            let step = step(&held, name, &Code::typed(code), at)?.ok_or_else(|| Fault::new("STORE-0510"))?;
            let sql = "UPDATE second_factor SET confirmed_at = $2, last_step = $3 WHERE county = @county AND worker = $1";
            self.tables.db.execute(sql, &[name.as_str().into(), at.into(), step.into()])?;
            let codes = self.new_recovery_codes(name)?;
            Ok((codes, Some(Entry::new(at, by, Deed::Account).with(format!("confirm second factor {name}")))))
        })
    }

    /// Makes new recovery codes; the old ones are good no longer.
    ///
    /// Errors: `STORE-0513` the account has no second factor in force.
    pub fn renew_recovery_codes(&mut self, by: &Actor, at: i64, name: &AccountName) -> Result<Vec<Code>, Fault> {
        self.tables.audited(|| {
            if self.held(name)?.is_none_or(|held| held.confirmed_at.is_none()) {
                return Err(Fault::new("STORE-0513").with("name", name));
            }
            let codes = self.new_recovery_codes(name)?;
            Ok((codes, Some(Entry::new(at, by, Deed::Account).with(format!("recovery codes {name}")))))
        })
    }

    /// Takes an account's second factor away, for who has lost it: the password alone is asked for until another is set up. Ends its sessions.
    ///
    /// Errors: `STORE-0513` the account has none.
    pub fn reset_second_factor(&mut self, by: &Actor, at: i64, name: &AccountName) -> Result<(), Fault> {
        self.tables.audited(|| {
            let gone = "DELETE FROM second_factor WHERE county = @county AND worker = $1";
            if self.tables.db.execute(gone, &[name.as_str().into()])? == 0 {
                return Err(Fault::new("STORE-0513").with("name", name));
            }
            self.tables.db.execute("DELETE FROM recovery_code WHERE county = @county AND worker = $1", &[name.as_str().into()])?;
            self.end_all(name, at)?;
            Ok(((), Some(Entry::new(at, by, Deed::Account).with(format!("reset second factor {name}")))))
        })
    }

    /// Judges what came with a right password, and uses it up.
    pub(super) fn weigh_code(&self, name: &AccountName, code: Option<&Code>, now: i64) -> Result<Second, Fault> {
        let Some(held) = self.held(name)?.filter(|held| held.confirmed_at.is_some()) else { return Ok(Second::NotAsked) };
        let Some(code) = code else { return Ok(Second::Missing) };
        if let Some(step) = step(&held, name, code, now)? {
            let sql = "UPDATE second_factor SET last_step = $2 WHERE county = @county AND worker = $1";
            self.tables.db.execute(sql, &[name.as_str().into(), step.into()])?;
            return Ok(Second::Right);
        }
        let used = "DELETE FROM recovery_code WHERE county = @county AND worker = $1 AND code = $2";
        let code = kept(&code.0.to_ascii_lowercase());
        let used = self.tables.db.execute(used, &[name.as_str().into(), code.as_slice().into()])?;
        Ok(if used > 0 { Second::Recovery } else { Second::Wrong })
    }

    fn held(&self, name: &AccountName) -> Result<Option<Held>, Fault> {
        let db = self.tables.db;
        let sql = "SELECT secret, confirmed_at, last_step FROM second_factor WHERE county = @county AND worker = $1";
        let lines = db.query(sql, &[name.as_str().into()])?;
        let found = read(db, &lines, |line| Ok((line.text(0)?.to_owned(), line.int_or(1)?, line.int(2)?)))?.pop();
        let Some((stored, confirmed_at, last_step)) = found else { return Ok(None) };
        Ok(Some(Held { secret: open_text(self.tables.sealing, &context(name), &stored)?, confirmed_at, last_step }))
    }

    fn new_recovery_codes(&self, name: &AccountName) -> Result<Vec<Code>, Fault> {
        let db = self.tables.db;
        db.execute("DELETE FROM recovery_code WHERE county = @county AND worker = $1", &[name.as_str().into()])?;
        let mut codes = Vec::with_capacity(RECOVERY_CODES);
        for _ in 0..RECOVERY_CODES {
            // Eighty bits: guessing one from its hash is out of reach.
            let code = Code(random::<16>()?.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect());
            let values: [Cell; 2] = [name.as_str().into(), kept(&code.0).as_slice().into()];
            db.execute("INSERT INTO recovery_code (county, worker, code) VALUES (@county, $1, $2)", &values)?;
            codes.push(code);
        }
        Ok(codes)
    }
}

/// What binds a sealed secret to its account.
fn context(name: &AccountName) -> Vec<u8> {
    [b"second_factor ", name.as_str().as_bytes()].concat()
}

fn refused(why: &dyn fmt::Display) -> Fault {
    Fault::new("STORE-0007").with("file", "otpauth").with("why", why)
}

fn totp(secret: &str, name: &AccountName, issuer: &str) -> Result<Totp, Fault> {
    let secret = Secret::try_from_base32(secret).map_err(|error| refused(&error))?;
    Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(6)
        .with_skew(1)
        .with_step_duration(30)
        .with_secret(secret)
        .with_account_name(name.as_str())
        // A colon would end the issuer in the address.
        .with_issuer(Some(issuer.replace(':', " ")))
        .build()
        .map_err(|error| refused(&error))
}

/// The step that a code belongs to, if it is right at `now` and no code of this or a later step was used.
fn step(held: &Held, name: &AccountName, code: &Code, now: i64) -> Result<Option<i64>, Fault> {
    let seconds = u64::try_from(now / 1000).unwrap_or(0);
    let step = totp(&held.secret, name, "qianmo")?.check(&code.0, seconds).and_then(|step| i64::try_from(step).ok());
    Ok(step.filter(|step| *step > held.last_step))
}
