//! `returns/*.toml`: lines of items, each an indicator, and checks between them.

use qianmo_core::numbers::Part;
use qianmo_core::pack::{Pack, Return, ReturnRow};
use qianmo_core::{Expr, Fault, Kind};

use super::{Context, Doc, Origin, indicators, rosters};
use crate::expression::Scope;
use crate::index::What;
use crate::reader::Table;
use crate::source::Text;

/// Words of an indicator's parts; `value` is the default.
pub(super) const PARTS: [(&str, Part); 3] = [("value", Part::Value), ("numerator", Part::Numerator), ("denominator", Part::Denominator)];

/// Reads one return into the pack.
pub(super) fn read(context: &Context<'_>, doc: &Doc<'_>, pack: &mut Pack) {
    let Some(table) = doc.root(context.sink) else { return };
    let id = table.text("id");
    let name = table.string("name");
    let origin = context.origin(&table, None, &name, pack);
    let rows = rows(context, &table);
    let mut scope = Scope::new();
    for row in &rows {
        scope.add(&row.code, Kind::Decimal);
    }
    let above = Origin { source: origin.source.clone(), verified: true };
    let checks = table.tables("check").iter().map(|check| read_check(context, check, &scope, &above, pack)).collect();
    let frequencies = [("year", "year"), ("quarter", "quarter"), ("month", "month")];
    let form = Return {
        id: id.as_ref().map(|text| rosters::code(context, text)).unwrap_or_default().into(),
        name,
        name_en: context.name_en(&table),
        form_number: table.opt_string("form_number"),
        issued_by: table.opt_string("issued_by"),
        calendar: table.word("calendar", &indicators::CALENDARS),
        frequency: table.word("frequency", &frequencies).to_owned(),
        due: table.opt_string("due"),
        rows,
        by_village: table.flag("by_village").unwrap_or(false),
        checks,
        notes: table.strings("notes"),
        source: origin.source,
    };
    if id.is_some() {
        pack.returns.push(form);
    }
}

fn rows(context: &Context<'_>, table: &Table<'_>) -> Vec<ReturnRow> {
    let mut rows: Vec<ReturnRow> = Vec::new();
    for row in table.tables("row") {
        let Some(code) = row.key_text("code") else { continue };
        if rows.iter().any(|held| *held.code == *code.value) {
            context.sink.push(Fault::new("PACK-0112").at(code.place()).with("what", "项目").with("id", &code.value));
        }
        let level = row.get("level").and_then(|item| {
            let level = item.integer()?;
            u8::try_from(level).ok().filter(|level| *level <= 9).or_else(|| item.wrong("0 到 9 的整数"))
        });
        let indicator = row.opt_text("indicator");
        let part = row.word("part", &PARTS);
        if let Some(indicator) = &indicator {
            part_of(context, indicator, part);
        }
        rows.push(ReturnRow {
            code: context.id(&code),
            name: row.string("name"),
            level: level.unwrap_or(0),
            indicator: indicator.map(|text| text.value.into()),
            part,
        });
    }
    rows
}

/// Checks a reference to an indicator, and that it has the part.
pub(super) fn part_of(context: &Context<'_>, indicator: &Text<'_>, part: Part) {
    context.index.refer(What::Indicator, indicator, context.sink);
    let known = context.packs.indicator(&indicator.value);
    if part == Part::Denominator && known.is_some_and(|found| found.denominator.is_none()) {
        context.sink.push(Fault::new("PACK-0307").at(indicator.place()).with("id", &indicator.value));
    }
}

fn read_check(context: &Context<'_>, table: &Table<'_>, scope: &Scope, above: &Origin, pack: &mut Pack) -> (Expr, String) {
    let message = table.string("message");
    context.origin(table, Some(above), &message, pack);
    let require = table.text("require").map(|text| context.expr(&text, scope, &[Kind::Bool]));
    (require.unwrap_or(Expr::Literal(true.into())), message)
}
