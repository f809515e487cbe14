//! Consent: what a resident has agreed to, refused or withdrawn, and what that stops.
//!
//! In: what the packs declare ([`Rules`]) and a resident's consent records in force (superseded and void ones left out). Out: a [`Standing`]:
//! which processing is allowed on a day and which services aren't asked for. It says nothing about what rests on law (services that every
//! resident is offered, statutory reports, keeping the record): that goes on.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use qianmo_core::consent::{ConsentForm, Processing, Purpose, Unasked};
use qianmo_core::pack::Packs;
use qianmo_core::{Date, Record, SubjectId, Value};

use crate::{DueWindow, Wording};

/// What the packs say about consent, all together.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    form: Option<ConsentForm>,
    purposes: Vec<Purpose>,
}

/// What somebody answered about a purpose; the order is that in which answers of one day count, the last one most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Answer {
    /// Yes.
    Given,
    /// No.
    Refused,
    /// No longer.
    Withdrawn,
}

/// How it stands with one purpose on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// No answer is recorded.
    Unasked,
    /// Agreed.
    Given,
    /// Agreed up to a day that is over.
    Expired,
    /// Refused.
    Refused,
    /// Agreed once, withdrawn since.
    Withdrawn,
}

/// One recorded answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// The purpose.
    pub purpose: Arc<str>,
    /// From this day on.
    pub at: Date,
    /// The answer.
    pub answer: Answer,
    /// Given up to this day, included; open when absent.
    pub until: Option<Date>,
}

/// How it stands with one resident on one day.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Standing {
    states: BTreeMap<Arc<str>, State>,
    allowed: BTreeSet<Processing>,
    stopped: BTreeSet<Arc<str>>,
}

impl Rules {
    /// Gathers what the packs say.
    #[must_use]
    pub fn of(packs: &Packs) -> Self {
        let form = packs.packs.iter().find_map(|pack| pack.consents.form.clone());
        let purposes = packs.packs.iter().flat_map(|pack| pack.consents.purposes.clone()).collect();
        Self { form, purposes }
    }

    /// The form whose records are answers: what to read before asking for a standing.
    #[must_use]
    pub fn form(&self) -> Option<&Arc<str>> {
        self.form.as_ref().map(|form| &form.form)
    }

    /// What consent is asked for, in the packs' order.
    #[must_use]
    pub fn purposes(&self) -> &[Purpose] {
        &self.purposes
    }

    /// What a record of the consent form says; `value` gives its fields. `None` for records of other forms and unreadable answers.
    #[must_use]
    pub fn answered(&self, form: &str, at: Date, value: &dyn Fn(&str) -> Value) -> Option<Answered> {
        let own = self.form.as_ref().filter(|own| *own.form == *form)?;
        let said = value(&own.answer);
        let said = said.as_text()?;
        let known = [(&own.given, Answer::Given), (&own.refused, Answer::Refused), (&own.withdrawn, Answer::Withdrawn)];
        let answer = known.into_iter().find(|(code, _)| ***code == *said)?.1;
        let until = own.until.as_ref().and_then(|field| if let Value::Date(until) = value(field) { Some(until) } else { None });
        Some(Answered { purpose: value(&own.purpose).as_text()?.trim().into(), at, answer, until })
    }

    /// How it stands on a day with somebody who gave these answers, in any order; answers dated later aren't there yet.
    #[must_use]
    pub fn standing(&self, answers: &[Answered], day: Date) -> Standing {
        let state = |purpose: &Purpose| {
            let own = answers.iter().filter(|answered| answered.purpose == purpose.id && answered.at <= day);
            let last = own.max_by_key(|answered| (answered.at, answered.answer, std::cmp::Reverse(answered.until.unwrap_or(Date::MAX))));
            last.map_or(State::Unasked, |last| match last.answer {
                Answer::Given if last.until.is_some_and(|until| until < day) => State::Expired,
                Answer::Given => State::Given,
                Answer::Refused => State::Refused,
                Answer::Withdrawn => State::Withdrawn,
            })
        };
        let mut standing = Standing::default();
        for purpose in &self.purposes {
            let state = state(purpose);
            if state == State::Given || (state == State::Unasked && purpose.unasked == Unasked::GoesOn) {
                standing.allowed.extend(&purpose.allows);
            } else {
                standing.stopped.extend(purpose.services.iter().cloned());
            }
            standing.states.insert(purpose.id.clone(), state);
        }
        standing
    }

    /// How it stands on a day with every resident about whom there is a consent record among these, which must be in force. Those who aren't in the
    /// answer stand as [`Rules::unasked`].
    #[must_use]
    pub fn standings<'a>(&self, records: impl IntoIterator<Item = &'a Record>, day: Date) -> BTreeMap<SubjectId, Standing> {
        let mut answers: BTreeMap<SubjectId, Vec<Answered>> = BTreeMap::new();
        for record in records {
            let value = |field: &str| record.values.get(field).cloned().unwrap_or_default();
            if let Some(answered) = self.answered(&record.form, record.at, &value) {
                answers.entry(record.resident.unwrap_or(record.subject.id)).or_default().push(answered);
            }
        }
        answers.into_iter().map(|(resident, answers)| (resident, self.standing(&answers, day))).collect()
    }

    /// How it stands with somebody of whom no answer is recorded.
    #[must_use]
    pub fn unasked(&self) -> Standing {
        self.standing(&[], Date::MIN)
    }
}

impl Standing {
    /// How it stands with a purpose; `None` for one that no pack declares.
    #[must_use]
    pub fn state(&self, purpose: &str) -> Option<State> {
        self.states.get(purpose).copied()
    }

    /// Every purpose and how it stands: what a resident is shown.
    pub fn states(&self) -> impl Iterator<Item = (&Arc<str>, State)> {
        self.states.iter().map(|(purpose, state)| (purpose, *state))
    }

    /// Whether a processing may happen: some purpose that allows it stands.
    #[must_use]
    pub fn allows(&self, processing: Processing) -> bool {
        self.allowed.contains(&processing)
    }

    /// Whether a service isn't asked for any more: it rests on a consent that doesn't stand.
    #[must_use]
    pub fn stops(&self, service: &str) -> bool {
        self.stopped.contains(service)
    }

    /// The services that aren't asked for.
    #[must_use]
    pub fn stopped(&self) -> &BTreeSet<Arc<str>> {
        &self.stopped
    }

    /// Whether a due line of a service may be shown through a window as far as consent goes: not when the service rests on a consent that doesn't
    /// stand; as a mere appointment only when the resident lets the committee pass it on.
    #[must_use]
    pub fn shows(&self, window: &DueWindow, service: &str) -> bool {
        let told = window.wording == Wording::Full || self.allows(Processing::CommitteeReminder);
        window.services.contains(service) && told && !self.stops(service)
    }
}
