//! Indicators as fractions in words, with unit, decimals, period and target.

use qianmo_core::expr::{Expr, Function, Op};
use qianmo_core::pack::{Better, Indicator, Pack, Term, View};
use qianmo_core::value::Value;
use qianmo_core::{Calendar, Kind};

use super::names::Names;
use super::pages::{Cell, Pages, beneath, lines, serial, when, words};
use super::tables::targets;
use super::words::read;
use crate::model::{Align, Run};
use crate::phrase;

pub(super) fn write(pages: &mut Pages, names: &Names<'_>, pack: &Pack) {
    if pack.indicators.is_empty() {
        return;
    }
    pages.section("指标");
    pages.paragraph("横线上为分子，线下为分母；只有一行的是计数或合计。多个村、多个时段合在一起时，分子、分母各自相加再相除，不取平均。");
    let shared = shared_source(&pack.indicators);
    pages.small(&format!("妇幼年度：上年10月1日至当年9月30日。没有另外写出处的，出处是：{shared}。"));
    let rows = pack.indicators.iter().enumerate().map(|(index, indicator)| row(index, indicator, shared, names)).collect();
    let columns = [
        ("序号", 7, Align::Centre),
        ("指标", 18, Align::Left),
        ("怎样算", 30, Align::Left),
        ("含义、出处", 27, Align::Left),
        ("单位、时段、目标", 18, Align::Left),
    ];
    pages.table(columns, rows);
}

/// The source that most indicators have.
fn shared_source(indicators: &[Indicator]) -> &str {
    let count = |source: &str| indicators.iter().filter(|other| other.source == source).count();
    // The first of the most frequent, so that the text doesn't hang on an order of chance.
    indicators.iter().rev().map(|indicator| indicator.source.as_str()).max_by_key(|source| count(source)).unwrap_or_default()
}

fn row(index: usize, indicator: &Indicator, shared: &str, names: &Names<'_>) -> Vec<Cell> {
    let source = format!("{}{}", if indicator.source == shared { "" } else { &indicator.source }, when(!indicator.verified, "（待核实）"));
    let bare = indicator.id.rsplit('.').next().unwrap_or(&indicator.id);
    vec![
        serial(index),
        beneath(indicator.name.clone(), bare),
        formula(indicator, names),
        beneath(indicator.meaning.clone(), &source),
        measure(indicator, names),
    ]
}

fn formula(indicator: &Indicator, names: &Names<'_>) -> Cell {
    let view = indicator.view.as_deref().and_then(|id| names.packs.view(id));
    let names = names.view(view);
    let top = term(&indicator.numerator, view, &names);
    let Some(bottom) = &indicator.denominator else { return words(top) };
    vec![Run::Above(top), Run::Text(term(bottom, view, &names))]
}

/// One side of the fraction: rows counted or summed, or other indicators.
fn term(term: &Term, view: Option<&View>, names: &Names<'_>) -> String {
    let expr = match term {
        Term::Indicators(expr) => return read(expr, names),
        Term::Row(expr) => expr,
    };
    let rows = view.map_or("", |view| view.name.as_str());
    match expr {
        Expr::Literal(Value::Bool(true)) => format!("{rows}的总数"),
        expr if is_condition(expr, view) => format!("{rows}中“{}”的数", read(expr, names)),
        expr => format!("{rows}的“{}”之和", read(expr, names)),
    }
}

/// Whether a term counts rows; else it sums.
fn is_condition(expr: &Expr, view: Option<&View>) -> bool {
    match expr {
        Expr::Name(name) => view.is_some_and(|view| view.columns.iter().any(|column| column.id == *name && column.kind == Kind::Bool)),
        Expr::Call(Function::Has, _)
        | Expr::Literal(Value::Bool(_))
        | Expr::Not(_)
        | Expr::IsNull(..)
        | Expr::In(..)
        | Expr::Between(..)
        | Expr::Like(..) => true,
        Expr::Binary(op, ..) => !matches!(op, Op::Add | Op::Sub | Op::Mul | Op::Div | Op::Rem),
        Expr::Call(Function::Coalesce, arguments) => arguments.first().is_some_and(|first| is_condition(first, view)),
        Expr::Case(arms, _) => arms.first().is_some_and(|(_, then)| is_condition(then, view)),
        _ => false,
    }
}

fn measure(indicator: &Indicator, names: &Names<'_>) -> Cell {
    let decimals = if indicator.decimals == 0 { "取整".to_owned() } else { format!("{}位小数", indicator.decimals) };
    let calendar = match indicator.calendar {
        Calendar::Civil => "公历",
        Calendar::Mch => "妇幼年度",
    };
    let wish = match indicator.better {
        Some(Better::Higher) => "不低于",
        Some(Better::Lower) => "不高于",
        None => "",
    };
    let targets = targets(names.packs, &indicator.id).into_iter().map(|(value, days)| {
        let number = value.as_decimal().map_or_else(|| value.to_string(), |number| phrase::target(indicator, number));
        format!("目标{wish}{number}{}", if days.is_empty() { String::new() } else { format!("（{days}）") })
    });
    let kind = match (indicator.choice, indicator.statistic) {
        (true, _) => "涉及本人选择，只统计，不考核",
        (false, true) => "只统计，不考核",
        (false, false) => "",
    };
    lines([format!("{}，{decimals}", indicator.unit), calendar.to_owned()].into_iter().chain(targets).chain([kind.to_owned()]))
}
