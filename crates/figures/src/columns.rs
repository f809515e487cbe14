//! Columns of records in force, read from a store.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use qianmo_analytics::{Columns, ColumnsBuilder, RowHead};
use qianmo_core::pack::Packs;
use qianmo_core::{AreaTree, Fault, Form, Kind, Value};
use qianmo_store::{Cut, RowRef, Scan, Store};

/// Columns of all records in force as of a cut (the end of the log when absent), and that cut.
///
/// Records of forms that no pack has are passed over. Errors: as [`Store::scan`], `STORE-0108` values that can't be read.
pub fn columns(store: &dyn Store, packs: &Packs, areas: &AreaTree, cut: Option<Cut>) -> Result<(Columns, Cut), Fault> {
    let mut builder = ColumnsBuilder::new(packs, areas)?;
    let reader = Reader::new(packs);
    let cut = store.scan(&Scan { cut, ..Scan::default() }, &mut |row| reader.push(&mut builder, row))?;
    Ok((builder.finish()?, cut))
}

/// Reads rows of the log into columns.
#[derive(Debug)]
pub(crate) struct Reader {
    kinds: HashMap<Arc<str>, HashMap<Arc<str>, Kind>>,
    common: HashSet<Arc<str>>,
}

impl Reader {
    pub(crate) fn new(packs: &Packs) -> Self {
        let kinds = |form: &Form| form.fields.iter().map(|field| (field.id.clone(), field.kind.kind())).collect();
        Self {
            kinds: packs.forms().map(|form| (form.id.clone(), kinds(form))).collect(),
            common: packs.forms().filter(|form| is_common(form)).map(|form| form.id.clone()).collect(),
        }
    }

    /// Whether records of a form are about what everybody shares: organisations, areas.
    pub(crate) fn common(&self, form: &str) -> bool {
        self.common.contains(form)
    }

    /// Whether a pack has the form.
    pub(crate) fn knows(&self, form: &str) -> bool {
        self.kinds.contains_key(form)
    }

    /// Adds a row in force.
    pub(crate) fn push(&self, builder: &mut ColumnsBuilder, row: &RowRef<'_>) -> Result<(), Fault> {
        let head = RowHead {
            record: row.id,
            form: row.form,
            subject: row.subject,
            resident: row.resident,
            organisation: row.organisation,
            area: row.area,
            at: row.at(),
        };
        builder.push(&head, self.values(row.form, row.values)?);
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

/// Whether a form is about organisations or areas.
pub(crate) fn is_common(form: &Form) -> bool {
    matches!(&*form.subject, "organisation" | "area")
}
