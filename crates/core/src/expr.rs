//! The expression language: SQL conditions as a small typed tree, and its evaluator.
//!
//! `qianmo-packs` parses and types the text when a pack loads; here the tree is evaluated on one record, natively
//! and in the browser. `qianmo-analytics` prints the tree as SQL for the query engine, so that both
//! give one answer.
//!
//! | what | meaning here, whatever an engine does |
//! | --- | --- |
//! | unknown | SQL's three-valued logic: a comparison with unknown is unknown; `and`, `or`, `in` follow SQL |
//! | `/` | exact decimal division, cut (not rounded) after 10 decimals; never integer division |
//! | division by zero, overflow | unknown |
//! | text | compares by code point |
//! | date + interval | civil months are added first and clamp to the month's last day |
//! | `least`, `greatest`, `coalesce` | pass over unknown arguments |
//! | `years(a, b)`, `months(a, b)` | completed years or months of age on `b` of who was born on `a` |
//! | `days(a, b)`, `hours(a, b)` | from `a` to `b`; negative when `b` is earlier; hours are cut to whole ones |
//! | `has(list, code)` | whether a `choices` field contains the code |
//! | `lms_z(table, sex, key, x)` | z-score by the LMS method ([`crate::lms`]); only where the core alone evaluates |

use std::cmp::Ordering;
use std::sync::Arc;

use jiff::ToSpan;
use jiff::civil::{Date, DateTime};
use rust_decimal::RoundingStrategy;

use crate::lms::LmsTable;
use crate::numbers::round_half_up;
use crate::value::Value;

/// The type of an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Yes, no or unknown.
    Bool,
    /// Whole number.
    Integer,
    /// Exact decimal number.
    Decimal,
    /// Text or code.
    Text,
    /// Civil date.
    Date,
    /// Civil date and time.
    DateTime,
    /// A span of months and days.
    Interval,
    /// The literal `null`.
    Null,
}

impl Kind {
    /// Chinese word for messages.
    #[must_use]
    pub fn chinese(self) -> &'static str {
        match self {
            Self::Bool => "是/否",
            Self::Integer => "整数",
            Self::Decimal => "数字",
            Self::Text => "文字",
            Self::Date => "日期",
            Self::DateTime => "日期时间",
            Self::Interval => "时间间隔",
            Self::Null => "空值",
        }
    }

    /// Whether it is a number.
    #[must_use]
    pub fn is_number(self) -> bool {
        matches!(self, Self::Integer | Self::Decimal | Self::Null)
    }
}

/// Two-sided operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// `and`
    And,
    /// `or`
    Or,
    /// `=`
    Eq,
    /// `<>`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`
    Div,
    /// `%`, of whole numbers
    Rem,
}

/// Functions of the language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// `abs(number)`
    Abs,
    /// `least(a, b, …)`
    Least,
    /// `greatest(a, b, …)`
    Greatest,
    /// `coalesce(a, b, …)`
    Coalesce,
    /// `round(number, decimals)`, half away from zero
    Round,
    /// `floor(number)`
    Floor,
    /// `length(text)` in characters
    Length,
    /// `years(born, day)`
    Years,
    /// `months(born, day)`
    Months,
    /// `days(from, to)`
    Days,
    /// `hours(from, to)`
    Hours,
    /// `has(choices, code)`
    Has,
    /// `year(date)`
    Year,
    /// `month(date)`
    Month,
    /// `day(date time)`: its date
    Day,
    /// `date(year, month, day)`
    MakeDate,
}

