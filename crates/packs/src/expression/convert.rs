//! The SQL parser's tree -> the language's tree, with kinds.
//!
//! A part that is wrong is reported and becomes an unknown of any kind, so that one slip gives one fault.

use qianmo_core::expr::{Function, Op};
use qianmo_core::{Expr, Fault, Kind, Place, Value};
use sqlparser::ast::{self, BinaryOperator, FunctionArg, FunctionArgExpr, FunctionArguments, Spanned, UnaryOperator};
use sqlparser::tokenizer::Span;

use super::kinds;
use super::scope::Scope;
use crate::reader::near;
use crate::source::Source;

/// How deep an expression may nest.
const DEEPEST: usize = 200;

/// Converts one expression and gathers what is wrong with it.
pub(super) struct Converter<'a> {
    text: &'a str,
    scope: &'a Scope,
    place: &'a dyn Fn(usize) -> Place,
    depth: usize,
    pub(super) faults: Vec<Fault>,
}

type Typed = (Expr, Kind);

const UNKNOWN: Typed = (Expr::Literal(Value::Null), Kind::Null);

impl<'a> Converter<'a> {
    pub(super) fn new(text: &'a str, scope: &'a Scope, place: &'a dyn Fn(usize) -> Place) -> Self {
        Self { text, scope, place, depth: 0, faults: Vec::new() }
    }

    pub(super) fn convert(&mut self, tree: &ast::Expr) -> Typed {
        if self.depth > DEEPEST {
            return self.fail(Fault::new("PACK-0208").with("what", "过深的嵌套"), tree.span());
        }
        self.depth += 1;
        let typed = self.step(tree);
        self.depth -= 1;
        typed
    }

    fn step(&mut self, tree: &ast::Expr) -> Typed {
        match tree {
            ast::Expr::Nested(inner) => self.convert(inner),
            ast::Expr::Identifier(ident) => self.name(std::slice::from_ref(ident)),
            ast::Expr::CompoundIdentifier(parts) => self.name(parts),
            ast::Expr::Value(value) => self.literal(value),
            ast::Expr::TypedString(typed) => self.date(typed),
            ast::Expr::Interval(interval) => self.interval(interval),
            ast::Expr::UnaryOp { op, expr } => self.unary(*op, expr, tree),
            ast::Expr::BinaryOp { left, op, right } => self.binary(left, op, right, tree),
            ast::Expr::IsNull(inner) => (Expr::IsNull(Box::new(self.convert(inner).0), false), Kind::Bool),
            ast::Expr::IsNotNull(inner) => (Expr::IsNull(Box::new(self.convert(inner).0), true), Kind::Bool),
            ast::Expr::InList { expr, list, negated } => self.in_list(expr, list, *negated),
            ast::Expr::Between { expr, negated, low, high } => self.between(expr, low, high, *negated),
            ast::Expr::Like { negated, any: false, expr, pattern, escape_char: None } => self.like(expr, pattern, *negated, tree),
            ast::Expr::Case { operand, conditions, else_result, .. } => self.case(operand.as_deref(), conditions, else_result.as_deref()),
            ast::Expr::Floor { expr, field: ast::CeilFloorKind::DateTimeField(ast::DateTimeField::NoDateTime) } => {
                self.arguments(Function::Floor, "floor", &[expr], tree.span())
            }
            ast::Expr::Function(call) => self.call(call),
            _ => self.outside(tree, &tree.to_string()),
        }
    }

    fn fail(&mut self, fault: Fault, span: Span) -> Typed {
        let at = if span.start.line == 0 { 0 } else { Source::byte_at(self.text, span.start.line, span.start.column) };
        self.faults.push(fault.at((self.place)(at)));
        UNKNOWN
    }

    fn outside(&mut self, tree: &ast::Expr, what: &str) -> Typed {
        self.fail(Fault::new("PACK-0208").with("what", what), tree.span())
    }

    fn name(&mut self, parts: &[ast::Ident]) -> Typed {
        let words: Vec<&str> = parts.iter().map(|part| part.value.as_str()).collect();
        let name = words.join(".");
        let span = parts.first().map_or(Span::empty(), |part| part.span);
        if parts.iter().any(|part| part.quote_style.is_some()) {
            let fault = Fault::new("PACK-0208").with("what", format!("双引号中的“{name}”"));
            return self.fail(fault, span);
        }
        self.lookup(&name, span)
    }

    fn lookup(&mut self, name: &str, span: Span) -> Typed {
        match self.scope.get(name) {
            Some(found) => (Expr::Name(name.into()), found.kind),
            None => self.fail(near(Fault::new("PACK-0202").with("name", name), name, self.scope.names()), span),
        }
    }

