//! From a resident's sheets to the line of the directory.

use std::collections::BTreeMap;
use std::sync::Arc;

use qianmo_core::{AreaCode, Fault, Record, SubjectId, Value};
use uuid::Uuid;

use super::keys;
use super::policy::{DirectoryPolicy, Plan, Sheet};
use crate::db::Cell;
use crate::row::{RowRef, days_of_date};
use crate::seal::{Sealing, stored_text};
use crate::values::{Raw, parse_values};

/// What one sheet in force says.
#[derive(Debug, Clone, Default)]
pub(super) struct Said {
    at_days: i32,
    seq: i64,
    area: Option<AreaCode>,
    name: Option<String>,
    birth: Option<i32>,
    sex: Option<String>,
    household: Option<Uuid>,
    number: Option<String>,
    phone: Option<String>,
    merged_into: Option<Uuid>,
}

impl Said {
    /// By a row of the log; `None` when its form isn't in the directory.
    pub(super) fn by_row(policy: &DirectoryPolicy, row: &RowRef<'_>) -> Result<Option<Self>, Fault> {
        let Some(sheet) = policy.of(row.form) else { return Ok(None) };
        let mut said = Self { at_days: row.at_days, seq: row.seq, area: sheet.locates.then_some(row.area), ..Self::default() };
        parse_values(row.values, &mut |field, raw| {
            if let Raw::Text(text) = raw {
                said.field(sheet, field, &text);
            }
            Ok(())
        })?;
        Ok(Some(said))
    }

    /// By a record just written.
    pub(super) fn by_record(policy: &DirectoryPolicy, record: &Record, seq: i64) -> Option<Self> {
        let sheet = policy.of(&record.form)?;
        let area = sheet.locates.then_some(record.area);
        let mut said = Self { at_days: days_of_date(record.at), seq, area, ..Self::default() };
        for (field, value) in &record.values {
            match value {
                Value::Text(text) => said.field(sheet, field, text),
                Value::Date(date) => said.field(sheet, field, &date.to_string()),
                _ => {}
            }
        }
        Some(said)
    }

    fn field(&mut self, sheet: &Sheet, field: &str, text: &str) {
        let is = |named: &Option<Arc<str>>| named.as_deref() == Some(field);
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        let some = || Some(text.to_owned());
        if is(&sheet.name) {
            self.name = some();
        } else if is(&sheet.birth) {
            self.birth = text.parse().ok().map(days_of_date);
        } else if is(&sheet.sex) {
            self.sex = some();
        } else if is(&sheet.number) {
            self.number = Some(keys::plain_number(text));
        } else if is(&sheet.phone) {
            self.phone = Some(keys::plain_number(text));
        } else if is(&sheet.household) {
            self.household = Uuid::parse_str(text).ok();
        } else if is(&sheet.merged_into) {
            self.merged_into = Uuid::parse_str(text).ok();
        }
    }
}

/// A resident's line, before it is sealed.
#[derive(Debug, Clone, Default)]
pub(super) struct Line {
    /// Where, and the position of the sheet that says so.
    pub(super) home: Option<(AreaCode, i64)>,
    pub(super) name: Option<String>,
    birth: Option<i32>,
    sex: Option<String>,
    household: Option<Uuid>,
    number: Option<String>,
    phone: Option<String>,
    merged_into: Option<Uuid>,
}

/// What sheets say together: the later by date, then by position, completes and overrules the earlier, field by field.
pub(super) fn fold(mut sheets: Vec<Said>) -> Line {
    sheets.sort_by_key(|said| (said.at_days, said.seq));
    let mut line = Line::default();
    for said in sheets {
        line.home = said.area.map(|area| (area, said.seq)).or(line.home);
        line.name = said.name.or(line.name);
        line.birth = said.birth.or(line.birth);
        line.sex = said.sex.or(line.sex);
        line.household = said.household.or(line.household);
        line.number = said.number.or(line.number);
        line.phone = said.phone.or(line.phone);
        line.merged_into = said.merged_into.or(line.merged_into);
    }
    line
}

/// Columns of `resident` that a line fills.
pub(super) const COLUMNS: [&str; 12] =
    ["resident", "area", "arrived", "name", "birth", "sex", "household", "number", "number_tail", "phone", "phone_tail", "merged_into"];

impl Line {
    /// The cells of [`COLUMNS`]; `arrived` says since which position the resident sits there.
    pub(super) fn cells(&self, resident: SubjectId, arrived: Option<i64>, plan: &Plan, sealing: Option<&Sealing>) -> Vec<Cell> {
        let id = resident.0.as_bytes();
        let text = |text: &String| Cell::Text(text.clone());
        let name = self.name.as_ref().map(|name| if plan.name_sealed { stored_text(sealing, id, name) } else { name.clone() });
        let hash = |what: &str, text: Option<&str>| text.map_or(Cell::Null, |text| Cell::Blob(keys::digest(sealing, what, text)));
        vec![
            resident.into(),
            self.home.map(|(area, _)| area).into(),
            arrived.into(),
            name.as_ref().map_or(Cell::Null, text),
            self.birth.filter(|_| plan.keeps_birth()).map(i64::from).into(),
            self.sex.as_ref().filter(|_| plan.keeps_sex()).map_or(Cell::Null, text),
            self.household.map(SubjectId).into(),
            hash("number", self.number.as_deref()),
            hash("number tail", self.number.as_deref().and_then(keys::tail)),
            hash("phone", self.phone.as_deref()),
            hash("phone tail", self.phone.as_deref().and_then(keys::tail)),
            self.merged_into.map(SubjectId).filter(|into| *into != resident).into(),
        ]
    }
}

/// The keys under which a name stands: those written now, or every one under which it may stand.
pub(super) fn keys_of(name: Option<&str>, plan: &Plan, sealing: Option<&Sealing>, every: bool) -> Vec<(i64, String)> {
    let Some(name) = name else { return Vec::new() };
    if !plan.name_sealed {
        return keys::of_name(name);
    }
    let mut keys = keys::of_sealed_name(sealing, name);
    if every { keys } else { keys.pop().into_iter().collect() }
}

/// Sheets by resident.
pub(super) type Sheets = BTreeMap<SubjectId, Vec<Said>>;
