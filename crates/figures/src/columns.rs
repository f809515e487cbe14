//! Columns of records in force, read from a store.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use qianmo_analytics::{Columns, ColumnsBuilder, RowHead};
use qianmo_core::pack::Packs;
use qianmo_core::{AreaTree, Fault, FieldType, Form, Kind, SubjectId, Value};
use qianmo_store::{Cut, RowRef, Scan, Store};

use crate::merges::Merges;

/// Columns of all records in force as of a cut (the end of the log when absent), and that cut.
///
/// Of entries that are one person, what was recorded about any counts for the one kept. Records of forms that no pack has are passed over. Errors: as [`Store::scan`], `STORE-0108` values that can't be read.
pub fn columns(store: &dyn Store, packs: &Packs, areas: &AreaTree, cut: Option<Cut>) -> Result<(Columns, Cut), Fault> {
    let mut builder = ColumnsBuilder::new(packs, areas)?;
    let reader = Reader::new(packs);
    // One position for both scans, also while somebody writes.
    let cut = cut.map_or_else(|| store.cut(), Ok)?;
    let merges = Merges::read(store, packs, cut)?;
    store.scan(&Scan { cut: Some(cut), ..Scan::default() }, &mut |row| reader.push(&mut builder, row, &merges))?;
    Ok((builder.finish()?, cut))
}

/// Reads rows of the log into columns.
#[derive(Debug)]
pub(crate) struct Reader {
    kinds: HashMap<Arc<str>, HashMap<Arc<str>, Kind>>,
    common: HashSet<Arc<str>>,
    locating: HashSet<Arc<str>>,
    /// Fields of each form that name other subjects which may be people.
    naming: HashMap<Arc<str>, HashSet<Arc<str>>>,
}

impl Reader {
    pub(crate) fn new(packs: &Packs) -> Self {
        let kinds = |form: &Form| form.fields.iter().map(|field| (field.id.clone(), field.kind.kind())).collect();
        let names = |form: &Form| form.fields.iter().filter(|field| may_name_somebody(&field.kind)).map(|field| field.id.clone()).collect();
        Self {
            locating: packs.forms().filter(|form| form.locates).map(|form| form.id.clone()).collect(),
            naming: packs.forms().map(|form| (form.id.clone(), names(form))).collect(),
            kinds: packs.forms().map(|form| (form.id.clone(), kinds(form))).collect(),
            common: packs.forms().filter(|form| is_common(form)).map(|form| form.id.clone()).collect(),
        }
    }

    /// Whether records of a form are about what everybody shares: organisations, areas.
    pub(crate) fn common(&self, form: &str) -> bool {
        self.common.contains(form)
    }

    /// Whether records about what everybody shares name people.
    pub(crate) fn common_names_people(&self) -> bool {
        self.common.iter().any(|form| self.naming.get(form).is_some_and(|fields| !fields.is_empty()))
    }

    /// The forms about people and what belongs to them.
    pub(crate) fn personal(&self) -> impl Iterator<Item = &Arc<str>> {
        self.kinds.keys().filter(|form| !self.common.contains(*form))
    }

    /// A row's head as it counts; nothing for a sheet of an entry given up.
    pub(crate) fn counted<'h>(&self, head: RowHead<'h>, merges: &Merges) -> Option<RowHead<'h>> {
        if merges.is_empty() {
            return Some(head);
        }
        if merges.gave_up(head.subject) && self.locating.contains(head.form) {
            return None;
        }
        Some(RowHead { subject: merges.kept(head.subject), resident: head.resident.map(|id| merges.kept(id)), ..head })
    }

    /// Values with the entries kept in place of those given up.
    pub(crate) fn naming_kept(&self, form: &str, values: &mut [(&str, Value)], merges: &Merges) {
        if merges.is_empty() {
            return;
        }
        let Some(naming) = self.naming.get(form) else { return };
        for (_, value) in values.iter_mut().filter(|(field, _)| naming.contains(*field)) {
            if let Some(id) = value.as_text().and_then(|text| text.parse::<SubjectId>().ok()).filter(|id| merges.gave_up(*id)) {
                *value = Value::text(&merges.kept(id).to_string());
            }
        }
    }

    /// Whether a pack has the form.
    pub(crate) fn knows(&self, form: &str) -> bool {
        self.kinds.contains_key(form)
    }

    /// Adds a row in force.
    pub(crate) fn push(&self, builder: &mut ColumnsBuilder, row: &RowRef<'_>, merges: &Merges) -> Result<(), Fault> {
        let head = RowHead {
            record: row.id,
            form: row.form,
            subject: row.subject,
            resident: row.resident,
            organisation: row.organisation,
            area: row.area,
            at: row.at(),
        };
        if let Some(head) = self.counted(head, merges) {
            let mut values = self.values(row.form, row.values)?;
            self.naming_kept(row.form, &mut values, merges);
            builder.push(&head, values);
        }
        Ok(())
    }

    /// The values of a record of a form, from their text.
    pub(crate) fn values(&self, form: &str, text: &str) -> Result<Vec<(&str, Value)>, Fault> {
        let mut values: Vec<(&str, Value)> = Vec::new();
        let Some(kinds) = self.kinds.get(form) else { return Ok(values) };
        qianmo_store::parse_values(text, &mut |field, raw| {
            if let Some((name, kind)) = kinds.get_key_value(field) {
                values.push((name, raw.value(*kind).unwrap_or_default()));
            }
            Ok(())
        })?;
        Ok(values)
    }
}

/// Whether a field of this kind names a subject that isn't common.
pub(crate) fn may_name_somebody(kind: &FieldType) -> bool {
    matches!(kind, FieldType::Ref(kind) if !matches!(&**kind, "organisation" | "area"))
}

/// Whether a form is about organisations or areas.
pub(crate) fn is_common(form: &Form) -> bool {
    matches!(&*form.subject, "organisation" | "area")
}
