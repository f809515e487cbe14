//! The sex ratio at birth.

use super::{Rule, no, positive, silent, yes};
use crate::document::Document;
use crate::quantity::Role;
use crate::reading::{Calculation, Firmness, Reading, Relation};

pub(super) const RULE: Rule = Rule {
    name: "sex_ratio",
    title: "性别比",
    meaning: "性别比以女性为100：男性人数除以女性人数再乘100。",
    examples: &[
        yes("男婴108人，女婴100人，出生人口性别比108.0。", "108.0"),
        no("男婴108人，女婴100人，出生人口性别比112.0。", "112.0"),
        silent("出生人口性别比112.0。", "112.0"),
    ],
    read,
};

fn read(doc: &Document, at: usize, out: &mut Vec<Reading>) {
    if !doc.label_has(at, "性别比") || doc.get(at).role != Role::Level {
        return;
    }
    let find =
        |word: &str| doc.back(at).chain(doc.ahead(at).take(3)).find(|&i| doc.is_operand(i) && doc.label_has(i, word) && positive(doc, i));
    let (Some(male), Some(female)) = (find("男"), find("女")) else { return };
    // 育龄妇女 is a woman too; the pair must be two halves of one count.
    let halves = doc.get(male).unit == doc.get(female).unit && male.abs_diff(female) <= 2 && doc.same_sentence(male, female);
    let firmness = if halves { Firmness::Binding } else { Firmness::Possible };
    out.push(Reading {
        relation: Relation::Quotient,
        firmness,
        calculation: Calculation::Quotient { parts: vec![male], bases: vec![female], scale: 100 },
        rule: RULE.name,
        series: 0,
    });
}
