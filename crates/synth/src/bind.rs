//! Names resolved to column slots, so that evaluating an expression on a member looks nothing up by name.
//!
//! An expression is rewritten once per group and year: a figure, let or `$` name becomes its value, any other name a
//! single character whose code is the number of a slot. The rewritten tree is evaluated by `qianmo_core` as it is.

use std::sync::Arc;

use qianmo_core::{AreaCode, Env, Expr, Value};

use crate::facts::Facts;
use crate::members::{Owner, World};
use crate::script::Script;

/// Where a name's value comes from.
#[derive(Debug, Clone)]
pub(crate) enum Slot {
    /// Column of the member.
    Own(usize),
    /// The member's number in its group, from 1.
    Number,
    /// The group's size.
    Size,
    /// The code of the member's area.
    Village,
    /// Id of the nearest subject of a kind.
    Subject(Owner),
    /// A value computed for one record.
    Temp(usize),
    /// A name of the parent's; one way for each source group, `None` where it has no such name.
    Parent(Box<[(usize, Option<Slot>)]>),
    /// A name of the link's.
    Link(usize, Box<Slot>),
}

/// Which names are visible to an expression besides figures.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scope<'a> {
    /// The group whose members are rows.
    pub(crate) group: usize,
    /// Its own columns set so far; all when `None`.
    pub(crate) own: Option<&'a [Arc<str>]>,
    /// Names of values computed for one record.
    pub(crate) temps: &'a [Arc<str>],
}

impl Scope<'_> {
    /// All columns of a group.
    pub(crate) fn of(group: usize) -> Self {
        Self { group, own: None, temps: &[] }
    }
}

/// An expression whose names are slots.
#[derive(Debug, Clone)]
pub(crate) struct Bound {
    expr: Expr,
    slots: Vec<Slot>,
}

const FIRST_SLOT: u32 = 0x100;

impl Bound {
    /// Resolves an expression's names; an unknown one is given back as the error.
    pub(crate) fn new(expr: &Expr, scope: Scope<'_>, script: &Script<'_>, facts: &Facts<'_>) -> Result<Self, String> {
        let pack = script.groups[scope.group].pack;
        Self::in_pack(expr, pack, scope, script, facts)
    }

    /// Resolves with the figures and lets of a given pack: a condition on members of another pack's group.
    pub(crate) fn in_pack(expr: &Expr, pack: usize, scope: Scope<'_>, script: &Script<'_>, facts: &Facts<'_>) -> Result<Self, String> {
        let mut slots = Vec::new();
        let mut unknown = None;
        let expr = rename(expr, &mut |name| {
            if let Some(slot) = script.slot(scope, name) {
                slots.push(slot);
                let code = FIRST_SLOT + u32::try_from(slots.len()).unwrap_or(0) - 1;
                let code = char::from_u32(code).unwrap_or('\u{100}');
                return Expr::Name(code.to_string().into());
            }
            if let Some(value) = facts.value(pack, name) {
                return Expr::Literal(value);
            }
            unknown.get_or_insert_with(|| name.to_owned());
            Expr::Literal(Value::Null)
        });
        unknown.map_or(Ok(Self { expr, slots }), Err)
    }

    /// The value for one member.
    pub(crate) fn eval(&self, row: &Row<'_>) -> Value {
        match &self.expr {
            Expr::Literal(value) => value.clone(),
            expr => expr.eval(&RowEnv { row, slots: &self.slots }),
        }
    }

    /// Whether it is true for one member.
    pub(crate) fn holds(&self, row: &Row<'_>) -> bool {
        self.eval(row) == Value::Bool(true)
    }
}

/// One member, for evaluation.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_field_names, reason = "the row's number in its group is its row")]
pub(crate) struct Row<'a> {
    /// All members.
    pub(crate) world: &'a World,
    /// Codes of the built-in areas by row.
    pub(crate) areas: &'a [AreaCode],
    /// The group.
    pub(crate) group: usize,
    /// The row in it.
    pub(crate) row: usize,
    /// Values computed for one record.
    pub(crate) temps: &'a [Value],
}

struct RowEnv<'a> {
    row: &'a Row<'a>,
    slots: &'a [Slot],
}

impl Env for RowEnv<'_> {
    fn get(&self, name: &str) -> Value {
        let code = name.chars().next().map_or(0, u32::from);
        let slot = code.checked_sub(FIRST_SLOT).and_then(|at| self.slots.get(at as usize));
        slot.map_or(Value::Null, |slot| self.row.fetch(slot))
    }
}

impl Row<'_> {
    /// The value in a slot.
    pub(crate) fn fetch(&self, slot: &Slot) -> Value {
        if let Slot::Temp(at) = slot {
            return self.temps.get(*at).cloned().unwrap_or_default();
        }
        fetch(self.world, self.areas, self.group, self.row, slot)
    }
}

fn fetch(world: &World, areas: &[AreaCode], group: usize, row: usize, slot: &Slot) -> Value {
    let members = &world.groups[group];
    let whole = |n: usize| Value::Integer(i64::try_from(n).unwrap_or(i64::MAX));
    match slot {
        Slot::Own(column) => members.value(*column, row),
        Slot::Number => whole((row + 1).saturating_sub(members.start)),
        Slot::Size => whole(members.len - members.start),
        Slot::Village => members.villages.get(row).map_or(Value::Null, |at| Value::text(&areas[usize::from(*at)].to_string())),
        Slot::Subject(owner) => world.subject(group, row, owner).map_or(Value::Null, |id| Value::text(&id.to_string())),
        Slot::Temp(_) => Value::Null,
        Slot::Parent(ways) => {
            let (source, parent) = members.parents[row];
            let (group, way) = &ways[usize::from(source)];
            way.as_ref().map_or(Value::Null, |way| fetch(world, areas, *group, parent as usize, way))
        }
        Slot::Link(to, way) => members.links.get(row).map_or(Value::Null, |at| fetch(world, areas, *to, *at as usize, way)),
    }
}

/// The expression with every name replaced.
fn rename(expr: &Expr, replace: &mut dyn FnMut(&str) -> Expr) -> Expr {
    let mut boxed = |inner: &Expr| Box::new(rename(inner, replace));
    match expr {
        Expr::Literal(_) | Expr::Interval { .. } => expr.clone(),
        Expr::Name(name) => replace(name),
        Expr::Not(a) => Expr::Not(boxed(a)),
        Expr::Neg(a) => Expr::Neg(boxed(a)),
        Expr::IsNull(a, negated) => Expr::IsNull(boxed(a), *negated),
        Expr::Like(a, pattern) => Expr::Like(boxed(a), pattern.clone()),
        Expr::Binary(op, a, b) => Expr::Binary(*op, boxed(a), boxed(b)),
        Expr::Between(a, b, c) => Expr::Between(boxed(a), boxed(b), boxed(c)),
        Expr::In(a, list, negated) => Expr::In(boxed(a), list.iter().map(|item| *boxed(item)).collect(), *negated),
        Expr::Case(arms, otherwise) => {
            let arms = arms.iter().map(|(when, then)| (*boxed(when), *boxed(then))).collect();
            Expr::Case(arms, otherwise.as_deref().map(boxed))
        }
        Expr::Call(function, arguments) => Expr::Call(*function, arguments.iter().map(|argument| *boxed(argument)).collect()),
        Expr::LmsZ(table, of) => Expr::LmsZ(table.clone(), Box::new([0, 1, 2].map(|i| *boxed(&of[i])))),
    }
}
