//! The directory of residents: who sits where, by which name, and how a person at the counter is found.
//!
//! A projection of the log: two tables that follow the sheets named by a [`DirectoryPolicy`], written in the transaction of the records
//! they follow from ([`follow`]), and made anew when the policy or the data is of another time ([`keep`]). Numbers and phones stand in it
//! as keyed hashes only; a name that the sealing seals is sealed here, too, and then found only whole.

mod fold;
mod follow;
mod keys;
mod policy;
mod search;

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::civil::Date;
use qianmo_core::{AreaCode, Fault, SubjectId};

pub(crate) use follow::{Keeper, Written, follow, keep, rebuild};
pub(crate) use policy::Plan;
pub use policy::{DirectoryPolicy, Sheet};
pub use search::{Found, Search};

use crate::date_of_days;
use crate::db::{Cell, Line, read};
use crate::row::Cut;
use crate::seal::open_text;
use crate::sight::sql::Dialect;
use crate::tables::Tables;
use crate::words::Words;

/// A resident as the directory knows them: what their sheets in force say together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resident {
    /// Who.
    pub id: SubjectId,
    /// Where they sit, by the latest sheet that says so.
    pub area: Option<AreaCode>,
    /// The position of the log since which that is known.
    pub arrived: Option<Cut>,
    /// Name.
    pub name: Option<String>,
    /// Date of birth.
    pub birth: Option<Date>,
    /// Sex, as coded in the sheet.
    pub sex: Option<String>,
    /// The household they belong to.
    pub household: Option<SubjectId>,
    /// The resident who this one turned out to be.
    pub merged_into: Option<SubjectId>,
}

/// The directory, for reading. Without a sight it gives everything: read on somebody's behalf with [`crate::Reader`].
pub struct Directory<'s> {
    tables: Tables<'s>,
    plan: &'s Plan,
    words: Arc<Words>,
    dialect: Dialect,
}

impl std::fmt::Debug for Directory<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Directory").field("plan", &self.plan).finish_non_exhaustive()
    }
}

const SHOWN: &str = "d.resident, d.area, d.arrived, d.name, d.birth, d.sex, d.household, d.merged_into";

impl<'s> Directory<'s> {
    pub(crate) fn new(tables: Tables<'s>, plan: &'s Plan, words: Arc<Words>, dialect: Dialect) -> Self {
        Self { tables, plan, words, dialect }
    }

    /// The forms that say who somebody is and where: those that the directory follows, without those that only merge entries.
    #[must_use]
    pub fn sheets(&self) -> BTreeSet<Arc<str>> {
        self.plan.policy.sheets()
    }

    /// Where a resident sits.
    ///
    /// Errors: those of every method of [`crate::Store`], here and below.
    pub fn home(&self, resident: SubjectId) -> Result<Option<AreaCode>, Fault> {
        let db = self.tables.db;
        let lines = db.query("SELECT area FROM resident WHERE county = @county AND resident = $1", &[resident.into()])?;
        Ok(read(db, &lines, |line| line.area_or(0))?.pop().flatten())
    }

    /// A resident.
    pub fn resident(&self, resident: SubjectId) -> Result<Option<Resident>, Fault> {
        Ok(self.where_is("d.county = @county AND d.resident = $1", &[resident.into()])?.pop())
    }

    /// The residents of a household.
    pub fn members(&self, household: SubjectId) -> Result<Vec<Resident>, Fault> {
        self.where_is("d.county = @county AND d.household = $1 AND d.merged_into IS NULL", &[household.into()])
    }

    /// Residents who came to sit in one of the areas after a position.
    pub fn moved_in(&self, areas: &[AreaCode], since: Cut) -> Result<Vec<Resident>, Fault> {
        // The plus sign keeps SQLite from going by the county, which is all there is.
        let condition = format!("+d.county = @county AND {} AND d.arrived > $2", self.dialect.numbers_in("d.area", 1));
        self.where_is(&condition, &[list(areas.iter().map(|area| area.number())), since.0.into()])
    }

    /// Positions up to `until` of the records made elsewhere about residents who sit in one of the areas, in order.
    pub(crate) fn made_elsewhere(&self, areas: &[AreaCode], until: Cut) -> Result<Vec<i64>, Fault> {
        let (home, made, mine) = (self.dialect.numbers_in("d.area", 1), self.dialect.numbers_in("p.area", 1), self.dialect.mine("p"));
        // Residents first, then the index on subjects.
        let from =
            format!("FROM resident d CROSS JOIN record p WHERE +d.county = @county AND {mine} AND {home} AND NOT {made} AND p.seq <= $2");
        let sql = format!(
            "SELECT p.seq {from} AND p.subject = d.resident \
             UNION SELECT p.seq {from} AND p.resident = d.resident AND p.resident <> p.subject ORDER BY 1"
        );
        let db = self.tables.db;
        let lines = db.query(&sql, &[list(areas.iter().map(|area| area.number())), until.0.into()])?;
        read(db, &lines, |line| line.int(0))
    }

    fn where_is(&self, condition: &str, values: &[Cell]) -> Result<Vec<Resident>, Fault> {
        let sql = format!("SELECT {SHOWN} FROM resident d WHERE {condition} ORDER BY d.resident");
        let lines = self.tables.db.query(&sql, values)?;
        lines.iter().map(|line| self.shown(line, 0)).collect()
    }

    /// The resident that the columns [`SHOWN`] from `at` on tell of.
    fn shown(&self, line: &Line, at: usize) -> Result<Resident, Fault> {
        let read = || -> Result<(Resident, Option<String>), ()> {
            let days = |n: i64| i32::try_from(n).map(date_of_days).map_err(|_| ());
            let id = SubjectId(line.uuid_or(at)?.ok_or(())?);
            let resident = Resident {
                id,
                area: line.area_or(at + 1)?,
                arrived: line.int_or(at + 2)?.map(Cut),
                name: None,
                birth: line.int_or(at + 4)?.map(days).transpose()?,
                sex: line.text_or(at + 5)?.map(str::to_owned),
                household: line.uuid_or(at + 6)?.map(SubjectId),
                merged_into: line.uuid_or(at + 7)?.map(SubjectId),
            };
            Ok((resident, line.text_or(at + 3)?.map(str::to_owned)))
        };
        let (mut resident, name) = read().map_err(|()| self.tables.db.damaged())?;
        resident.name = name.map(|name| self.name(resident.id, name)).transpose()?;
        Ok(resident)
    }

    fn name(&self, resident: SubjectId, stored: String) -> Result<String, Fault> {
        opened_name(self.plan, &self.tables, resident, stored)
    }
}

/// A name as it lies in the directory, opened.
fn opened_name(plan: &Plan, tables: &Tables<'_>, resident: SubjectId, stored: String) -> Result<String, Fault> {
    if plan.name_sealed { open_text(tables.sealing, resident.0.as_bytes(), &stored) } else { Ok(stored) }
}

/// Numbers as one value: see [`Dialect::numbers_in`].
fn list(numbers: impl IntoIterator<Item = u64>) -> Cell {
    Cell::Text(numbers.into_iter().map(|number| number.to_string()).collect::<Vec<_>>().join(","))
}

/// Ids as one value: see [`Dialect::ids_in`].
pub(crate) fn id_list(ids: impl IntoIterator<Item = SubjectId>) -> Cell {
    Cell::Text(ids.into_iter().map(|id| id.0.simple().to_string()).collect::<Vec<_>>().join(","))
}
