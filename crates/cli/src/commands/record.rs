//! `record`: show, correct, void.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use qianmo_core::{Action, Fault, FieldType, Form, Known, Record, RecordId, Value};
use qianmo_store::{Row, Store};
use uuid::Uuid;

use crate::args::Record as Args;
use crate::failure::Failure;
use crate::folder::Folder;
use crate::output::line;

pub(crate) fn run(args: &Args, packs: Option<&Path>) -> Result<(), Failure> {
    match args {
        Args::Show { id, data } => show(&Folder::open(&data.data, packs)?, *id),
        Args::List { subject, data } => {
            let folder = Folder::open(&data.data, packs)?;
            for row in folder.store.records_of(subject.parse()?)? {
                line(&one_line(&folder, &row));
            }
            Ok(())
        }
        Args::Correct { id, data, set } => correct(&mut Folder::open(&data.data, packs)?, *id, set),
        Args::Void { id, data, reason } => void(&mut Folder::open(&data.data, packs)?, *id, reason),
    }
}

fn held(folder: &Folder, id: RecordId) -> Result<Row, Fault> {
    folder.store.record(id)?.ok_or_else(|| Fault::new("CLI-0202").with("record", id))
}

fn form<'f>(folder: &'f Folder, id: &str) -> Result<&'f Form, Fault> {
    folder.packs.form(id).ok_or_else(|| Fault::new("CLI-0203").with("form", id))
}

fn full(folder: &Folder, row: &Row) -> Result<Record, Fault> {
    let form = form(folder, &row.head().form)?;
    row.record(&|field| form.field(field).map(|field| field.kind.kind()))
}

fn one_line(folder: &Folder, row: &Row) -> String {
    let head = row.head();
    let name = folder.packs.form(&head.form).map_or(&*head.form, |form| form.name.as_str());
    let what = match &head.action {
        Action::State => String::new(),
        Action::Supersede(old) => format!("（更正 {old}）"),
        Action::Void { record, reason } => format!("（作废 {record}：{reason}）"),
    };
    format!("{} {} {name}{what}", head.id, head.at)
}

fn show(folder: &Folder, id: RecordId) -> Result<(), Failure> {
    held(folder, id)?;
    for row in folder.store.history(id)? {
        line(&one_line(folder, &row));
        let record = full(folder, &row)?;
        let form = form(folder, &record.form)?;
        for field in &form.fields {
            if let Some(value) = record.values.get(&field.id) {
                let label = field.choices.iter().find(|choice| Some(&*choice.code) == value.as_text());
                let shown = label.map_or_else(|| value.to_string(), |choice| format!("{value} {}", choice.name));
                line(&format!("    {}（{}）：{shown}{}", field.name, field.id, field.unit));
            }
        }
    }
    Ok(())
}

fn correct(folder: &mut Folder, id: RecordId, set: &[String]) -> Result<(), Failure> {
    let old = full(folder, &held(folder, id)?)?;
    let form = form(folder, &old.form)?;
    let mut record = old.clone();
    let mut faults = Vec::new();
    for pair in set {
        let (field, text) = pair.split_once('=').unwrap_or((pair, ""));
        if field == "at" {
            match text.parse() {
                Ok(at) => record.at = at,
                Err(_) => faults.push(Fault::new("CLI-0204").with("field", field).with("value", text)),
            }
            continue;
        }
        match form.field(field) {
            None => faults.push(Fault::new("FORM-0101").with("field", field).with("form", &form.name)),
            Some(known) if text.is_empty() => drop(record.values.remove(&known.id)),
            Some(known) => match value(&known.kind, text) {
                Some(value) => drop(record.values.insert(known.id.clone(), value)),
                None => faults.push(Fault::new("CLI-0204").with("field", &known.name).with("value", text)),
            },
        }
    }
    record.action = Action::Supersede(id);
    stamp(&mut record);
    let sheet = match record.resident {
        Some(resident) => qianmo_desk::sheet(&folder.store, &folder.packs, resident)?,
        None => BTreeMap::new(),
    };
    faults.extend(form.check(&record, &Known::on(jiff::Zoned::now().date()).about(&sheet)).refused);
    if !faults.is_empty() {
        return Err(faults.into());
    }
    let appended = folder.store.append(std::slice::from_ref(&record))?;
    line(&format!("已更正：新记录 {}，数据截点 {}。", record.id, appended.cut));
    Ok(())
}

fn void(folder: &mut Folder, id: RecordId, reason: &str) -> Result<(), Failure> {
    if reason.trim().is_empty() {
        return Err(Fault::new("CLI-0205").into());
    }
    let mut record = held(folder, id)?.head().clone();
    record.action = Action::Void { record: id, reason: reason.to_owned() };
    record.values.clear();
    stamp(&mut record);
    let appended = folder.store.append(std::slice::from_ref(&record))?;
    line(&format!("已作废，数据截点 {}。", appended.cut));
    Ok(())
}

fn stamp(record: &mut Record) {
    record.id = RecordId(Uuid::now_v7());
    record.recorded_at = Timestamp::now().as_millisecond();
    record.worker = std::env::var("USER").ok().map(Arc::from);
}

fn value(kind: &FieldType, text: &str) -> Option<Value> {
    Some(match kind {
        FieldType::Text | FieldType::Choice | FieldType::Choices | FieldType::Ref(_) => Value::text(text),
        FieldType::Integer => Value::Integer(text.parse().ok()?),
        FieldType::Decimal(_) => Value::Decimal(text.parse().ok()?),
        FieldType::Date => Value::Date(text.parse().ok()?),
        FieldType::DateTime => Value::DateTime(text.replace(' ', "T").parse().ok()?),
        FieldType::Bool => match text {
            "是" | "true" | "1" => Value::Bool(true),
            "否" | "false" | "0" => Value::Bool(false),
            _ => return None,
        },
    })
}
