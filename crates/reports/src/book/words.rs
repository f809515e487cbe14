//! Expressions read out in Chinese: `sbp >= 140 or dbp >= 90` is 收缩压 ≥ 140 或 舒张压 ≥ 90.
//!
//! What binds looser than its surroundings stands in brackets. `coalesce(x, false)` reads as x: in a condition an
//! answer that wasn't given counts as no.

use qianmo_core::expr::{Expr, Function, Op};
use qianmo_core::form::Choice;
use qianmo_core::value::Value;

use super::names::Names;

/// How tightly an expression binds; higher is tighter.
type Strength = u8;
const ANY: Strength = 0;
const OR: Strength = 1;
const AND: Strength = 2;
const NOT: Strength = 3;
const COMPARE: Strength = 4;
const ADD: Strength = 5;
const MULTIPLY: Strength = 6;
const ATOM: Strength = 7;

/// Reads an expression out.
pub(super) fn read(expr: &Expr, names: &Names<'_>) -> String {
    Reader { names, results: &[] }.at(expr, ANY)
}

/// Reads an expression out whose result is one of these codes.
pub(super) fn read_to_codes(expr: &Expr, names: &Names<'_>, results: &[Choice]) -> String {
    Reader { names, results }.result(expr)
}

/// A value as people write it.
pub(super) fn value(value: &Value) -> String {
    match value {
        Value::Null => "未知".to_owned(),
        Value::Bool(true) => "是".to_owned(),
        Value::Bool(false) => "否".to_owned(),
        Value::Decimal(number) => number.normalize().to_string(),
        Value::Date(date) => crate::model::chinese_date(*date),
        other => other.to_string(),
    }
}

/// `3个月`, `12个月29天`, `6年`.
pub(super) fn span(months: i32, days: i32) -> String {
    let long = match (months / 12, months % 12) {
        (0, 0) => String::new(),
        (years, 0) => format!("{years}年"),
        _ => format!("{months}个月"),
    };
    let short = if days == 0 && !long.is_empty() { String::new() } else { format!("{days}天") };
    format!("{long}{short}")
}

struct Reader<'r> {
    names: &'r Names<'r>,
    results: &'r [Choice],
}

