//! Grants: a role in an area, for programmes, up to a sensitivity, between two days.

use std::collections::BTreeSet;
use std::sync::Arc;

use qianmo_core::pack::Sensitivity;
use qianmo_core::{AreaCode, Date, Fault, SubjectId};
use uuid::Uuid;

use super::{AccountName, Accounts, AccountsMut, random};
use crate::audit::{Actor, Deed, Entry};
use crate::db::{Cell, Line, read};
use crate::{date_of_days, days_of_date};

/// The id of a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GrantId(pub Uuid);

/// What somebody works as. What each role sees by default is decided where data is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// 村医
    VillageDoctor,
    /// 公卫人员
    PublicHealth,
    /// 妇幼、计生服务
    Clinician,
    /// 镇卫健办
    HealthOffice,
    /// 县卫健分析
    CountyAnalyst,
    /// 疾控
    DiseaseControl,
    /// 监督
    Supervision,
    /// 村干部
    Committee,
    /// 居民、监护人
    Resident,
    /// 审计
    Auditor,
    /// 账号管理
    Administrator,
}

const ROLES: [(Role, &str); 11] = [
    (Role::VillageDoctor, "village_doctor"),
    (Role::PublicHealth, "public_health"),
    (Role::Clinician, "clinician"),
    (Role::HealthOffice, "health_office"),
    (Role::CountyAnalyst, "county_analyst"),
    (Role::DiseaseControl, "disease_control"),
    (Role::Supervision, "supervision"),
    (Role::Committee, "committee"),
    (Role::Resident, "resident"),
    (Role::Auditor, "auditor"),
    (Role::Administrator, "administrator"),
];

impl Role {
    /// Every role.
    pub fn all() -> impl Iterator<Item = Self> {
        ROLES.into_iter().map(|(role, _)| role)
    }

    /// Its word in the table and on the wire.
    #[must_use]
    pub fn word(self) -> &'static str {
        ROLES.iter().find(|(role, _)| *role == self).map_or("", |(_, word)| word)
    }

    /// The role named by a word of [`Role::word`].
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        ROLES.iter().find(|(_, named)| *named == word).map(|(role, _)| *role)
    }
}

/// For which programmes (packs) a grant holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Programmes {
    /// All.
    All,
    /// Those named.
    Only(BTreeSet<Arc<str>>),
}

impl Programmes {
    /// Whether a programme is among them.
    #[must_use]
    pub fn contain(&self, pack: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(named) => named.contains(pack),
        }
    }

    fn text(&self) -> String {
        match self {
            Self::All => "*".to_owned(),
            Self::Only(named) => named.iter().map(|pack| &**pack).collect::<Vec<_>>().join(" "),
        }
    }

    fn from_text(text: &str) -> Self {
        if text == "*" { Self::All } else { Self::Only(text.split_whitespace().map(Into::into).collect()) }
    }
}

/// Who may work as what, where, on what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Whose.
    pub worker: AccountName,
    /// As what.
    pub role: Role,
    /// In this area and everything below it.
    pub area: AreaCode,
    /// On which programmes.
    pub programmes: Programmes,
    /// Up to this sensitivity.
    pub sensitivity: Sensitivity,
    /// Only for these residents ("assigned patients"), none when empty; for everybody in the area when absent.
    pub residents: Option<BTreeSet<SubjectId>>,
    /// First day.
    pub from: Date,
    /// Last day; open when absent.
    pub to: Option<Date>,
}

const LEVELS: [(Sensitivity, i64); 3] = [(Sensitivity::Routine, 0), (Sensitivity::Sensitive, 1), (Sensitivity::Restricted, 2)];
const SELECT: &str = "SELECT id, worker, role, area, programmes, sensitivity, valid_from, valid_to, residents FROM worker_grant \
                      WHERE county = @county AND taken_at IS NULL";

fn grant(line: &Line) -> Result<(GrantId, Grant), ()> {
    let day = |days: i64| i32::try_from(days).map(date_of_days).map_err(|_| ());
    let level = line.int(5)?;
    let grant = Grant {
        worker: line.text(1)?.parse().map_err(|_| ())?,
        role: Role::from_word(line.text(2)?).ok_or(())?,
        area: line.area_or(3)?.ok_or(())?,
        programmes: Programmes::from_text(line.text(4)?),
        sensitivity: LEVELS.into_iter().find(|(_, number)| *number == level).ok_or(())?.0,
        from: day(line.int(6)?)?,
        to: line.int_or(7)?.map(day).transpose()?,
        residents: line.blob_or(8)?.map(ids).transpose()?,
    };
    Ok((GrantId(line.uuid_or(0)?.ok_or(())?), grant))
}

fn ids(bytes: &[u8]) -> Result<BTreeSet<SubjectId>, ()> {
    let (ids, []) = bytes.as_chunks::<16>() else { return Err(()) };
    Ok(ids.iter().map(|id| SubjectId(Uuid::from_bytes(*id))).collect())
}

