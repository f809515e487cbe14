//! Rates with their fraction printed beside them.

use super::{Rule, is_level_rate, no, quotient, scale_of, yes};
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
    if at >= 2 && pair(at - 2, at - 1) && matches!(doc.between(at - 1, at), [')'] | ['='] | [',']) {
        out.push(quotient(RULE.name, Firmness::Binding, at - 2, at - 1, scale_of(doc, at)));
    }
}
