//! Counts out of a group named just before: 受检800人中，查出异常120人，异常率15%.

use super::{Rule, is_level_rate, no, no_larger, positive, quotient, scale_of, silent, yes};
use crate::document::Document;
use crate::quantity::Role;
use crate::reading::{Firmness, Reading};

pub(super) const RULE: Rule = Rule {
    name: "out_of",
    title: "某某人中",
    meaning: "“A人中，某事B人，某率P%”：A是分母；“共A，其中B，某率P%”也多半如此，但只差一点才算错。",
    examples: &[
        yes("出生400人中，第一孩300人，一孩率75.00%。", "75.00"),
        no("出生400人中，第一孩300人，一孩率85.00%。", "85.00"),
        silent("应诊患者400人，其中糖尿病60人，糖尿病规范管理率75.00%。", "75.00"),
    ],
    read,
};

fn read(doc: &Document, at: usize, out: &mut Vec<Reading>) {
    if !is_level_rate(doc, at) || super::explicit_base::base_of(doc, at).is_some() {
        return;
    }
    let Some(part) = doc.subject(at) else { return };
    let first_rate = doc.back(at).take_while(|&i| i > part).all(|i| !is_level_rate(doc, i));
    let fits = |&i: &usize| doc.is_operand(i) && doc.get(i).role == Role::Level && doc.fits_base(part, i) && positive(doc, i);
    let Some(base) = doc.back(part).filter(|&i| doc.same_sentence(i, at)).find(fits) else { return };
    if !no_larger(doc, part, base) || !first_rate {
        return;
    }
    let end = doc.get(base).span.end + doc.get(base).noun.len();
    let out_of = matches!(doc.text.at(doc.get(base).span.end), '中') || doc.text.ends_with(end, "中");
    let divided = doc.get(part).among.is_some_and(|mark| mark >= doc.get(base).span.end);
    let firmness = match (out_of && base + 1 == part, divided && base + 1 == part) {
        (true, _) => Firmness::Binding,
        (_, true) => Firmness::Likely,
        _ => return,
    };
    out.push(quotient(RULE.name, firmness, part, base, scale_of(doc, at)));
}
