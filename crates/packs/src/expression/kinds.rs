//! Which kinds go together, and what functions take and give.

use qianmo_core::Kind;
use qianmo_core::expr::{Function, Op};

/// Whether two kinds can be compared.
pub(super) fn comparable(a: Kind, b: Kind) -> bool {
    common(a, b).is_some_and(|kind| kind != Kind::Interval)
}

/// The kind that holds values of both; `None` when there is none.
pub(super) fn common(a: Kind, b: Kind) -> Option<Kind> {
    match (a, b) {
        (Kind::Null, other) | (other, Kind::Null) => Some(other),
        (a, b) if a == b => Some(a),
        (Kind::Integer, Kind::Decimal) | (Kind::Decimal, Kind::Integer) => Some(Kind::Decimal),
        (Kind::Date, Kind::DateTime) | (Kind::DateTime, Kind::Date) => Some(Kind::DateTime),
        _ => None,
    }
}

/// The kind of `a op b`; `None` when they don't go together.
pub(super) fn result(op: Op, a: Kind, b: Kind) -> Option<Kind> {
    let number = a.is_number() && b.is_number();
    match op {
        Op::And | Op::Or => (is(a, Kind::Bool) && is(b, Kind::Bool)).then_some(Kind::Bool),
        Op::Eq | Op::Ne | Op::Lt | Op::Le | Op::Gt | Op::Ge => comparable(a, b).then_some(Kind::Bool),
        Op::Add | Op::Sub if b == Kind::Interval => matches!(a, Kind::Date | Kind::DateTime | Kind::Null).then_some(a),
        Op::Div => number.then_some(Kind::Decimal),
        Op::Rem => (is(a, Kind::Integer) && is(b, Kind::Integer)).then_some(Kind::Integer),
        Op::Add | Op::Sub | Op::Mul if number => match (a, b) {
            (Kind::Null, _) | (_, Kind::Null) => Some(Kind::Null),
            _ => common(a, b),
        },
        _ => None,
    }
}

fn is(kind: Kind, wanted: Kind) -> bool {
    kind == wanted || kind == Kind::Null
}

/// How many arguments a function takes.
pub(super) fn arity(function: Function) -> std::ops::RangeInclusive<usize> {
    match function {
        Function::Least | Function::Greatest | Function::Coalesce => 2..=usize::MAX,
        Function::Round => 1..=2,
        Function::Abs | Function::Floor | Function::Length | Function::Year | Function::Month | Function::Day => 1..=1,
        Function::Years | Function::Months | Function::Days | Function::Hours | Function::Has => 2..=2,
        Function::MakeDate => 3..=3,
    }
}

/// The kinds that argument `position` may have; empty when it must only go with the first.
pub(super) fn takes(function: Function) -> &'static [Kind] {
    match function {
        Function::Abs | Function::Round | Function::Floor => &[Kind::Decimal, Kind::Integer],
        Function::Length | Function::Has => &[Kind::Text],
        Function::Years | Function::Months | Function::Days | Function::Hours | Function::Year | Function::Month | Function::Day => {
            &[Kind::Date, Kind::DateTime]
        }
        Function::MakeDate => &[Kind::Integer],
        Function::Least | Function::Greatest | Function::Coalesce => &[],
    }
}

/// The kind a function gives, when its arguments fit. `whole`: a rounding without decimals.
pub(super) fn gives(function: Function, arguments: &[Kind], whole: bool) -> Option<Kind> {
    Some(match function {
        Function::Abs => arguments.first().copied()?,
        Function::Least | Function::Greatest | Function::Coalesce => {
            arguments.iter().try_fold(Kind::Null, |kind, next| common(kind, *next)).filter(|kind| *kind != Kind::Interval)?
        }
        Function::Round if !whole => Kind::Decimal,
        Function::Has => Kind::Bool,
        Function::Day | Function::MakeDate => Kind::Date,
        _ => Kind::Integer,
    })
}