    fn literal(&mut self, value: &ast::ValueWithSpan) -> Typed {
        let literal = |value: Value, kind| (Expr::Literal(value), kind);
        match &value.value {
            ast::Value::Number(number, false) => match (number.parse::<i64>(), rust_decimal::Decimal::from_str_exact(number)) {
                (Ok(whole), _) => literal(Value::Integer(whole), Kind::Integer),
                (_, Ok(exact)) => literal(Value::Decimal(exact), Kind::Decimal),
                _ => self.fail(Fault::new("PACK-0210").with("text", number), value.span),
            },
            ast::Value::SingleQuotedString(text) => literal(Value::text(text), Kind::Text),
            ast::Value::Boolean(truth) => literal(Value::Bool(*truth), Kind::Bool),
            ast::Value::Null => UNKNOWN,
            ast::Value::Placeholder(name) => self.lookup(name, value.span),
            other => self.fail(Fault::new("PACK-0208").with("what", other), value.span),
        }
    }

    fn date(&mut self, typed: &ast::TypedString) -> Typed {
        let (ast::DataType::Date, ast::Value::SingleQuotedString(text)) = (&typed.data_type, &typed.value.value) else {
            return self.fail(Fault::new("PACK-0208").with("what", typed), typed.value.span);
        };
        match text.parse::<jiff::civil::Date>() {
            Ok(date) => (Expr::Literal(Value::Date(date)), Kind::Date),
            Err(_) => self.fail(Fault::new("PACK-0210").with("text", text), typed.value.span),
        }
    }

    fn interval(&mut self, interval: &ast::Interval) -> Typed {
        let span = interval.value.span();
        let ast::Expr::Value(ast::ValueWithSpan { value: ast::Value::SingleQuotedString(text), .. }) = &*interval.value else {
            return self.fail(Fault::new("PACK-0208").with("what", interval), span);
        };
        if let (None, Some((months, days))) = (&interval.leading_field, read_interval(text)) {
            return (Expr::Interval { months, days }, Kind::Interval);
        }
        self.fail(Fault::new("PACK-0210").with("text", text), span);
        (Expr::Interval { months: 0, days: 0 }, Kind::Interval)
    }

    fn unary(&mut self, op: UnaryOperator, inner: &ast::Expr, tree: &ast::Expr) -> Typed {
        let (expr, kind) = self.convert(inner);
        let (made, fits, wanted) = match op {
            UnaryOperator::Not => (Expr::Not(Box::new(expr)), matches!(kind, Kind::Bool | Kind::Null), Kind::Bool),
            UnaryOperator::Minus => (negative(expr), kind.is_number(), Kind::Decimal),
            _ => return self.outside(tree, &op.to_string()),
        };
        if !fits {
            let fault = Fault::new("PACK-0206").with("what", op).with("expected", wanted.chinese()).with("found", kind.chinese());
            return self.fail(fault, inner.span());
        }
        (made, if op == UnaryOperator::Not { Kind::Bool } else { kind })
    }

    fn binary(&mut self, left: &ast::Expr, op: &BinaryOperator, right: &ast::Expr, tree: &ast::Expr) -> Typed {
        let Some(known) = operator(op) else {
            return self.outside(tree, &op.to_string());
        };
        let (a, a_kind) = self.convert(left);
        let (b, b_kind) = self.convert(right);
        if matches!(known, Op::Eq | Op::Ne) {
            self.codes(&a, &[(&b, right.span())]);
            self.codes(&b, &[(&a, left.span())]);
        }
        // Only a written interval can be added: the evaluator has no interval values.
        let computed_interval = b_kind == Kind::Interval && !matches!(b, Expr::Interval { .. });
        match kinds::result(known, a_kind, b_kind) {
            Some(kind) if !computed_interval => (Expr::Binary(known, Box::new(a), Box::new(b)), kind),
            _ => self.clash(&op.to_string(), a_kind, b_kind, tree.span()),
        }
    }

    fn clash(&mut self, op: &str, a: Kind, b: Kind, span: Span) -> Typed {
        self.fail(Fault::new("PACK-0203").with("op", op).with("left", a.chinese()).with("right", b.chinese()), span)
    }

    /// Reports literal texts that are no code of the choice field they are compared with.
    fn codes(&mut self, name: &Expr, values: &[(&Expr, Span)]) {
        let Expr::Name(field) = name else { return };
        let Some(found) = self.scope.get(field).filter(|found| !found.codes.is_empty()) else { return };
        for (value, span) in values {
            let Expr::Literal(Value::Text(code)) = value else { continue };
            if !found.codes.contains(code) {
                let known: Vec<&str> = found.codes.iter().map(AsRef::as_ref).collect();
                let fault = Fault::new("PACK-0204").with("field", field).with("code", code).with("known", known.join("、"));
                self.fail(fault, *span);
            }
        }
    }

