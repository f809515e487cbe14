//! Numbers of subjects and records: small integers in place of ids, shared by all columns of one data folder.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use qianmo_core::SubjectId;

/// Added to the numbers of subjects as they were before a change.
pub(crate) const SHIFT: i64 = 1 << 40;

/// The numbers given so far. Clones give and know the same numbers.
#[derive(Debug, Clone, Default)]
pub struct Subjects(Arc<Mutex<Given>>);

#[derive(Debug, Default)]
struct Given {
    numbers: HashMap<SubjectId, i64>,
    ids: Vec<SubjectId>,
    records: i64,
}

impl Subjects {
    fn given(&self) -> MutexGuard<'_, Given> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A subject's number, given now if it has none.
    #[must_use]
    pub fn number(&self, id: SubjectId) -> i64 {
        let mut given = self.given();
        if let Some(number) = given.numbers.get(&id) {
            return *number;
        }
        let number = i64::try_from(given.ids.len()).unwrap_or(i64::MAX);
        given.numbers.insert(id, number);
        given.ids.push(id);
        number
    }

    /// A subject's number, if it has one.
    #[must_use]
    pub fn find(&self, id: SubjectId) -> Option<i64> {
        self.given().numbers.get(&id).copied()
    }

    /// The subject with a number.
    #[must_use]
    pub fn id(&self, number: i64) -> Option<SubjectId> {
        self.given().ids.get(usize::try_from(number).ok()?).copied()
    }

    /// How many have a number.
    #[must_use]
    pub fn len(&self) -> usize {
        self.given().ids.len()
    }

    /// Whether none has.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The next record's number.
    pub(crate) fn next_record(&self) -> i64 {
        let mut given = self.given();
        given.records += 1;
        given.records
    }
}
