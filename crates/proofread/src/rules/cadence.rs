//! Regular work: 每季度一期, so many places, so many issues a year.

use super::{Rule, silent, yes};
use crate::document::Document;
use crate::quantity::Role;
use crate::reading::{Calculation, Firmness, Reading, Relation};

pub(super) const RULE: Rule = Rule {
    name: "cadence",
    title: "每月、每季度的次数",
    meaning: "“每季度一期，A个村和B个社区，全年共C期”：C=（A+B）×4；每月乘12。只用来证实。",
    examples: &[
        yes("每季度办一次义诊，2个中心和6个站全年共办32次。", "32"),
        yes("坚持每月一次例会，4个卫生站共开48次。", "48"),
        silent("每月一次例会，共培训30次。", "30"),
    ],
    read,
};

const TIMES: &[(&str, i128)] = &[("每季度", 4), ("每季", 4), ("每月", 12), ("每周", 52), ("每旬", 36), ("每半年", 2)];

fn read(doc: &Document, at: usize, out: &mut Vec<Reading>) {
    let total = doc.get(at);
    if total.role != Role::Level || !total.is_exact_count() || total.mantissa < 4 {
        return;
    }
    let clause = doc.clause(at);
    if !doc.text.contains(clause, "共") {
        return;
    }
    // Only the words of this sentence, and at most sixty characters of it.
    let from = (clause.start.saturating_sub(60)..clause.start).rev().find(|&i| matches!(doc.text.at(i), '。' | '\n' | ';'));
    let words = crate::text::Span::new(from.unwrap_or(clause.start.saturating_sub(60)), clause.end);
    let Some(&(_, times)) = TIMES.iter().find(|(word, _)| doc.text.contains(words, word)) else { return };
    let sites: Vec<usize> =
        doc.back(at).take(4).filter(|&i| doc.same_sentence(i, at) && doc.get(i).is_exact_count() && !doc.get(i).noun.is_empty()).collect();
    for count in 1..=sites.len() {
        let mut parts = sites[..count].to_vec();
        parts.reverse();
        let calculation = Calculation::Repeated { parts, times };
        out.push(Reading { relation: Relation::Sum, firmness: Firmness::Possible, calculation, rule: RULE.name, series: 0 });
    }
}
