//! How far a view reaches: which tables it reads, and whether what it says of a subject depends on that subject's own
//! records alone.
//!
//! Subjects that name each other (a resident, its household, its pregnancies) are bound together. A view stands *alone* when each
//! of its rows follows from the rows of one such bond and from what everybody shares (organisations, areas, tables): all its joins
//! between personal tables are by a subject, all its groups and windows within a subject. Of such a view the sums over all
//! subjects are the sums over bonds, so a change of one bond changes them by its own difference. The proof is made from the plan
//! that the query engine makes of the SQL; what can't be proved doesn't stand alone.

use std::collections::{BTreeMap, BTreeSet};

use datafusion::common::NullEquality;
use datafusion::common::tree_node::TreeNode;
use datafusion::logical_expr::{Distinct, Expr, Join, JoinType, LogicalPlan, Union};
use qianmo_core::FieldType;
use qianmo_core::pack::Packs;

use crate::build::is_common;
use crate::schema::table_name;

/// What a view reads and how far it looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    /// Tables that it reads, by their names in SQL.
    pub tables: BTreeSet<String>,
    /// How far it looks.
    pub scope: Scope,
}

/// How far a view looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Only at what everybody shares.
    Common,
    /// At subjects that are bound together, and at what everybody shares.
    Alone,
    /// Further, as far as can be proved.
    Whole,
}

/// What is known of a column: it holds ids of subjects (or records).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    /// Of one bond; whether it is never null.
    Personal(bool),
    /// Of what everybody shares.
    Common,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Common,
    Personal,
    /// Rows of both sorts: `home`.
    Mixed,
}

#[derive(Debug, Clone)]
struct Rows {
    side: Side,
    keys: Vec<Option<Key>>,
}

pub(crate) type Known = BTreeMap<String, TableKeys>;

/// A table: its sort, and the keys among its columns by name.
#[derive(Debug, Clone)]
pub(crate) struct TableKeys {
    side: Side,
    keys: BTreeMap<String, Key>,
}

/// What is known of the tables.
pub(crate) fn known(packs: &Packs) -> Known {
    let mut known = Known::new();
    for form in packs.forms() {
        let common = is_common(&form.subject);
        let of = |kind: &str| if is_common(kind) { Key::Common } else { Key::Personal(false) };
        let mut keys = BTreeMap::from([("organisation".to_owned(), Key::Common)]);
        if common {
            keys.insert("subject".into(), Key::Common);
        } else {
            keys.insert("subject".into(), Key::Personal(true));
            keys.insert("record".into(), Key::Personal(true));
            keys.insert("resident".into(), Key::Personal(false));
        }
        for field in &form.fields {
            if let FieldType::Ref(kind) = &field.kind {
                keys.insert(field.id.to_string(), of(kind));
            }
        }
        if common {
            keys.retain(|_, key| *key == Key::Common);
        }
        known.insert(table_name(&form.id), TableKeys { side: if common { Side::Common } else { Side::Personal }, keys });
    }
    known.insert("home".into(), TableKeys { side: Side::Mixed, keys: BTreeMap::from([("subject".into(), Key::Personal(true))]) });
    known.insert("area".into(), TableKeys { side: Side::Common, keys: BTreeMap::from([("subject".into(), Key::Common)]) });
    known
}

/// The reach of a view whose optimised plan this is.
pub(crate) fn of(plan: &LogicalPlan, known: &Known) -> Reach {
    let mut tables = BTreeSet::new();
    let _ = plan.apply_with_subqueries(|node| {
        if let LogicalPlan::TableScan(scan) = node {
            tables.insert(scan.table_name.table().to_owned());
        }
        Ok(datafusion::common::tree_node::TreeNodeRecursion::Continue)
    });
    let subject = plan.schema().fields().iter().position(|field| field.name() == "subject");
    let scope = match (rows(plan, known), subject) {
        (Some(Rows { side: Side::Common, .. }), _) => Scope::Common,
        (Some(Rows { side: Side::Personal, keys }), Some(at)) if matches!(keys.get(at), Some(Some(Key::Personal(_)))) => Scope::Alone,
        _ => Scope::Whole,
    };
    Reach { tables, scope }
}

fn personal(key: Option<Key>) -> bool {
    matches!(key, Some(Key::Personal(_)))
}