impl Function {
    /// All functions with the names packs write.
    pub const ALL: [(&'static str, Self); 16] = [
        ("abs", Self::Abs),
        ("least", Self::Least),
        ("greatest", Self::Greatest),
        ("coalesce", Self::Coalesce),
        ("round", Self::Round),
        ("floor", Self::Floor),
        ("length", Self::Length),
        ("years", Self::Years),
        ("months", Self::Months),
        ("days", Self::Days),
        ("hours", Self::Hours),
        ("has", Self::Has),
        ("year", Self::Year),
        ("month", Self::Month),
        ("day", Self::Day),
        ("date", Self::MakeDate),
    ];
}

/// A typed expression.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// A constant.
    Literal(Value),
    /// `interval '3 months'`.
    Interval {
        /// Civil months.
        months: i32,
        /// Days.
        days: i32,
    },
    /// A field, column, figure (`births`), indicator (`pack.indicator`) or variable (`$start`).
    Name(Arc<str>),
    /// `not a`
    Not(Box<Expr>),
    /// `-a`
    Neg(Box<Expr>),
    /// `a op b`
    Binary(Op, Box<Expr>, Box<Expr>),
    /// `a is null`; `true` in the second place: `is not null`.
    IsNull(Box<Expr>, bool),
    /// `a in (b, c)`; `true` at the end: `not in`.
    In(Box<Expr>, Vec<Expr>, bool),
    /// `a between b and c`
    Between(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `a like 'pattern'` with `%` and `_`.
    Like(Box<Expr>, Arc<str>),
    /// `case when a then b … else c end`
    Case(Vec<(Expr, Expr)>, Option<Box<Expr>>),
    /// `f(a, b)`
    Call(Function, Vec<Expr>),
    /// `lms_z('pack.table', sex, key, x)`: the table and the three others.
    LmsZ(Arc<LmsTable>, Box<[Expr; 3]>),
}

/// Gives values to names.
pub trait Env {
    /// The value of a name; `Null` when unknown.
    fn get(&self, name: &str) -> Value;
}

impl<F: Fn(&str) -> Value> Env for F {
    fn get(&self, name: &str) -> Value {
        self(name)
    }
}

impl Env for std::collections::BTreeMap<Arc<str>, Value> {
    fn get(&self, name: &str) -> Value {
        Self::get(self, name).cloned().unwrap_or_default()
    }
}

impl Expr {
    /// Evaluates on one row. Never panics: what can't be computed is unknown.
    #[must_use]
    pub fn eval(&self, env: &dyn Env) -> Value {
        match self {
            Self::Literal(value) => value.clone(),
            Self::Interval { .. } => Value::Null,
            Self::Name(name) => env.get(name),
            Self::Not(inner) => inner.eval(env).as_bool().map_or(Value::Null, |b| Value::Bool(!b)),
            Self::Neg(inner) => match inner.eval(env) {
                Value::Integer(n) => n.checked_neg().map_or(Value::Null, Value::Integer),
                Value::Decimal(d) => Value::Decimal(-d),
                _ => Value::Null,
            },
            Self::Binary(Op::And, a, b) => match a.eval(env).as_bool() {
                Some(false) => Value::Bool(false),
                first => match (first, b.eval(env).as_bool()) {
                    (_, Some(false)) => Value::Bool(false),
                    (Some(true), Some(true)) => Value::Bool(true),
                    _ => Value::Null,
                },
            },
            Self::Binary(Op::Or, a, b) => match a.eval(env).as_bool() {
                Some(true) => Value::Bool(true),
                first => match (first, b.eval(env).as_bool()) {
                    (_, Some(true)) => Value::Bool(true),
                    (Some(false), Some(false)) => Value::Bool(false),
                    _ => Value::Null,
                },
            },
            Self::Binary(op, a, b) => match (&**a, &**b) {
                (_, Self::Interval { months, days }) => shift(&a.eval(env), *op, *months, *days),
                _ => binary(*op, &a.eval(env), &b.eval(env)),
            },
            Self::IsNull(inner, negated) => Value::Bool(inner.eval(env).is_null() != *negated),
            Self::In(inner, list, negated) => {
                let found = is_in(&inner.eval(env), list, env);
                found.map_or(Value::Null, |found| Value::Bool(found != *negated))
            }
            Self::Between(inner, low, high) => {
                let value = inner.eval(env);
                let above = value.compare(&low.eval(env)).map(Ordering::is_ge);
                let below = value.compare(&high.eval(env)).map(Ordering::is_le);
                match (above, below) {
                    (Some(false), _) | (_, Some(false)) => Value::Bool(false),
                    (Some(true), Some(true)) => Value::Bool(true),
                    _ => Value::Null,
                }
            }
            Self::Like(inner, pattern) => match inner.eval(env) {
                Value::Text(text) => Value::Bool(like(&text, pattern)),
                _ => Value::Null,
            },
            Self::Case(arms, otherwise) => arms
                .iter()
                .find(|(when, _)| when.eval(env) == Value::Bool(true))
                .map(|(_, then)| then)
                .or(otherwise.as_deref())
                .map_or(Value::Null, |chosen| chosen.eval(env)),
            Self::Call(function, arguments) => {
                let values: Vec<Value> = arguments.iter().map(|argument| argument.eval(env)).collect();
                call(*function, &values)
            }
            Self::LmsZ(table, of) => {
                let [sex, key, x] = [&of[0], &of[1], &of[2]].map(|argument| argument.eval(env));
                let z = || table.z(sex.as_text()?, key.as_decimal()?, x.as_decimal()?);
                z().map_or(Value::Null, Value::Decimal)
            }
        }
    }

