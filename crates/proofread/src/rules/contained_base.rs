//! A base that the name of the count contains: 孕产妇建卡 counts among 孕产妇.

use super::{Rule, core, is_level_rate, no, no_larger, positive, quotient, scale_of, silent, yes};
use crate::document::Document;
use crate::quantity::Role;
use crate::reading::{Firmness, Reading};

pub(super) const RULE: Rule = Rule {
    name: "contained_base",
    title: "名称里含着分母",
    meaning: "“孕产妇建卡B人，覆盖率P%”：名称里的“孕产妇”在前文有数A，即为分母；只差一点才算错。",
    examples: &[
        yes("孕产妇240人，产妇200人。孕产妇建卡234人，覆盖率97.5%。", "97.5"),
        no("孕产妇240人，产妇200人。孕产妇建卡234人，覆盖率97.9%。", "97.9"),
        silent("学生2400人。学生建卡234人，覆盖率97.9%。", "97.9"),
    ],
    read,
};

fn read(doc: &Document, at: usize, out: &mut Vec<Reading>) {
    if !is_level_rate(doc, at) || scale_of(doc, at) != 100 {
        return;
    }
    let Some(part) = doc.subject(at) else { return };
    let name = doc.label(part);
    if name.len() < 4 {
        return;
    }
    let mut bases: Vec<usize> = doc.like(name, part, 14);
    bases.retain(|&i| {
        let level = doc.is_operand(i) && doc.get(i).role == Role::Level && positive(doc, i);
        level && no_larger(doc, part, i) && doc.fits_base(part, i)
    });
    // 孕产妇 before 产妇: the longest contained name says most about whom the count is of.
    bases.sort_by_key(|&i| (std::cmp::Reverse(core(doc.label(i)).len().min(name.len())), i.abs_diff(part)));
    let mut named = false;
    for base in bases {
        let held = core(doc.label(base));
        let contained = held.len() >= 2
            && held.len() < name.len()
            && (name.starts_with(held) || name.ends_with(held))
            && doc.get(base).line == doc.get(at).line;
        // A name that is only alike can prove; it cannot accuse.
        let alike = doc.get(at).decimals >= 2 && doc.likeness(doc.label(base), name) >= 60;
        if contained && !named && base < part && super::first_rate_after(doc, part, at) {
            named = true;
            out.push(quotient(RULE.name, Firmness::Likely, part, base, scale_of(doc, at)));
        } else if (contained || alike) && super::hits(doc, at, part, base) {
            out.push(quotient(RULE.name, Firmness::Possible, part, base, scale_of(doc, at)));
        }
    }
}
