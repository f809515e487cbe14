//! Expressions as SQL that makes the query engine answer as `qianmo_core::expr` does.

use std::fmt::Write as _;

use qianmo_core::expr::{Function, Op};
use qianmo_core::{Expr, Kind, Value};

/// The SQL text of an expression over columns of the same names.
pub(crate) fn sql(expr: &Expr) -> String {
    let mut out = String::new();
    write(expr, &mut out);
    out
}

/// Exact decimals on both sides; what the engine's own division of these keeps is cut at ten decimals.
const DECIMAL: &str = "decimal(28, 6)";

fn write(expr: &Expr, out: &mut String) {
    match expr {
        Expr::Literal(value) => literal(value, out),
        Expr::Interval { months, days } => {
            let _ = write!(out, "interval '{months} months {days} days'");
        }
        Expr::Name(name) => {
            let _ = write!(out, "\"{name}\"");
        }
        Expr::Not(a) => around(out, "(not ", a, ")"),
        Expr::Neg(a) => around(out, "(- ", a, ")"),
        Expr::Binary(Op::Div, a, b) => {
            around(out, "(cast(", a, &format!(" as {DECIMAL}) / "));
            around(out, "nullif(cast(", b, &format!(" as {DECIMAL}), 0))"));
        }
        Expr::Binary(Op::Rem, a, b) => {
            around(out, "(", a, " % ");
            around(out, "nullif(", b, ", 0))");
        }
        Expr::Binary(op, a, b) => {
            around(out, "(", a, "");
            around(out, operator(*op), b, ")");
        }
        Expr::IsNull(a, negated) => around(out, "(", a, if *negated { " is not null)" } else { " is null)" }),
        Expr::In(a, list, negated) => {
            around(out, "(", a, if *negated { " not in (" } else { " in (" });
            comma(out, list);
            out.push_str("))");
        }
        Expr::Between(a, low, high) => {
            around(out, "(", a, " between ");
            around(out, "", low, " and ");
            around(out, "", high, ")");
        }
        Expr::Like(a, pattern) => around(out, "(", a, &format!(" like {})", quoted(pattern))),
        Expr::Case(arms, otherwise) => {
            out.push_str("(case");
            for (when, then) in arms {
                around(out, " when ", when, "");
                around(out, " then ", then, "");
            }
            if let Some(otherwise) = otherwise {
                around(out, " else ", otherwise, "");
            }
            out.push_str(" end)");
        }
        Expr::Call(function, arguments) => call(*function, arguments, out),
    }
}

fn around(out: &mut String, before: &str, expr: &Expr, after: &str) {
    out.push_str(before);
    write(expr, out);
    out.push_str(after);
}

fn comma(out: &mut String, list: &[Expr]) {
    for (i, item) in list.iter().enumerate() {
        around(out, if i == 0 { "" } else { ", " }, item, "");
    }
}

