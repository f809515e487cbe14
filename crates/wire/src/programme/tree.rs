//! Expressions as trees, and the growth curves that they name.

use std::sync::Arc;

use qianmo_core::expr::{Function, Op};
use qianmo_core::lms::{Lms, LmsTable};
use qianmo_core::{Decimal, Expr, Fault, Value};
use serde::{Deserialize, Serialize};

use super::unreadable;

/// An expression. A chain of one operator (`a and b and c`) is one list, so that long ones don't nest deeply.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Tree {
    Is(Constant),
    Interval(i32, i32),
    Name(String),
    Not(Box<Tree>),
    Neg(Box<Tree>),
    Chain(String, Vec<Tree>),
    IsNull(Box<Tree>, bool),
    In(Box<Tree>, Vec<Tree>, bool),
    Between(Box<[Tree; 3]>),
    Like(Box<Tree>, String),
    Case(Vec<(Tree, Tree)>, Option<Box<Tree>>),
    Call(String, Vec<Tree>),
    /// The place of the table and the three others.
    LmsZ(usize, Box<[Tree; 3]>),
}

/// A constant. What JSON has no kind for stands as text.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Constant {
    Null,
    Bool(bool),
    Integer(i64),
    Decimal(String),
    Text(String),
    Date(String),
    DateTime(String),
}

/// A growth curve: for each sex its rows, `key l m s`, one after the other with `;` between them.
#[derive(Serialize, Deserialize)]
pub(super) struct TableBody {
    id: String,
    rows: Vec<(String, String)>,
}

/// The curves of a body.
#[derive(Default)]
pub(super) struct Tables(Vec<Arc<LmsTable>>);

const OPS: [(&str, Op); 13] = [
    ("and", Op::And),
    ("or", Op::Or),
    ("=", Op::Eq),
    ("<>", Op::Ne),
    ("<", Op::Lt),
    ("<=", Op::Le),
    (">", Op::Gt),
    (">=", Op::Ge),
    ("+", Op::Add),
    ("-", Op::Sub),
    ("*", Op::Mul),
    ("/", Op::Div),
    ("%", Op::Rem),
];

