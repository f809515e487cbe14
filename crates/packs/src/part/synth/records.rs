//! Records that a group writes: form, date, repetition, values.

use qianmo_core::pack::{Make, Repeat, Template};
use qianmo_core::{Expr, Fault, Kind};

use super::make;
use crate::expression::Scope;
use crate::index::What;
use crate::part::{Context, cases};
use crate::reader::Table;

/// Reads one record template; `scope` is what a member sees.
pub(super) fn read(context: &Context<'_>, table: &Table<'_>, scope: &Scope) -> Option<Template> {
    let form_id = table.text("form");
    if let Some(form) = &form_id {
        context.index.refer(What::Form, form, context.sink);
    }
    table.opt_text("note");
    let mut scope = scope.clone();
    let repeat = repeat(context, table, &mut scope);
    let mut lets = Vec::new();
    for one in table.tables("lets") {
        let Some(name) = one.key_text("set") else { continue };
        let name = context.id(&name);
        let made = make::read(context, &one, &scope, None);
        scope.add(&name, made.as_ref().map_or(Kind::Null, |(_, kind)| *kind));
        lets.extend(made.map(|(made, _)| (name, made)));
    }
    let when = context.opt_expr(table, "when", &scope, &[Kind::Bool]);
    let at = table.need("at").and_then(|item| make::value(context, &item, &scope, None).map(|(made, kind)| (made, kind, item.place())));
    if let Some((_, kind, place)) = &at
        && !matches!(kind, Kind::Date | Kind::Null)
    {
        let fault = Fault::new("PACK-0209").at(place.clone()).with("expected", Kind::Date.chinese());
        context.sink.push(fault.with("found", kind.chinese()));
    }
    scope.add("at", Kind::Date);
    let values = values(context, table, form_id.as_ref().map(|id| id.value.as_str()), &scope);
    let at = at.map_or(Make::Expr(Expr::Literal(qianmo_core::Value::Null)), |(made, ..)| made);
    Some(Template { form: form_id?.value.into(), at, when, repeat, lets, values })
}

fn repeat(context: &Context<'_>, table: &Table<'_>, scope: &mut Scope) -> Repeat {
    let times = table.opt_text("times");
    let rows = table.opt_text("table");
    if times.is_some() && rows.is_some() {
        context.sink.push(Fault::new("PACK-0116").at(table.place()).with("keys", "times、table"));
    }
    if times.is_some() || rows.is_some() {
        scope.add("i", Kind::Integer);
    }
    if let Some(times) = times {
        return Repeat::Times(context.expr(&times, scope, &[Kind::Decimal]));
    }
    let Some(rows) = rows else { return Repeat::Once };
    if !context.index.refer(What::Table, &rows, context.sink) {
        scope.add_all(&Scope::open());
    }
    let found = rows.value.split_once('.').and_then(|(pack, id)| {
        let pack = context.packs.pack(pack)?;
        pack.tables.iter().find(|table| *table.id == *id)
    });
    for (name, kind) in found.iter().flat_map(|table| &table.columns) {
        scope.add(name, *kind);
    }
    Repeat::Table(rows.value.into())
}

fn values(context: &Context<'_>, table: &Table<'_>, form: Option<&str>, scope: &Scope) -> Vec<(std::sync::Arc<str>, Make)> {
    let mut values = Vec::new();
    let Some(form) = form.and_then(|form| context.packs.form(form)) else {
        if let Some(ignored) = table.get("values").and_then(|item| item.table()) {
            ignored.entries();
        }
        return values;
    };
    let Some(item) = table.get("values") else { return values };
    let Some(given) = item.table() else { return values };
    let mut seen = Vec::new();
    for (name, item) in given.entries() {
        let Some(field) = form.field(&name.value) else {
            cases::unknown_field(context, form, &name);
            continue;
        };
        seen.push(field.id.clone());
        if let Some((made, _)) = make::value(context, &item, scope, Some(field)) {
            values.push((field.id.clone(), made));
        }
    }
    for field in form.fields.iter().filter(|field| field.required && !seen.contains(&field.id)) {
        let fault = Fault::new("PACK-0308").at(item.place()).with("form", &form.id).with("field", &field.id);
        context.sink.push(fault.with("name", &field.name));
    }
    values
}
