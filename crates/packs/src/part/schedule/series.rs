//! Series of doses and conflicts between products.

use std::sync::Arc;

use qianmo_core::form::{Field, FieldType, Form};
use qianmo_core::pack::Pack;
use qianmo_core::schedule::{Conflict, Course, Dose, Series};
use qianmo_core::{Fault, Kind};

use super::{DATE, Reader, span, urgency, within};
use crate::expression::Scope;
use crate::reader::{Table, near};

impl Reader<'_> {
    pub(super) fn series(&self, table: &Table<'_>, pack: &mut Pack) -> Option<Series> {
        let context = self.context;
        let id = table.key_text("id")?;
        let name = table.string("name");
        let origin = context.origin(table, Some(self.above), &name, pack);
        let (after, anchor) = self.form(table, "after").unwrap_or_else(|| ("".into(), None));
        let (by, given) = self.form(table, "by").unwrap_or_else(|| ("".into(), None));
        let scope = self.scope(anchor);
        let product = self.field(table, "product", given, true, &[Kind::Text]);
        let field = product.as_ref().and_then(|id| given?.field(id));
        let products = codes(table, "products", field, &[]);
        let mut inner = scope.clone();
        for name in ["age_days", "age_months", "age_years", "first_months", "doses"] {
            inner.add(name, Kind::Integer);
        }
        for product in &products {
            inner.add(&given_name(product), Kind::Integer);
        }
        let courses = table.tables("course").iter().map(|course| self.course(course, &inner, &products)).collect();
        let series = Series {
            id: context.own_id(&id),
            name,
            name_en: context.name_en(table),
            meaning: table.opt_string("meaning"),
            source: origin.source,
            verified: origin.verified,
            place: table.place(),
            after,
            when: self.opt_expr(table, "when", &scope, &[Kind::Bool]),
            from: self.opt_expr(table, "from", &scope, &DATE),
            until: span(table, "until"),
            by,
            product: product.unwrap_or_else(|| "".into()),
            products,
            courses,
            urgency: urgency(table),
        };
        for (key, empty) in [("products", series.products.is_empty()), ("course", series.courses.is_empty())] {
            if empty {
                context.sink.push(Fault::new("PACK-0103").at(table.place()).with("key", key));
            }
        }
        Some(series)
    }

    fn course(&self, table: &Table<'_>, scope: &Scope, products: &[Arc<str>]) -> Course {
        let mut doses: Vec<Dose> = Vec::new();
        for row in table.tables("dose") {
            let number = within(&row, "number", 1, 99).unwrap_or_else(|| doses.last().map_or(1, |last| last.number + 1));
            doses.extend(self.dose(&row, number, scope, products));
        }
        if doses.is_empty() {
            self.context.sink.push(Fault::new("PACK-0103").at(table.place()).with("key", "dose"));
        }
        Course {
            place: table.place(),
            name: table.opt_string("name").into(),
            when: self.opt_expr(table, "when", scope, &[Kind::Bool]),
            doses,
        }
    }

    fn dose(&self, row: &Table<'_>, number: u32, scope: &Scope, products: &[Arc<str>]) -> Option<Dose> {
        let due = row.need("due").and_then(|_| span(row, "due"));
        let date = |key| row.get(key).and_then(|item| item.date());
        let dose = Dose {
            place: row.place(),
            number,
            products: codes(row, "products", None, products),
            due: due.unwrap_or_default(),
            close: span(row, "close"),
            earliest: span(row, "earliest"),
            interval: span(row, "interval"),
            until: span(row, "until"),
            unless: self.opt_expr(row, "unless", scope, &[Kind::Bool]),
            asks_for: row.opt_string("asks_for").into(),
            from: date("from"),
            to: date("to"),
        };
        if dose.products.is_empty() && row.get("products").is_none() {
            self.context.sink.push(Fault::new("PACK-0103").at(row.place()).with("key", "products"));
        }
        due.map(|_| dose)
    }

    pub(super) fn conflict(&self, table: &Table<'_>) -> Option<Conflict> {
        table.opt_string("source");
        let products = table.texts("products");
        if products.len() < 2 {
            self.context.sink.push(Fault::new("PACK-0103").at(table.place()).with("key", "products"));
        }
        let known = |code: &str| self.context.packs.forms().any(|form| has_code(form, code));
        for product in products.iter().filter(|product| !known(&product.value)) {
            let fault = Fault::new("PACK-0302").at(product.place()).with("what", "编码").with("id", &product.value);
            self.context.sink.push(fault);
        }
        let reason = table.string("reason");
        table.need("interval")?;
        Some(Conflict {
            place: table.place(),
            products: products.into_iter().map(|product| product.value.as_str().into()).collect(),
            interval: span(table, "interval")?,
            reason: reason.into(),
        })
    }
}

fn has_code(form: &Form, code: &str) -> bool {
    form.fields.iter().any(|field| field.kind == FieldType::Choice && field.choices.iter().any(|choice| &*choice.code == code))
}

/// The name under which an expression sees how many doses of a product were given.
fn given_name(product: &str) -> String {
    format!("given_{}", product.to_lowercase().replace('-', "_"))
}

/// A list of products: codes of the field, or among those of the series.
fn codes(table: &Table<'_>, key: &'static str, field: Option<&Field>, among: &[Arc<str>]) -> Vec<Arc<str>> {
    let choices = field.map(|field| field.choices.iter().map(|choice| &*choice.code).collect::<Vec<_>>()).unwrap_or_default();
    let known: Vec<&str> = if among.is_empty() { choices } else { among.iter().map(AsRef::as_ref).collect() };
    let texts = table.texts(key);
    for text in texts.iter().filter(|text| !known.is_empty() && !known.contains(&text.value.as_str())) {
        let fault = Fault::new("PACK-0204").at(text.place()).with("field", field.map_or(key, |field| &field.id));
        let fault = fault.with("code", &text.value).with("known", known.join("、"));
        table.sink.push(near(fault, &text.value, known.iter().copied()));
    }
    texts.into_iter().map(|text| text.value.as_str().into()).collect()
}
