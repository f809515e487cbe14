//! Groups: where members come from, what they see, and the steps that give them attributes.

use std::sync::Arc;

use qianmo_core::pack::{Group, Link, Step};
use qianmo_core::{Expr, Fault, Kind};

use super::{make, records};
use crate::expression::Scope;
use crate::index::What;
use crate::part::Context;
use crate::reader::{Table, near};
use crate::source::Text;

/// Attributes of the built-in groups.
const BUILT_IN: [(&str, &[&str]); 2] =
    [("villages", &["code", "kind", "name", "weight", "area", "village"]), ("township", &["code", "kind", "name", "area", "village"])];

/// Reads one group; `base` holds figures, lets and variables.
pub(super) fn read(context: &Context<'_>, table: &Table<'_>, base: &Scope) -> Option<Group> {
    let id = table.text("id");
    let from: Vec<Text<'_>> = table.texts("from");
    let mut parent = Scope::new();
    for text in &from {
        parent.add_all(&attributes(context, text));
    }
    let link_table = table.get("link").and_then(|item| item.table());
    let link_to = link_table.as_ref().and_then(|link| link.text("to"));
    let linked = link_to.as_ref().map(|to| attributes(context, to)).unwrap_or_default();

    let mut drawn = base.clone();
    members(&mut drawn, &[&parent]);
    let mut scope = base.clone();
    members(&mut scope, &[&linked, &parent]);
    let link = link_table.zip(link_to).map(|(link, to)| Link {
        to: to.value.into(),
        cover: link.flag("cover").unwrap_or(false),
        shared: link.flag("shared").unwrap_or(false),
        weight: context.opt_expr(&link, "weight", &scope, &[Kind::Decimal, Kind::Integer]),
    });
    let new = table.opt_text("new");
    let mut own = Scope::new();
    if let Some(new) = &new {
        context.index.refer(What::Subject, new, context.sink);
        own.add(&new.value, Kind::Null);
        scope.add(&new.value, Kind::Null);
    }
    let only = context.opt_expr(table, "only", &drawn, &[Kind::Bool]);
    let mut counted = base.clone();
    counted.add("n", Kind::Integer);
    let count = context.opt_expr(table, "count", &counted, &[Kind::Decimal]);
    let each = context.opt_expr(table, "each", &drawn, &[Kind::Decimal]);
    if from.is_empty() && count.is_none() {
        context.sink.push(Fault::new("PACK-0103").at(table.place()).with("key", "count"));
    }
    let mut steps = Vec::new();
    for step in table.tables("steps") {
        let (step, named) = read_step(context, &step, &scope, base);
        if let Some((name, kind)) = named {
            own.add(&name, kind);
            scope.add(&name, kind);
        }
        steps.extend(step);
    }
    let records = table.tables("record").iter().filter_map(|record| records::read(context, record, &scope)).collect();
    let once = table.flag("once").unwrap_or(false);
    table.opt_text("note");
    let id = context.id(&id?);
    remember(context, &id, &[&linked, &parent, &own]);
    Some(Group {
        id,
        from: from.into_iter().map(|text| text.value.into()).collect(),
        only,
        count,
        each,
        new: new.map(|text| text.value.into()),
        link,
        steps,
        records,
        once,
    })
}

/// Adds what a member sees: the given attributes, its number, the group's size, its village.
fn members(scope: &mut Scope, attributes: &[&Scope]) {
    for seen in attributes {
        scope.add_all(seen);
    }
    for (name, kind) in [("i", Kind::Integer), ("n", Kind::Integer), ("village", Kind::Null)] {
        scope.add(name, kind);
    }
}

/// Keeps what later groups see of this one.
fn remember(context: &Context<'_>, id: &str, seen: &[&Scope]) {
    let mut all = Scope::new();
    for scope in seen {
        all.add_all(scope);
    }
    context.groups.borrow_mut().insert(format!("{}.{id}", context.pack), all);
}

/// The attributes of a group's members: one of this pack (`mothers`) or another (`population.mothers`).
fn attributes(context: &Context<'_>, group: &Text<'_>) -> Scope {
    if let Some((_, names)) = BUILT_IN.iter().find(|(id, _)| *id == group.value) {
        let mut scope = Scope::new();
        names.iter().for_each(|name| scope.add(name, Kind::Null));
        return scope;
    }
    let full = if group.value.contains('.') { group.value.clone() } else { format!("{}.{}", context.pack, group.value) };
    if let Some(scope) = context.groups.borrow().get(&full) {
        return scope.clone();
    }
    if context.index.has(What::Group, &full) {
        context.sink.push(Fault::new("PACK-0306").at(group.place()).with("id", &group.value));
    } else {
        let own = format!("{}.", context.pack);
        let known: Vec<&str> =
            context.index.all(What::Group).map(|id| id.strip_prefix(&own).unwrap_or(id)).chain(["villages", "township"]).collect();
        let fault = Fault::new("PACK-0302").at(group.place()).with("what", What::Group.chinese()).with("id", &group.value);
        context.sink.push(near(fault, &group.value, known));
    }
    Scope::open()
}

/// The attribute that a step gives; it is known even when the step is broken.
type Named = Option<(Arc<str>, Kind)>;

fn read_step(context: &Context<'_>, table: &Table<'_>, scope: &Scope, base: &Scope) -> (Option<Step>, Named) {
    table.opt_text("note");
    let (set, draw, keep) = (table.opt_text("set"), table.opt_text("draw"), table.opt_text("keep"));
    match (set, draw, keep) {
        (Some(name), None, None) => {
            let name = context.id(&name);
            match make::read(context, table, scope, None) {
                Some((made, kind)) => (Some(Step::Set(name.clone(), made)), Some((name, kind))),
                None => (None, Some((name, Kind::Null))),
            }
        }
        (None, Some(name), None) => {
            let count = table.text("count").map_or(Expr::Literal(0.into()), |text| context.expr(&text, base, &[Kind::Decimal]));
            let of = context.opt_expr(table, "of", scope, &[Kind::Bool]);
            let name = context.id(&name);
            (Some(Step::Draw { name: name.clone(), count, of }), Some((name, Kind::Bool)))
        }
        (None, None, Some(keep)) => (Some(Step::Keep(context.expr(&keep, scope, &[Kind::Bool]))), None),
        (set, draw, _) => {
            context.sink.push(Fault::new("PACK-0116").at(table.place()).with("keys", "set、draw、keep"));
            table.skip();
            (None, set.or(draw).map(|name| (name.value.into(), Kind::Null)))
        }
    }
}
