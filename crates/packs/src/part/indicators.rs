//! `indicators.toml`: numerators and denominators over views or over other indicators.

use qianmo_core::pack::{Better, Indicator, Pack, Term};
use qianmo_core::{Calendar, Expr, Kind};

use super::{Context, Doc, Origin, forms, views};
use crate::expression::Scope;
use crate::index::What;
use crate::reader::{Item, Table};

/// Words of the two calendars.
pub(super) const CALENDARS: [(&str, Calendar); 2] = [("civil", Calendar::Civil), ("mch", Calendar::Mch)];

/// Reads all indicators of a pack.
pub(super) fn read(context: &Context<'_>, doc: &Doc<'_>, pack: &mut Pack) {
    let Some(table) = doc.root(context.sink) else { return };
    let above = Origin { source: table.opt_string("source"), verified: table.flag("verified").unwrap_or(true) };
    for indicator in table.tables("indicator") {
        if let Some(indicator) = read_one(context, &indicator, &above, pack) {
            pack.indicators.push(indicator);
        }
    }
}

fn read_one(context: &Context<'_>, table: &Table<'_>, above: &Origin, pack: &mut Pack) -> Option<Indicator> {
    let id = table.text("id");
    let name = table.string("name");
    let origin = context.origin(table, Some(above), &name, pack);
    let meaning = table.get("meaning").and_then(|item| item.text()).map(|text| text.value).unwrap_or_default();
    if meaning.trim().is_empty() {
        context.sink.push(qianmo_core::Fault::new("PACK-0115").at(table.place()).with("what", &name));
    }
    let view = table.opt_text("view");
    let scope = view.as_ref().map_or_else(Scope::open, |view| view_scope(context, view));
    let numerator = table.need("numerator").and_then(|item| term(context, &item, &scope));
    let denominator = table.get("denominator").and_then(|item| term(context, &item, &scope));
    let row = |term: &Option<Term>| matches!(term, Some(Term::Row(_)));
    if view.is_none() && (row(&numerator) || row(&denominator)) {
        context.sink.push(qianmo_core::Fault::new("PACK-0103").at(table.place()).with("key", "view"));
    }
    let unit = forms::unit(context, table);
    if unit.is_empty() {
        context.sink.push(qianmo_core::Fault::new("PACK-0103").at(table.place()).with("key", "unit"));
    }
    let decimals = table.get("decimals").and_then(|item| forms::decimals(&item));
    let directions = [("", None), ("higher", Some(Better::Higher)), ("lower", Some(Better::Lower))];
    let built = Indicator {
        id: context.own_id(&id?),
        name,
        name_en: context.name_en(table),
        synonyms: table.strings("synonyms"),
        view: view.map(|text| text.value.into()),
        numerator: numerator.unwrap_or(Term::Row(Expr::Literal(qianmo_core::Value::Null))),
        decimals: decimals.unwrap_or(if denominator.is_some() { 2 } else { 0 }),
        denominator,
        scale: crate::units::scale(&unit).unwrap_or(rust_decimal::Decimal::ONE),
        unit,
        calendar: table.word("calendar", &CALENDARS),
        choice: table.flag("choice").unwrap_or(false),
        statistic: table.flag("statistic").unwrap_or(false),
        better: table.word("better", &directions),
        meaning,
        source: origin.source,
        verified: origin.verified,
    };
    Some(built)
}

/// The columns of the view a text names; any name with one fault when there is none.
pub(super) fn view_scope(context: &Context<'_>, view: &crate::source::Text<'_>) -> Scope {
    context.index.refer(What::View, view, context.sink);
    context.packs.view(&view.value).map_or_else(Scope::open, views::scope)
}

fn term(context: &Context<'_>, item: &Item<'_>, scope: &Scope) -> Option<Term> {
    if !item.is_table() {
        let text = item.text()?;
        return Some(Term::Row(context.expr(&text, scope, &[Kind::Bool, Kind::Decimal])));
    }
    let table = item.table()?;
    let of = table.text("of")?;
    let mut scope = Scope::new();
    for id in context.index.all(What::Indicator) {
        scope.add(id, Kind::Decimal);
        scope.add(&format!("{id}.denominator"), Kind::Decimal);
    }
    Some(Term::Indicators(context.expr(&of, &scope, &[Kind::Decimal])))
}
