//! Records (记录): one filled form about one subject, appended and never changed.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use jiff::civil::Date;
use uuid::Uuid;

use crate::area::AreaCode;
use crate::value::Value;

/// The id of a record: a UUID, version 7 where we make it, so that ids sort by time of writing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordId(pub Uuid);

/// The id of a subject. An area's is made from its code ([`SubjectId::of_area`]); others are UUIDs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubjectId(pub Uuid);

const AREA_MARK: u128 = 0xA2EA_0000_0000_8000_8000_0000_0000_0000;

impl SubjectId {
    /// The id under which an area is a subject.
    #[must_use]
    pub fn of_area(code: AreaCode) -> Self {
        Self(Uuid::from_u128(AREA_MARK | u128::from(code.number())))
    }

    /// The area that this subject is, if it is one.
    #[must_use]
    pub fn as_area(self) -> Option<AreaCode> {
        let number = self.0.as_u128();
        let code = u64::try_from(number & ((1 << 40) - 1)).ok()?;
        (number & !((1 << 40) - 1) == AREA_MARK).then(|| AreaCode::from_number(code).ok()).flatten()
    }
}

macro_rules! prints_as_uuid {
    ($type:ty) => {
        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }
        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }
        impl std::str::FromStr for $type {
            type Err = crate::fault::Fault;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self).map_err(|_| crate::fault::Fault::new("CORE-0401").with("id", text))
            }
        }
    };
}
prints_as_uuid!(RecordId);
prints_as_uuid!(SubjectId);

/// Who or what a record is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Subject {
    /// Kind: `resident`, `household`, `organisation`, `area`, or one that a pack declares (`pregnancy`).
    pub kind: Arc<str>,
    /// Which one.
    pub id: SubjectId,
}

/// What a record does to the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// States a new fact.
    State,
    /// Takes the place of an earlier record, which stays in the log.
    Supersede(RecordId),
    /// Withdraws an earlier record, which stays in the log; the reason is kept. Has no values.
    Void {
        /// The withdrawn record.
        record: RecordId,
        /// Why, in words.
        reason: String,
    },
}

/// One filled form about one subject.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Its id. Writing the same id twice is the same as once.
    pub id: RecordId,
    /// The form's id, `maternal_health.delivery`.
    pub form: Arc<str>,
    /// The form's version at the time of writing.
    pub form_version: u32,
    /// Who or what it is about.
    pub subject: Subject,
    /// The resident concerned: the subject itself, or whom an episode belongs to (a pregnancy's woman).
    pub resident: Option<SubjectId>,
    /// The leaf area where the subject sits on `at`.
    pub area: AreaCode,
    /// The organisation that did the service.
    pub organisation: Option<SubjectId>,
    /// The worker who wrote it; an account name.
    pub worker: Option<Arc<str>>,
    /// The device it was written on.
    pub device: Option<Arc<str>>,
    /// Local date of the service or of the fact.
    pub at: Date,
    /// When it was written, UTC, milliseconds since 1970.
    pub recorded_at: i64,
    /// What it does to the log.
    pub action: Action,
    /// Field values by field id; an absent field is unknown.
    pub values: BTreeMap<Arc<str>, Value>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_area_is_a_subject_and_back() {
        let code: AreaCode = "530523100201".parse().unwrap();
        assert_eq!(SubjectId::of_area(code).as_area(), Some(code));
        assert_eq!(SubjectId(Uuid::from_u128(7)).as_area(), None);
    }
}
