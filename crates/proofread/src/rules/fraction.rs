//! Rates with their fraction printed beside them.

use super::due_done::{is_done, is_due};
use super::{Rule, is_level_rate, no, no_larger, positive, quotient, scale_of, yes};
use crate::document::Document;
use crate::quantity::Role;
use crate::reading::{Firmness, Reading};

pub(super) const RULE: Rule = Rule {
    name: "printed_fraction",
    title: "括号里的分数",
    meaning: "比率旁边的括号里写着分子和分母，如“96.0%（288/300）”：就用这两个数核算。",
    examples: &[
        yes("高血压规范管理率为96.0%(288/300)。", "96.0"),
        no("高血压规范管理率为98.0%(288/300)。", "98.0"),
        no("接种率97.2%（应种500人，实种496人）。", "97.2"),
        yes("建档率（475/500）95%。", "95"),
    ],
    read,
};

fn read(doc: &Document, at: usize, out: &mut Vec<Reading>) {
    if !is_level_rate(doc, at) {
        return;
    }
    let pair = |top: usize, bottom: usize| {
        bottom < doc.quantities.len() && doc.get(top).role == Role::FractionTop && doc.get(bottom).role == Role::FractionBottom
    };
    if pair(at + 1, at + 2) && matches!(doc.between(at, at + 1), ['('] | ['=']) {
        out.push(quotient(RULE.name, Firmness::Binding, at + 1, at + 2, scale_of(doc, at)));
    }
    bracketed_pair(doc, at, out);
    if at >= 2 && pair(at - 2, at - 1) && matches!(doc.between(at - 1, at), [')'] | ['='] | [',']) {
        out.push(quotient(RULE.name, Firmness::Binding, at - 2, at - 1, scale_of(doc, at)));
    }
}

/// 接种率99.2%（应种500人，实种496人）: two counts alone in the bracket after a rate.
fn bracketed_pair(doc: &Document, at: usize, out: &mut Vec<Reading>) {
    let (first, second) = (at + 1, at + 2);
    if second >= doc.quantities.len() || doc.between(at, first).first() != Some(&'(') {
        return;
    }
    let inside = |i: usize| i < doc.quantities.len() && doc.get(i).depth > doc.get(at).depth && doc.same_sentence(i, at);
    let count = |i: usize| inside(i) && doc.is_operand(i) && doc.get(i).role == Role::Level;
    if !count(first) || !count(second) || inside(at + 3) || doc.get(first).unit != doc.get(second).unit {
        return;
    }
    let (part, base) = if no_larger(doc, first, second) { (first, second) } else { (second, first) };
    if positive(doc, base) {
        let named = is_due(doc, base) || is_done(doc, part);
        let firmness = if named { Firmness::Binding } else { Firmness::Likely };
        out.push(quotient(RULE.name, firmness, part, base, scale_of(doc, at)));
    }
}
