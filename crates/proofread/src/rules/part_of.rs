//! A part is no larger than its whole.

use super::{Rule, no, silent, yes};
use crate::document::Document;
use crate::quantity::{Approximation, Role};
use crate::reading::{Calculation, Firmness, Reading, Relation};
use crate::units::Family;

pub(super) const RULE: Rule = Rule {
    name: "part_of",
    title: "部分不大于整体",
    meaning: "“其中”后面的第一个同单位数，不能大于“其中”前面同一分句里所有的同单位数。",
    examples: &[
        yes("查处案件33件，其中移送5件。", "5"),
        no("查处案件33件，其中移送35件。", "35"),
        no("卫生人员48人，其中镇级9人，村级52人。", "52"),
        silent("培训班3期，其中村医参加40人。", "40"),
        yes("门诊3200人次；住院180人次。其中门诊补偿260人次。", "260"),
        no("慢性病补偿800人次，补偿金额50000元【其中门诊补偿200人次，补偿金额60000元】。", "60000"),
    ],
    read,
};

fn read(doc: &Document, at: usize, out: &mut Vec<Reading>) {
    let part = doc.get(at);
    let Some(mark) = part.among else { return };
    let counted = part.unit.family.is_count() || part.unit.family == Family::Money;
    if part.role != Role::Level || !counted || part.approximation != Approximation::None || part.unit.family == Family::Bare {
        return;
    }
    let inside: Vec<usize> = doc.back(at).take_while(|&i| doc.get(i).span.start > mark).collect();
    // Further parts count as long as the list is nothing but parts of one kind.
    let even = inside.iter().all(|&i| doc.get(i).unit == part.unit && doc.get(i).role == Role::Level && doc.same_group(i, at));
    let first = even || inside.iter().all(|&i| doc.get(i).unit != part.unit);
    let before = inside.last().copied().unwrap_or(at);
    let Some(nearest) = before.checked_sub(1) else { return };
    let opening = doc.get(nearest);
    let distance = doc.get(before).sentence.saturating_sub(opening.sentence);
    // A list that begins a sentence may divide any number of the sentence before.
    let reaches = |i: usize| match distance {
        0 => doc.get(i).group == opening.group,
        _ => doc.get(i).sentence + distance == doc.get(before).sentence,
    };
    let wholes: Vec<usize> = doc
        .back(before)
        .take_while(|&i| distance <= 1 && reaches(i))
        .filter(|&i| doc.get(i).unit == part.unit && matches!(doc.get(i).role, Role::Level) && !super::explicit_base::is_base(doc, i))
        .collect();
    let Some(&largest) = wholes.iter().max_by(|&&a, &&b| doc.get(a).value.compare(doc.get(b).value).unwrap_or(std::cmp::Ordering::Equal))
    else {
        return;
    };
    let holds = |i: usize| part.value.at_most(doc.get(i).value);
    let whole = wholes.iter().copied().find(|&i| holds(i)).unwrap_or(largest);
    let literal = wholes.iter().all(|&i| doc.get(i).approximation == Approximation::None);
    let firmness = if first && literal { Firmness::Binding } else { Firmness::Possible };
    if holds(whole) || (first && inside.len() <= 3) {
        out.push(Reading { relation: Relation::Bound, firmness, calculation: Calculation::NoMoreThan(whole), rule: RULE.name, series: 0 });
    }
}