fn operator(op: Op) -> &'static str {
    match op {
        Op::And => " and ",
        Op::Or => " or ",
        Op::Eq => " = ",
        Op::Ne => " <> ",
        Op::Lt => " < ",
        Op::Le => " <= ",
        Op::Gt => " > ",
        Op::Ge => " >= ",
        Op::Add => " + ",
        Op::Sub => " - ",
        Op::Mul => " * ",
        Op::Div => " / ",
        Op::Rem => " % ",
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn literal(value: &Value, out: &mut String) {
    let _ = match value {
        Value::Null => write!(out, "null"),
        Value::Bool(b) => write!(out, "{b}"),
        Value::Integer(n) => write!(out, "{n}"),
        Value::Decimal(d) => write!(out, "cast('{d}' as decimal(28, {}))", d.scale()),
        Value::Text(t) => write!(out, "{}", quoted(t)),
        Value::Date(d) => write!(out, "date '{d}'"),
        Value::DateTime(t) => write!(out, "timestamp '{} {:02}:{:02}:{:02}'", t.date(), t.hour(), t.minute(), t.second()),
    };
}

fn call(function: Function, arguments: &[Expr], out: &mut String) {
    let text = |i: usize| arguments.get(i).map_or_else(|| "null".to_owned(), sql);
    let part = |part: &str, of: &str| format!("cast(date_part('{part}', {of}) as bigint)");
    let number = |of: &str| format!("({} * 10000 + {} * 100 + {})", part("year", of), part("month", of), part("day", of));
    let as_date = |i: usize| format!("cast({} as date)", text(i));
    let _ = match function {
        Function::Abs => write!(out, "abs({})", text(0)),
        Function::Least | Function::Greatest | Function::Coalesce => {
            out.push_str(match function {
                Function::Least => "least(",
                Function::Greatest => "greatest(",
                _ => "coalesce(",
            });
            comma(out, arguments);
            write!(out, ")")
        }
        Function::Round => write!(out, "round({}, {})", text(0), if arguments.len() > 1 { text(1) } else { "0".into() }),
        Function::Floor => write!(out, "cast(floor({}) as bigint)", text(0)),
        Function::Length => write!(out, "cast(character_length({}) as bigint)", text(0)),
        Function::Years => {
            let (born, day) = (number(&as_date(0)), number(&as_date(1)));
            write!(out, "(({day} - {born}) / 10000)")
        }
        Function::Months => {
            let (born, day) = (as_date(0), as_date(1));
            let whole = |of: &str| format!("({} * 12 + {})", part("year", of), part("month", of));
            write!(
                out,
                "({} - {} - case when {} < {} then 1 else 0 end)",
                whole(&day),
                whole(&born),
                part("day", &day),
                part("day", &born)
            )
        }
        Function::Days => write!(out, "(cast(cast({} as int) as bigint) - cast(cast({} as int) as bigint))", as_date(1), as_date(0)),
        Function::Hours => {
            let seconds = |i: usize| format!("cast(date_part('epoch', cast({} as timestamp)) as bigint)", text(i));
            write!(out, "(({} - {}) / 3600)", seconds(1), seconds(0))
        }
        Function::Has => write!(out, "(strpos({}, concat('|', {}, '|')) > 0)", text(0), text(1)),
        Function::Year => write!(out, "{}", part("year", &text(0))),
        Function::Month => write!(out, "{}", part("month", &text(0))),
        Function::Day => write!(out, "cast({} as date)", text(0)),
        Function::MakeDate => write!(out, "make_date({}, {}, {})", text(0), text(1), text(2)),
    };
}

/// The kind of an expression over columns whose kinds are known.
pub(crate) fn kind(expr: &Expr, of: &dyn Fn(&str) -> Kind) -> Kind {
    match expr {
        Expr::Literal(value) => match value {
            Value::Null => Kind::Null,
            Value::Bool(_) => Kind::Bool,
            Value::Integer(_) => Kind::Integer,
            Value::Decimal(_) => Kind::Decimal,
            Value::Text(_) => Kind::Text,
            Value::Date(_) => Kind::Date,
            Value::DateTime(_) => Kind::DateTime,
        },
        Expr::Interval { .. } => Kind::Interval,
        Expr::Name(name) => of(name),
        Expr::Not(_) | Expr::IsNull(..) | Expr::In(..) | Expr::Between(..) | Expr::Like(..) => Kind::Bool,
        Expr::Neg(a) => kind(a, of),
        Expr::Binary(op, a, b) => match op {
            Op::Add | Op::Sub | Op::Mul | Op::Rem => match (kind(a, of), kind(b, of)) {
                (first, Kind::Interval | Kind::Null) => first,
                (Kind::Integer, Kind::Integer) => Kind::Integer,
                _ => Kind::Decimal,
            },
            Op::Div => Kind::Decimal,
            _ => Kind::Bool,
        },
        Expr::Case(arms, otherwise) => arms
            .iter()
            .map(|(_, then)| then)
            .chain(otherwise.as_deref())
            .map(|branch| kind(branch, of))
            .fold(Kind::Null, |held, next| if held == Kind::Null || next == Kind::Decimal { next } else { held }),
        Expr::Call(function, arguments) => match function {
            Function::Abs | Function::Least | Function::Greatest | Function::Coalesce => {
                arguments.iter().map(|a| kind(a, of)).find(|k| *k != Kind::Null).unwrap_or(Kind::Null)
            }
            Function::Round => Kind::Decimal,
            Function::Has => Kind::Bool,
            Function::Day | Function::MakeDate => Kind::Date,
            _ => Kind::Integer,
        },
    }
}
