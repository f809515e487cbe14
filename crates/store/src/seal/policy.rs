//! What is sealed, by names of forms and fields.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// Which fields are sealed and which can be searched.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    forms: HashMap<Arc<str>, FormPolicy>,
    hidden: HashSet<Arc<str>>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct FormPolicy {
    pub(super) whole: bool,
    pub(super) fields: BTreeSet<Arc<str>>,
    pub(super) indexed: Vec<(Arc<str>, Arc<str>)>,
}

impl Policy {
    /// Seals a field of a form.
    pub fn field(&mut self, form: &str, field: &str) {
        self.of(form).fields.insert(field.into());
    }

    /// Lets records be found by the exact value of a field, in the index called `index`, sealed or not. Several forms may share an index.
    pub fn index(&mut self, form: &str, field: &str, index: &str) {
        self.of(form).indexed.push((field.into(), index.into()));
    }

    /// Seals all values of a form, and its name.
    pub fn whole(&mut self, form: &str) {
        self.of(form).whole = true;
        self.hidden.insert(form.into());
    }

    /// Seals the name of a kind of subject.
    pub fn kind(&mut self, kind: &str) {
        self.hidden.insert(kind.into());
    }

    /// Form, field and index of every field that can be searched.
    pub(crate) fn indexed(&self) -> impl Iterator<Item = (&Arc<str>, &Arc<str>, &Arc<str>)> {
        self.forms.iter().flat_map(|(name, form)| form.indexed.iter().map(move |(field, index)| (name, field, index)))
    }

    /// Whether a field is sealed, by itself or with its form.
    pub(crate) fn seals(&self, form: &str, field: &str) -> bool {
        self.form(form).is_some_and(|form| form.whole || form.fields.contains(field))
    }

    fn of(&mut self, form: &str) -> &mut FormPolicy {
        self.forms.entry(form.into()).or_default()
    }

    pub(super) fn form(&self, form: &str) -> Option<&FormPolicy> {
        self.forms.get(form)
    }

    pub(super) fn hides(&self, word: &str) -> bool {
        self.hidden.contains(word)
    }
}
