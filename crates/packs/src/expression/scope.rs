//! The names an expression may use, with their kinds and codes.

use std::collections::BTreeMap;
use std::sync::Arc;

use qianmo_core::form::{Field, FieldType};
use qianmo_core::lms::LmsTable;
use qianmo_core::{Kind, expr};

/// What a name is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// Its kind; [`Kind::Null`] when it isn't known before the data is there: then anything goes.
    pub kind: Kind,
    /// The codes it can hold; empty when it isn't a choice.
    pub codes: Vec<Arc<str>>,
}

/// The names an expression may use.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    names: BTreeMap<Arc<str>, Name>,
    open: bool,
    lms: BTreeMap<String, Arc<LmsTable>>,
    /// Names that many scopes share; this one's own come first.
    outer: Option<Arc<Scope>>,
}

/// A name of an open scope.
static ANYTHING: Name = Name { kind: Kind::Null, codes: Vec::new() };

impl Scope {
    /// A scope without names.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The names of a form's checks: its fields, `at` and `today`.
    #[must_use]
    pub fn of_fields(fields: &[Field]) -> Self {
        let mut scope = Self::new();
        for field in fields {
            scope.add_field(field);
        }
        scope.add("at", Kind::Date);
        scope.add("today", Kind::Date);
        scope
    }

    /// Adds a name.
    pub fn add(&mut self, name: &str, kind: Kind) {
        self.names.insert(name.into(), Name { kind, codes: Vec::new() });
    }

    /// Takes a name away.
    pub fn remove(&mut self, name: &str) {
        self.names.remove(name);
    }

    /// Lets expressions call `lms_z` on these tables.
    pub fn with_lms(&mut self, tables: BTreeMap<String, Arc<LmsTable>>) {
        self.lms = tables;
    }

    /// The tables of `lms_z`, by `pack.table`.
    pub(crate) fn lms(&self) -> &BTreeMap<String, Arc<LmsTable>> {
        &self.lms
    }

    /// Adds a form field under its id, with its codes.
    pub fn add_field(&mut self, field: &Field) {
        self.add_field_as(&field.id, field);
    }

    /// Adds a form field under another name, with its codes.
    pub fn add_field_as(&mut self, name: &str, field: &Field) {
        let has_codes = matches!(field.kind, FieldType::Choice | FieldType::Choices);
        let codes = if has_codes { field.choices.iter().map(|choice| choice.code.clone()).collect() } else { Vec::new() };
        self.names.insert(name.into(), Name { kind: field.kind.kind(), codes });
    }

    /// An empty scope within another one.
    pub(crate) fn within(outer: &Arc<Self>) -> Self {
        Self { outer: Some(outer.clone()), ..Self::default() }
    }

    /// A scope that has every name: what it would hold is broken and reported elsewhere.
    pub(crate) fn open() -> Self {
        Self { open: true, ..Self::default() }
    }

    /// Adds the names of another scope.
    pub fn add_all(&mut self, other: &Self) {
        self.open |= other.open;
        self.names.extend(other.names.iter().map(|(id, name)| (id.clone(), name.clone())));
    }

    /// What a name is; `None` when the scope doesn't have it.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Name> {
        let own = self.names.get(name).or_else(|| self.outer.as_ref()?.get(name));
        own.or_else(|| self.open.then_some(&ANYTHING))
    }

    /// Every name, its own in order of the alphabet and then those around it.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let outer = self.outer.iter().flat_map(|outer| outer.names.keys());
        self.names.keys().chain(outer).map(AsRef::as_ref)
    }

    /// The function a word stands for.
    pub(crate) fn function(word: &str) -> Option<expr::Function> {
        expr::Function::ALL.iter().find(|(name, _)| *name == word).map(|(_, function)| *function)
    }
}
