//! Two entries of one person: what making them one would mean, and the record that says it.
//!
//! The rule stands with [`Form::merges`]. A merge is a record about the entry given up, so it is in the
//! log, and withdrawing it undoes it.

use std::collections::BTreeMap;
use std::sync::Arc;

use qianmo_access::sealing;
use qianmo_core::form::Form;
use qianmo_core::pack::Packs;
use qianmo_core::{Date, Fault, SubjectId, Value};

use super::card::{self, Card};
use super::timeline::Told;
use super::{Changed, Forms, PersonAsked, Values, said, show, timeline};

/// A person with all entries that are theirs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnePerson {
    /// The entry that counts.
    pub kept: SubjectId,
    /// Those given up for it, by id.
    pub given_up: Vec<SubjectId>,
}

impl OnePerson {
    /// Somebody with one entry.
    #[must_use]
    pub fn alone(id: SubjectId) -> Self {
        Self { kept: id, given_up: Vec::new() }
    }
}

/// What speaks against two entries being one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Clash {
    /// They have different identity numbers.
    Number,
    /// They were born on different days.
    Birth,
    /// They are of different sex.
    Sex,
    /// One died before a service that the other had.
    Death,
}

/// What making two entries one would mean.
#[derive(Debug, Clone)]
pub struct MergePreview {
    /// The entry kept, as it stands.
    pub kept: Card,
    /// The entry given up, as it stands.
    pub given_up: Card,
    /// What the sheets say differently: `before` the one given up, `after` the one kept. What should be taken over is written in a new sheet of the
    /// one kept.
    pub differences: Vec<Changed>,
    /// The records that would count for the one kept: form, its name, how many.
    pub moving: Vec<(Arc<str>, String, usize)>,
    /// Sheets of the one given up that wouldn't count any more.
    pub left_out: usize,
    /// The same form on the same day in both: perhaps one service recorded twice.
    pub twice: Vec<(Arc<str>, String, Date)>,
    /// What speaks against it.
    pub clashes: Vec<Clash>,
}

/// The form and values of the record that gives up an entry for `kept`; its subject is the entry given up.
///
/// Errors: `DESK-0203` no programme in use has such a form.
pub fn merge_values(packs: &Packs, kept: SubjectId) -> Result<(Arc<str>, Values), Fault> {
    let form = packs.merge_form().ok_or_else(|| Fault::new("DESK-0203"))?;
    let field = form.merges().ok_or_else(|| Fault::new("DESK-0203"))?;
    Ok((form.id.clone(), BTreeMap::from([(field.id.clone(), Value::text(&kept.to_string()))])))
}

/// What it would mean to give up an entry for another.
///
/// Errors: `DESK-0201` one entry twice, `DESK-0202` one of them was given up already, `DESK-0203` as [`merge_values`]; as
/// [`person_page`](super::person_page).
pub fn merge_preview(kept: &PersonAsked<'_>, given_up: &PersonAsked<'_>) -> Result<MergePreview, Fault> {
    merge_values(kept.packs, kept.resident)?;
    if kept.resident == given_up.resident {
        return Err(Fault::new("DESK-0201"));
    }
    let forms = Forms::of(kept.packs);
    let (told, other) = (timeline::told(kept, &forms)?, timeline::told(given_up, &forms)?);
    for (asked, told) in [(kept, &told), (given_up, &other)] {
        let merges = |fact: &&Told<'_>| fact.stands() && fact.form.is_some_and(|form| form.merges().is_some());
        if told.iter().filter(merges).any(|fact| fact.row().head().subject.id == asked.resident) {
            return Err(Fault::new("DESK-0202").with("resident", asked.resident));
        }
    }
    let (sheet, other_sheet) = (card::sheet(kept, &told), card::sheet(given_up, &other));
    let mut preview = MergePreview {
        kept: card::card(kept, &told, &sheet),
        given_up: card::card(given_up, &other, &other_sheet),
        differences: Vec::new(),
        moving: Vec::new(),
        left_out: 0,
        twice: Vec::new(),
        clashes: Vec::new(),
    };
    if let Some(form) = kept.packs.person_sheet() {
        preview.differences = differences(kept, form, &sheet, &other_sheet);
        preview.clashes = clashes(form, &sheet, &other_sheet);
    }
    if dead_before(&preview.kept, &other) || dead_before(&preview.given_up, &told) {
        preview.clashes.push(Clash::Death);
    }
    let mut moving: BTreeMap<Arc<str>, (String, usize)> = BTreeMap::new();
    for fact in other.iter().filter(|fact| fact.stands()) {
        let head = fact.row().head();
        let name = fact.form.map_or_else(|| head.form.to_string(), |form| said(kept.english, &form.name, &form.name_en).to_owned());
        if fact.form.is_some_and(|form| form.locates) && head.subject.id == given_up.resident {
            preview.left_out += 1;
            continue;
        }
        if told.iter().any(|own| own.is(&head.form) && own.at() == head.at) {
            preview.twice.push((head.form.clone(), name.clone(), head.at));
        }
        moving.entry(head.form.clone()).or_insert((name, 0)).1 += 1;
    }
    preview.moving = moving.into_iter().map(|(form, (name, count))| (form, name, count)).collect();
    Ok(preview)
}

fn differences(asked: &PersonAsked<'_>, form: &Form, kept: &Values, given_up: &Values) -> Vec<Changed> {
    let differs = form.fields.iter().filter(|field| {
        let held = |values: &Values| values.get(&field.id).filter(|value| !value.is_null()).cloned();
        held(kept) != held(given_up)
    });
    let text =
        |field, values: &Values, id: &str| values.get(id).map(|value| show::shown(asked, field, value, false).text).unwrap_or_default();
    let changed = differs.map(|field| Changed {
        field: field.id.clone(),
        label: said(asked.english, &field.name, &field.name_en).to_owned(),
        before: text(field, given_up, &field.id),
        after: text(field, kept, &field.id),
    });
    changed.collect()
}

fn clashes(form: &Form, kept: &Values, given_up: &Values) -> Vec<Clash> {
    let roles = sealing::sheet(form);
    let differ = |field: &Option<Arc<str>>| {
        let held = |values: &Values| field.as_ref().and_then(|field| values.get(field)).filter(|value| !value.is_null()).cloned();
        held(kept).zip(held(given_up)).is_some_and(|(a, b)| a != b)
    };
    let asked = [(Clash::Number, &roles.number), (Clash::Birth, &roles.birth), (Clash::Sex, &roles.sex)];
    asked.into_iter().filter(|(_, field)| differ(field)).map(|(clash, _)| clash).collect()
}

/// Whether one was dead (or gone for good) before the other's last service.
fn dead_before(card: &Card, other: &[Told<'_>]) -> bool {
    let last = other.iter().filter(|fact| fact.stands() && !fact.form.is_some_and(|form| form.profile)).map(Told::at).max();
    card.ended.as_ref().zip(last).is_some_and(|((day, _), last)| *day < last)
}
