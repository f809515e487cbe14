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
        // Only derived values may call it, and those are computed by the core.
        Expr::LmsZ(..) => out.push_str("null"),
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
            write!(out, "({} - {} - case when {} < {} then 1 else 0 end)", whole(&day), whole(&born), part("day", &day), part("day", &born))
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
        Expr::LmsZ(..) => Kind::Decimal,
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

#[cfg(test)]
mod tests {
    //! The evaluator and the query engine give one answer: random expressions over rows with unknowns, from a fixed seed.

    use datafusion::prelude::SessionContext;
    use jiff::civil::{Date, date};
    use qianmo_core::Decimal;

    use super::*;
    use crate::table::Table;

    /// A small reproducible source of choices.
    struct Choices(u64);

    impl Choices {
        fn below(&mut self, n: u64) -> u64 {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            self.0 % n
        }

        fn pick<T: Clone>(&mut self, list: &[T]) -> T {
            list[usize::try_from(self.below(list.len() as u64)).unwrap()].clone()
        }
    }

    fn name(id: &str) -> Expr {
        Expr::Name(id.into())
    }

    fn number(c: &mut Choices, depth: u32) -> Expr {
        if depth == 0 || c.below(3) == 0 {
            return match c.below(4) {
                0 => name("n"),
                1 => name("m"),
                2 => name("d"),
                _ => Expr::Literal(Value::Integer(i64::try_from(c.below(9)).unwrap() - 2)),
            };
        }
        let (a, b) = (Box::new(number(c, depth - 1)), Box::new(number(c, depth - 1)));
        match c.below(9) {
            0 => Expr::Binary(Op::Add, a, b),
            1 => Expr::Binary(Op::Sub, a, b),
            2 => Expr::Binary(Op::Mul, Box::new(name("m")), Box::new(number(c, 0))),
            3 => Expr::Binary(Op::Div, Box::new(number(c, 0)), Box::new(number(c, 0))),
            4 => Expr::Case(vec![(truth(c, depth - 1), *a)], Some(b)),
            5 => Expr::Call(Function::Coalesce, vec![*a, *b]),
            6 => Expr::Call(Function::Greatest, vec![*a, *b]),
            7 => Expr::Call(Function::Months, vec![name("born"), day(c)]),
            _ => Expr::Call(Function::Years, vec![name("born"), day(c)]),
        }
    }

    fn day(c: &mut Choices) -> Expr {
        match c.below(3) {
            0 => name("at"),
            1 => Expr::Literal(Value::Date(c.pick(&[date(2012, 2, 29), date(2013, 2, 28), date(2012, 12, 31)]))),
            _ => Expr::Binary(
                Op::Add,
                Box::new(name("born")),
                Box::new(Expr::Interval { months: c.pick(&[1, 12, 36]), days: c.pick(&[0, 28]) }),
            ),
        }
    }

    fn truth(c: &mut Choices, depth: u32) -> Expr {
        let compare = |c: &mut Choices| c.pick(&[Op::Eq, Op::Ne, Op::Lt, Op::Le, Op::Gt, Op::Ge]);
        if depth == 0 || c.below(4) == 0 {
            return name("yes");
        }
        let boxed = |c: &mut Choices| Box::new(truth(c, depth - 1));
        match c.below(9) {
            0 => Expr::Binary(Op::And, boxed(c), boxed(c)),
            1 => Expr::Binary(Op::Or, boxed(c), boxed(c)),
            2 => Expr::Not(boxed(c)),
            3 => Expr::Binary(compare(c), Box::new(number(c, depth - 1)), Box::new(number(c, depth - 1))),
            4 => Expr::Binary(compare(c), Box::new(name("at")), Box::new(day(c))),
            5 => Expr::In(Box::new(name("code")), vec![Expr::Literal(Value::text("1")), Expr::Literal(Value::text("3"))], c.below(2) == 0),
            6 => Expr::Between(Box::new(number(c, 0)), Box::new(number(c, 0)), Box::new(number(c, 0))),
            7 => Expr::IsNull(Box::new(number(c, 0)), c.below(2) == 0),
            _ => Expr::Call(Function::Has, vec![name("codes"), Expr::Literal(Value::text(c.pick(&["1", "12", "3"])))]),
        }
    }

