//! Workers: who has an account.

use qianmo_core::{AreaCode, Fault, SubjectId};

use super::{AccountName, Accounts, AccountsMut, PasswordHash};
use crate::areas::below;
use crate::audit::{Actor, Deed, Entry};
use crate::db::{Cell, Line, read};

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worker {
    /// Its name.
    pub name: AccountName,
    /// The person's name, as shown.
    pub shown: String,
    /// The organisation that the person works at.
    pub organisation: Option<SubjectId>,
    /// Where the person works.
    pub area: AreaCode,
    /// Whether the account may be used.
    pub enabled: bool,
    /// Whether the password has to be changed at the next login.
    pub must_change: bool,
    /// Until when logins are refused after too many wrong passwords, UTC, milliseconds since 1970.
    pub locked_until: Option<i64>,
}

/// An account to be made.
#[derive(Debug, Clone)]
pub struct NewWorker {
    /// Its name.
    pub name: AccountName,
    /// The person's name, as shown.
    pub shown: String,
    /// The organisation that the person works at.
    pub organisation: Option<SubjectId>,
    /// Where the person works.
    pub area: AreaCode,
    /// The first password.
    pub password: PasswordHash,
    /// Whether the first password has to be changed at the first login.
    pub must_change: bool,
}

/// The organisation that a worker is to work at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Employer {
    /// The one as before.
    #[default]
    AsBefore,
    /// None.
    Nobody,
    /// This one.
    Organisation(SubjectId),
}

/// What is to be different about an account; what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WorkerChange {
    /// The person's name, as shown.
    pub shown: Option<String>,
    /// The organisation that the person works at.
    pub employer: Employer,
    /// Where the person works.
    pub area: Option<AreaCode>,
}

const SELECT: &str = "SELECT name, shown, organisation, area, enabled, must_change, locked_until FROM worker WHERE county = @county";

fn worker(line: &Line) -> Result<Worker, ()> {
    Ok(Worker {
        name: line.text(0)?.parse().map_err(|_| ())?,
        shown: line.text(1)?.to_owned(),
        organisation: line.uuid_or(2)?.map(SubjectId),
        area: line.area_or(3)?.ok_or(())?,
        enabled: line.int(4)? != 0,
        must_change: line.int(5)? != 0,
        locked_until: line.int_or(6)?,
    })
}

impl Accounts<'_> {
    /// The account with this name.
    pub fn worker(&self, name: &AccountName) -> Result<Option<Worker>, Fault> {
        let lines = self.tables.db.query(&format!("{SELECT} AND name = $1"), &[name.as_str().into()])?;
        Ok(read(self.tables.db, &lines, worker)?.pop())
    }

    /// At most so many accounts whose names come after `after`, by name.
    pub fn workers(&self, after: Option<&AccountName>, workers_max: u32) -> Result<Vec<Worker>, Fault> {
        let after = after.map_or("", AccountName::as_str);
        let sql = format!("{SELECT} AND name > $1 ORDER BY name LIMIT {workers_max}");
        read(self.tables.db, &self.tables.db.query(&sql, &[after.into()])?, worker)
    }

    /// As [`Accounts::workers`], only those who work in one of these areas or below.
    pub fn workers_below(&self, areas: &[AreaCode], after: Option<&AccountName>, workers_max: u32) -> Result<Vec<Worker>, Fault> {
        let mut values: Vec<Cell> = vec![after.map_or("", AccountName::as_str).into(), i64::from(workers_max).into()];
        let sql = format!("{SELECT} AND name > $1 AND area IN ({}) ORDER BY name LIMIT $2", below(areas, &mut values));
        read(self.tables.db, &self.tables.db.query(&sql, &values)?, worker)
    }
}

