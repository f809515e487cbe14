//! Which forms say who a resident is and where.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use crate::seal::Sealing;

/// Which forms say who a resident is and where, by names of forms and fields. Empty: the store keeps no directory up to date.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DirectoryPolicy {
    sheets: BTreeMap<Arc<str>, Sheet>,
}

/// What a form says about its subject, a resident: the fields' names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sheet {
    /// Whether the record's area is where the resident sits from its date on.
    pub locates: bool,
    /// Name, text.
    pub name: Option<Arc<str>>,
    /// Date of birth, date.
    pub birth: Option<Arc<str>>,
    /// Sex, a code.
    pub sex: Option<Arc<str>>,
    /// Identity number, text.
    pub number: Option<Arc<str>>,
    /// Phone, text.
    pub phone: Option<Arc<str>>,
    /// The household, a subject's id.
    pub household: Option<Arc<str>>,
    /// The entry kept instead of this one, a subject's id: a form that says that two entries are one person.
    pub merged_into: Option<Arc<str>>,
}

impl DirectoryPolicy {
    /// A form of the directory.
    pub fn sheet(&mut self, form: &str, sheet: Sheet) {
        self.sheets.insert(form.into(), sheet);
    }

    /// Whether there is no form.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sheets.is_empty()
    }

    pub(crate) fn of(&self, form: &str) -> Option<&Sheet> {
        self.sheets.get(form)
    }

    pub(crate) fn has(&self, form: &str) -> bool {
        self.sheets.contains_key(form)
    }

    /// The forms that say who somebody is and where.
    pub(crate) fn sheets(&self) -> BTreeSet<Arc<str>> {
        self.sheets.iter().filter(|(_, sheet)| sheet.merged_into.is_none()).map(|(form, _)| form.clone()).collect()
    }

    pub(crate) fn forms(&self) -> BTreeSet<Arc<str>> {
        self.sheets.keys().cloned().collect()
    }
}

/// A policy with what the sealing makes of it.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub(crate) policy: DirectoryPolicy,
    /// The name may lie in the directory only sealed.
    pub(crate) name_sealed: bool,
    /// Date of birth and sex may not lie in it at all.
    birth_sealed: bool,
    sex_sealed: bool,
    /// Tells policies apart.
    pub(crate) print: String,
}

/// Raised when the same policy makes another directory.
const MADE: u32 = 1;

impl Plan {
    pub(crate) fn new(policy: &DirectoryPolicy, sealing: Option<&Sealing>) -> Self {
        let sealed = |field: &dyn Fn(&Sheet) -> &Option<Arc<str>>| {
            let seals = |(form, sheet): (&Arc<str>, &Sheet)| {
                field(sheet).as_ref().is_some_and(|field| sealing.is_some_and(|sealing| sealing.policy().seals(form, field)))
            };
            policy.sheets.iter().any(seals)
        };
        let (name_sealed, birth_sealed, sex_sealed) =
            (sealed(&|sheet| &sheet.name), sealed(&|sheet| &sheet.birth), sealed(&|sheet| &sheet.sex));
        let mut print =
            format!("{MADE} {}{}{}{}", u8::from(sealing.is_some()), u8::from(name_sealed), u8::from(birth_sealed), u8::from(sex_sealed));
        for (form, sheet) in &policy.sheets {
            let fields = [&sheet.name, &sheet.birth, &sheet.sex, &sheet.number, &sheet.phone, &sheet.household];
            let fields: Vec<&str> = fields.into_iter().map(|field| field.as_deref().unwrap_or("-")).collect();
            let _ = write!(print, " {form}:{}:{}", u8::from(sheet.locates), fields.join(","));
            if let Some(field) = &sheet.merged_into {
                let _ = write!(print, ">{field}");
            }
        }
        Self { policy: policy.clone(), name_sealed, birth_sealed, sex_sealed, print }
    }

    pub(crate) fn keeps_birth(&self) -> bool {
        !self.birth_sealed
    }

    pub(crate) fn keeps_sex(&self) -> bool {
        !self.sex_sealed
    }
}
