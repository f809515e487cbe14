//! Entries that are one person: what was recorded about the entry given up counts for the one kept.
//!
//! The rule stands with [`Form::merges`](qianmo_core::form::Form::merges); here it is applied to rows on their way into columns, so that no view and no
//! indicator has to know it.

use std::collections::HashMap;

use qianmo_core::form::Form;
use qianmo_core::pack::Packs;
use qianmo_core::{Fault, SubjectId};
use qianmo_store::{Cut, Raw, Scan, Store};

/// How many entries can be given up one for the other; beyond it the chain is a circle.
const CHAIN_MAX: usize = 16;

/// The entries given up as of a position, each with the one kept instead.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Merges(HashMap<SubjectId, SubjectId>);

impl Merges {
    /// Reads them: of an entry given up twice the record written last counts.
    ///
    /// Errors: as [`Store::scan`].
    pub(crate) fn read(store: &dyn Store, packs: &Packs, cut: Cut) -> Result<Self, Fault> {
        let Some((form, field)) = merging(packs) else { return Ok(Self::default()) };
        let mut merges = HashMap::new();
        let forms = [&*form.id];
        store.scan(&Scan { cut: Some(cut), forms: Some(&forms), ..Scan::default() }, &mut |row| {
            qianmo_store::parse_values(row.values, &mut |name, raw| {
                if let (true, Raw::Text(text)) = (name == field, raw)
                    && let Ok(kept) = text.parse::<SubjectId>()
                    && kept != row.subject
                {
                    merges.insert(row.subject, kept);
                }
                Ok(())
            })
        })?;
        Ok(Self(merges))
    }

    /// Whom what is recorded about an entry counts for.
    pub(crate) fn kept(&self, mut id: SubjectId) -> SubjectId {
        for _ in 0..CHAIN_MAX {
            match self.0.get(&id) {
                Some(next) => id = *next,
                None => return id,
            }
        }
        id
    }

    /// Whether an entry was given up.
    pub(crate) fn gave_up(&self, id: SubjectId) -> bool {
        self.0.contains_key(&id)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each entry given up, with the one that counts.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (SubjectId, SubjectId)> {
        self.0.keys().map(|id| (*id, self.kept(*id)))
    }
}

/// The form that merges entries and its field, if a pack has one.
fn merging(packs: &Packs) -> Option<(&Form, &str)> {
    let form = packs.merge_form()?;
    Some((form, &form.merges()?.id))
}

/// The id of the form that merges entries.
pub(crate) fn merge_form(packs: &Packs) -> Option<&str> {
    merging(packs).map(|(form, _)| &*form.id)
}
