//! Consent (同意): what packs say about the purposes that rest on it, and the form in which it is given, refused and withdrawn.
//!
//! Plain data, made by `qianmo-packs`. What a person's records say about each purpose, and what stops, is worked out where data is
//! handed out (`qianmo-access`). Services that law or norm ask of everybody rest on no consent and are no purposes.

use std::sync::Arc;

/// What one pack says about consent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Consents {
    /// The form; one pack has it.
    pub form: Option<ConsentForm>,
    /// What consent is asked for.
    pub purposes: Vec<Purpose>,
}

/// The form that records what somebody answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentForm {
    /// Its id.
    pub form: Arc<str>,
    /// Its text field that names the purpose.
    pub purpose: Arc<str>,
    /// Its choice field for the answer.
    pub answer: Arc<str>,
    /// The code of that field for: given.
    pub given: Arc<str>,
    /// The code for: refused.
    pub refused: Arc<str>,
    /// The code for: withdrawn.
    pub withdrawn: Arc<str>,
    /// Its date field: given up to this day, included. Open when unknown.
    pub until: Option<Arc<str>>,
}

/// Something that may be done with a person's data only as long as they agree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purpose {
    /// Identifier, `pack.purpose`.
    pub id: Arc<str>,
    /// Name as it is read out to the person.
    pub name: String,
    /// English name.
    pub name_en: String,
    /// What is done with which data, and what refusing does not touch.
    pub meaning: String,
    /// Law, article.
    pub source: String,
    /// Whether the source was read.
    pub verified: bool,
    /// The processing that needs it.
    pub allows: Vec<Processing>,
    /// The services whose lines in due lists need it.
    pub services: Vec<Arc<str>>,
    /// What holds for somebody of whom no answer is recorded.
    pub unasked: Unasked,
}

/// A kind of processing that goes beyond the service itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Processing {
    /// Reminding the person by message or telephone.
    Reminder,
    /// Having the village committee pass on an appointment.
    CommitteeReminder,
    /// Giving records to another organisation that handles them for itself.
    Sharing,
    /// Naming the person in a posting.
    Posting,
}

/// Every processing with its word in packs.
pub const PROCESSING: [(&str, Processing); 4] = [
    ("reminder", Processing::Reminder),
    ("committee_reminder", Processing::CommitteeReminder),
    ("sharing", Processing::Sharing),
    ("posting", Processing::Posting),
];

/// What holds without an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Unasked {
    /// It isn't done.
    #[default]
    Stops,
    /// It goes on: the anchor of the service (a signed contract) is itself the first consent.
    GoesOn,
}
