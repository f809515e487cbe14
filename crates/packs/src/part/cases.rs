//! `cases/*.toml`: fictional records in, expected cells and refusals out. They are read here and run elsewhere.

use std::collections::BTreeMap;
use std::sync::Arc;

use qianmo_core::form::{Field, FieldType, Form};
use qianmo_core::pack::{Case, CaseRecord, Pack};
use qianmo_core::schedule::{CaseDue, State};
use qianmo_core::{Date, Decimal, Fault, Period, Value};

use super::{Context, Doc, tables};
use crate::index::What;
use crate::reader::{Item, Table, near};

/// Reads the cases of one file into the pack.
pub(super) fn read(context: &Context<'_>, doc: &Doc<'_>, pack: &mut Pack) {
    let Some(table) = doc.root(context.sink) else { return };
    table.opt_text("source");
    for case in table.tables("case") {
        let records: Vec<CaseRecord> = case.tables("record").iter().filter_map(|record| read_record(context, record)).collect();
        let read = Case {
            title: case.string("title"),
            place: case.place(),
            period: period(context, &case).unwrap_or(Period::Year(2012)),
            expect: case.tables("expect").iter().filter_map(|expect| read_expect(context, expect)).collect(),
            due: case.tables("due").iter().filter_map(|due| read_due(context, due, &records)).collect(),
            refused: case.tables("refused").iter().filter_map(|refused| read_refused(refused, records.len())).collect(),
            derived: case.tables("derived").iter().filter_map(|derived| read_derived(context, derived, &records)).collect(),
            records,
        };
        if read.expect.is_empty() && read.refused.is_empty() && read.derived.is_empty() && case.get("due").is_none() {
            context.sink.push(Fault::new("PACK-0103").at(case.place()).with("key", "expect"));
        }
        pack.cases.push(read);
    }
}

fn period(context: &Context<'_>, case: &Table<'_>) -> Option<Period> {
    let text = case.text("period")?;
    let read = text.value.parse::<Period>();
    if read.is_err() {
        let fault = Fault::new("PACK-0105").at(text.place()).with("key", "period").with("value", &text.value);
        context.sink.push(fault.with("known", "2012、2012H1、2012Q1、2012-03、2012W07、2012-03-05"));
    }
    read.ok()
}

fn read_record(context: &Context<'_>, record: &Table<'_>) -> Option<CaseRecord> {
    let form_id = record.key_text("form")?;
    context.index.refer(What::Form, &form_id, context.sink);
    let form = context.packs.form(&form_id.value);
    let values = record.get("values").and_then(|item| item.table());
    Some(CaseRecord {
        form: form_id.value.into(),
        subject: record.string("subject"),
        resident: record.opt_text("resident").map(|text| text.value),
        at: record.need("at").and_then(|item| item.date()).unwrap_or(Date::MIN),
        village: record.opt_text("village").map(|text| text.value).unwrap_or_default(),
        values: match (form, values) {
            (Some(form), Some(values)) => read_values(context, form, &values),
            (None, Some(values)) => {
                values.entries();
                BTreeMap::new()
            }
            (_, None) => BTreeMap::new(),
        },
    })
}

fn read_values(context: &Context<'_>, form: &Form, values: &Table<'_>) -> BTreeMap<std::sync::Arc<str>, Value> {
    let mut read = BTreeMap::new();
    for (name, item) in values.entries() {
        match form.field(&name.value) {
            Some(field) => {
                if let Some(value) = field_value(field, &item) {
                    read.insert(field.id.clone(), value);
                }
            }
            None => unknown_field(context, form, &name),
        }
    }
    read
}

/// Reports a field that the form doesn't have.
pub(super) fn unknown_field(context: &Context<'_>, form: &Form, name: &crate::source::Text<'_>) {
    let fault = Fault::new("PACK-0302").at(name.place()).with("what", "字段").with("id", &name.value);
    context.sink.push(near(fault, &name.value, form.columns().map(|field| &*field.id)));
}

