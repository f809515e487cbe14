//! A worker's grants, made ready: the areas each reaches, and what its role sees and does.

use std::collections::BTreeSet;
use std::sync::Arc;

use qianmo_core::pack::Sensitivity;
use qianmo_core::{AreaCode, AreaTree, Date, SubjectId};
use qianmo_store::{AccountName, Areas, Grant, Programmes, Role};

use crate::guard::at_most;
use crate::{Duties, Guarded, Rows};

/// A grant in force.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) role: Role,
    pub(crate) duties: Duties,
    /// The area it is for and everything below.
    pub(crate) reach: Arc<BTreeSet<AreaCode>>,
    /// The same as windows have it: everything, where the area is the only root.
    pub(crate) areas: Areas,
    pub(crate) programmes: Programmes,
    pub(crate) sensitivity: Sensitivity,
    pub(crate) residents: Option<Arc<BTreeSet<SubjectId>>>,
}

impl Held {
    /// The grants of a worker that are in force on a day. One in an area that the tree doesn't know reaches nothing.
    pub(crate) fn of(worker: &AccountName, grants: &[Grant], tree: &AreaTree, day: Date) -> Vec<Self> {
        let in_force = |grant: &&Grant| grant.worker == *worker && grant.from <= day && grant.to.is_none_or(|to| day <= to);
        grants.iter().filter(in_force).filter(|grant| tree.get(grant.area).is_some()).map(|grant| Self::one(grant, tree)).collect()
    }

    fn one(grant: &Grant, tree: &AreaTree) -> Self {
        let reach = Arc::new(below(tree, grant.area));
        let everything = tree.roots().count() == 1 && tree.roots().all(|root| root.code == grant.area);
        Self {
            role: grant.role,
            duties: Duties::of(grant.role),
            areas: if everything { Areas::All } else { Areas::Only(reach.clone()) },
            reach,
            programmes: grant.programmes.clone(),
            sensitivity: grant.sensitivity,
            residents: grant.residents.clone().map(Arc::new),
        }
    }

    pub(crate) fn reaches(&self, area: AreaCode) -> bool {
        self.reach.contains(&area)
    }

    /// Whether the grant's programmes and sensitivity take something in, whatever its role does with it.
    pub(crate) fn takes_in(&self, thing: &Guarded) -> bool {
        let programme = match (self.duties.rows, &self.programmes) {
            (Rows::NamedProgrammes, Programmes::All) => false,
            (_, programmes) => programmes.contain(&thing.pack),
        };
        programme && (self.duties.rows == Rows::Own || at_most(thing.sensitivity, self.sensitivity))
    }

    /// Whether its numbers may be seen: all programmes are named by `All` here, and a grant for single residents gives none.
    pub(crate) fn counts(&self, thing: &Guarded) -> bool {
        let bound = self.duties.numbers && self.residents.is_none();
        bound && self.programmes.contain(&thing.pack) && at_most(thing.sensitivity, self.sensitivity)
    }
}

/// An area and everything below it.
fn below(tree: &AreaTree, area: AreaCode) -> BTreeSet<AreaCode> {
    let (mut found, mut waiting) = (BTreeSet::new(), vec![area]);
    while let Some(at) = waiting.pop() {
        if found.insert(at) {
            waiting.extend_from_slice(tree.children(at));
        }
    }
    found
}
