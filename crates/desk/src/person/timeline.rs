//! The timeline: one entry for each fact recorded, with what became of it.

use std::collections::HashMap;
use std::sync::Arc;

use qianmo_core::form::Form;
use qianmo_core::pack::Pack;
use qianmo_core::{Action, AreaCode, Date, Fault, RecordId, SubjectId, Value};
use qianmo_store::Row;

use super::show::{self, Shown};
use super::{Forms, PersonAsked, Values, said};

/// A fact recorded: the record in force, or the last one where it was withdrawn.
#[derive(Debug, Clone)]
pub struct TimelineEntry {
    /// The record.
    pub id: RecordId,
    /// The form.
    pub form: Arc<str>,
    /// Its name.
    pub form_name: String,
    /// The programme; empty when it isn't in use any more.
    pub pack: Arc<str>,
    /// Its name.
    pub pack_name: String,
    /// What it is about: the person or one of their episodes.
    pub subject: SubjectId,
    /// Kind of the subject.
    pub kind: Arc<str>,
    /// The entry given up that it was recorded about, where entries were merged.
    pub recorded_about: Option<SubjectId>,
    /// Date of the service or fact.
    pub at: Date,
    /// When it was written, UTC, milliseconds since 1970.
    pub recorded_at: i64,
    /// Where it was made.
    pub area: AreaCode,
    /// The organisation that did it.
    pub organisation: Option<SubjectId>,
    /// Who wrote it.
    pub worker: Option<Arc<str>>,
    /// What was filled in and what follows from it.
    pub fields: Vec<Shown>,
    /// Whether it stands.
    pub standing: Standing,
    /// The versions before, the first first.
    pub versions: Vec<Version>,
}

/// Whether a fact stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// As it was first recorded.
    Stands,
    /// It was corrected and stands as shown.
    Corrected,
    /// It doesn't stand any more.
    Withdrawn {
        /// Why, in words.
        reason: String,
        /// Who withdrew it.
        worker: Option<Arc<str>>,
        /// When, UTC, milliseconds since 1970.
        recorded_at: i64,
    },
}

/// An earlier version of a fact.
#[derive(Debug, Clone)]
pub struct Version {
    /// The record.
    pub id: RecordId,
    /// Date of the service as it was then.
    pub at: Date,
    /// When it was written, UTC, milliseconds since 1970.
    pub recorded_at: i64,
    /// Who wrote it.
    pub worker: Option<Arc<str>>,
    /// What the next version says differently.
    pub changed: Vec<Changed>,
}

/// A field that a correction changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Changed {
    /// The field.
    pub field: Arc<str>,
    /// Its label.
    pub label: String,
    /// What stood before, in words; empty for nothing.
    pub before: String,
    /// What stands since, in words; empty for nothing.
    pub after: String,
}

/// A fact with its rows read.
pub(crate) struct Told<'a> {
    pub(crate) pack: Option<&'a Pack>,
    pub(crate) form: Option<&'a Form>,
    /// Statement and corrections, in order; never empty.
    versions: Vec<(&'a Row, Values)>,
    withdrawn: Option<&'a Row>,
}

impl<'a> Told<'a> {
    /// The last version.
    pub(crate) fn row(&self) -> &'a Row {
        self.last().0
    }

    pub(crate) fn values(&self) -> &Values {
        &self.last().1
    }

    pub(crate) fn stands(&self) -> bool {
        self.withdrawn.is_none()
    }

    pub(crate) fn at(&self) -> Date {
        self.row().head().at
    }

    /// Whether it is a record of this form that stands.
    pub(crate) fn is(&self, form: &str) -> bool {
        self.stands() && *self.row().head().form == *form
    }

    fn last(&self) -> &(&'a Row, Values) {
        self.versions.last().expect("a fact is made with its first version")
    }
}

