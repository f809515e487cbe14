//! Devices: enrolled with a code that the township shows, revoked, told to wipe themselves.

use std::fmt;

use qianmo_core::{AreaCode, Fault};
use uuid::Uuid;

use super::{AccountName, Accounts, AccountsMut, kept, random};
use crate::areas::below;
use crate::audit::{Actor, Deed, Entry};
use crate::db::{Cell, Line, read};

/// The id of a device; its text stands in the records written on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeviceId(pub Uuid);

impl fmt::Display for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// A code to enrol one device with: ten digits, good once and for a short time.
#[derive(Clone, PartialEq, Eq)]
pub struct Code(pub(super) String);

impl Code {
    /// As somebody typed it; spaces and hyphens don't count.
    #[must_use]
    pub fn typed(text: &str) -> Self {
        Self(text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect())
    }

    /// The digits to show.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code")
    }
}

/// What a device tells when it is enrolled.
#[derive(Debug, Clone)]
pub struct Enrolment {
    /// What it is called.
    pub shown: String,
    /// Its public key; the private one never leaves it.
    pub public_key: Vec<u8>,
}

/// A device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// Its id.
    pub id: DeviceId,
    /// Whose it is.
    pub worker: AccountName,
    /// What it is called.
    pub shown: String,
    /// Its public key.
    pub public_key: Vec<u8>,
    /// When it was last heard of, UTC, milliseconds since 1970.
    pub seen_at: i64,
    /// When it was revoked.
    pub revoked_at: Option<i64>,
    /// Whether it is to wipe its data when it is next heard of.
    pub wipe: bool,
}

const SELECT: &str = "SELECT d.id, d.worker, d.shown, d.public_key, d.seen_at, d.revoked_at, d.wipe FROM device d WHERE d.county = @county";

fn device(line: &Line) -> Result<Device, ()> {
    Ok(Device {
        id: DeviceId(line.uuid_or(0)?.ok_or(())?),
        worker: line.text(1)?.parse().map_err(|_| ())?,
        shown: line.text(2)?.to_owned(),
        public_key: line.blob(3)?.to_vec(),
        seen_at: line.int(4)?,
        revoked_at: line.int_or(5)?,
        wipe: line.int(6)? != 0,
    })
}

fn key(id: DeviceId) -> Cell {
    Cell::Blob(id.0.as_bytes().to_vec())
}

impl Accounts<'_> {
    /// The device with this id, revoked or not.
    pub fn device(&self, id: DeviceId) -> Result<Option<Device>, Fault> {
        let lines = self.tables.db.query(&format!("{SELECT} AND d.id = $1"), &[key(id)])?;
        Ok(read(self.tables.db, &lines, device)?.pop())
    }

    /// The devices of an account, the newest last.
    pub fn devices_of(&self, name: &AccountName) -> Result<Vec<Device>, Fault> {
        let lines = self.tables.db.query(&format!("{SELECT} AND d.worker = $1 ORDER BY d.enrolled_at, d.id"), &[name.as_str().into()])?;
        read(self.tables.db, &lines, device)
    }

    /// At most so many devices, by account and id, of the accounts that work in one of these areas or below (everywhere when absent).
    /// The next page begins `after` the last one's account and id.
    pub fn devices(
        &self,
        areas: Option<&[AreaCode]>,
        after: Option<(&AccountName, DeviceId)>,
        devices_max: u32,
    ) -> Result<Vec<Device>, Fault> {
        let (name, id) = after.map_or(("", DeviceId(Uuid::nil())), |(name, id)| (name.as_str(), id));
        let mut values: Vec<Cell> = vec![name.into(), key(id), i64::from(devices_max).into()];
        let within = areas.map_or_else(String::new, |areas| format!("AND w.area IN ({})", below(areas, &mut values)));
        let sql = format!(
            "SELECT d.id, w.name, d.shown, d.public_key, d.seen_at, d.revoked_at, d.wipe FROM device d \
             JOIN worker w ON w.county = d.county AND w.name = d.worker \
             WHERE d.county = @county AND (w.name, d.id) > ($1, $2) {within} ORDER BY w.name, d.id LIMIT $3"
        );
        read(self.tables.db, &self.tables.db.query(&sql, &values)?, device)
    }
}

