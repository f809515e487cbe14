//! Which columns of a view say something about a reproductive choice.
//!
//! A column does when its expression reads a form field with `choice = true`, directly, through a subquery, or
//! through another view; all columns do when such a field decides which rows there are (`where`, `group by`, …). The answer errs
//! towards yes: a name computed from such a field anywhere in the query counts wherever the name stands.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use qianmo_core::pack::Packs;
use sqlparser::ast::{Expr, GroupByExpr, Ident, ObjectName, Select, SelectItem, Statement, TableFactor, Visit, Visitor, visit_expressions};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::Parser;

/// What of a table or view is about a choice.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Choice {
    /// Every row is there because of a choice.
    pub(super) rows: bool,
    /// Columns computed from one.
    pub(super) columns: BTreeSet<String>,
}

impl Choice {
    /// Whether an expression over these names is about a choice.
    pub(super) fn touches<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> bool {
        self.rows || names.into_iter().any(|name| self.columns.contains(name))
    }
}

/// The choice columns of every view, by view id.
pub(super) fn of_views(packs: &Packs) -> BTreeMap<String, Choice> {
    let mut known: BTreeMap<String, Choice> = BTreeMap::new();
    for form in packs.forms() {
        let mut columns: BTreeSet<String> = form.columns().filter(|field| field.choice_fact).map(|field| field.id.to_string()).collect();
        for derived in &form.derived {
            if derived.value.names().iter().any(|name| columns.contains(&**name)) {
                columns.insert(derived.field.id.to_string());
            }
        }
        known.insert(form.id.replace('.', "_"), Choice { rows: false, columns });
    }
    let forms = known.len();
    if known.values().all(|choice| choice.columns.is_empty()) {
        return BTreeMap::new();
    }
    let queries: Vec<(String, Vec<Statement>)> =
        packs.views().filter_map(|view| Some((view.id.to_string(), Parser::parse_sql(&GenericDialect {}, &view.sql).ok()?))).collect();
    // Views read views: repeat until nothing is added; each round adds a column or is the last.
    loop {
        let mut changed = false;
        for (id, statements) in &queries {
            let found = Query::read(statements).choice(&known);
            changed |= known.get(id) != Some(&found);
            known.insert(id.clone(), found);
        }
        if !changed || known.len() < forms {
            return known;
        }
    }
}

/// The parts of a query that matter here.
#[derive(Default)]
struct Query {
    /// Tables and views, and the names they go by.
    relations: Vec<(String, String)>,
    selects: Vec<Select>,
}

impl Visitor for Query {
    type Break = ();

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<()> {
        self.selects.push(select.clone());
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<()> {
        if let TableFactor::Table { name, alias, .. } = factor {
            let alias = alias.as_ref().map_or_else(|| last(name), |alias| alias.name.value.clone());
            self.relations.push((last(name), alias));
        }
        ControlFlow::Continue(())
    }
}

impl Query {
    fn read(statements: &[Statement]) -> Self {
        let mut query = Self::default();
        for statement in statements {
            let _ = statement.visit(&mut query);
        }
        query
    }

    fn choice(&self, known: &BTreeMap<String, Choice>) -> Choice {
        let mut derived = BTreeSet::new();
        let rows_of = |(name, _): &(String, String)| known.get(name).is_some_and(|choice| choice.rows);
        let mut rows = self.relations.iter().any(rows_of);
        loop {
            let before = (rows, derived.len());
            for select in &self.selects {
                for item in &select.projection {
                    self.take(item, known, &mut derived);
                }
                rows |= self.decides(select, known, &derived);
            }
            if before == (rows, derived.len()) {
                return Choice { rows, columns: derived };
            }
        }
    }

    fn take(&self, item: &SelectItem, known: &BTreeMap<String, Choice>, derived: &mut BTreeSet<String>) {
        match item {
            SelectItem::ExprWithAlias { expr, alias } if self.reads(expr, known, derived) => {
                derived.insert(alias.value.clone());
            }
            SelectItem::UnnamedExpr(expr) if self.reads(expr, known, derived) => match expr {
                Expr::Identifier(name) => {
                    derived.insert(name.value.clone());
                }
                Expr::CompoundIdentifier(parts) => derived.extend(parts.last().map(|name| name.value.clone())),
                _ => {}
            },
            SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..) => {
                let columns =
                    self.relations.iter().filter_map(|(name, _)| known.get(name)).flat_map(|choice| choice.columns.iter().cloned());
                derived.extend(columns);
            }
            _ => {}
        }
    }

    /// Whether a choice decides which rows a select gives.
    fn decides(&self, select: &Select, known: &BTreeMap<String, Choice>, derived: &BTreeSet<String>) -> bool {
        let joins = select.from.iter().flat_map(|from| &from.joins);
        let groups = if let GroupByExpr::Expressions(groups, _) = &select.group_by { groups.as_slice() } else { &[] };
        let conditions = [&select.selection, &select.having, &select.qualify, &select.prewhere];
        conditions.into_iter().flatten().chain(groups).any(|expr| self.reads(expr, known, derived))
            || joins.into_iter().any(|join| self.reads(&join.join_operator, known, derived))
    }

    fn reads(&self, part: &impl Visit, known: &BTreeMap<String, Choice>, derived: &BTreeSet<String>) -> bool {
        visit_expressions(part, |expr| match expr {
            Expr::Identifier(name) if self.is_choice(None, name, known, derived) => ControlFlow::Break(()),
            Expr::CompoundIdentifier(parts) => match parts.as_slice() {
                [.., table, name] if self.is_choice(Some(table), name, known, derived) => ControlFlow::Break(()),
                _ => ControlFlow::Continue(()),
            },
            _ => ControlFlow::Continue(()),
        })
        .is_break()
    }

    fn is_choice(&self, table: Option<&Ident>, name: &Ident, known: &BTreeMap<String, Choice>, derived: &BTreeSet<String>) -> bool {
        let named = |alias: &str| table.is_none_or(|table| table.value == alias);
        let mut resolved = false;
        for (relation, _) in self.relations.iter().filter(|(_, alias)| named(alias)) {
            if let Some(choice) = known.get(relation) {
                resolved = true;
                if choice.columns.contains(&name.value) {
                    return true;
                }
            }
        }
        // A name of a known table is what that table says; any other may be one computed on the way.
        (table.is_none() || !resolved) && derived.contains(&name.value)
    }
}

fn last(name: &ObjectName) -> String {
    name.0.last().and_then(|part| part.as_ident()).map(|ident| ident.value.clone()).unwrap_or_default()
}
