//! What is read of one resident, organisation, household or area before the schedules are asked.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use qianmo_access::consent::{Answered, Rules};
use qianmo_core::form::{Form, Identifies};
use qianmo_core::schedule::{Fact, FormNumber, Planner};
use qianmo_core::{Action, AreaCode, Date, Fault, Kind, RecordId, SubjectId, Value};
use qianmo_store::{ActionRef, Row, RowRef};

/// A form that is read: by schedules, or because it says who and where somebody is.
#[derive(Debug)]
pub(crate) struct Readable {
    pub(crate) number: Option<FormNumber>,
    kinds: HashMap<Arc<str>, Kind>,
    name: Option<Arc<str>>,
    pub(crate) locates: bool,
    /// Whether its records are answers about consent.
    pub(crate) consents: bool,
}

impl Readable {
    pub(crate) fn of(form: &Form, planner: &Planner, rules: &Rules) -> Self {
        let name = form.fields.iter().find(|field| field.identifies == Some(Identifies::Name));
        Self {
            number: planner.form(&form.id),
            kinds: form.fields.iter().map(|field| (field.id.clone(), field.kind.kind())).collect(),
            name: name.map(|field| field.id.clone()),
            locates: form.locates,
            consents: rules.form() == Some(&form.id),
        }
    }
}

/// A record as it is kept until its person is asked about.
#[derive(Debug)]
struct Kept {
    form: FormNumber,
    subject: SubjectId,
    resident: Option<SubjectId>,
    at: Date,
    written: i64,
    id: RecordId,
    values: BTreeMap<Arc<str>, Value>,
}

/// Everything kept of one resident, organisation, household or area.
#[derive(Debug, Default)]
pub(crate) struct Dossier {
    records: Vec<Kept>,
    pub(crate) answers: Vec<Answered>,
    pub(crate) name: Option<(Date, String)>,
    /// Where the latest locating record up to the day puts them.
    pub(crate) home: Option<(Date, AreaCode)>,
    last: Option<(Date, AreaCode)>,
}

pub(crate) type Dossiers = HashMap<SubjectId, Dossier>;

/// Those who sit in an area on a day, with what schedules read of them: ready to be asked about again and again.
#[derive(Debug)]
pub struct People {
    pub(crate) dossiers: Dossiers,
}

impl People {
    /// How many residents, organisations, households and areas.
    #[must_use]
    pub fn len(&self) -> usize {
        self.dossiers.len()
    }

    /// Whether there is nobody.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.dossiers.is_empty()
    }
}

impl Dossier {
    /// Where they sit: by the latest locating record up to the day, else where they were last recorded.
    pub(crate) fn sits(&self) -> Option<AreaCode> {
        self.home.or(self.last).map(|(_, area)| area)
    }

    /// The same for a subject that may itself be an area.
    pub(crate) fn home_of(&self, subject: SubjectId) -> Option<AreaCode> {
        subject.as_area().or_else(|| self.sits())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    pub(crate) fn facts(&self) -> impl Iterator<Item = Fact<'_>> {
        self.records.iter().map(Kept::fact)
    }

    /// Takes in a record in force; `on`: the day for which it is known where they sit.
    pub(crate) fn take(&mut self, form: &Readable, row: &RowRef<'_>, rules: &Rules, on: Date) -> Result<(), Fault> {
        let at = row.at();
        let mut values = BTreeMap::new();
        qianmo_store::parse_values(row.values, &mut |field, raw| {
            if let Some((field, kind)) = form.kinds.get_key_value(field)
                && let Some(value) = raw.value(*kind).filter(|value| !value.is_null())
            {
                values.insert(field.clone(), value);
            }
            Ok(())
        })?;
        if self.last.is_none_or(|held| held.0 <= at) {
            self.last = Some((at, row.area));
        }
        if form.locates && at <= on && self.home.is_none_or(|held| held.0 <= at) {
            self.home = Some((at, row.area));
        }
        if form.locates
            && let Some(Value::Text(name)) = form.name.as_ref().and_then(|field| values.get(field))
            && self.name.as_ref().is_none_or(|held| held.0 <= at)
        {
            self.name = Some((at, name.to_string()));
        }
        if form.consents {
            let value = |field: &str| values.get(field).cloned().unwrap_or_default();
            self.answers.extend(rules.answered(row.form, at, &value));
        }
        if let Some(number) = form.number {
            let kept =
                Kept { form: number, subject: row.subject, resident: row.resident, at, written: row.recorded_at, id: row.id, values };
            self.records.push(kept);
        }
        Ok(())
    }
}

impl Kept {
    fn fact(&self) -> Fact<'_> {
        Fact {
            form: self.form,
            subject: self.subject,
            resident: self.resident,
            at: self.at,
            written: self.written,
            id: self.id,
            values: &self.values,
        }
    }
}

/// A row of the log as a scan hands it out.
pub(crate) fn borrowed(row: &Row) -> RowRef<'_> {
    let head = row.head();
    RowRef {
        seq: row.seq,
        id: head.id,
        form: &head.form,
        form_version: head.form_version,
        subject_kind: &head.subject.kind,
        subject: head.subject.id,
        resident: head.resident,
        area: head.area,
        organisation: head.organisation,
        worker: head.worker.as_deref(),
        device: head.device.as_deref(),
        at_days: qianmo_store::days_of_date(head.at),
        recorded_at: head.recorded_at,
        action: match &head.action {
            Action::State => ActionRef::State,
            Action::Supersede(target) => ActionRef::Supersede(*target),
            Action::Void { record, reason } => ActionRef::Void { record: *record, reason },
        },
        values: row.values(),
    }
}

/// Of the rows about some subjects, those in force.
pub(crate) fn in_force(rows: &[Row]) -> impl Iterator<Item = &Row> {
    let gone: HashSet<RecordId> = rows
        .iter()
        .filter_map(|row| match &row.head().action {
            Action::Supersede(old) | Action::Void { record: old, .. } => Some(*old),
            Action::State => None,
        })
        .collect();
    rows.iter().filter(move |row| !matches!(row.head().action, Action::Void { .. }) && !gone.contains(&row.head().id))
}