fn word<T: PartialEq + Copy>(words: &[(&'static str, T)], meant: T) -> String {
    words.iter().find(|(_, held)| *held == meant).map_or_else(String::new, |(word, _)| (*word).to_owned())
}

fn meant<T: Copy>(words: &[(&'static str, T)], word: &str) -> Result<T, Fault> {
    words.iter().find(|(held, _)| *held == word).map(|(_, meant)| *meant).ok_or_else(|| unreadable(&word))
}

impl Tables {
    pub(super) fn bodies(&self) -> Vec<TableBody> {
        let line = |(key, lms): &(Decimal, Lms)| format!("{key} {} {} {}", lms.l, lms.m, lms.s);
        let lines = |rows: &[(Decimal, Lms)]| rows.iter().map(line).collect::<Vec<_>>().join(";");
        let body = |table: &LmsTable| TableBody {
            id: table.id.to_string(),
            rows: table.rows().map(|(sex, rows)| (sex.to_string(), lines(rows))).collect(),
        };
        self.0.iter().map(|table| body(table)).collect()
    }

    pub(super) fn read(bodies: Vec<TableBody>) -> Result<Self, Fault> {
        let mut tables = Vec::new();
        for body in bodies {
            let mut rows = Vec::new();
            for (sex, lines) in body.rows {
                let sex: Arc<str> = sex.into();
                for line in lines.split(';').filter(|line| !line.is_empty()) {
                    let row = row(line).ok_or_else(|| unreadable(&line))?;
                    rows.push((sex.clone(), row.0, row.1));
                }
            }
            tables.push(Arc::new(LmsTable::new(&body.id, rows)));
        }
        Ok(Self(tables))
    }

    fn place(&mut self, table: &Arc<LmsTable>) -> usize {
        let held = self.0.iter().position(|held| Arc::ptr_eq(held, table) || held == table);
        held.unwrap_or_else(|| {
            self.0.push(table.clone());
            self.0.len() - 1
        })
    }

    pub(super) fn optional(&mut self, expr: Option<&Expr>) -> Option<Tree> {
        expr.map(|expr| self.tree(expr))
    }

    pub(super) fn tree(&mut self, expr: &Expr) -> Tree {
        let mut all = |list: &[Expr]| list.iter().map(|item| self.tree(item)).collect();
        match expr {
            Expr::Literal(value) => Tree::Is(constant(value)),
            Expr::Interval { months, days } => Tree::Interval(*months, *days),
            Expr::Name(name) => Tree::Name(name.to_string()),
            Expr::Not(a) => Tree::Not(Box::new(self.tree(a))),
            Expr::Neg(a) => Tree::Neg(Box::new(self.tree(a))),
            Expr::Binary(op, ..) => {
                let (mut parts, mut at) = (Vec::new(), expr);
                while let Expr::Binary(held, a, b) = at
                    && held == op
                {
                    parts.push(self.tree(b));
                    at = a;
                }
                parts.push(self.tree(at));
                parts.reverse();
                Tree::Chain(word(&OPS, *op), parts)
            }
            Expr::IsNull(a, negated) => Tree::IsNull(Box::new(self.tree(a)), *negated),
            Expr::In(a, list, negated) => {
                let list = all(list);
                Tree::In(Box::new(self.tree(a)), list, *negated)
            }
            Expr::Between(a, low, high) => Tree::Between(Box::new([self.tree(a), self.tree(low), self.tree(high)])),
            Expr::Like(a, pattern) => Tree::Like(Box::new(self.tree(a)), pattern.to_string()),
            Expr::Case(arms, otherwise) => {
                let arms = arms.iter().map(|(when, then)| (self.tree(when), self.tree(then))).collect();
                Tree::Case(arms, otherwise.as_ref().map(|otherwise| Box::new(self.tree(otherwise))))
            }
            Expr::Call(function, arguments) => Tree::Call(word(&Function::ALL, *function), all(arguments)),
            Expr::LmsZ(table, of) => {
                let place = self.place(table);
                Tree::LmsZ(place, Box::new([self.tree(&of[0]), self.tree(&of[1]), self.tree(&of[2])]))
            }
        }
    }

    pub(super) fn optional_expr(&self, tree: Option<Tree>) -> Result<Option<Expr>, Fault> {
        tree.map(|tree| self.expr(tree)).transpose()
    }

    pub(super) fn expr(&self, tree: Tree) -> Result<Expr, Fault> {
        let boxed = |tree: Box<Tree>| self.expr(*tree).map(Box::new);
        let all = |list: Vec<Tree>| list.into_iter().map(|item| self.expr(item)).collect::<Result<Vec<_>, _>>();
        Ok(match tree {
            Tree::Is(held) => Expr::Literal(value(held)?),
            Tree::Interval(months, days) => Expr::Interval { months, days },
            Tree::Name(name) => Expr::Name(name.into()),
            Tree::Not(a) => Expr::Not(boxed(a)?),
            Tree::Neg(a) => Expr::Neg(boxed(a)?),
            Tree::Chain(op, parts) => {
                let op = meant(&OPS, &op)?;
                let chained = all(parts)?.into_iter().reduce(|a, b| Expr::Binary(op, Box::new(a), Box::new(b)));
                chained.ok_or_else(|| unreadable(&"[]"))?
            }
            Tree::IsNull(a, negated) => Expr::IsNull(boxed(a)?, negated),
            Tree::In(a, list, negated) => Expr::In(boxed(a)?, all(list)?, negated),
            Tree::Between(of) => {
                let [a, low, high] = *of;
                Expr::Between(Box::new(self.expr(a)?), Box::new(self.expr(low)?), Box::new(self.expr(high)?))
            }
            Tree::Like(a, pattern) => Expr::Like(boxed(a)?, pattern.into()),
            Tree::Case(arms, otherwise) => {
                let arm = |(when, then)| Ok((self.expr(when)?, self.expr(then)?));
                Expr::Case(arms.into_iter().map(arm).collect::<Result<_, Fault>>()?, otherwise.map(boxed).transpose()?)
            }
            Tree::Call(function, arguments) => Expr::Call(meant(&Function::ALL, &function)?, all(arguments)?),
            Tree::LmsZ(place, of) => {
                let table = self.0.get(place).cloned().ok_or_else(|| unreadable(&place))?;
                let [sex, key, x] = *of;
                Expr::LmsZ(table, Box::new([self.expr(sex)?, self.expr(key)?, self.expr(x)?]))
            }
        })
    }
}

fn row(line: &str) -> Option<(Decimal, Lms)> {
    let mut parts = line.split(' ');
    let key = parts.next()?.parse().ok()?;
    let mut number = || parts.next()?.parse::<f64>().ok();
    Some((key, Lms { l: number()?, m: number()?, s: number()? }))
}

fn constant(value: &Value) -> Constant {
    match value {
        Value::Null => Constant::Null,
        Value::Bool(b) => Constant::Bool(*b),
        Value::Integer(n) => Constant::Integer(*n),
        Value::Decimal(d) => Constant::Decimal(d.to_string()),
        Value::Text(text) => Constant::Text(text.to_string()),
        Value::Date(date) => Constant::Date(date.to_string()),
        Value::DateTime(at) => Constant::DateTime(at.to_string()),
    }
}

fn value(held: Constant) -> Result<Value, Fault> {
    Ok(match held {
        Constant::Null => Value::Null,
        Constant::Bool(b) => Value::Bool(b),
        Constant::Integer(n) => Value::Integer(n),
        Constant::Decimal(text) => Value::Decimal(text.parse().map_err(|_| unreadable(&text))?),
        Constant::Text(text) => Value::Text(text.into()),
        Constant::Date(text) => Value::Date(text.parse().map_err(|_| unreadable(&text))?),
        Constant::DateTime(text) => Value::DateTime(text.parse().map_err(|_| unreadable(&text))?),
    })
}
