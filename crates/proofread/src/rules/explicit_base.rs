//! Shares whose base is printed right before them: 占总人口20000人的5%, 完成任务400的110%.

use super::{Rule, is_level_rate, may_exceed, no, no_larger, positive, quotient, scale_of, silent, yes};
use crate::document::Document;
use crate::label;
use crate::quantity::Role;
use crate::reading::{Firmness, Reading};
use crate::text::{Span, is_han};

pub(super) const RULE: Rule = Rule {
    name: "explicit_base",
    title: "写明基数的占比",
    meaning: "“占某某N的P%”“完成任务N的P%”：N是分母，前面最近的同类数是分子。",
    examples: &[
        yes("登记慢性病患者1200人，占常住人口24000人的5%。", "5"),
        no("登记慢性病患者1200人，占常住人口24000人的8%。", "8"),
        yes("全年完成体检660人，完成任务数600人的110%。", "110"),
        yes("支出药品款30万元，占预算（40万元）的75%。", "75"),
        silent("会员400名，会员家庭占总户数500户的25%。", "25"),
        silent("全年门诊量上升，占床位200张的比例不详，满意度95%。", "95"),
    ],
    read,
};

/// Whether only words like 的, 中占 stand between a base and its share.
fn joins(between: &[char]) -> bool {
    let words: String = between.iter().filter(|&&c| !matches!(c, ')' | ' ' | ']')).collect();
    matches!(words.as_str(), "的" | "中占" | "中的" | "的比例为" | "的比重为" | "中，占" | "中,占" | "中" | "指标的" | "任务的")
}

/// The quantity right before a share that is its printed base.
pub(super) fn base_of(doc: &Document, at: usize) -> Option<usize> {
    let base = at.checked_sub(1)?;
    let fits = doc.get(at).unit.family.is_rate()
        && doc.is_operand(base)
        && doc.same_sentence(base, at)
        && positive(doc, base)
        && joins(doc.between(base, at));
    fits.then_some(base)
}

fn read(doc: &Document, at: usize, out: &mut Vec<Reading>) {
    if !is_level_rate(doc, at) {
        return;
    }
    let Some(base) = base_of(doc, at) else { return };
    let open = is_han(doc.text.before(doc.get(base).span.start)) || doc.get(base).depth > 0;
    let scale = scale_of(doc, at);
    let own_subject = has_own_subject(doc, base);
    let exceeds = may_exceed(doc, at) || may_exceed(doc, base);
    let mut parts: Vec<usize> = doc
        .back(base)
        .filter(|&i| doc.same_sentence(i, at) && doc.is_operand(i) && doc.get(i).role == Role::Level)
        .filter(|&i| doc.fits_base(i, base) && !is_base(doc, i))
        .take(6)
        .collect();
    let depth = doc.get(at).depth;
    parts.sort_by_key(|&i| {
        let (part, whole) = (doc.get(i), doc.get(base));
        let unlike = part.unit.family != whole.unit.family && !part.unit.text.is_empty() && !whole.unit.text.is_empty();
        (part.depth > depth, unlike, !exceeds && !no_larger(doc, i, base))
    });
    for (rank, &part) in parts.iter().enumerate() {
        let near = rank == 0
            && !own_subject
            && (exceeds || no_larger(doc, part, base))
            && open
            && base - part <= 3
            && doc.get(part).depth <= depth;
        let firmness = if near { Firmness::Binding } else { Firmness::Possible };
        out.push(quotient(RULE.name, firmness, part, base, scale));
    }
}

/// Whether the quantity is itself the printed base of a share.
pub(super) fn is_base(doc: &Document, at: usize) -> bool {
    at + 1 < doc.quantities.len() && base_of(doc, at + 1) == Some(at)
}

/// Whether words before 占 in the clause name another subject than the count before: 会员家庭占总户数500户的25%.
fn has_own_subject(doc: &Document, base: usize) -> bool {
    let clause = doc.clause(base);
    let Some(mark) = (clause.start..clause.end).rev().find(|&i| doc.text.at(i) == '占') else { return false };
    let subject = label::clean(&doc.text, Span::new(clause.start, mark));
    (subject.start..subject.end).any(|i| is_han(doc.text.at(i)))
}
