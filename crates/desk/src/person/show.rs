//! Values as they are shown: label, text, unit.

use std::sync::Arc;

use qianmo_core::form::{Field, FieldType, Form};
use qianmo_core::{Date, Value};

use super::{PersonAsked, Values, said};

/// A filled field as it is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// The field.
    pub field: Arc<str>,
    /// Its label.
    pub label: String,
    /// The value as kept.
    pub value: Value,
    /// The value in words: labels for codes, names for references; without the unit.
    pub text: String,
    /// The unit; empty for none.
    pub unit: String,
    /// Whether it lies outside what is usual.
    pub unusual: bool,
    /// Whether it follows from the others and was not typed.
    pub derived: bool,
}

/// A field's value as it is shown.
pub(crate) fn shown(asked: &PersonAsked<'_>, field: &Field, value: &Value, derived: bool) -> Shown {
    let outside = |number| field.usual.is_some_and(|(low, high)| number < low || number > high);
    Shown {
        field: field.id.clone(),
        label: said(asked.english, &field.name, &field.name_en).to_owned(),
        value: value.clone(),
        text: words(asked, field, value),
        unit: field.unit.clone(),
        unusual: value.as_decimal().is_some_and(outside),
        derived,
    }
}

fn words(asked: &PersonAsked<'_>, field: &Field, value: &Value) -> String {
    let label = |code: &str| {
        let choice = field.choices.iter().find(|choice| &*choice.code == code);
        choice.map_or_else(|| code.to_owned(), |choice| choice.name.clone())
    };
    match (&field.kind, value) {
        (FieldType::Choice, Value::Text(code)) => label(code),
        (FieldType::Choices, Value::Text(codes)) => {
            let labels: Vec<String> = codes.split('|').filter(|code| !code.is_empty()).map(label).collect();
            labels.join(if asked.english { ", " } else { "、" })
        }
        (FieldType::Ref(_), Value::Text(id)) => id.parse().ok().and_then(|id| (asked.name_of)(id)).unwrap_or_default(),
        (_, Value::Bool(yes)) if asked.english => if *yes { "yes" } else { "no" }.to_owned(),
        _ => value.to_string(),
    }
}

/// The filled fields of a form in its order, then what follows from them. What the form doesn't have any more comes last, as it was kept.
pub(crate) fn all(asked: &PersonAsked<'_>, form: Option<&Form>, at: Date, values: &Values, sheet: &Values) -> Vec<Shown> {
    let Some(form) = form else {
        return values.iter().filter(|(_, value)| !value.is_null()).map(|(field, value)| bare(field, value)).collect();
    };
    let given = form.fields.iter().filter_map(|field| Some((field, values.get(&field.id)?))).filter(|(_, value)| !value.is_null());
    let mut list: Vec<Shown> = given.map(|(field, value)| shown(asked, field, value, false)).collect();
    list.extend(derived(form, at, values, sheet).map(|(field, value)| shown(asked, field, &value, true)));
    let gone = values.iter().filter(|(field, value)| !value.is_null() && form.field(field).is_none());
    list.extend(gone.map(|(field, value)| bare(field, value)));
    list
}

/// What follows from a filled form, where it is known.
pub(crate) fn derived<'f>(form: &'f Form, at: Date, values: &Values, sheet: &Values) -> impl Iterator<Item = (&'f Field, Value)> {
    let made = if form.derived.is_empty() { Vec::new() } else { form.derive(at, values, sheet) };
    form.derived.iter().map(|derived| &derived.field).zip(made).filter(|(_, value)| !value.is_null())
}

fn bare(field: &Arc<str>, value: &Value) -> Shown {
    Shown {
        field: field.clone(),
        label: field.to_string(),
        value: value.clone(),
        text: value.to_string(),
        unit: String::new(),
        unusual: false,
        derived: false,
    }
}
