//! The same for one record: does a sight open it? What must be looked up for it is asked for only when the answer hangs on it.

use std::collections::BTreeSet;
use std::sync::Arc;

use qianmo_core::{AreaCode, Fault, Record, SubjectId};

use super::{Areas, PERSONAL_KINDS, RESIDENT, Sight, Whose, Window};
use crate::AccountName;

/// What the log says about a person beside the record at hand.
pub(crate) trait Facts {
    /// Where the person sits.
    fn home(&self, person: SubjectId) -> Result<Option<AreaCode>, Fault>;
    /// Whether the worker has written a record of one of the forms about the person, not withdrawn.
    fn wrote_about(&self, worker: &AccountName, forms: &BTreeSet<Arc<str>>, person: SubjectId) -> Result<bool, Fault>;
}

/// Whom a record is about: the resident concerned, or the subject when that is a resident.
pub(crate) fn person(record: &Record) -> Option<SubjectId> {
    record.resident.or_else(|| (&*record.subject.kind == RESIDENT).then_some(record.subject.id))
}

/// Whether the sight opens the record.
pub(crate) fn sees(sight: &Sight, record: &Record, facts: &dyn Facts) -> Result<bool, Fault> {
    for window in &sight.windows {
        if window.forms.contains(&*record.form) && opens_person(window, person(record), record, facts)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn opens_person(window: &Window, person: Option<SubjectId>, record: &Record, facts: &dyn Facts) -> Result<bool, Fault> {
    let fits = match &window.whose {
        Whose::Everybody => true,
        Whose::Residents(residents) => person.is_some_and(|person| residents.contains(&person)),
        Whose::Nobody => record.resident.is_none() && !PERSONAL_KINDS.contains(&&*record.subject.kind),
        Whose::ClientsOf(worker) => person.map_or(Ok(false), |person| facts.wrote_about(worker, &window.forms, person))?,
    };
    if !fits {
        return Ok(false);
    }
    let Areas::Only(areas) = &window.areas else { return Ok(true) };
    if areas.contains(&record.area) {
        return Ok(true);
    }
    let home = person.map_or(Ok(None), |person| facts.home(person))?;
    Ok(home.is_some_and(|home| areas.contains(&home)))
}

/// Whether the sight opens the sheet (one of `sheets`) of a resident who sits in `home`.
pub(crate) fn sees_resident(
    sight: &Sight,
    sheets: &BTreeSet<Arc<str>>,
    resident: SubjectId,
    home: Option<AreaCode>,
    facts: &dyn Facts,
) -> Result<bool, Fault> {
    for window in &sight.windows {
        let there = match &window.areas {
            Areas::All => true,
            Areas::Only(areas) => home.is_some_and(|home| areas.contains(&home)),
        };
        if !there || window.forms.is_disjoint(sheets) {
            continue;
        }
        let fits = match &window.whose {
            Whose::Everybody => true,
            Whose::Residents(residents) => residents.contains(&resident),
            Whose::ClientsOf(worker) => facts.wrote_about(worker, &window.forms, resident)?,
            Whose::Nobody => false,
        };
        if fits {
            return Ok(true);
        }
    }
    Ok(false)
}
