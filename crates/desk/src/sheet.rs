//! What is known of one person.

use std::collections::BTreeMap;
use std::sync::Arc;

use qianmo_core::form::complete;
use qianmo_core::pack::Packs;
use qianmo_core::{Action, Fault, Record, RecordId, SubjectId, Value};
use qianmo_store::Store;

/// What is known of a person: the person's sheets in force, completed in order of their dates. Empty when there is none.
///
/// Errors: as [`Store::records_of`]; `STORE-0107` a value that isn't of its field's kind.
pub fn sheet(store: &dyn Store, packs: &Packs, resident: SubjectId) -> Result<BTreeMap<Arc<str>, Value>, Fault> {
    let mut sheet = BTreeMap::new();
    let Some(form) = packs.person_sheet() else { return Ok(sheet) };
    let rows = store.records_of(resident)?;
    let gone = |id: RecordId| {
        rows.iter().any(|row| match &row.head().action {
            Action::Supersede(old) | Action::Void { record: old, .. } => *old == id,
            Action::State => false,
        })
    };
    let in_force = |row: &&qianmo_store::Row| {
        let head = row.head();
        head.form == form.id && !matches!(head.action, Action::Void { .. }) && !gone(head.id)
    };
    let mut sheets: Vec<Record> = Vec::new();
    for row in rows.iter().filter(in_force) {
        sheets.push(row.record(&|field| form.field(field).map(|field| field.kind.kind()))?);
    }
    sheets.sort_by_key(|record| (record.at, record.recorded_at));
    for record in &sheets {
        complete(&mut sheet, &record.values);
    }
    Ok(sheet)
}
