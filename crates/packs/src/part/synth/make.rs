//! Ways to make a value: expression, evenly between, by weight, exact share, fictional text.

use std::sync::Arc;

use qianmo_core::form::{Field, FieldType};
use qianmo_core::pack::Make;
use qianmo_core::{Expr, Fault, Kind, Value};
use rust_decimal::prelude::ToPrimitive;

use crate::expression::Scope;
use crate::part::{Context, forms, tables};
use crate::reader::{Item, Table, near};

/// Fictional texts.
const FAKES: [&str; 10] = [
    "person_name",
    "surname",
    "phone",
    "resident_number",
    "hamlet",
    "street",
    "clinic_name",
    "organisation_name",
    "batch_number",
    "archive_number",
];

/// Reads what stands beside `set` in a step, or in the table of a field's value.
///
/// `field`: the field it is for, whose kind and codes it must have.
pub(super) fn read(context: &Context<'_>, table: &Table<'_>, scope: &Scope, field: Option<&Field>) -> Option<(Make, Kind)> {
    let wanted = wanted(field);
    let (expr, between, pick, share, fake) =
        (table.opt_text("expr"), table.get("between"), table.get("pick"), table.opt_text("share"), table.get("fake"));
    let ways = [expr.is_some(), between.is_some(), pick.is_some(), share.is_some(), fake.is_some()];
    if ways.iter().filter(|way| **way).count() != 1 {
        context.sink.push(Fault::new("PACK-0116").at(table.place()).with("keys", "expr、between、pick、share、fake"));
        table.skip();
        return None;
    }
    if let Some(text) = expr {
        let (made, kind) = context.typed(&text, scope, &wanted);
        field_codes(context, &made, field, &text.place());
        return Some((Make::Expr(made), kind));
    }
    if let Some(item) = between {
        return read_between(context, table, &item, scope, &wanted);
    }
    if let Some(item) = pick {
        return read_pick(context, &item, field);
    }
    if let Some(text) = share {
        let total = context.expr(&text, scope, &[Kind::Decimal]);
        let number = |key| context.opt_expr(table, key, scope, &[Kind::Decimal]);
        let (min, max, weight) = (number("min"), number("max"), number("weight"));
        let of = context.opt_expr(table, "of", scope, &[Kind::Bool]);
        let decimals = table.get("decimals").and_then(|item| forms::decimals(&item)).unwrap_or(0);
        return Some((Make::Share { total, min, max, decimals, of, weight }, if decimals == 0 { Kind::Integer } else { Kind::Decimal }));
    }
    let words: Vec<(&'static str, &'static str)> = FAKES.iter().map(|word| (*word, *word)).collect();
    let word = fake?.word(&words)?;
    Some((Make::Fake(word.into()), Kind::Text))
}

/// Reads a field's value: an expression as text, or a table as in steps.
pub(super) fn value(context: &Context<'_>, item: &Item<'_>, scope: &Scope, field: Option<&Field>) -> Option<(Make, Kind)> {
    if item.is_table() {
        return read(context, &item.table()?, scope, field);
    }
    let (made, kind) = end(context, item, scope, &wanted(field))?;
    field_codes(context, &made, field, &item.place());
    Some((Make::Expr(made), kind))
}

/// Kinds that a field takes. Figures are decimal, so a whole number field takes a computed decimal.
fn wanted(field: Option<&Field>) -> Vec<Kind> {
    match field.map(|field| &field.kind) {
        None | Some(FieldType::Ref(_)) => Vec::new(),
        Some(FieldType::Integer | FieldType::Decimal(_)) => vec![Kind::Decimal],
        Some(FieldType::DateTime) => vec![Kind::DateTime, Kind::Date],
        Some(kind) => vec![kind.kind()],
    }
}

/// An expression in quotes, or a number, date or truth as it is.
fn end(context: &Context<'_>, item: &Item<'_>, scope: &Scope, wanted: &[Kind]) -> Option<(Expr, Kind)> {
    if item.is_text() {
        return Some(context.typed(&item.text()?, scope, wanted));
    }
    let kind = item.natural_kind();
    let value = tables::value(item, kind)?;
    let wider = if kind == Kind::Integer { Kind::Decimal } else { kind };
    if !wanted.is_empty() && !wanted.contains(&kind) && !wanted.contains(&wider) {
        return item.wrong(wanted[0].chinese());
    }
    Some((Expr::Literal(value), kind))
}

