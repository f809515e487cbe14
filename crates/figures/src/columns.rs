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
    let mut reader = Reader::new(packs);
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
    pub(crate) fn push(&mut self, builder: &mut ColumnsBuilder, row: &RowRef<'_>) -> Result<(), Fault> {
        let head = RowHead {
            record: row.id,
            form: row.form,
            subject: row.subject,
            resident: row.resident,
            organisation: row.organisation,
            area: row.area,
            at: row.at(),
        };
        self.push_values(builder, &head, row.values)
    }

    /// Adds a record in force, its values as text.
    pub(crate) fn push_values(&mut self, builder: &mut ColumnsBuilder, head: &RowHead<'_>, text: &str) -> Result<(), Fault> {
        let Some(kinds) = self.kinds.get(head.form) else { return Ok(()) };
        let mut values: Vec<(&str, Value)> = Vec::new();
        qianmo_store::parse_values(text, &mut |field, raw| {
            if let Some((name, kind)) = kinds.get_key_value(field) {
                values.push((name, raw.value(*kind).unwrap_or_default()));
            }
            Ok(())
        })?;
        builder.push(head, values);
        Ok(())
    }
}

/// Whether a form is about organisations or areas.
pub(crate) fn is_common(form: &Form) -> bool {
    matches!(&*form.subject, "organisation" | "area")
}