/// A value as the form's field holds it; several codes as `["1", "3"]` or `"|1|3|"`. Unknown codes stay: a case may
/// show that they are refused.
fn field_value(field: &Field, item: &Item<'_>) -> Option<Value> {
    match &field.kind {
        FieldType::Choices if !item.is_text() => {
            let codes: Vec<String> = item.list().iter().filter_map(Item::text).map(|text| text.value).collect();
            Some(Value::text(&format!("|{}|", codes.join("|"))))
        }
        kind => tables::value(item, kind.kind()),
    }
}

fn read_expect(context: &Context<'_>, expect: &Table<'_>) -> Option<(std::sync::Arc<str>, Decimal, Option<Decimal>)> {
    let indicator = expect.key_text("indicator")?;
    let denominator = expect.get("denominator");
    let numerator = expect.need("numerator").and_then(|item| item.decimal());
    context.index.refer(What::Indicator, &indicator, context.sink);
    if let Some(found) = context.packs.indicator(&indicator.value) {
        match (&found.denominator, &denominator) {
            (None, Some(item)) => context.sink.push(Fault::new("PACK-0307").at(item.place()).with("id", &indicator.value)),
            (Some(_), None) => context.sink.push(Fault::new("PACK-0103").at(expect.place()).with("key", "denominator")),
            _ => {}
        }
    }
    Some((indicator.value.into(), numerator?, denominator.and_then(|item| item.decimal())))
}

fn read_derived(context: &Context<'_>, derived: &Table<'_>, records: &[CaseRecord]) -> Option<(usize, BTreeMap<Arc<str>, Value>)> {
    let number = record_number(derived, records.len());
    let values = derived.need("values").and_then(|item| item.table())?;
    let form = number.and_then(|number| context.packs.form(&records[number - 1].form));
    let mut read = BTreeMap::new();
    for (name, item) in values.entries() {
        let Some(form) = form else { continue };
        match form.derived.iter().find(|derived| *derived.field.id == *name.value) {
            Some(derived) if item.is_text() && item.text().is_some_and(|text| text.value.is_empty()) => {
                read.insert(derived.field.id.clone(), Value::Null);
            }
            Some(derived) => {
                read.extend(field_value(&derived.field, &item).map(|value| (derived.field.id.clone(), value)));
            }
            None => unknown_field(context, form, &name),
        }
    }
    Some((number?, read))
}

/// The number of a record of the case, from 1.
fn record_number(table: &Table<'_>, records: usize) -> Option<usize> {
    let item = table.need("record")?;
    let number = item.integer().and_then(|number| usize::try_from(number).ok()).filter(|number| (1..=records).contains(number));
    number.or_else(|| item.wrong(&format!("1 到 {records} 的记录号")))
}

fn read_refused(refused: &Table<'_>, records: usize) -> Option<(usize, String)> {
    let number = record_number(refused, records);
    let code = refused.string("code");
    Some((number?, code))
}

fn read_due(context: &Context<'_>, due: &Table<'_>, records: &[CaseRecord]) -> Option<CaseDue> {
    let service = due.key_text("service")?;
    context.index.refer(What::Service, &service, context.sink);
    let subject = due.text("subject");
    if let Some(name) = subject.as_ref().filter(|name| !records.iter().any(|record| record.subject == name.value)) {
        let fault = Fault::new("PACK-0302").at(name.place()).with("what", "用例中的对象").with("id", &name.value);
        context.sink.push(near(fault, &name.value, records.iter().map(|record| record.subject.as_str())));
    }
    let mut words: Vec<(&'static str, Option<State>)> = State::ALL.iter().map(|(state, word, _)| (*word, Some(*state))).collect();
    words.push(("none", None));
    let date = |key| due.get(key).and_then(|item| item.date());
    let (open, on) = (date("open"), due.need("on").and_then(|item| item.date()));
    let state = due.need("state").and_then(|item| item.word(&words));
    let dose = due.get("dose").and_then(|item| {
        let number = item.integer()?;
        u32::try_from(number).ok().filter(|n| (1..=99).contains(n)).or_else(|| item.wrong("1 到 99 的整数"))
    });
    Some(CaseDue {
        place: due.place(),
        service: service.value.into(),
        dose,
        open,
        due: date("due"),
        close: date("close"),
        subject: subject?.value,
        on: on?,
        state: state?,
    })
}
