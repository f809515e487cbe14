//! A resident's own copy: everything recorded about them, in words, and who has read it. As JSON by [`OwnCopy::json`], as a document by whoever
//! lays out documents.

use qianmo_core::{Date, Fault, SubjectId};
use qianmo_store::{Deed, Store, Trail};
use serde::Serialize;

use super::show::Shown;
use super::timeline::{Standing, TimelineEntry};
use super::{OnePerson, PersonPage};

/// Everything about a resident that is theirs to have. Texts are in the language of the page it was made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OwnCopy {
    /// The day of the copy, `YYYY-MM-DD`.
    pub made_on: String,
    /// The resident's id.
    pub resident: String,
    /// Name.
    pub name: String,
    /// Who they are: the sheet as it stands.
    pub sheet: Vec<OwnField>,
    /// What was recorded, the newest first.
    pub records: Vec<OwnEntry>,
    /// What they agreed to, refused or withdrew: purpose, state (`given`, `refused`, `withdrawn`, `expired`, `unasked`), since.
    pub consents: Vec<OwnConsent>,
    /// Who has read, seen unmasked or taken out what is recorded, the newest first.
    pub readings: Vec<OwnReading>,
}

/// A label with what stands there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OwnField {
    /// Label.
    pub label: String,
    /// In words.
    pub text: String,
    /// Unit; empty for none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub unit: String,
}

/// A record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OwnEntry {
    /// The record's id.
    pub record: String,
    /// Programme.
    pub programme: String,
    /// Form.
    pub form: String,
    /// Date of the service, `YYYY-MM-DD`.
    pub at: String,
    /// When it was written, UTC, milliseconds since 1970.
    pub recorded_at: i64,
    /// The organisation that did it, by name.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub organisation: String,
    /// Who wrote it, by name.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub worker: String,
    /// What was filled in.
    pub fields: Vec<OwnField>,
    /// `stands`, `corrected` or `withdrawn`.
    pub standing: &'static str,
    /// Why it was withdrawn.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// What corrections changed, the first first: label, before, after.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<(String, String, String)>,
}

/// An answer where consent is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OwnConsent {
    /// For what.
    pub purpose: String,
    /// How it stands.
    pub state: &'static str,
    /// Since when, `YYYY-MM-DD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
}

/// One reading of what is recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OwnReading {
    /// When, UTC, milliseconds since 1970.
    pub at: i64,
    /// Who, by name.
    pub worker: String,
    /// `read`, `unmask` or `export`.
    pub deed: &'static str,
    /// The stated reason.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// The record, where it was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
}

impl OwnCopy {
    /// The copy as JSON text, with line breaks and indentation, for people as much as for programs.
    #[must_use]
    pub fn json(&self) -> String {
        serde_json::to_string_pretty(self).expect("texts and numbers always have a JSON form")
    }
}

/// Who read, saw unmasked or took out what is recorded about a person, the newest first. `worker_name` tells the name behind an account.
///
/// Errors: those of reading the store.
pub fn readings(store: &dyn Store, one: &OnePerson, worker_name: &dyn Fn(&str) -> Option<String>) -> Result<Vec<OwnReading>, Fault> {
    const DEEDS: [Deed; 3] = [Deed::Read, Deed::Unmask, Deed::Export];
    let mut found = Vec::new();
    for resident in [one.kept].iter().chain(&one.given_up) {
        let mut since = 0;
        loop {
            let trail = Trail { since, resident: Some(*resident), deeds: &DEEDS, ..Trail::default() };
            let entries = store.trail(&trail)?;
            let Some(last) = entries.last() else { break };
            since = last.seq;
            found.extend(entries);
        }
    }
    found.sort_by_key(|audited| std::cmp::Reverse(audited.seq));
    let told = found.into_iter().map(|audited| {
        let account = audited.entry.actor.worker.as_deref().unwrap_or_default();
        OwnReading {
            at: audited.entry.at,
            worker: worker_name(account).unwrap_or_else(|| account.to_owned()),
            deed: audited.entry.deed.word(),
            reason: audited.entry.detail.unwrap_or_default(),
            record: audited.entry.record.map(|record| record.to_string()),
        }
    });
    Ok(told.collect())
}

/// Makes the copy from a page on which everything is seen unmasked.
pub fn own_copy(
    page: &PersonPage,
    on: Date,
    readings: Vec<OwnReading>,
    worker_name: &dyn Fn(&str) -> Option<String>,
    name_of: &dyn Fn(SubjectId) -> Option<String>,
) -> OwnCopy {
    let consent = |consent: &super::Consent| OwnConsent {
        purpose: consent.name.clone(),
        state: state(consent.state),
        since: consent.since.map(|day| day.to_string()),
    };
    OwnCopy {
        made_on: on.to_string(),
        resident: page.card.resident.to_string(),
        name: page.card.name.clone(),
        sheet: page.card.fields.iter().map(field).collect(),
        records: page.timeline.iter().map(|entry| own_entry(entry, worker_name, name_of)).collect(),
        consents: page.consents.iter().map(consent).collect(),
        readings,
    }
}

fn own_entry(
    entry: &TimelineEntry,
    worker_name: &dyn Fn(&str) -> Option<String>,
    name_of: &dyn Fn(SubjectId) -> Option<String>,
) -> OwnEntry {
    let (standing, reason) = match &entry.standing {
        Standing::Stands => ("stands", String::new()),
        Standing::Corrected => ("corrected", String::new()),
        Standing::Withdrawn { reason, .. } => ("withdrawn", reason.clone()),
    };
    let worker = entry.worker.as_deref();
    let changes = entry.versions.iter().flat_map(|version| &version.changed);
    OwnEntry {
        record: entry.id.to_string(),
        programme: entry.pack_name.clone(),
        form: entry.form_name.clone(),
        at: entry.at.to_string(),
        recorded_at: entry.recorded_at,
        organisation: entry.organisation.and_then(name_of).unwrap_or_default(),
        worker: worker.map(|account| worker_name(account).unwrap_or_else(|| account.to_owned())).unwrap_or_default(),
        fields: entry.fields.iter().map(field).collect(),
        standing,
        reason,
        changed: changes.map(|change| (change.label.clone(), change.before.clone(), change.after.clone())).collect(),
    }
}

fn field(shown: &Shown) -> OwnField {
    OwnField { label: shown.label.clone(), text: shown.text.clone(), unit: shown.unit.clone() }
}

fn state(state: qianmo_access::consent::State) -> &'static str {
    use qianmo_access::consent::State;
    match state {
        State::Unasked => "unasked",
        State::Given => "given",
        State::Expired => "expired",
        State::Refused => "refused",
        State::Withdrawn => "withdrawn",
    }
}
