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
        silent("一孩男婴60人，女婴58人，二孩男婴48人，女婴42人，二孩性别比120.0。", "120.0"),
    ],
    read,
};

fn read(doc: &Document, at: usize, out: &mut Vec<Reading>) {
    if !doc.label_has(at, "性别比") || doc.get(at).role != Role::Level {
        return;
    }
    let boys: Vec<usize> =
        doc.back(at).chain(doc.ahead(at).take(3)).filter(|&i| doc.is_operand(i) && doc.label_has(i, "男")).take(4).collect();
    let mut pairs = Vec::new();
    for &male in &boys {
        let woman = |&i: &usize| doc.is_operand(i) && doc.label_has(i, "女") && positive(doc, i);
        let near = [male + 1, male.wrapping_sub(1), male + 2];
        let female = near.into_iter().filter(|&i| i < doc.quantities.len() && i != at).find(woman);
        // 育龄妇女 is a woman too; the pair must be two halves of one count.
        if let Some(female) = female.filter(|&i| doc.get(i).unit == doc.get(male).unit && doc.same_sentence(male, i)) {
            pairs.push((male, female));
        }
    }
    // With several pairs, or a ratio of some of the births only, the wording does not say which pair is meant.
    let special = ["孩", "多胎", "流动", "政策", "外"].iter().any(|word| doc.label_has(at, word));
    let firmness = if pairs.len() == 1 && !special { Firmness::Binding } else { Firmness::Possible };
    for (male, female) in pairs {
        out.push(Reading {
            relation: Relation::Quotient,
            firmness,
            calculation: Calculation::Quotient { parts: vec![male], bases: vec![female], scale: 100 },
            rule: RULE.name,
            series: 0,
        });
    }
}