    fn in_list(&mut self, inner: &ast::Expr, list: &[ast::Expr], negated: bool) -> Typed {
        let (expr, kind) = self.convert(inner);
        let mut items = Vec::new();
        for item in list {
            let (made, item_kind) = self.convert(item);
            if !kinds::comparable(kind, item_kind) {
                self.clash("in", kind, item_kind, item.span());
            }
            self.codes(&expr, &[(&made, item.span())]);
            items.push(made);
        }
        (Expr::In(Box::new(expr), items, negated), Kind::Bool)
    }

    fn between(&mut self, inner: &ast::Expr, low: &ast::Expr, high: &ast::Expr, negated: bool) -> Typed {
        let (expr, kind) = self.convert(inner);
        let mut ends = [low, high].map(|end| {
            let (made, end_kind) = self.convert(end);
            if !kinds::comparable(kind, end_kind) {
                self.clash("between", kind, end_kind, end.span());
            }
            Some(Box::new(made))
        });
        let mut end = |i: usize| ends[i].take().unwrap_or_else(|| Box::new(UNKNOWN.0));
        let made = Expr::Between(Box::new(expr), end(0), end(1));
        (if negated { Expr::Not(Box::new(made)) } else { made }, Kind::Bool)
    }

    fn like(&mut self, inner: &ast::Expr, pattern: &ast::Expr, negated: bool, tree: &ast::Expr) -> Typed {
        let (expr, kind) = self.convert(inner);
        let (Expr::Literal(Value::Text(pattern)), _) = self.convert(pattern) else {
            return self.outside(tree, "like 后面不是文字");
        };
        if !matches!(kind, Kind::Text | Kind::Null) {
            return self.clash("like", kind, Kind::Text, tree.span());
        }
        let made = Expr::Like(Box::new(expr), pattern);
        (if negated { Expr::Not(Box::new(made)) } else { made }, Kind::Bool)
    }

    fn case(&mut self, operand: Option<&ast::Expr>, arms: &[ast::CaseWhen], otherwise: Option<&ast::Expr>) -> Typed {
        let subject = operand.map(|operand| self.convert(operand));
        let mut kind = Kind::Null;
        let mut made = Vec::new();
        for arm in arms {
            let (when, when_kind) = self.convert(&arm.condition);
            let when = match &subject {
                Some((subject, subject_kind)) => {
                    self.codes(subject, &[(&when, arm.condition.span())]);
                    if !kinds::comparable(*subject_kind, when_kind) {
                        self.clash("case", *subject_kind, when_kind, arm.condition.span());
                    }
                    Expr::Binary(Op::Eq, Box::new(subject.clone()), Box::new(when))
                }
                None if matches!(when_kind, Kind::Bool | Kind::Null) => when,
                None => {
                    let fault = Fault::new("PACK-0206").with("what", "when").with("expected", Kind::Bool.chinese());
                    self.fail(fault.with("found", when_kind.chinese()), arm.condition.span()).0
                }
            };
            let then = self.arm(&arm.result, &mut kind);
            made.push((when, then));
        }
        let otherwise = otherwise.map(|otherwise| Box::new(self.arm(otherwise, &mut kind)));
        (Expr::Case(made, otherwise), kind)
    }

    fn arm(&mut self, result: &ast::Expr, kind: &mut Kind) -> Expr {
        let (then, then_kind) = self.convert(result);
        match kinds::common(*kind, then_kind) {
            Some(common) => *kind = common,
            None => {
                self.clash("case", *kind, then_kind, result.span());
            }
        }
        then
    }

    fn call(&mut self, call: &ast::Function) -> Typed {
        let name = call.name.to_string().to_ascii_lowercase();
        let span = call.name.span();
        let lms = name == "lms_z" && !self.scope.lms().is_empty();
        let function = Scope::function(&name);
        if function.is_none() && !lms {
            let known = Function::ALL.iter().map(|(known, _)| *known);
            return self.fail(near(Fault::new("PACK-0207").with("name", &name), &name, known), span);
        }
        let plain = call.over.is_none() && call.filter.is_none() && call.null_treatment.is_none() && call.within_group.is_empty();
        let FunctionArguments::List(list) = &call.args else {
            return self.fail(Fault::new("PACK-0208").with("what", call), span);
        };
        let mut arguments = Vec::new();
        for argument in &list.args {
            match argument {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => arguments.push(expr),
                other => return self.fail(Fault::new("PACK-0208").with("what", other), span),
            }
        }
        if !plain || list.duplicate_treatment.is_some() || !list.clauses.is_empty() {
            return self.fail(Fault::new("PACK-0208").with("what", call), span);
        }
        match function {
            Some(function) => self.arguments(function, &name, &arguments, span),
            None => self.lms_z(&arguments, span),
        }
    }