fn rows(plan: &LogicalPlan, known: &Known) -> Option<Rows> {
    if !subqueries_are_common(plan, known) {
        return None;
    }
    match plan {
        LogicalPlan::TableScan(scan) => {
            let table = known.get(scan.table_name.table());
            let keys = plan.schema().fields().iter().map(|field| table?.keys.get(field.name()).copied()).collect();
            (scan.fetch.is_none()).then_some(Rows { side: table.map_or(Side::Common, |table| table.side), keys })
        }
        LogicalPlan::EmptyRelation(_) | LogicalPlan::Values(_) => {
            Some(Rows { side: Side::Common, keys: vec![None; plan.schema().fields().len()] })
        }
        LogicalPlan::Filter(filter) => rows(&filter.input, known),
        LogicalPlan::SubqueryAlias(alias) => rows(&alias.input, known),
        LogicalPlan::Repartition(node) => rows(&node.input, known),
        LogicalPlan::Sort(sort) if sort.fetch.is_none() => rows(&sort.input, known),
        LogicalPlan::Projection(projection) => {
            let below = rows(&projection.input, known)?;
            let keys = projection.expr.iter().map(|expr| key(expr, &projection.input, &below)).collect();
            Some(Rows { keys, ..below })
        }
        LogicalPlan::Aggregate(aggregate) => {
            let below = rows(&aggregate.input, known)?;
            if aggregate.group_expr.iter().any(|expr| matches!(expr, Expr::GroupingSet(_))) {
                return None;
            }
            let mut keys: Vec<Option<Key>> = aggregate.group_expr.iter().map(|expr| key(expr, &aggregate.input, &below)).collect();
            let within = below.side == Side::Common || keys.iter().any(|key| personal(*key));
            // Within a bond the greatest or smallest id is an id of that bond. A group without an id is no bond's.
            let sure = keys.contains(&Some(Key::Personal(true)));
            keys.extend(aggregate.aggr_expr.iter().map(|expr| if sure { one_of(expr, &aggregate.input, &below) } else { None }));
            keys.resize(plan.schema().fields().len(), None);
            within.then_some(Rows { keys, ..below })
        }
        LogicalPlan::Window(window) => {
            let below = rows(&window.input, known)?;
            let within = |expr: &Expr| match expr.clone().unalias() {
                Expr::WindowFunction(function) => {
                    let mut by = function.params.partition_by.iter();
                    by.any(|expr| key(expr, &window.input, &below) == Some(Key::Personal(true)))
                }
                _ => false,
            };
            let alone = below.side == Side::Common || window.window_expr.iter().all(within);
            let mut keys = below.keys.clone();
            keys.resize(plan.schema().fields().len(), None);
            alone.then_some(Rows { keys, ..below })
        }
        LogicalPlan::Distinct(Distinct::All(input)) => {
            rows(input, known).filter(|below| below.side == Side::Common || below.keys.iter().any(|key| personal(*key)))
        }
        LogicalPlan::Union(union) => joined_rows(union, known),
        LogicalPlan::Join(join) => join_rows(join, known),
        _ => None,
    }
}

/// Whether expressions look elsewhere only at what everybody shares.
fn subqueries_are_common(plan: &LogicalPlan, known: &Known) -> bool {
    let mut common = true;
    for expr in plan.expressions() {
        let _ = expr.apply(|expr| {
            let subquery = match expr {
                Expr::ScalarSubquery(subquery) => Some(subquery),
                Expr::InSubquery(inside) => Some(&inside.subquery),
                Expr::Exists(exists) => Some(&exists.subquery),
                _ => None,
            };
            if let Some(subquery) = subquery {
                common &=
                    subquery.outer_ref_columns.is_empty() && rows(&subquery.subquery, known).is_some_and(|rows| rows.side == Side::Common);
            }
            Ok(datafusion::common::tree_node::TreeNodeRecursion::Continue)
        });
    }
    common
}

/// What an expression over rows holds.
fn key(expr: &Expr, input: &LogicalPlan, below: &Rows) -> Option<Key> {
    match expr {
        Expr::Alias(alias) => key(&alias.expr, input, below),
        Expr::Column(column) => below.keys.get(input.schema().index_of_column(column).ok()?).copied()?,
        Expr::ScalarFunction(function) if function.name() == "coalesce" => {
            let mut all = function.args.iter().map(|arg| key(arg, input, below));
            let first = all.next()??;
            all.try_fold(first, |held, next| match (held, next?) {
                (Key::Personal(a), Key::Personal(b)) => Some(Key::Personal(a || b)),
                (Key::Common, Key::Common) => Some(Key::Common),
                _ => None,
            })
        }
        _ => None,
    }
}

/// What the greatest or smallest of a group holds.
fn one_of(expr: &Expr, input: &LogicalPlan, below: &Rows) -> Option<Key> {
    match expr.clone().unalias() {
        Expr::AggregateFunction(function) if matches!(function.func.name(), "min" | "max") => {
            match key(function.params.args.first()?, input, below)? {
                Key::Personal(_) => Some(Key::Personal(false)),
                Key::Common => None,
            }
        }
        _ => None,
    }
}

fn joined_rows(union: &Union, known: &Known) -> Option<Rows> {
    let mut all = union.inputs.iter().map(|input| rows(input, known));
    let mut held = all.next()??;
    for next in all {
        let next = next?;
        if next.side != held.side || held.side == Side::Mixed {
            return None;
        }
        for (key, other) in held.keys.iter_mut().zip(&next.keys) {
            *key = match (*key, *other) {
                (Some(Key::Personal(a)), Some(Key::Personal(b))) => Some(Key::Personal(a && b)),
                (Some(Key::Common), Some(Key::Common)) => Some(Key::Common),
                _ => None,
            };
        }
    }
    Some(held)
}

