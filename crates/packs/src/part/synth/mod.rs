//! `synth.toml`: which figure is which indicator, and how records are fabricated.
//!
//! Names are checked as in everything else; kinds only as far as they are known before people are made.

mod groups;
mod make;
mod records;

use qianmo_core::pack::{FigureMap, FigureRule, Pack};
use qianmo_core::{Expr, Kind};

use super::{Context, Doc, Origin, returns};
use crate::expression::Scope;
use crate::index::What;
use crate::reader::Table;

/// Names that every expression sees beside figures and lets.
const VARIABLES: [(&str, Kind); 8] = [
    ("$year", Kind::Integer),
    ("$start", Kind::Date),
    ("$end", Kind::Date),
    ("$mch_start", Kind::Date),
    ("$mch_end", Kind::Date),
    ("$from", Kind::Date),
    ("$until", Kind::Date),
    ("$first", Kind::Bool),
];

/// Reads the pack's script.
pub(super) fn read(context: &Context<'_>, doc: &Doc<'_>, pack: &mut Pack) {
    let Some(table) = doc.root(context.sink) else { return };
    let above = Origin { source: table.opt_string("source"), verified: true };
    let mut scope = Scope::new();
    for id in context.index.all(What::Figure) {
        scope.add(id, Kind::Decimal);
    }
    for (name, kind) in VARIABLES {
        scope.add(name, kind);
    }
    for (name, _) in context.packs.packs.iter().flat_map(|pack| &pack.synth.lets) {
        scope.add(name, Kind::Decimal);
    }
    for one in table.tables("let") {
        let (Some(name), Some(value)) = (one.key_text("name"), one.key_text("value")) else { continue };
        pack.synth.lets.push((context.id(&name), context.expr(&value, &scope, &[Kind::Decimal])));
        scope.add(&name.value, Kind::Decimal);
    }
    for figure in table.tables("figure") {
        if let Some(figure) = read_figure(context, &figure, &scope) {
            pack.synth.figures.push(figure);
        }
    }
    for rule in table.tables("rule") {
        let message = rule.string("message");
        if !above.source.is_empty() || rule.get("source").is_some() {
            context.origin(&rule, Some(&above), &message, pack);
        }
        let require = rule.text("require").map(|text| context.expr(&text, &scope, &[Kind::Bool]));
        pack.synth.rules.push(FigureRule { require: require.unwrap_or(Expr::Literal(true.into())), message });
    }
    for group in table.tables("group") {
        if let Some(group) = groups::read(context, &group, &scope) {
            pack.synth.groups.push(group);
        }
    }
}

fn read_figure(context: &Context<'_>, table: &Table<'_>, scope: &Scope) -> Option<FigureMap> {
    let id = table.text("id");
    let indicator = table.opt_text("indicator");
    let part = table.word("part", &returns::PARTS);
    if let Some(indicator) = &indicator {
        returns::part_of(context, indicator, part);
    }
    let default = context.opt_expr(table, "default", scope, &[Kind::Decimal]);
    let formula = context.opt_expr(table, "formula", scope, &[Kind::Decimal]);
    let left_out = table.opt_string("left_out");
    table.opt_text("note");
    Some(FigureMap { id: context.id(&id?), indicator: indicator.map(|text| (text.value.into(), part)), default, formula, left_out })
}
