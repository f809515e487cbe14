//! `rosters/*.toml`: columns over a view.

use std::collections::BTreeMap;
use std::sync::Arc;

use qianmo_core::pack::{Pack, Roster, RosterColumn};
use qianmo_core::{Fault, Kind};

use super::{Context, Doc, forms, indicators};
use crate::expression::Scope;
use crate::index::What;
use crate::reader::{Item, Table, near};
use crate::source::Text;

/// Reads one roster into the pack.
pub(super) fn read(context: &Context<'_>, doc: &Doc<'_>, pack: &mut Pack) {
    let Some(table) = doc.root(context.sink) else { return };
    let id = table.text("id");
    let name = table.string("name");
    let origin = context.origin(&table, None, &name, pack);
    let view = table.text("view");
    let mut scope = view.as_ref().map_or_else(Scope::open, |view| indicators::view_scope(context, view));
    scope.add("village_name", Kind::Text);
    let columns = columns(context, &table, &scope);
    let mut listed = Scope::new();
    for column in &columns {
        listed.add(&column.id, scope.get(&column.id).map_or(Kind::Null, |found| found.kind));
    }
    let roster = Roster {
        id: id.as_ref().map(|text| code(context, text)).unwrap_or_default().into(),
        name,
        name_en: context.name_en(&table),
        only: context.opt_expr(&table, "only", &scope, &[Kind::Bool]),
        sort: forms::names(context, &table, "sort", &scope),
        totals: totals(context, &table, &listed),
        columns,
        view: view.map(|text| text.value).unwrap_or_default().into(),
        calendar: table.word("calendar", &indicators::CALENDARS),
        source: origin.source,
    };
    if id.is_some() {
        pack.rosters.push(roster);
    }
}

/// The id of a roster or return, as the ledgers are known: `L04`.
pub(super) fn code(context: &Context<'_>, text: &Text<'_>) -> String {
    let fits =
        text.value.starts_with(|c: char| c.is_ascii_alphabetic()) && text.value.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if !fits {
        let fault = Fault::new("PACK-0107").at(text.place()).with("id", &text.value);
        context.sink.push(fault.with("expected", "A–Z、a–z、0–9、_"));
    }
    text.value.clone()
}

/// Columns that can be summed, among those listed.
fn totals(context: &Context<'_>, table: &Table<'_>, listed: &Scope) -> Vec<Arc<str>> {
    for text in table.texts("totals") {
        let kind = listed.get(&text.value).map_or(Kind::Null, |found| found.kind);
        if !kind.is_number() && kind != Kind::Bool {
            let fault = Fault::new("PACK-0206").at(text.place()).with("what", "totals").with("expected", Kind::Decimal.chinese());
            context.sink.push(fault.with("found", kind.chinese()));
        }
    }
    forms::names(context, table, "totals", listed)
}

fn columns(context: &Context<'_>, table: &Table<'_>, scope: &Scope) -> Vec<RosterColumn> {
    let mut columns: Vec<RosterColumn> = Vec::new();
    let items = table.need("columns").map(|item| item.list()).unwrap_or_default();
    for column in items.iter().filter_map(Item::table) {
        let Some(id) = column.key_text("id") else { continue };
        if id.value != "#" && scope.get(&id.value).is_none() {
            let fault = Fault::new("PACK-0202").at(id.place()).with("name", &id.value);
            context.sink.push(near(fault, &id.value, scope.names()));
        }
        if columns.iter().any(|held| *held.id == *id.value) {
            context.sink.push(Fault::new("PACK-0112").at(id.place()).with("what", "列").with("id", &id.value));
        }
        columns.push(RosterColumn {
            id: id.value.into(),
            name: column.string("name"),
            group: column.opt_string("group"),
            width: width(&column),
            mask: column.flag("mask").unwrap_or(false),
            labels: column.opt_text("labels_of").map(|of| labels(context, &of)).unwrap_or_default(),
        });
    }
    columns
}

/// Width in characters; 10 when absent.
fn width(column: &Table<'_>) -> f64 {
    use rust_decimal::prelude::ToPrimitive;
    let Some(item) = column.get("width") else { return 10.0 };
    let width = item.decimal().and_then(|width| width.to_f64()).unwrap_or(10.0);
    if !(1.0..=200.0).contains(&width) {
        item.wrong::<()>("1 到 200 的数字");
    }
    width
}

/// The labels of `form.field`.
fn labels(context: &Context<'_>, of: &Text<'_>) -> BTreeMap<Arc<str>, String> {
    let (form_id, field_id) = of.value.rsplit_once('.').unwrap_or((&of.value, ""));
    let unknown = |what: &str, id: &str, known: Vec<&str>| {
        let fault = Fault::new("PACK-0302").at(of.place()).with("what", what).with("id", id);
        context.sink.push(near(fault, id, known));
        BTreeMap::new()
    };
    let Some(form) = context.packs.form(form_id) else {
        if context.index.has(What::Form, form_id) {
            return BTreeMap::new();
        }
        return unknown(What::Form.chinese(), form_id, context.index.all(What::Form).collect());
    };
    let coded = || form.columns().filter(|field| !field.choices.is_empty());
    let Some(field) = coded().find(|field| *field.id == *field_id) else {
        return unknown("选项字段", field_id, coded().map(|field| &*field.id).collect());
    };
    field.choices.iter().map(|choice| (choice.code.clone(), choice.name.clone())).collect()
}
