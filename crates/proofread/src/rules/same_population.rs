//! Two rates per head of the same population stand to each other as their counts.

use super::{Rule, is_level_rate, no, silent, yes};
use crate::document::Document;
use crate::quantity::Role;
use crate::reading::{Calculation, Firmness, Reading, Relation};

pub(super) const RULE: Rule = Rule {
    name: "same_population",
    title: "同一人群的发病率与死亡率",
    meaning: "发病数、发病率、死亡数都写明时，死亡率=死亡数÷发病数×发病率，不需要知道人口。",
    examples: &[
        yes("报告病例4000例，发病率200.00/10万，死亡8例，死亡率0.40/10万。", "0.40"),
        no("报告病例4000例，发病率200.00/10万，死亡8例，死亡率4.00/10万。", "4.00"),
        silent("报告病例4000例，发病率200.00/10万，死亡率4.00/10万。", "4.00"),
    ],
    read,
};

fn read(doc: &Document, at: usize, out: &mut Vec<Reading>) {
    let quantity = doc.get(at);
    if !is_level_rate(doc, at) || quantity.unit.family.scale() < 1_000 || !doc.label_has(at, "死亡") {
        return;
    }
    let sentence = |&i: &usize| doc.same_sentence(i, at);
    let Some(rate) = doc
        .back(at)
        .filter(sentence)
        .find(|&i| doc.get(i).unit == quantity.unit && doc.label_has(i, "发病") && doc.get(i).role == Role::Level)
    else {
        return;
    };
    let count = |i: usize| doc.is_operand(i) && doc.get(i).role == Role::Level && doc.get(i).mantissa > 0;
    let deaths = doc.back(at).filter(sentence).find(|&i| count(i) && doc.label_has(i, "死亡"));
    let cases =
        doc.back(rate).filter(sentence).find(|&i| count(i) && !doc.label_has(i, "死亡") && matches!(doc.get(i).unit.text, "例" | "人"));
    let (Some(deaths), Some(cases)) = (deaths, cases) else { return };
    // An annual mean beside a cumulative figure is the usual innocent explanation: hence no hard accusation.
    out.push(Reading {
        relation: Relation::Quotient,
        firmness: Firmness::Doubtful,
        calculation: Calculation::Chained { part: deaths, base: cases, rate },
        rule: RULE.name,
        series: 0,
    });
}
