//! Rates that no whole number of the base can give.

use super::{Rule, is_level_rate, no, positive, scale_of, silent, stem};
use crate::document::Document;
use crate::quantity::Role;
use crate::reading::{Calculation, Firmness, Reading, Relation};
use crate::text;

pub(super) const RULE: Rule = Rule {
    name: "granularity",
    title: "整数人凑不出的率",
    meaning: "政策生育率的分母就是出生人数：如果任何整数除以它都得不出所写的率，就提醒。",
    examples: &[
        no("全年出生80人，政策生育率为96.05%。", "96.05"),
        silent("全年出生80人，政策生育率为96.25%。", "96.25"),
        silent("全年出生80人，随访率为96.05%。", "96.05"),
    ],
    read,
};

fn read(doc: &Document, at: usize, out: &mut Vec<Reading>) {
    if !is_level_rate(doc, at) || doc.get(at).decimals < 2 {
        return;
    }
    let name = stem(doc, at);
    if !["计划生育", "政策生育", "符合政策", "政策符合"].iter().any(|word| text::contains(name, word)) {
        return;
    }
    let births = doc.back(at).find(|&i| {
        doc.is_operand(i) && doc.get(i).role == Role::Level && doc.named(i, "出生") && doc.get(i).is_exact_count() && positive(doc, i)
    });
    let Some(base) = births.filter(|&i| doc.same_sentence(i, at)) else { return };
    let calculation = Calculation::SomePartOf { base, scale: scale_of(doc, at) };
    out.push(Reading { relation: Relation::Quotient, firmness: Firmness::Doubtful, calculation, rule: RULE.name, series: 0 });
}
