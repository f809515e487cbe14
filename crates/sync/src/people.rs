//! What is known of the people in a batch: their sheets, read once each and completed by what the batch itself brings.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use qianmo_core::form::complete;
use qianmo_core::{Action, AreaCode, Date, Fault, Form, Record, RecordId, SubjectId, Value};
use qianmo_store::{Row, Store};

use crate::Rules;

type Values = BTreeMap<Arc<str>, Value>;

/// The people of one batch.
pub(crate) struct People<'a> {
    rules: &'a Rules,
    store: &'a dyn Store,
    sheets: HashMap<SubjectId, Person>,
    nobody: Values,
    homes: HashMap<SubjectId, Option<(Date, AreaCode)>>,
    /// Sheets and what says where somebody sits, of those asked for beforehand.
    rows: HashMap<SubjectId, Vec<Row>>,
    /// Sheets that the batch brings, of people whose sheets weren't asked for yet.
    coming: HashMap<SubjectId, Vec<Record>>,
}

#[derive(Default)]
struct Person {
    /// Sheets in force.
    sheets: Vec<Record>,
    /// The sheets completed, when asked for since the last one came.
    whole: Option<Values>,
}

/// The record of a row, its values by the form's fields.
pub(crate) fn decoded(form: &Form, row: &Row) -> Result<Record, Fault> {
    row.record(&|field| form.field(field).map(|field| field.kind.kind()))
}

/// What the rows correct or withdraw.
fn corrected(rows: &[Row]) -> HashSet<RecordId> {
    let target = |row: &Row| match &row.head().action {
        Action::Supersede(old) | Action::Void { record: old, .. } => Some(*old),
        Action::State => None,
    };
    rows.iter().filter_map(target).collect()
}

fn stands(row: &Row, gone: &HashSet<RecordId>) -> bool {
    !matches!(row.head().action, Action::Void { .. }) && !gone.contains(&row.head().id)
}

/// Those of the rows that are in force and of this form.
pub(crate) fn in_force<'r>(rows: &'r [Row], form: &'r str) -> impl Iterator<Item = &'r Row> {
    let gone = corrected(rows);
    rows.iter().filter(move |row| *row.head().form == *form && stands(row, &gone))
}

impl Person {
    /// A sheet of the batch itself.
    fn comes(&mut self, record: Record) {
        if let Action::Supersede(old) | Action::Void { record: old, .. } = &record.action {
            self.sheets.retain(|held| held.id != *old);
        }
        if !matches!(record.action, Action::Void { .. }) {
            self.sheets.push(record);
        }
        self.whole = None;
    }
}

impl<'a> People<'a> {
    pub(crate) fn new(rules: &'a Rules, store: &'a dyn Store) -> Self {
        Self {
            rules,
            store,
            sheets: HashMap::new(),
            nobody: Values::new(),
            homes: HashMap::new(),
            rows: HashMap::new(),
            coming: HashMap::new(),
        }
    }

    /// Reads what will be asked for of these people, at once.
    pub(crate) fn read_ahead(&mut self, people: &[SubjectId]) -> Result<(), Fault> {
        let forms: Vec<&str> =
            self.rules.packs().forms().filter(|form| form.locates || form.is_person_sheet()).map(|form| &*form.id).collect();
        for some in people.chunks(500) {
            self.rows.extend(some.iter().map(|person| (*person, Vec::new())));
            for row in self.store.records_of_many(some, Some(&forms))? {
                if let Some(rows) = self.rows.get_mut(&row.head().subject.id) {
                    rows.push(row);
                }
            }
        }
        Ok(())
    }

    fn rows(&self, subject: SubjectId) -> Result<Cow<'_, [Row]>, Fault> {
        Ok(match self.rows.get(&subject) {
            Some(rows) => Cow::Borrowed(rows),
            None => Cow::Owned(self.store.records_of(subject)?),
        })
    }

    /// A person's sheet: everything known, completed in order of the dates, of one day in order of writing.
    pub(crate) fn sheet(&mut self, resident: Option<SubjectId>) -> Result<&Values, Fault> {
        let (Some(resident), Some(form)) = (resident, self.rules.packs().person_sheet()) else { return Ok(&self.nobody) };
        if !self.sheets.contains_key(&resident) {
            let sheets = in_force(&self.rows(resident)?, &form.id).map(|row| decoded(form, row)).collect::<Result<Vec<_>, _>>()?;
            let mut person = Person { sheets, whole: None };
            for record in self.coming.remove(&resident).unwrap_or_default() {
                person.comes(record);
            }
            self.sheets.insert(resident, person);
        }
        let person = self.sheets.entry(resident).or_default();
        Ok(person.whole.get_or_insert_with(|| {
            person.sheets.sort_by_key(|record| (record.at, record.recorded_at));
            let mut whole = Values::new();
            for record in &person.sheets {
                complete(&mut whole, &record.values);
            }
            whole
        }))
    }

    /// Where the subject of a locating record has been sitting.
    pub(crate) fn home(&mut self, subject: SubjectId) -> Result<Option<AreaCode>, Fault> {
        if !self.homes.contains_key(&subject) {
            let rows = self.rows(subject)?;
            let locating = |row: &&Row| self.rules.form(&row.head().form).is_some_and(|form| form.locates);
            let gone = corrected(&rows);
            let sits =
                rows.iter().filter(locating).filter(|row| stands(row, &gone)).map(|row| (row.head().at, row.seq, row.head().area)).max();
            self.homes.insert(subject, sits.map(|(at, _, area)| (at, area)));
        }
        Ok(self.homes.get(&subject).copied().flatten().map(|(_, area)| area))
    }

    /// A record that the batch brings is going to be written.
    pub(crate) fn comes(&mut self, record: &Record) {
        if self.rules.form(&record.form).is_some_and(|form| form.locates)
            && let Some(home) = self.homes.get_mut(&record.subject.id)
            && home.is_none_or(|(at, _)| at <= record.at)
        {
            *home = Some((record.at, record.area));
        }
        let is_sheet = self.rules.packs().person_sheet().is_some_and(|form| form.id == record.form);
        if !is_sheet {
            return;
        }
        let Some(resident) = record.resident else { return };
        match self.sheets.get_mut(&resident) {
            Some(person) => person.comes(record.clone()),
            None => self.coming.entry(resident).or_default().push(record.clone()),
        }
    }
}