/// The residents as a cell, and as words for the audit chain.
fn limited(residents: Option<&BTreeSet<SubjectId>>) -> (Cell, String) {
    let Some(residents) = residents else { return (Cell::Null, "*".to_owned()) };
    let words: Vec<String> = residents.iter().map(|id| id.0.to_string()).collect();
    (Cell::Blob(residents.iter().flat_map(|id| *id.0.as_bytes()).collect()), format!("[{}]", words.join(" ")))
}

impl Accounts<'_> {
    /// The grants of an account in force on a day; of one that doesn't exist or is disabled, none.
    pub fn grants_on(&self, name: &AccountName, day: Date) -> Result<Vec<Grant>, Fault> {
        if self.worker(name)?.is_none_or(|worker| !worker.enabled) {
            return Ok(Vec::new());
        }
        let all = self.grants(name)?.into_iter().map(|(_, grant)| grant);
        Ok(all.filter(|grant| grant.from <= day && grant.to.is_none_or(|to| day <= to)).collect())
    }

    /// The grant with this id, unless it was taken back.
    pub fn grant(&self, id: GrantId) -> Result<Option<Grant>, Fault> {
        let sql = format!("{SELECT} AND id = $1");
        let lines = self.tables.db.query(&sql, &[Cell::Blob(id.0.as_bytes().to_vec())])?;
        Ok(read(self.tables.db, &lines, grant)?.pop().map(|(_, grant)| grant))
    }

    /// All grants of an account that were not taken back, whatever the day.
    pub fn grants(&self, name: &AccountName) -> Result<Vec<(GrantId, Grant)>, Fault> {
        let lines = self.tables.db.query(&format!("{SELECT} AND worker = $1 ORDER BY given_at, id"), &[name.as_str().into()])?;
        read(self.tables.db, &lines, grant)
    }
}

impl AccountsMut<'_> {
    /// Gives a grant.
    ///
    /// Errors: `STORE-0506` when there is no such account.
    pub fn give(&mut self, by: &Actor, at: i64, grant: &Grant) -> Result<GrantId, Fault> {
        self.tables.audited(|| {
            if self.read().worker(&grant.worker)?.is_none() {
                return Err(Fault::new("STORE-0506").with("name", &grant.worker));
            }
            let id = GrantId(Uuid::from_bytes(random()?));
            let level = LEVELS.into_iter().find(|(level, _)| *level == grant.sensitivity).map_or(0, |(_, number)| number);
            let programmes = grant.programmes.text();
            let (residents, named) = limited(grant.residents.as_ref());
            let values: [Cell; 10] = [
                Cell::Blob(id.0.as_bytes().to_vec()),
                grant.worker.as_str().into(),
                grant.role.word().into(),
                grant.area.into(),
                programmes.as_str().into(),
                level.into(),
                i64::from(days_of_date(grant.from)).into(),
                grant.to.map(|to| i64::from(days_of_date(to))).into(),
                at.into(),
                residents,
            ];
            let sql = "INSERT INTO worker_grant (county, id, worker, role, area, programmes, sensitivity, valid_from, valid_to, given_at, \
                       residents) VALUES (@county, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
            self.tables.db.execute(sql, &values)?;
            let entry = Entry { area: Some(grant.area), ..Entry::new(at, by, Deed::Grant) };
            let words = format!("give {} {} {programmes} {level} {} {named}", grant.worker, grant.role.word(), id.0);
            Ok((id, Some(entry.with(words))))
        })
    }

    /// Limits a grant to other residents, or to none in particular.
    ///
    /// Errors: `STORE-0509` when there is no such grant in force.
    pub fn assign(&mut self, by: &Actor, at: i64, id: GrantId, residents: Option<&BTreeSet<SubjectId>>) -> Result<(), Fault> {
        self.tables.audited(|| {
            let (cell, named) = limited(residents);
            let sql = "UPDATE worker_grant SET residents = $2 WHERE county = @county AND id = $1 AND taken_at IS NULL";
            if self.tables.db.execute(sql, &[Cell::Blob(id.0.as_bytes().to_vec()), cell])? == 0 {
                return Err(Fault::new("STORE-0509").with("id", id.0));
            }
            Ok(((), Some(Entry::new(at, by, Deed::Grant).with(format!("assign {} {named}", id.0)))))
        })
    }

    /// Takes a grant back.
    ///
    /// Errors: `STORE-0509` when there is no such grant in force.
    pub fn take(&mut self, by: &Actor, at: i64, id: GrantId) -> Result<(), Fault> {
        self.tables.audited(|| {
            let sql = "UPDATE worker_grant SET taken_at = $2 WHERE county = @county AND id = $1 AND taken_at IS NULL";
            if self.tables.db.execute(sql, &[Cell::Blob(id.0.as_bytes().to_vec()), at.into()])? == 0 {
                return Err(Fault::new("STORE-0509").with("id", id.0));
            }
            Ok(((), Some(Entry::new(at, by, Deed::Grant).with(format!("take {}", id.0)))))
        })
    }
}
