//! Columns of all records in force.

use std::collections::HashMap;
use std::sync::Arc;

use qianmo_analytics::{Columns, ColumnsBuilder, RowHead};
use qianmo_core::pack::Packs;
use qianmo_core::{AreaTree, Fault, Kind, Value};
use qianmo_store::{Cut, Scan, Store};

/// Columns of all records in force as of a cut (the end of the log when absent), and that cut.
///
/// Records of forms that no pack has are passed over. Errors: as [`Store::scan`], `STORE-0108` values that can't be read.
pub fn columns(store: &dyn Store, packs: &Packs, areas: &AreaTree, cut: Option<Cut>) -> Result<(Columns, Cut), Fault> {
    let mut builder = ColumnsBuilder::new(packs, areas)?;
    let scan = Scan { cut, ..Scan::default() };
    let kinds: HashMap<&str, HashMap<&str, Kind>> =
        packs.forms().map(|form| (&*form.id, form.fields.iter().map(|field| (&*field.id, field.kind.kind())).collect())).collect();
    let mut values: Vec<(Arc<str>, Value)> = Vec::new();
    let mut names: HashMap<String, Arc<str>> = HashMap::new();
    let cut = store.scan(&scan, &mut |row| {
        let Some(kinds) = kinds.get(row.form) else { return Ok(()) };
        values.clear();
        qianmo_store::parse_values(row.values, &mut |field, raw| {
            if let Some(kind) = kinds.get(field) {
                let name = match names.get(field) {
                    Some(name) => name.clone(),
                    None => names.entry(field.to_owned()).or_insert_with(|| field.into()).clone(),
                };
                values.push((name, raw.value(*kind).unwrap_or_default()));
            }
            Ok(())
        })?;
        let head = RowHead {
            record: row.id,
            form: row.form,
            subject: row.subject,
            resident: row.resident,
            organisation: row.organisation,
            area: row.area,
            at: row.at(),
        };
        builder.push(&head, values.iter_mut().map(|(id, value)| (&**id, std::mem::take(value))));
        Ok(())
    })?;
    Ok((builder.finish()?, cut))
}