/// The facts behind the rows, the oldest service first.
pub(crate) fn told<'a>(asked: &PersonAsked<'a>, forms: &Forms<'a>) -> Result<Vec<Told<'a>>, Fault> {
    let mut facts: Vec<Told<'a>> = Vec::new();
    let mut place: HashMap<RecordId, usize> = HashMap::new();
    for row in asked.rows {
        let head = row.head();
        let earlier = match &head.action {
            Action::State => None,
            Action::Supersede(target) | Action::Void { record: target, .. } => place.get(target).copied(),
        };
        if matches!(head.action, Action::Void { .. }) {
            if let Some(place) = earlier {
                facts[place].withdrawn = Some(row);
            }
            continue;
        }
        let known = forms.get(&head.form);
        let kind_of = |field: &str| known.and_then(|(_, form)| form.field(field)).map(|field| field.kind.kind());
        let values = qianmo_store::decode(row.values(), &kind_of)?;
        let at = earlier.unwrap_or(facts.len());
        match facts.get_mut(at) {
            Some(fact) => fact.versions.push((row, values)),
            None => facts.push(Told {
                pack: known.map(|(pack, _)| pack),
                form: known.map(|(_, form)| form),
                versions: vec![(row, values)],
                withdrawn: None,
            }),
        }
        place.insert(head.id, at);
    }
    facts.sort_by_key(|fact| (fact.at(), fact.row().seq));
    Ok(facts)
}

/// The entries, the newest first.
pub(crate) fn timeline(asked: &PersonAsked<'_>, told: &[Told<'_>], sheet: &Values) -> Vec<TimelineEntry> {
    told.iter().rev().map(|fact| entry(asked, fact, sheet)).collect()
}

fn entry(asked: &PersonAsked<'_>, fact: &Told<'_>, sheet: &Values) -> TimelineEntry {
    let head = fact.row().head();
    let owner = head.resident.unwrap_or(head.subject.id);
    let name = fact.form.map_or(&*head.form, |form| said(asked.english, &form.name, &form.name_en));
    let standing = match fact.withdrawn.map(Row::head) {
        Some(withdrawal) => Standing::Withdrawn {
            reason: if let Action::Void { reason, .. } = &withdrawal.action { reason.clone() } else { String::new() },
            worker: withdrawal.worker.clone(),
            recorded_at: withdrawal.recorded_at,
        },
        None if fact.versions.len() > 1 => Standing::Corrected,
        None => Standing::Stands,
    };
    let steps = fact.versions.windows(2).map(|pair| {
        let [(row, before), (_, after)] = pair else { unreachable!("windows of two") };
        let head = row.head();
        let changed = changed(asked, fact.form, before, after);
        Version { id: head.id, at: head.at, recorded_at: head.recorded_at, worker: head.worker.clone(), changed }
    });
    TimelineEntry {
        id: head.id,
        form: head.form.clone(),
        form_name: name.to_owned(),
        pack: fact.pack.map_or_else(|| Arc::from(""), |pack| pack.id.clone()),
        pack_name: fact.pack.map_or_else(String::new, |pack| said(asked.english, &pack.name, &pack.name_en).to_owned()),
        subject: head.subject.id,
        kind: head.subject.kind.clone(),
        recorded_about: (owner != asked.resident).then_some(owner),
        at: head.at,
        recorded_at: head.recorded_at,
        area: head.area,
        organisation: head.organisation,
        worker: head.worker.clone(),
        fields: show::all(asked, fact.form, head.at, fact.values(), sheet),
        standing,
        versions: steps.collect(),
    }
}

fn changed(asked: &PersonAsked<'_>, form: Option<&Form>, before: &Values, after: &Values) -> Vec<Changed> {
    let nothing = Value::Null;
    let mut fields: Vec<&Arc<str>> = before.keys().chain(after.keys()).collect();
    fields.sort_unstable_by_key(|id| (form.and_then(|form| form.fields.iter().position(|field| field.id == **id)), *id));
    fields.dedup();
    let differs = |id: &&Arc<str>| before.get(*id).unwrap_or(&nothing) != after.get(*id).unwrap_or(&nothing);
    let told = |id: &Arc<str>| {
        let field = form.and_then(|form| form.field(id));
        let text = |value: Option<&Value>| match (field, value) {
            (Some(field), Some(value)) => show::shown(asked, field, value, false).text,
            (_, value) => value.map(ToString::to_string).unwrap_or_default(),
        };
        let label = field.map_or(&**id, |field| said(asked.english, &field.name, &field.name_en));
        Changed { field: id.clone(), label: label.to_owned(), before: text(before.get(id)), after: text(after.get(id)) }
    };
    fields.into_iter().filter(differs).map(told).collect()
}