fn read_between(context: &Context<'_>, table: &Table<'_>, item: &Item<'_>, scope: &Scope, wanted: &[Kind]) -> Option<(Make, Kind)> {
    let decimals = table.get("decimals").and_then(|item| forms::decimals(&item)).unwrap_or(0);
    let ends = item.list();
    let [low, high] = ends.as_slice() else { return item.wrong("[从, 到]") };
    let (low, low_kind) = end(context, low, scope, wanted)?;
    let (high, high_kind) = end(context, high, scope, wanted)?;
    let kind = match (low_kind, high_kind) {
        (Kind::Null, kind) | (kind, Kind::Null) => kind,
        (a, b) if a.is_number() && b.is_number() && decimals == 0 => Kind::Integer,
        (a, b) if a.is_number() && b.is_number() => Kind::Decimal,
        (a, b) if a == b && matches!(a, Kind::Date | Kind::DateTime) => a,
        (a, b) => {
            let fault = Fault::new("PACK-0203").at(item.place()).with("op", "between");
            context.sink.push(fault.with("left", a.chinese()).with("right", b.chinese()));
            Kind::Null
        }
    };
    Some((Make::Between(low, high, decimals), kind))
}

/// Codes by weight; an empty key is unknown. For a field of numbers the keys are numbers.
fn read_pick(context: &Context<'_>, item: &Item<'_>, field: Option<&Field>) -> Option<(Make, Kind)> {
    let mut picks = Vec::new();
    for (key, weight) in item.table()?.entries() {
        let weight_value = weight.decimal().and_then(|weight| weight.to_f64()).unwrap_or(0.0);
        if weight_value < 0.0 {
            weight.wrong::<()>("不小于 0 的数字");
        }
        let value = pick_value(&key.value, field.map(|field| &field.kind));
        if value.is_none() {
            let fault = Fault::new("PACK-0106").at(key.place()).with("key", &key.value).with("found", "文字");
            context.sink.push(fault.with("expected", field.map_or("", |field| field.kind.kind().chinese())));
        }
        let value = value.unwrap_or_default();
        field_codes(context, &Expr::Literal(value.clone()), field, &key.place());
        picks.push((value, weight_value));
    }
    if !picks.iter().any(|(_, weight)| *weight > 0.0) {
        item.wrong::<()>("{ \"编码\" = 权重 }");
    }
    let kind = field.map_or(Kind::Text, |field| field.kind.kind());
    Some((Make::Pick(picks), kind))
}

fn pick_value(key: &str, kind: Option<&FieldType>) -> Option<Value> {
    if key.is_empty() {
        return Some(Value::Null);
    }
    match kind {
        Some(FieldType::Integer) => key.parse().ok().map(Value::Integer),
        Some(FieldType::Decimal(_)) => key.parse().ok().map(Value::Decimal),
        Some(FieldType::Bool) => key.parse().ok().map(Value::Bool),
        Some(FieldType::Date) => key.parse().ok().map(Value::Date),
        Some(FieldType::DateTime) => None,
        _ => Some(Value::text(key)),
    }
}

/// Reports a text that is no code of the choice field it is for; in a `case`, each result.
fn field_codes(context: &Context<'_>, made: &Expr, field: Option<&Field>, place: &qianmo_core::Place) {
    let Some(field) = field.filter(|field| matches!(field.kind, FieldType::Choice | FieldType::Choices)) else { return };
    let codes: Vec<Arc<str>> = match made {
        Expr::Literal(Value::Text(code)) => vec![code.clone()],
        Expr::Case(arms, otherwise) => {
            let results = arms.iter().map(|(_, then)| then).chain(otherwise.as_deref());
            results.filter_map(|then| if let Expr::Literal(Value::Text(code)) = then { Some(code.clone()) } else { None }).collect()
        }
        _ => Vec::new(),
    };
    for code in codes.iter().flat_map(|text| text.split('|')).filter(|code| !code.is_empty()) {
        if !field.choices.iter().any(|choice| *choice.code == *code) {
            let known: Vec<&str> = field.choices.iter().map(|choice| &*choice.code).collect();
            let fault = Fault::new("PACK-0204").at(place.clone()).with("field", &field.id).with("code", code);
            context.sink.push(near(fault.with("known", known.join("、")), code, known.iter().copied()));
        }
    }
}
