//! Everything about one person on one page: card, timeline over all programmes, trends, episodes, consent.
//!
//! In: the rows that somebody may see, as a [`Reader`](qianmo_store::Reader) gives them, and the packs. Out: plain values with labels, in the order in
//! which they are read. Nothing is fetched here, except by [`rows_about`]; what isn't among the rows isn't on the page.

mod card;
mod course;
mod merge;
mod own;
mod show;
mod timeline;

use std::collections::HashMap;
use std::sync::Arc;

use qianmo_core::form::Form;
use qianmo_core::pack::{Pack, Packs};
use qianmo_core::{Date, Fault, SubjectId};
use qianmo_store::{Reader, Row};

use crate::SeenDue;

pub use card::{Age, Card};
pub use course::{Consent, Episode, Trend, TrendPoint};
pub use merge::{Clash, MergePreview, OnePerson, merge_preview, merge_values};
pub use own::{OwnConsent, OwnCopy, OwnEntry, OwnField, OwnReading, own_copy, readings};
pub use show::Shown;
pub use timeline::{Changed, Standing, TimelineEntry, Version};

/// What the page is made of.
#[derive(Clone, Copy)]
pub struct PersonAsked<'a> {
    /// The programmes.
    pub packs: &'a Packs,
    /// The person: the entry that is kept, where entries were merged.
    pub resident: SubjectId,
    /// Every row about them that may be seen, in order of writing: [`rows_about`].
    pub rows: &'a [Row],
    /// The day of asking.
    pub on: Date,
    /// What others are called: organisations, mothers, households; `None` shows nothing for them.
    pub name_of: &'a dyn Fn(SubjectId) -> Option<String>,
    /// Labels in English where there are any.
    pub english: bool,
}

impl std::fmt::Debug for PersonAsked<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PersonAsked").field("resident", &self.resident).field("rows", &self.rows.len()).finish_non_exhaustive()
    }
}

/// Everything about one person.
#[derive(Debug, Clone, Default)]
pub struct PersonPage {
    /// Who it is.
    pub card: Card,
    /// What was recorded, the newest service first.
    pub timeline: Vec<TimelineEntry>,
    /// Measurements over time, those with the newest point first.
    pub trends: Vec<Trend>,
    /// Pregnancies, treatments and the like, the newest first.
    pub episodes: Vec<Episode>,
    /// What they answered where consent is asked for.
    pub consents: Vec<Consent>,
    /// What is due, most urgent first: [`LiveDue::person`](crate::LiveDue::person); put in by the caller.
    pub due: Vec<SeenDue>,
}

/// The rows about a person that a reader sees, with those about entries given up for theirs, in order of writing.
///
/// Errors: those of reading the store.
pub fn rows_about(reader: &Reader<'_>, one: &OnePerson) -> Result<Vec<Row>, Fault> {
    let mut rows = reader.about(one.kept)?;
    for id in &one.given_up {
        rows.extend(reader.about(*id)?);
    }
    rows.sort_by_key(|row| row.seq);
    rows.dedup_by_key(|row| row.seq);
    Ok(rows)
}

/// Makes the page.
///
/// Errors: `STORE-0107`, `STORE-0108` a value that can't be read.
pub fn person_page(asked: &PersonAsked<'_>) -> Result<PersonPage, Fault> {
    let forms = Forms::of(asked.packs);
    let told = timeline::told(asked, &forms)?;
    let sheet = card::sheet(asked, &told);
    Ok(PersonPage {
        card: card::card(asked, &told, &sheet),
        trends: course::trends(asked, &told, &sheet),
        episodes: course::episodes(asked, &told, &sheet),
        consents: course::consents(asked, &told),
        timeline: timeline::timeline(asked, &told, &sheet),
        due: Vec::new(),
    })
}

/// The forms by id, with their packs.
pub(crate) struct Forms<'a>(HashMap<&'a str, (&'a Pack, &'a Form)>);

impl<'a> Forms<'a> {
    pub(crate) fn of(packs: &'a Packs) -> Self {
        Self(packs.packs.iter().flat_map(|pack| pack.forms.iter().map(move |form| (&*form.id, (pack, form)))).collect())
    }

    pub(crate) fn get(&self, id: &str) -> Option<(&'a Pack, &'a Form)> {
        self.0.get(id).copied()
    }
}

/// Chinese or English, which may be missing.
pub(crate) fn said<'a>(english: bool, name: &'a str, name_en: &'a str) -> &'a str {
    if english && !name_en.is_empty() { name_en } else { name }
}

/// Values by field.
pub type Values = std::collections::BTreeMap<Arc<str>, qianmo_core::Value>;
