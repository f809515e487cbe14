//! Sight: what of the record log somebody may see. Every reading on somebody's behalf goes through it, in the query, so that what may not be
//! seen doesn't leave the store: no row, no count, no difference between "not there" and "not for you".
//!
//! Who may see what is decided elsewhere (from grants and packs); here is what such a decision looks like and how it is kept.

mod mask;
mod sees;
pub(crate) mod sql;

use std::collections::BTreeSet;
use std::sync::Arc;

use qianmo_core::{AreaCode, SubjectId};

pub use mask::{BANK_ACCOUNT, Mask, Masks, PHONE, RESIDENT_NUMBER};
pub(crate) use sees::{Facts, sees, sees_resident};

use crate::AccountName;

/// The kind of subject that a resident is.
const RESIDENT: &str = "resident";
/// Kinds of subject that are people.
const PERSONAL_KINDS: [&str; 2] = [RESIDENT, "household"];

/// What somebody may see: the union of its windows. Without windows: nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sight {
    /// The windows.
    pub windows: Vec<Window>,
    /// Identity numbers, phones and bank accounts stand unmasked. Ask for it one reading at a time, and note it in the audit chain.
    pub exposed: bool,
}

/// Records of some forms, in some areas, about some people.
///
/// A record lies in an area when it was made there or when its resident sits there now, so whoever takes over a resident sees what
/// was recorded before the move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// The areas, each as it stands in records (leaves, and those above that records are about).
    pub areas: Areas,
    /// The forms.
    pub forms: Arc<BTreeSet<Arc<str>>>,
    /// About whom.
    pub whose: Whose,
}

/// Which areas a window opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Areas {
    /// All.
    All,
    /// These.
    Only(Arc<BTreeSet<AreaCode>>),
}

/// About whom the records of a window are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whose {
    /// Anybody and anything.
    Everybody,
    /// These residents.
    Residents(Arc<BTreeSet<SubjectId>>),
    /// Residents about whom this worker has written a record of one of the window's forms, and hasn't withdrawn it.
    ClientsOf(AccountName),
    /// No residents and no households: organisations, areas and what belongs to them.
    Nobody,
}