    type Row = Vec<(&'static str, Value)>;

    fn rows() -> Vec<Row> {
        let optional = |day: Option<Date>| day.map_or(Value::Null, Value::Date);
        let row = |n: Option<i64>, m: i64, d: Option<&str>, yes: Option<bool>, code: Option<&str>, born: Option<Date>, at: Date| {
            vec![
                ("n", n.map_or(Value::Null, Value::Integer)),
                ("m", Value::Integer(m)),
                ("d", d.map_or(Value::Null, |d| Value::Decimal(d.parse::<Decimal>().unwrap()))),
                ("yes", yes.map_or(Value::Null, Value::Bool)),
                ("code", code.map_or(Value::Null, Value::text)),
                ("codes", code.map_or(Value::Null, |code| Value::text(&format!("|{code}|12|")))),
                ("born", optional(born)),
                ("at", Value::Date(at)),
            ]
        };
        vec![
            row(Some(7), 3, Some("2.50"), Some(true), Some("1"), Some(date(2008, 2, 29)), date(2012, 2, 29)),
            row(None, 0, Some("0.00"), Some(false), Some("2"), Some(date(2010, 12, 31)), date(2012, 12, 31)),
            row(Some(-4), 1, None, None, None, None, date(2013, 3, 1)),
            row(Some(0), -2, Some("-1.25"), Some(true), Some("3"), Some(date(2012, 1, 31)), date(2012, 2, 29)),
            row(Some(12), 5, Some("99.99"), None, Some("12"), Some(date(1950, 6, 15)), date(2012, 6, 14)),
        ]
    }

    fn table_sql(rows: &[Row]) -> String {
        let kinds = ["bigint", "bigint", "decimal(18, 2)", "boolean", "varchar", "varchar", "date", "date"];
        let one = |row: &Row| {
            let cells = row.iter().zip(kinds).map(|((id, value), kind)| {
                let mut text = String::new();
                literal(value, &mut text);
                format!("cast({text} as {kind}) as \"{id}\"")
            });
            format!("select {}", cells.collect::<Vec<_>>().join(", "))
        };
        rows.iter().map(one).collect::<Vec<_>>().join(" union all ")
    }

    fn same(a: &Value, b: &Value) -> bool {
        match (a.as_decimal(), b.as_decimal()) {
            (Some(a), Some(b)) => a == b,
            _ => a == b,
        }
    }

    #[test]
    fn evaluator_and_engine_agree_on_random_expressions() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let context = SessionContext::new();
        let rows = rows();
        let table = table_sql(&rows);
        let mut choices = Choices(20_120_229);
        let mut known = 0;
        for _ in 0..20 {
            let list: Vec<Expr> = (0..15).map(|i| if i % 3 == 0 { number(&mut choices, 3) } else { truth(&mut choices, 3) }).collect();
            let select: Vec<String> = list.iter().enumerate().map(|(i, expr)| format!("{} as e{i}", sql(expr))).collect();
            let query = format!("select {} from ({table}) t", select.join(", "));
            let batches = runtime.block_on(async { context.sql(&query).await?.collect().await });
            let answer = Table::from_batches(&batches.unwrap_or_else(|e| panic!("{e}\n{query}"))).unwrap();
            assert_eq!(answer.rows.len(), rows.len());
            for (row, got) in rows.iter().zip(&answer.rows) {
                let env = |wanted: &str| row.iter().find(|(id, _)| *id == wanted).map_or(Value::Null, |(_, value)| value.clone());
                for (expr, got) in list.iter().zip(got) {
                    let expected = expr.eval(&env);
                    known += usize::from(!expected.is_null());
                    assert!(same(&expected, got), "{}\nevaluator {expected:?}, engine {got:?}\nrow {row:?}", sql(expr));
                }
            }
        }
        assert!(known > 500, "only {known} answers were known: the test says too little");
    }
}
