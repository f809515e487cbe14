//! `campaigns.toml`: rounds that begin with a frozen list of who is to be reached. The freezing itself is done elsewhere.

use std::sync::Arc;

use qianmo_core::form::Form;
use qianmo_core::pack::{Campaign, Pack};
use qianmo_core::{Expr, Fault, FieldType, Kind, Value};

use super::{Context, Doc, Origin, indicators};
use crate::expression::Scope;
use crate::index::What;
use crate::reader::{Item, Table, near};
use crate::source::Text;

/// Reads the campaigns of one pack.
pub(super) fn read(context: &Context<'_>, doc: &Doc<'_>, pack: &mut Pack) {
    let Some(table) = doc.root(context.sink) else { return };
    let above = Origin { source: table.opt_string("source"), verified: table.flag("verified").unwrap_or(true) };
    for campaign in table.tables("campaign") {
        let read = one(context, &campaign, &above, pack);
        pack.campaigns.extend(read);
    }
}

fn one(context: &Context<'_>, table: &Table<'_>, above: &Origin, pack: &mut Pack) -> Option<Campaign> {
    let id = table.key_text("id")?;
    let name = table.string("name");
    let origin = context.origin(table, Some(above), &name, pack);
    let opens = table.text("opens")?;
    let view = table.text("view")?;
    let target = table.text("target")?;
    let (round, list) = (form(context, &opens), form(context, &target));
    let mut scope = indicators::view_scope(context, &view);
    match round {
        Some(round) if matches!(&*round.subject, "organisation" | "area") => add_round(&mut scope, round),
        Some(round) => {
            context.sink.push(Fault::new("PACK-0320").at(opens.place()).with("form", &opens.value).with("subject", &round.subject));
            scope.add_all(&Scope::open());
        }
        None => scope.add_all(&Scope::open()),
    }
    if let (Some(list), Some(rows)) = (list, context.packs.view(&view.value))
        && list.subject != rows.subject
    {
        let fault = Fault::new("PACK-0321").at(target.place()).with("form", &target.value).with("subject", &list.subject);
        context.sink.push(fault.with("expected", &rows.subject));
    }
    Some(Campaign {
        id: context.own_id(&id),
        name,
        name_en: context.name_en(table),
        only: context.opt_expr(table, "only", &scope, &[Kind::Bool]),
        values: values(context, table, &scope, list),
        opens: opens.value.into(),
        view: view.value.into(),
        target: target.value.into(),
        source: origin.source,
    })
}

fn form<'a>(context: &Context<'a>, text: &Text<'_>) -> Option<&'a Form> {
    context.index.refer(What::Form, text, context.sink);
    context.packs.form(&text.value)
}

/// The round's fields, derived values and first day, as `round.x`.
fn add_round(scope: &mut Scope, round: &Form) {
    for field in round.columns() {
        scope.add_field_as(&format!("round.{}", field.id), field);
    }
    scope.add("round.at", Kind::Date);
}

/// The fields of the record written for each: known ones, of their kind, all that are required.
fn values(context: &Context<'_>, table: &Table<'_>, scope: &Scope, form: Option<&Form>) -> Vec<(Arc<str>, Expr)> {
    let item = table.get("values");
    let place = item.as_ref().map_or_else(|| table.place(), Item::place);
    let given = item.and_then(|item| item.table());
    let mut values: Vec<(Arc<str>, Expr)> = Vec::new();
    for (key, item) in given.iter().flat_map(Table::entries) {
        let Some(text) = item.text() else { continue };
        let Some(form) = form else {
            context.expr(&text, scope, &[]);
            continue;
        };
        let Some(field) = form.field(&key.value) else {
            let fault = Fault::new("PACK-0202").at(key.place()).with("name", &key.value);
            context.sink.push(near(fault, &key.value, form.fields.iter().map(|field| &*field.id)));
            continue;
        };
        let expr = context.expr(&text, scope, &[field.kind.kind()]);
        if let (FieldType::Choice, Expr::Literal(Value::Text(code))) = (&field.kind, &expr)
            && !field.choices.iter().any(|choice| choice.code == *code)
        {
            let known: Vec<&str> = field.choices.iter().map(|choice| &*choice.code).collect();
            let fault = Fault::new("PACK-0204").at(text.place()).with("field", &field.id).with("code", code);
            context.sink.push(fault.with("known", known.join("、")));
        }
        values.push((field.id.clone(), expr));
    }
    let given = |id: &str| values.iter().any(|(field, _)| **field == *id);
    for field in form.iter().flat_map(|form| &form.fields).filter(|field| field.required && !given(&field.id)) {
        let fault = Fault::new("PACK-0322").at(place.clone()).with("name", &field.name).with("field", &field.id);
        context.sink.push(fault.with("form", form.map_or("", |form| &form.name)));
    }
    values
}