impl Reader<'_> {
    /// An expression within surroundings that bind this tightly.
    fn at(&self, expr: &Expr, outer: Strength) -> String {
        let (text, own) = self.one(expr);
        if own < outer { format!("（{text}）") } else { text }
    }

    fn one(&self, expr: &Expr) -> (String, Strength) {
        match expr {
            Expr::Literal(literal) => (value(literal), ATOM),
            Expr::Interval { months, days } => (span(*months, *days), ATOM),
            Expr::Name(name) => (self.names.label(name), ATOM),
            Expr::Not(inner) => (format!("不是{}", self.quoted(inner)), NOT),
            Expr::Neg(inner) => (format!("-{}", self.at(inner, ATOM)), MULTIPLY),
            Expr::Binary(op, a, b) => self.binary(*op, a, b),
            Expr::IsNull(inner, negated) => (format!("{}{}", self.at(inner, ATOM), if *negated { "已填" } else { "未填" }), COMPARE),
            Expr::In(inner, list, negated) => {
                let list: Vec<String> = list.iter().map(|item| self.coded(inner, item)).collect();
                let verb = if *negated { "不是" } else { "是" };
                let end = if list.len() > 1 { "之一" } else { "" };
                (format!("{}{verb}{}{end}", self.at(inner, ADD), list.join("、")), COMPARE)
            }
            Expr::Between(inner, low, high) => {
                (format!("{}在{}到{}之间", self.at(inner, ADD), self.at(low, ADD), self.at(high, ADD)), COMPARE)
            }
            Expr::Like(inner, pattern) => (format!("{}{}", self.at(inner, ADD), like(pattern)), COMPARE),
            Expr::Case(arms, otherwise) => {
                let mut parts: Vec<String> =
                    arms.iter().map(|(when, then)| format!("{}时为{}", self.at(when, ANY), self.result(then))).collect();
                parts.extend(otherwise.iter().map(|otherwise| format!("其余为{}", self.result(otherwise))));
                (parts.join("；"), ANY)
            }
            Expr::LmsZ(table, of) => {
                let [sex, key, x] = [&of[0], &of[1], &of[2]].map(|argument| self.at(argument, ANY));
                let table = self.names.table(&table.id);
                (format!("{x}的Z评分（查{table}，按{sex}和{key}）"), ATOM)
            }
            Expr::Call(function, arguments) => (self.call(*function, arguments), ATOM),
        }
    }

    /// A value that may be a code of the result.
    fn result(&self, expr: &Expr) -> String {
        match expr {
            Expr::Literal(Value::Text(code)) => label(self.results, code),
            Expr::Case(..) => self.at(expr, ANY),
            expr => self.at(expr, OR),
        }
    }

    fn quoted(&self, inner: &Expr) -> String {
        match inner {
            Expr::Name(name) => format!("「{}」", self.names.label(name)),
            inner => self.at(inner, ATOM),
        }
    }

    /// A constant that is compared with a field: its label when it is a code.
    fn coded(&self, field: &Expr, constant: &Expr) -> String {
        let field = match field {
            Expr::Call(Function::Coalesce, arguments) => arguments.first().unwrap_or(field),
            field => field,
        };
        match (field, constant) {
            (Expr::Name(name), Expr::Literal(Value::Text(code))) => label(self.names.choices(name), code),
            (_, Expr::Literal(Value::Text(text))) => format!("「{text}」"),
            (_, constant) => self.at(constant, ADD),
        }
    }

    fn binary(&self, op: Op, a: &Expr, b: &Expr) -> (String, Strength) {
        let joined =
            |sign: &str, strength: Strength, right: Strength| (format!("{}{sign}{}", self.at(a, strength), self.at(b, right)), strength);
        match op {
            Op::And => joined(" 且 ", AND, AND),
            Op::Or => joined(" 或 ", OR, OR),
            Op::Eq | Op::Ne => (self.equal(a, b, op == Op::Eq), COMPARE),
            Op::Lt => joined(" ＜ ", COMPARE, ADD),
            Op::Le => joined(" ≤ ", COMPARE, ADD),
            Op::Gt => joined(" ＞ ", COMPARE, ADD),
            Op::Ge => joined(" ≥ ", COMPARE, ADD),
            Op::Add | Op::Sub => match b {
                Expr::Interval { months, days } => {
                    let side = if op == Op::Add { "后" } else { "前" };
                    (format!("{}{side}{}", self.at(a, ADD), span(*months, *days)), ADD)
                }
                _ => joined(if op == Op::Add { " + " } else { " - " }, ADD, MULTIPLY),
            },
            Op::Mul => joined(" × ", MULTIPLY, ATOM),
            Op::Div => joined(" ÷ ", MULTIPLY, ATOM),
            Op::Rem => (format!("{}除以{}的余数", self.at(a, ATOM), self.at(b, ATOM)), ATOM),
        }
    }

    fn equal(&self, a: &Expr, b: &Expr, same: bool) -> String {
        let verb = if same { "是" } else { "不是" };
        match b {
            Expr::Literal(Value::Bool(answer)) => format!("{}为{}", self.at(a, ADD), if *answer == same { "是" } else { "否" }),
            Expr::Literal(Value::Text(_)) => format!("{}{verb}{}", self.at(a, ADD), self.coded(a, b)),
            _ => format!("{} {} {}", self.at(a, ADD), if same { "=" } else { "≠" }, self.at(b, ADD)),
        }
    }

    fn call(&self, function: Function, arguments: &[Expr]) -> String {
        let all: Vec<String> = arguments.iter().map(|argument| self.at(argument, ANY)).collect();
        let one = |at: usize| all.get(at).map_or("", String::as_str);
        match function {
            Function::Least => format!("{}中最小（早）的", all.join("、")),
            Function::Greatest => format!("{}中最大（晚）的", all.join("、")),
            Function::Coalesce => self.first_known(arguments, &all),
            Function::Round => match arguments.get(1) {
                Some(_) => format!("{}（四舍五入到{}位小数）", one(0), one(1)),
                None => format!("{}（四舍五入）", one(0)),
            },
            Function::Years => format!("{}到{}的周岁（整年）数", one(0), one(1)),
            Function::Months => format!("{}到{}的整月数", one(0), one(1)),
            Function::Days => format!("{}到{}的天数", one(0), one(1)),
            Function::Hours => format!("{}到{}的小时数", one(0), one(1)),
            Function::Has => match arguments {
                [list, code] => format!("{}中有{}", self.at(list, ATOM), self.coded(list, code)),
                _ => all.join("、"),
            },
            Function::Year => format!("{}的年份", one(0)),
            Function::Month => format!("{}的月份", one(0)),
            Function::MakeDate => format!("{}年{}月{}日", one(0), one(1), one(2)),
            Function::Length => format!("{}的字数", one(0)),
            Function::Abs => format!("{}的绝对值", one(0)),
            Function::Floor => format!("{}（舍去小数）", one(0)),
            Function::Day => format!("{}的日期", one(0)),
        }
    }

    fn first_known(&self, arguments: &[Expr], all: &[String]) -> String {
        match arguments {
            [first, Expr::Literal(Value::Bool(false))] => self.at(first, ATOM),
            [first, rest] => match rest {
                Expr::Literal(_) => format!("{}（未填按{}）", self.at(first, ATOM), self.coded(first, rest)),
                rest => format!("{}（未填用{}）", self.at(first, ATOM), self.at(rest, ATOM)),
            },
            _ => format!("{}中先填了的", all.join("、")),
        }
    }
}

fn label(choices: &[Choice], code: &str) -> String {
    let name = choices.iter().find(|choice| *choice.code == *code).map_or(code, |choice| &choice.name);
    format!("「{name}」")
}

fn like(pattern: &str) -> String {
    let bare = pattern.trim_matches('%');
    match (pattern.starts_with('%'), pattern.ends_with('%')) {
        (false, true) => format!("以「{bare}」开头"),
        (true, false) => format!("以「{bare}」结尾"),
        (true, true) => format!("含「{bare}」"),
        (false, false) => format!("形如「{pattern}」"),
    }
}