    /// `lms_z('pack.table', sex, key, x)`
    fn lms_z(&mut self, trees: &[&ast::Expr], span: Span) -> Typed {
        let [table, sex, key, x] = trees else {
            return self.fail(Fault::new("PACK-0205").with("name", "lms_z").with("expected", 4).with("found", trees.len()), span);
        };
        let (Expr::Literal(Value::Text(id)), _) = self.convert(table) else {
            return self.outside(table, "lms_z 的第一项不是表名");
        };
        let Some(found) = self.scope.lms().get(&*id).cloned() else {
            let fault = Fault::new("PACK-0302").with("what", "数据表").with("id", &id);
            return self.fail(near(fault, &id, self.scope.lms().keys().map(String::as_str)), table.span());
        };
        let mut argument = |tree: &ast::Expr, wanted: Kind| {
            let (made, kind) = self.convert(tree);
            if kind != Kind::Null && kind != wanted && !(wanted == Kind::Decimal && kind.is_number()) {
                let fault = Fault::new("PACK-0206").with("what", "lms_z").with("expected", wanted.chinese());
                self.fail(fault.with("found", kind.chinese()), tree.span());
            }
            made
        };
        let of = [argument(sex, Kind::Text), argument(key, Kind::Decimal), argument(x, Kind::Decimal)];
        (Expr::LmsZ(found, Box::new(of)), Kind::Decimal)
    }

    fn arguments(&mut self, function: Function, name: &str, trees: &[&ast::Expr], span: Span) -> Typed {
        let arity = kinds::arity(function);
        if !arity.contains(&trees.len()) {
            let wanted = match (*arity.start(), *arity.end()) {
                (low, usize::MAX) => format!("至少 {low}"),
                (low, high) if low == high => low.to_string(),
                (low, high) => format!("{low}–{high}"),
            };
            let fault = Fault::new("PACK-0205").with("name", name).with("expected", wanted).with("found", trees.len());
            return self.fail(fault, span);
        }
        let (mut arguments, mut found) = (Vec::new(), Vec::new());
        for tree in trees {
            let (made, kind) = self.convert(tree);
            let wanted = kinds::takes(function);
            if !wanted.is_empty() && kind != Kind::Null && !wanted.contains(&kind) {
                let fault = Fault::new("PACK-0206").with("what", name).with("expected", wanted[0].chinese());
                self.fail(fault.with("found", kind.chinese()), tree.span());
            }
            arguments.push(made);
            found.push(kind);
        }
        if let (Function::Has, [list, code]) = (function, arguments.as_slice()) {
            self.codes(list, &[(code, trees[1].span())]);
        }
        let whole = function != Function::Round || matches!(arguments.get(1), None | Some(Expr::Literal(Value::Integer(0))));
        match kinds::gives(function, &found, whole) {
            Some(kind) => (Expr::Call(function, arguments), kind),
            None => self.clash(name, found[0], found[found.len() - 1], span),
        }
    }
}

fn negative(expr: Expr) -> Expr {
    match expr {
        Expr::Literal(Value::Integer(n)) => Expr::Literal(Value::Integer(-n)),
        Expr::Literal(Value::Decimal(d)) => Expr::Literal(Value::Decimal(-d)),
        other => Expr::Neg(Box::new(other)),
    }
}

fn operator(op: &BinaryOperator) -> Option<Op> {
    Some(match op {
        BinaryOperator::And => Op::And,
        BinaryOperator::Or => Op::Or,
        BinaryOperator::Eq => Op::Eq,
        BinaryOperator::NotEq => Op::Ne,
        BinaryOperator::Lt => Op::Lt,
        BinaryOperator::LtEq => Op::Le,
        BinaryOperator::Gt => Op::Gt,
        BinaryOperator::GtEq => Op::Ge,
        BinaryOperator::Plus => Op::Add,
        BinaryOperator::Minus => Op::Sub,
        BinaryOperator::Multiply => Op::Mul,
        BinaryOperator::Divide => Op::Div,
        BinaryOperator::Modulo => Op::Rem,
        _ => return None,
    })
}

/// `3 months`, `1 year 6 months`, `14 days`, `2 weeks` as months and days.
fn read_interval(text: &str) -> Option<(i32, i32)> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let (mut months, mut days) = (0i32, 0i32);
    for pair in words.chunks(2) {
        let [number, unit] = pair else { return None };
        let number: i32 = number.parse().ok()?;
        let of = |each: i32| number.checked_mul(each);
        match unit.trim_end_matches('s') {
            "year" => months = months.checked_add(of(12)?)?,
            "month" => months = months.checked_add(number)?,
            "week" => days = days.checked_add(of(7)?)?,
            "day" => days = days.checked_add(number)?,
            _ => return None,
        }
    }
    (!words.is_empty()).then_some((months, days))
}