impl AccountsMut<'_> {
    /// Makes an account.
    ///
    /// Errors: `STORE-0504` when the name is taken.
    pub fn add_worker(&mut self, by: &Actor, at: i64, new: &NewWorker) -> Result<(), Fault> {
        self.tables.audited(|| {
            let values: [Cell; 7] = [
                new.name.as_str().into(),
                new.shown.as_str().into(),
                new.organisation.into(),
                new.area.into(),
                new.password.0.as_str().into(),
                i64::from(new.must_change).into(),
                at.into(),
            ];
            let sql = "INSERT INTO worker (county, name, shown, organisation, area, password, must_change, created_at, enabled, failures) \
                       VALUES (@county, $1, $2, $3, $4, $5, $6, $7, 1, 0) ON CONFLICT (county, name) DO NOTHING";
            if self.tables.db.execute(sql, &values)? == 0 {
                return Err(Fault::new("STORE-0504").with("name", &new.name));
            }
            let entry = Entry { area: Some(new.area), ..Entry::new(at, by, Deed::Account) };
            Ok(((), Some(entry.with(format!("add {}", new.name)))))
        })
    }

    /// Changes what is known of an account's worker. Sessions and grants stay.
    ///
    /// Errors: `STORE-0506` when there is no such account.
    pub fn change_worker(&mut self, by: &Actor, at: i64, name: &AccountName, change: &WorkerChange) -> Result<(), Fault> {
        self.tables.audited(|| {
            let held = self.read().worker(name)?.ok_or_else(|| Fault::new("STORE-0506").with("name", name))?;
            let shown = change.shown.as_deref().unwrap_or(&held.shown);
            let area = change.area.unwrap_or(held.area);
            let organisation = match change.employer {
                Employer::AsBefore => held.organisation,
                Employer::Nobody => None,
                Employer::Organisation(id) => Some(id),
            };
            let sql = "UPDATE worker SET shown = $2, organisation = $3, area = $4 WHERE county = @county AND name = $1";
            self.tables.db.execute(sql, &[name.as_str().into(), shown.into(), organisation.into(), area.into()])?;
            let said = [
                change.shown.as_ref().map(|_| "shown"),
                (change.employer != Employer::AsBefore).then_some("organisation"),
                change.area.map(|_| "area"),
            ];
            let said: Vec<&str> = said.into_iter().flatten().collect();
            let entry = Entry { area: Some(area), ..Entry::new(at, by, Deed::Account) };
            Ok(((), Some(entry.with(format!("change {name}: {}", said.join(" "))))))
        })
    }

    /// Gives an account another password, lifts a lock, and ends its sessions.
    ///
    /// Errors: `STORE-0506` when there is no such account.
    pub fn set_password(
        &mut self,
        by: &Actor,
        at: i64,
        name: &AccountName,
        password: &PasswordHash,
        must_change: bool,
    ) -> Result<(), Fault> {
        let sql =
            "UPDATE worker SET password = $2, must_change = $3, failures = 0, locked_until = NULL WHERE county = @county AND name = $1";
        self.change(by, at, name, "password", sql, &[password.0.as_str().into(), i64::from(must_change).into()])
    }

    /// Lets an account be used, or no longer; ends its sessions.
    ///
    /// Errors: `STORE-0506` when there is no such account.
    pub fn enable(&mut self, by: &Actor, at: i64, name: &AccountName, enabled: bool) -> Result<(), Fault> {
        let what = if enabled { "enable" } else { "disable" };
        let sql = "UPDATE worker SET enabled = $2, failures = 0, locked_until = NULL WHERE county = @county AND name = $1";
        self.change(by, at, name, what, sql, &[i64::from(enabled).into()])
    }

    fn change(&mut self, by: &Actor, at: i64, name: &AccountName, what: &str, sql: &str, values: &[Cell]) -> Result<(), Fault> {
        self.tables.audited(|| {
            let values: Vec<Cell> = [name.as_str().into()].into_iter().chain(values.iter().cloned()).collect();
            if self.tables.db.execute(sql, &values)? == 0 {
                return Err(Fault::new("STORE-0506").with("name", name));
            }
            self.end_all(name, at)?;
            Ok(((), Some(Entry::new(at, by, Deed::Account).with(format!("{what} {name}")))))
        })
    }
}
