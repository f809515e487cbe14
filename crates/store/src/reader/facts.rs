//! What a single record's visibility hangs on, looked up once for a reader.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use qianmo_core::{AreaCode, Fault, RecordId, SubjectId};

use crate::row::{ActionRef, Cut, Scan};
use crate::sight::Facts;
use crate::{AccountName, Store};

/// Homes and authors, kept for the life of a reader.
pub(super) struct Looked<'s> {
    store: &'s dyn Store,
    homes: RefCell<HashMap<SubjectId, Option<AreaCode>>>,
    authors: RefCell<HashMap<SubjectId, Arc<Authors>>>,
    elsewhere: RefCell<Option<Arc<Elsewhere>>>,
}

/// Where in the log stands what was made elsewhere about those who sit in some areas, as of a position.
pub(super) struct Elsewhere {
    pub(super) positions: Vec<i64>,
    pub(super) until: Cut,
}

/// Who wrote about a person: form and worker of every record not withdrawn.
type Authors = HashSet<(Arc<str>, Arc<str>)>;

impl<'s> Looked<'s> {
    pub(super) fn new(store: &'s dyn Store) -> Self {
        Self { store, homes: RefCell::default(), authors: RefCell::default(), elsewhere: RefCell::default() }
    }

    /// Asked once for the areas of the reader's sight.
    pub(super) fn made_elsewhere(&self, areas: &[AreaCode], end: Cut) -> Result<Arc<Elsewhere>, Fault> {
        if let Some(known) = &*self.elsewhere.borrow() {
            return Ok(known.clone());
        }
        let found = Arc::new(Elsewhere { positions: self.store.directory()?.made_elsewhere(areas, end)?, until: end });
        self.elsewhere.replace(Some(found.clone()));
        Ok(found)
    }

    fn authors(&self, person: SubjectId) -> Result<Arc<Authors>, Fault> {
        if let Some(known) = self.authors.borrow().get(&person) {
            return Ok(known.clone());
        }
        let mut written: HashMap<RecordId, (Arc<str>, Arc<str>)> = HashMap::new();
        let what = Scan { residents: Some(&[person]), ..Scan::default() };
        self.store.scan_changes(&what, &mut |row| {
            match (row.action, row.worker) {
                (ActionRef::Void { record, .. }, _) => drop(written.remove(&record)),
                (_, Some(worker)) => drop(written.insert(row.id, (row.form.into(), worker.into()))),
                (_, None) => {}
            }
            Ok(())
        })?;
        let authors: Arc<Authors> = Arc::new(written.into_values().collect());
        self.authors.borrow_mut().insert(person, authors.clone());
        Ok(authors)
    }
}

impl Facts for Looked<'_> {
    fn home(&self, person: SubjectId) -> Result<Option<AreaCode>, Fault> {
        if let Some(known) = self.homes.borrow().get(&person) {
            return Ok(*known);
        }
        let home = self.store.directory()?.home(person)?;
        self.homes.borrow_mut().insert(person, home);
        Ok(home)
    }

    fn wrote_about(&self, worker: &AccountName, forms: &BTreeSet<Arc<str>>, person: SubjectId) -> Result<bool, Fault> {
        let authors = self.authors(person)?;
        Ok(authors.iter().any(|(form, author)| **author == *worker.as_str() && forms.contains(form)))
    }
}
