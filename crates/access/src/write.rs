//! Who may write which records.

use qianmo_core::pack::Sensitivity;
use qianmo_core::{AreaCode, Fault, SubjectId};

use crate::grants::Held;
use crate::{Access, Guarded, Rows, Writes};

/// A record that somebody wants to write, correct or void.
#[derive(Debug, Clone, Copy)]
pub struct Written<'a> {
    /// Its form.
    pub form: &'a str,
    /// The area that the record itself names: where it was done.
    pub area: AreaCode,
    /// The resident it is about, if any.
    pub resident: Option<SubjectId>,
    /// Where that resident (for an organisation's record: the organisation) sits now; `None` when nobody knows them yet.
    pub home: Option<AreaCode>,
}

impl Access {
    /// Whether a record may be written. It must lie in one's area; about whom is free (somebody from elsewhere is served, too), but a record that
    /// says where somebody sits needs both ends: nobody moves a stranger into their own village to read them.
    ///
    /// A correction is asked twice: as it is now, and as the record it replaces. No reason is needed to write.
    ///
    /// Errors: `ACCESS-0104` the area (or the one somebody is moved from) is outside, `ACCESS-0102` the form or the resident isn't for this worker.
    pub fn may_write(&self, record: &Written<'_>) -> Result<(), Fault> {
        let Some(guarded) = self.guard.form(record.form) else { return Err(Fault::new("ACCESS-0102")) };
        let able: Vec<&Held> = self.held.iter().filter(|held| self.writes(held, guarded, record)).collect();
        if able.is_empty() {
            return Err(Fault::new("ACCESS-0102"));
        }
        let moves = self.guard.locating.contains(record.form);
        let lies_in = |area: AreaCode| able.iter().any(|held| held.duties.writes == Writes::Own || held.reaches(area));
        if !lies_in(record.area) {
            return Err(Fault::new("ACCESS-0104").with("area", record.area));
        }
        match record.home.filter(|home| moves && !lies_in(*home)) {
            Some(_) => Err(Fault::new("ACCESS-0107")),
            None => Ok(()),
        }
    }

    fn writes(&self, held: &Held, form: &Guarded, record: &Written<'_>) -> bool {
        let named = held.residents.as_ref().is_none_or(|residents| record.resident.is_some_and(|resident| residents.contains(&resident)));
        let by_name = held.duties.rows == Rows::RestrictedByName && form.sensitivity == Sensitivity::Restricted && !form.impersonal;
        if !held.takes_in(form) || !named || (by_name && held.residents.is_none()) {
            return false;
        }
        match held.duties.writes {
            Writes::Nothing => false,
            Writes::Forms => true,
            Writes::Administrative => form.administrative,
            Writes::Organisations => form.impersonal && record.resident.is_none(),
            Writes::Own => held.residents.is_some() && self.guard.answers.contains(record.form),
        }
    }
}