    /// Every name the expression reads.
    pub fn names(&self) -> Vec<Arc<str>> {
        let mut names = Vec::new();
        self.walk(&mut |expr| {
            if let Self::Name(name) = expr {
                names.push(name.clone());
            }
        });
        names
    }

    /// Visits this expression and all inside it.
    pub fn walk(&self, visit: &mut dyn FnMut(&Expr)) {
        visit(self);
        match self {
            Self::Literal(_) | Self::Interval { .. } | Self::Name(_) => {}
            Self::Not(a) | Self::Neg(a) | Self::IsNull(a, _) | Self::Like(a, _) => a.walk(visit),
            Self::Binary(_, a, b) => {
                a.walk(visit);
                b.walk(visit);
            }
            Self::In(a, list, _) => {
                a.walk(visit);
                for item in list {
                    item.walk(visit);
                }
            }
            Self::Between(a, b, c) => {
                a.walk(visit);
                b.walk(visit);
                c.walk(visit);
            }
            Self::Case(arms, otherwise) => {
                for (when, then) in arms {
                    when.walk(visit);
                    then.walk(visit);
                }
                if let Some(otherwise) = otherwise {
                    otherwise.walk(visit);
                }
            }
            Self::Call(_, arguments) => arguments.iter().for_each(|argument| argument.walk(visit)),
            Self::LmsZ(_, arguments) => arguments.iter().for_each(|argument| argument.walk(visit)),
        }
    }
}

fn is_in(value: &Value, list: &[Expr], env: &dyn Env) -> Option<bool> {
    let mut unknown = value.is_null();
    for item in list {
        match value.compare(&item.eval(env)) {
            Some(Ordering::Equal) => return Some(true),
            Some(_) => {}
            None => unknown = true,
        }
    }
    (!unknown).then_some(false)
}

/// Decimals kept by `/`.
pub const DIVISION_DECIMALS: u32 = 10;

fn binary(op: Op, a: &Value, b: &Value) -> Value {
    let by_order = |test: fn(Ordering) -> bool| a.compare(b).map_or(Value::Null, |order| Value::Bool(test(order)));
    match op {
        Op::Eq => by_order(Ordering::is_eq),
        Op::Ne => by_order(Ordering::is_ne),
        Op::Lt => by_order(Ordering::is_lt),
        Op::Le => by_order(Ordering::is_le),
        Op::Gt => by_order(Ordering::is_gt),
        Op::Ge => by_order(Ordering::is_ge),
        Op::Div => match (a.as_decimal(), b.as_decimal()) {
            (Some(a), Some(b)) => a
                .checked_div(b)
                .map_or(Value::Null, |q| Value::Decimal(q.round_dp_with_strategy(DIVISION_DECIMALS, RoundingStrategy::ToZero))),
            _ => Value::Null,
        },
        Op::Add | Op::Sub | Op::Mul | Op::Rem => arithmetic(op, a, b).unwrap_or_default(),
        Op::And | Op::Or => Value::Null,
    }
}

fn arithmetic(op: Op, a: &Value, b: &Value) -> Option<Value> {
    if let (Value::Integer(a), Value::Integer(b)) = (a, b) {
        return match op {
            Op::Add => a.checked_add(*b),
            Op::Sub => a.checked_sub(*b),
            Op::Mul => a.checked_mul(*b),
            _ => a.checked_rem(*b),
        }
        .map(Value::Integer);
    }
    let (a, b) = (a.as_decimal()?, b.as_decimal()?);
    match op {
        Op::Add => a.checked_add(b),
        Op::Sub => a.checked_sub(b),
        Op::Mul => a.checked_mul(b),
        _ => a.checked_rem(b),
    }
    .map(Value::Decimal)
}

fn shift(value: &Value, op: Op, months: i32, days: i32) -> Value {
    let sign = if op == Op::Sub { -1 } else { 1 };
    let (months, days) = (months * sign, days * sign);
    let moved = |date: Date| date.checked_add(months.months()).and_then(|date| date.checked_add(days.days())).ok();
    match value {
        Value::Date(date) => moved(*date).map_or(Value::Null, Value::Date),
        Value::DateTime(at) => moved(at.date()).map_or(Value::Null, |date| Value::DateTime(date.to_datetime(at.time()))),
        _ => Value::Null,
    }
}

fn like(text: &str, pattern: &str) -> bool {
    fn go(text: &[char], pattern: &[char]) -> bool {
        match pattern.split_first() {
            None => text.is_empty(),
            Some(('%', rest)) => (0..=text.len()).any(|skip| go(&text[skip..], rest)),
            Some((wanted, rest)) => text.split_first().is_some_and(|(c, tail)| (*wanted == '_' || c == wanted) && go(tail, rest)),
        }
    }
    let (text, pattern): (Vec<char>, Vec<char>) = (text.chars().collect(), pattern.chars().collect());
    go(&text, &pattern)
}

fn call(function: Function, args: &[Value]) -> Value {
    try_call(function, args).unwrap_or_default()
}

fn try_call(function: Function, args: &[Value]) -> Option<Value> {
    let date = |i: usize| args.get(i).and_then(Value::as_date);
    let known = || args.iter().filter(|value| !value.is_null());
    let best = |wanted: Ordering| {
        known().try_fold(None::<&Value>, |best, value| match best {
            None => Some(Some(value)),
            Some(held) => Some(Some(if value.compare(held)? == wanted { value } else { held })),
        })
    };
    Some(match function {
        Function::Abs => match args.first()? {
            Value::Integer(n) => Value::Integer(n.checked_abs()?),
            other => Value::Decimal(other.as_decimal()?.abs()),
        },
        Function::Least => best(Ordering::Less)??.clone(),
        Function::Greatest => best(Ordering::Greater)??.clone(),
        Function::Coalesce => known().next()?.clone(),
        Function::Round => {
            let decimals = args.get(1).map_or(Some(0), Value::as_integer)?;
            let rounded = round_half_up(args.first()?.as_decimal()?, u32::try_from(decimals).ok()?);
            if decimals == 0 { Value::Integer(i64::try_from(rounded).ok()?) } else { Value::Decimal(rounded) }
        }
        Function::Floor => Value::Integer(i64::try_from(args.first()?.as_decimal()?.floor()).ok()?),
        Function::Length => Value::Integer(i64::try_from(args.first()?.as_text()?.chars().count()).ok()?),
        Function::Years => Value::Integer(completed_months(date(0)?, date(1)?).div_euclid(12)),
        Function::Months => Value::Integer(completed_months(date(0)?, date(1)?)),
        Function::Days => Value::Integer(i64::from(date(0)?.until(date(1)?).ok()?.get_days())),
        Function::Hours => Value::Integer(hours(date_time(args.first()?)?, date_time(args.get(1)?)?)?),
        Function::Has => {
            let (list, code) = (args.first()?.as_text()?, args.get(1)?.as_text()?);
            Value::Bool(list.split('|').any(|held| !held.is_empty() && held == code))
        }
        Function::Year => Value::Integer(date(0)?.year().into()),
        Function::Month => Value::Integer(date(0)?.month().into()),
        Function::Day => Value::Date(date(0)?),
        Function::MakeDate => {
            let part = |i: usize| args.get(i).and_then(Value::as_integer);
            let (year, month, day) = (i16::try_from(part(0)?).ok()?, i8::try_from(part(1)?).ok()?, i8::try_from(part(2)?).ok()?);
            Value::Date(Date::new(year, month, day).ok()?)
        }
    })
}

/// Completed months from `born` to `day`; a person born on the 31st completes a month on the next month's last
/// day only if that month has a 31st, as the query engine's arithmetic on year, month and day has it.
fn completed_months(born: Date, day: Date) -> i64 {
    let whole = i64::from(day.year() - born.year()) * 12 + i64::from(day.month() - born.month());
    whole - i64::from(day.day() < born.day())
}

fn date_time(value: &Value) -> Option<DateTime> {
    match value {
        Value::DateTime(at) => Some(*at),
        Value::Date(date) => Some(date.at(0, 0, 0, 0)),
        _ => None,
    }
}

fn hours(from: DateTime, to: DateTime) -> Option<i64> {
    let days = i64::from(from.date().until(to.date()).ok()?.get_days());
    let seconds = |at: DateTime| i64::from(at.hour()) * 3600 + i64::from(at.minute()) * 60 + i64::from(at.second());
    Some((days * 86_400 + seconds(to) - seconds(from)) / 3600)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use rust_decimal::Decimal;

    #[expect(clippy::unnecessary_box_returns, reason = "operands are boxed")]
    fn name(n: &str) -> Box<Expr> {
        Box::new(Expr::Name(n.into()))
    }
    #[expect(clippy::unnecessary_box_returns, reason = "operands are boxed")]
    fn number(n: i64) -> Box<Expr> {
        Box::new(Expr::Literal(Value::Integer(n)))
    }
    fn check(expr: &Expr, expected: &Value) {
        let env = |n: &str| match n {
            "seven" => Value::Integer(7),
            "born" => Value::Date(date(2008, 2, 29)),
            _ => Value::Null,
        };
        assert_eq!(&expr.eval(&env), expected);
    }

    #[test]
    fn a_missing_measurement_is_unknown_never_false() {
        let missing_is_high = Expr::Binary(Op::Ge, name("sbp"), number(140));
        check(&missing_is_high, &Value::Null);
        check(&Expr::Not(Box::new(missing_is_high.clone())), &Value::Null);
        let known_low = Expr::Binary(Op::Lt, name("seven"), number(3));
        check(&Expr::Binary(Op::And, Box::new(missing_is_high.clone()), Box::new(known_low.clone())), &Value::Bool(false));
        check(&Expr::Binary(Op::Or, Box::new(missing_is_high), Box::new(known_low)), &Value::Null);
    }

    #[test]
    fn division_is_exact_and_by_zero_unknown() {
        check(&Expr::Binary(Op::Div, number(1), number(8)), &Value::Decimal(Decimal::new(125, 3)));
        check(&Expr::Binary(Op::Div, number(2), number(3)), &Value::Decimal(Decimal::new(6_666_666_666, 10)));
        check(&Expr::Binary(Op::Div, number(1), number(0)), &Value::Null);
    }

    #[test]
    fn ages_turn_on_the_day() {
        let years = |day: Date| Expr::Call(Function::Years, vec![*name("born"), Expr::Literal(Value::Date(day))]);
        check(&years(date(2009, 2, 28)), &Value::Integer(0));
        check(&years(date(2009, 3, 1)), &Value::Integer(1));
        check(&years(date(2012, 2, 29)), &Value::Integer(4));
    }

    #[test]
    fn in_with_an_unknown_member_is_unknown_unless_found() {
        let list = |items: Vec<Expr>| Expr::In(name("seven"), items, false);
        check(&list(vec![*number(1), Expr::Literal(Value::Null)]), &Value::Null);
        check(&list(vec![*number(7), Expr::Literal(Value::Null)]), &Value::Bool(true));
    }
}