impl AccountsMut<'_> {
    /// Begins a session of a device's worker after the device has proved who it is. A revoked device gets one, too: what it wrote before must
    /// still arrive; what such a session may do is decided where it is used.
    ///
    /// Errors: `STORE-0509` no such device, `STORE-0503` the account is disabled.
    pub fn admit_device(&mut self, id: DeviceId, now: i64) -> Result<super::Token, Fault> {
        self.tables.audited(|| {
            let read = self.read();
            let Some(device) = read.device(id)? else { return Err(Fault::new("STORE-0509").with("id", id)) };
            if read.worker(&device.worker)?.is_none_or(|worker| !worker.enabled) {
                return Err(Fault::new("STORE-0503"));
            }
            let name = id.to_string();
            let token = self.begin(&device.worker, Some(&name), now)?;
            self.tables.db.execute("UPDATE device SET seen_at = $2 WHERE county = @county AND id = $1", &[key(id), now.into()])?;
            let actor = Actor { worker: Some(device.worker.as_str().into()), device: Some(name.as_str().into()) };
            Ok((token, Some(Entry::new(now, &actor, Deed::Login))))
        })
    }

    /// Makes a code with which one device of an account can be enrolled until `until`.
    ///
    /// Errors: `STORE-0506` when there is no such account.
    pub fn enrolment_code(&mut self, by: &Actor, at: i64, name: &AccountName, until: i64) -> Result<Code, Fault> {
        self.tables.audited(|| {
            if self.read().worker(name)?.is_none() {
                return Err(Fault::new("STORE-0506").with("name", name));
            }
            let number = u64::from_be_bytes(random()?) % 10_000_000_000;
            let code = Code(format!("{number:010}"));
            let sql = "INSERT INTO enrolment (county, code, worker, until) VALUES (@county, $1, $2, $3)";
            self.tables.db.execute(sql, &[kept(&code.0).as_slice().into(), name.as_str().into(), until.into()])?;
            Ok((code, Some(Entry::new(at, by, Deed::Device).with(format!("code for {name}")))))
        })
    }

    /// Enrols a device with a code, which is then used up.
    ///
    /// Errors: `STORE-0508` when the code is wrong, used up or too old.
    pub fn enrol(&mut self, code: &Code, new: &Enrolment, now: i64) -> Result<DeviceId, Fault> {
        self.tables.audited(|| {
            let db = self.tables.db;
            let code = Cell::from(kept(&code.0).as_slice());
            let lines =
                db.query("SELECT worker FROM enrolment WHERE county = @county AND code = $1 AND until > $2", &[code.clone(), now.into()])?;
            let worker = read(db, &lines, |line| line.text(0).map(str::to_owned))?.pop().ok_or_else(|| Fault::new("STORE-0508"))?;
            db.execute("DELETE FROM enrolment WHERE county = @county AND (code = $1 OR until <= $2)", &[code, now.into()])?;
            let id = DeviceId(Uuid::from_bytes(random()?));
            let values: [Cell; 5] =
                [key(id), worker.as_str().into(), new.shown.as_str().into(), new.public_key.as_slice().into(), now.into()];
            let sql = "INSERT INTO device (county, id, worker, shown, public_key, enrolled_at, seen_at, wipe) \
                       VALUES (@county, $1, $2, $3, $4, $5, $5, 0)";
            db.execute(sql, &values)?;
            let actor = Actor { device: Some(id.to_string().into()), ..Actor::worker(&worker) };
            Ok((id, Some(Entry::new(now, &actor, Deed::Device).with("enrol"))))
        })
    }

    /// Revokes a device, and has it wipe its data when it is next heard of, if `wipe`.
    ///
    /// Errors: `STORE-0509` when there is no such device.
    pub fn revoke_device(&mut self, by: &Actor, at: i64, id: DeviceId, wipe: bool) -> Result<(), Fault> {
        self.tables.audited(|| {
            let sql = "UPDATE device SET revoked_at = coalesce(revoked_at, $2), wipe = $3 WHERE county = @county AND id = $1";
            if self.tables.db.execute(sql, &[key(id), at.into(), i64::from(wipe).into()])? == 0 {
                return Err(Fault::new("STORE-0509").with("id", id));
            }
            let end = "UPDATE session SET ended_at = $2 WHERE county = @county AND device = $1 AND ended_at IS NULL";
            self.tables.db.execute(end, &[id.to_string().as_str().into(), at.into()])?;
            let words = if wipe { "revoke and wipe" } else { "revoke" };
            Ok(((), Some(Entry::new(at, by, Deed::Device).with(format!("{words} {id}")))))
        })
    }

    /// Notes that a device was heard of, and with `wiped` that it has wiped its data.
    ///
    /// Errors: `STORE-0509` when there is no such device.
    pub fn device_seen(&mut self, id: DeviceId, now: i64, wiped: bool) -> Result<(), Fault> {
        self.tables.audited(|| {
            let sql = if wiped {
                "UPDATE device SET seen_at = $2, wipe = 0 WHERE county = @county AND id = $1"
            } else {
                "UPDATE device SET seen_at = $2 WHERE county = @county AND id = $1"
            };
            if self.tables.db.execute(sql, &[key(id), now.into()])? == 0 {
                return Err(Fault::new("STORE-0509").with("id", id));
            }
            let actor = Actor { worker: None, device: Some(id.to_string().into()) };
            Ok(((), wiped.then(|| Entry::new(now, &actor, Deed::Device).with("wiped"))))
        })
    }
}
