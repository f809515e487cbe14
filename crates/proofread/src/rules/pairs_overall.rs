//! One rate for a list of pairs due and done.

use super::due_done::{is_done, is_due};
use super::{Rule, is_level_rate, no, scale_of, silent, stem, yes};
use crate::document::Document;
use crate::quantity::Role;
use crate::reading::{Calculation, Firmness, Reading, Relation};

pub(super) const RULE: Rule = Rule {
    name: "pairs_overall",
    title: "多项应×实×的合计率",
    meaning: "连续列出几组“应种…实种…”之后写一个总的率：各组实际数之和除以应完成数之和。",
    examples: &[
        yes("甲苗应种200人，实种190人；乙苗应种100人，实种98人。合计接种率96.0%。", "96.0"),
        no("甲苗应种200人，实种200人；乙苗应种100人，实种100人。接种率达97%。", "97"),
        silent("甲苗应种200人，实种200人；乙苗应种100人，实种100人。随访率达97%。", "97"),
    ],
    read,
};

fn read(doc: &Document, at: usize, out: &mut Vec<Reading>) {
    if !is_level_rate(doc, at) {
        return;
    }
    let Some(&verb) = stem(doc, at).last() else { return };
    let mut parts = Vec::new();
    let mut bases = Vec::new();
    let mut waiting: Option<usize> = None;
    for i in doc.back(at).filter(|&i| doc.is_operand(i) && doc.get(i).role == Role::Level) {
        if doc.get(i).unit.family.is_rate() || !doc.label(i).contains(&verb) {
            continue;
        }
        if is_done(doc, i) {
            waiting = Some(i);
        } else if is_due(doc, i)
            && let Some(done) = waiting.take()
        {
            parts.push(done);
            bases.push(i);
        }
    }
    // A rate before the list, or inside it, belongs to one pair; the overall rate stands after all of them.
    let named_before = doc.back(at).any(|i| doc.get(i).unit.family.is_rate() && stem(doc, i).last() == Some(&verb));
    if parts.len() < 2 || named_before {
        return;
    }
    let uniform = parts.iter().zip(&bases).all(|(&part, &base)| doc.get(part).value.same(doc.get(base).value));
    let firmness = if uniform { Firmness::Binding } else { Firmness::Likely };
    let calculation = Calculation::Quotient { parts, bases, scale: scale_of(doc, at) };
    out.push(Reading { relation: Relation::Quotient, firmness, calculation, rule: RULE.name, series: 0 });
}
