//! What of the packs' forms the store seals, indexes, masks and keeps in its directory of residents: for everybody who opens a store with packs.

use qianmo_core::form::{FieldType, Form, Identifies};
use qianmo_core::pack::{Packs, Sensitivity};
use qianmo_store::{BANK_ACCOUNT, DirectoryPolicy, Keys, Masks, Options, PHONE, Policy, RESIDENT_NUMBER, Sealing, Sheet};

/// How a store is opened with these packs, and with keys if its data has any. Wait, limits and hash are the usual ones.
#[must_use]
pub fn options(packs: &Packs, keys: Option<Keys>) -> Options {
    let policy = policy(packs);
    let (masks, directory) = (Masks::of(&policy), directory(packs));
    Options { sealing: keys.map(|keys| Sealing::new(keys, policy)), masks, directory, ..Options::default() }
}

/// Identity numbers, phones and bank accounts are sealed and can be searched exactly; of restricted programmes everything is sealed.
#[must_use]
pub fn policy(packs: &Packs) -> Policy {
    let mut policy = Policy::default();
    for pack in &packs.packs {
        let restricted = pack.sensitivity == Sensitivity::Restricted;
        for form in &pack.forms {
            if restricted {
                policy.whole(&form.id);
            }
            for field in &form.fields {
                let index = match field.identifies {
                    Some(Identifies::ResidentNumber) => RESIDENT_NUMBER,
                    Some(Identifies::Phone) => PHONE,
                    Some(Identifies::BankAccount) => BANK_ACCOUNT,
                    Some(Identifies::Name | Identifies::Address) | None => continue,
                };
                policy.field(&form.id, &field.id);
                policy.index(&form.id, &field.id, index);
            }
        }
        for (kind, _) in pack.subjects.iter().filter(|_| restricted) {
            policy.kind(kind);
        }
    }
    policy
}

/// The directory of residents follows the person's sheet, and the form that says that two entries are one person.
///
/// Name, number and phone are known by what they identify, the household by what it refers to, birth and sex by the ids that every
/// pack uses for them (`resident.birth_date`, `resident.sex`).
#[must_use]
pub fn directory(packs: &Packs) -> DirectoryPolicy {
    let mut policy = DirectoryPolicy::default();
    for form in packs.forms().filter(|form| form.is_person_sheet()) {
        policy.sheet(&form.id, sheet(form));
    }
    for (form, field) in packs.forms().filter_map(|form| Some((form, form.merges()?))) {
        policy.sheet(&form.id, Sheet { merged_into: Some(field.id.clone()), ..Sheet::default() });
    }
    policy
}

/// What the fields of a person's sheet stand for.
#[must_use]
pub fn sheet(form: &Form) -> Sheet {
    let identifies = |what| form.fields.iter().find(|field| field.identifies == Some(what)).map(|field| field.id.clone());
    let named = |id: &str| form.field(id).map(|field| field.id.clone());
    let household = form.fields.iter().find(|field| matches!(&field.kind, FieldType::Ref(to) if &**to == "household"));
    Sheet {
        locates: form.locates,
        name: identifies(Identifies::Name),
        birth: named("birth_date"),
        sex: named("sex"),
        number: identifies(Identifies::ResidentNumber),
        phone: identifies(Identifies::Phone),
        household: household.map(|field| field.id.clone()),
        merged_into: None,
    }
}