/// How the two sides of a join are tied together.
struct Ties {
    /// By ids of one bond.
    personal: bool,
    /// By ids of what everybody shares (to `home`'s subject, on either side).
    common: bool,
    /// No null on either side can meet another.
    safe: bool,
}

fn ties(join: &Join, left: &Rows, right: &Rows) -> Ties {
    let mut ties = Ties { personal: false, common: false, safe: true };
    let nulls_meet = join.null_equality == NullEquality::NullEqualsNull;
    for (a, b) in &join.on {
        match (key(a, &join.left, left), key(b, &join.right, right)) {
            (Some(Key::Personal(a)), Some(Key::Personal(b))) if a || b || !nulls_meet => {
                ties.personal = true;
                // `not in` looks for nulls among all rows of the other side.
                ties.safe &= !join.null_aware || b;
            }
            (Some(Key::Personal(_)), Some(Key::Common)) | (Some(Key::Common), Some(Key::Personal(_))) => ties.common = true,
            _ => ties.safe &= !join.null_aware,
        }
    }
    ties
}

fn join_rows(join: &Join, known: &Known) -> Option<Rows> {
    let (left, right) = (rows(&join.left, known)?, rows(&join.right, known)?);
    let ties = ties(join, &left, &right);
    let keeps_left =
        matches!(join.join_type, JoinType::Inner | JoinType::Left | JoinType::LeftSemi | JoinType::LeftAnti | JoinType::LeftMark);
    let keeps_right =
        matches!(join.join_type, JoinType::Inner | JoinType::Right | JoinType::RightSemi | JoinType::RightAnti | JoinType::RightMark);
    let only_common = ties.common && join.join_type == JoinType::Inner;
    let side = match (left.side, right.side) {
        (Side::Common, Side::Common) => Side::Common,
        (Side::Mixed, Side::Common) | (Side::Common, Side::Mixed) if only_common => Side::Common,
        (Side::Common, Side::Mixed) if ties.common && keeps_left && !join.null_aware => Side::Common,
        (Side::Mixed, Side::Common) if ties.common && keeps_right => Side::Common,
        (side, Side::Common) if keeps_left => side,
        (Side::Common, side) if keeps_right => side,
        (Side::Common, _) | (_, Side::Common) => return None,
        _ if !ties.personal || !ties.safe => return None,
        (Side::Mixed, Side::Mixed) => Side::Mixed,
        (Side::Personal, Side::Personal) => Side::Personal,
        (Side::Personal, Side::Mixed) if keeps_left => Side::Personal,
        (Side::Mixed, Side::Personal) if keeps_right || join.join_type == JoinType::LeftSemi => Side::Personal,
        (Side::Mixed, Side::Personal) if keeps_left => Side::Mixed,
        _ => return None,
    };
    Some(Rows { side, keys: join_keys(join, &left, &right, side) })
}

fn join_keys(join: &Join, left: &Rows, right: &Rows, side: Side) -> Vec<Option<Key>> {
    let kept = |rows: &Rows, nullable: bool| -> Vec<Option<Key>> {
        let of = |key: &Option<Key>| match key {
            Some(Key::Personal(sure)) if side != Side::Common => Some(Key::Personal(*sure && !nullable)),
            Some(Key::Common) if side == Side::Common => Some(Key::Common),
            _ => None,
        };
        rows.keys.iter().map(of).collect()
    };
    let left_columns = left.keys.len();
    let mut keys = match join.join_type {
        JoinType::LeftSemi | JoinType::LeftAnti | JoinType::LeftMark => kept(left, false),
        JoinType::RightSemi | JoinType::RightAnti | JoinType::RightMark => kept(right, false),
        kind => {
            let left_nullable = matches!(kind, JoinType::Right | JoinType::Full);
            let right_nullable = matches!(kind, JoinType::Left | JoinType::Full);
            [kept(left, left_nullable), kept(right, right_nullable)].concat()
        }
    };
    keys.resize(join.schema.fields().len(), None);
    if matches!(join.join_type, JoinType::Inner | JoinType::LeftSemi) && join.null_equality == NullEquality::NullEqualsNothing {
        // What was found equal to something isn't null.
        for (a, b) in &join.on {
            let left = place(a, &join.left);
            let right = place(b, &join.right).filter(|_| join.join_type == JoinType::Inner).map(|at| at + left_columns);
            for at in [left, right].into_iter().flatten() {
                if let Some(Some(Key::Personal(sure))) = keys.get_mut(at) {
                    *sure = true;
                }
            }
        }
    }
    keys
}

fn place(expr: &Expr, input: &LogicalPlan) -> Option<usize> {
    if let Expr::Column(column) = expr { input.schema().index_of_column(column).ok() } else { None }
}
