//! Rises and falls: 由A上升到B，上升了C; 较上年A下降P%.

use super::{Rule, no, silent, yes};
use crate::document::Document;
use crate::quantity::{Approximation, Role};
use crate::reading::{Calculation, Firmness, Reading, Relation};
use crate::units::Family;

pub(super) const RULE: Rule = Rule {
    name: "change",
    title: "升降幅度",
    meaning: "今年数与上年数都写明时，差（个百分点）或差与上年数之比（%）应等于所写的升降幅度。",
    examples: &[
        yes("住院分娩率由96.1%上升到98.4%，上升了2.3个百分点。", "2.3"),
        no("住院分娩率由96.1%上升到98.4%，上升了3.2个百分点。", "3.2"),
        yes("婴儿死亡率5.40‰，较上年6.00‰下降10.00%。", "10.00"),
        no("门诊量13000人次，比去年的10000人次增加5000人次。", "5000"),
        yes("人均补偿560元，比去年的人均500元增加60元。", "60"),
        yes("门诊量32100人次，比去年增加2100人次，增长7.0%。", "7.0"),
        no("门诊量32100人次，比去年增加2100人次，增长9.0%。", "9.0"),
        yes("报告病例180例，较去年同期（200例）下降10.0%。", "10.0"),
        silent("门诊量由10000人次增加到16000人次，平均每年增加2000人次。", "2000"),
        silent("参合率93.1%，比去年下降2.8%。", "2.8"),
    ],
    read,
};

fn read(doc: &Document, at: usize, out: &mut Vec<Reading>) {
    if doc.get(at).role != Role::Change {
        return;
    }
    let olds: Vec<usize> =
        doc.back(at).take(6).filter(|&i| doc.same_sentence(i, at) && doc.get(i).role == Role::Prior && comparable(doc, at, i)).collect();
    for (rank, &old) in olds.iter().take(2).enumerate() {
        let alike = |&i: &usize| doc.get(i).role == Role::Level && doc.get(i).unit == doc.get(old).unit && doc.same_sentence(i, at);
        let after = doc.back(at).take_while(|&i| i > old).find(alike);
        let new = after.or_else(|| doc.back(old).take(3).find(alike));
        let Some(new) = new else { continue };
        let yearly = ["平均", "年均", "每年"].iter().any(|word| doc.text.contains(doc.clause(at), word));
        let exact = !yearly && [new, old].iter().all(|&i| doc.get(i).approximation == Approximation::None);
        let close = at - old.min(new) <= 3 && doc.same_group(old, at) && doc.same_group(new, at);
        let firmness = if rank == 0 && close && exact { Firmness::Binding } else { Firmness::Possible };
        push(doc, at, new, old, firmness, out);
    }
    if olds.is_empty() {
        after_amount(doc, at, out);
        elsewhere(doc, at, out);
    }
}

/// Whether a level in the unit of `i` can have changed by `at`.
fn comparable(doc: &Document, at: usize, i: usize) -> bool {
    let (change, level) = (doc.get(at).unit, doc.get(i).unit);
    match change.family {
        Family::Percent => level.family != Family::Time,
        Family::Point => level.family.is_rate(),
        _ => change.adds_to(level),
    }
}

fn push(doc: &Document, at: usize, new: usize, old: usize, firmness: Firmness, out: &mut Vec<Reading>) {
    let family = doc.get(at).unit.family;
    let mut add = |firmness, calculation| {
        out.push(Reading { relation: Relation::Difference, firmness, calculation, rule: RULE.name, series: 0 });
    };
    match family {
        Family::Percent => {
            add(firmness, Calculation::RelativeChange { new, old });
            // Many write % for percentage points; that proves, but the plain meaning is what gets named.
            if doc.get(old).unit.family == Family::Percent {
                add(Firmness::Possible, Calculation::Distance { new, old });
            }
        }
        _ => add(firmness, Calculation::Distance { new, old }),
    }
}

/// 门诊量3万人次，比去年增加2000人次，增长7.1%: the share follows the amount.
fn after_amount(doc: &Document, at: usize, out: &mut Vec<Reading>) {
    if doc.get(at).unit.family != Family::Percent {
        return;
    }
    let Some(amount) = at.checked_sub(1).filter(|&i| doc.same_sentence(i, at) && doc.get(i).role == Role::Change) else { return };
    let unit = doc.get(amount).unit;
    let level = |&i: &usize| doc.same_sentence(i, at) && doc.get(i).role == Role::Level && doc.get(i).unit.adds_to(unit);
    let Some(new) = doc.back(amount).take(3).find(level) else { return };
    let words = doc.label_string(amount);
    let rising = ["增", "升", "多", "提高", "高"].iter().any(|word| words.contains(word));
    let exact = [amount, new].iter().all(|&i| doc.get(i).approximation == Approximation::None);
    let close = new + 1 == amount && doc.same_group(new, at) && exact && !unit.family.is_rate();
    let firmness = if close { Firmness::Binding } else { Firmness::Possible };
    out.push(Reading {
        relation: Relation::Difference,
        firmness,
        calculation: Calculation::ShareOfPast { amount, new, rising },
        rule: RULE.name,
        series: 0,
    });
}

/// The earlier level may stand in another sentence, under the same name.
fn elsewhere(doc: &Document, at: usize, out: &mut Vec<Reading>) {
    let news: Vec<usize> = doc
        .back(at)
        .take(6)
        .filter(|&i| doc.same_sentence(i, at) && doc.get(i).role == Role::Level && comparable(doc, at, i))
        .filter(|&i| doc.get(i).depth <= doc.get(at).depth)
        .take(3)
        .collect();
    let words: Vec<char> = doc.label(at).iter().copied().take_while(|&c| c != '比' && c != '较').collect();
    for new in news {
        let unit = doc.get(new).unit;
        let mut olds = if unit.family.is_rate() {
            doc.rates_like(doc.label(new), new, 6)
        } else {
            let mut found = doc.like(doc.label(new), new, 8);
            found.extend(doc.like(&words, new, 4));
            found
        };
        olds.retain(|&i| {
            let twin = doc.label(i) == doc.label(new) && i < new;
            i != new && doc.get(i).unit == unit && (twin || !doc.same_sentence(i, new))
        });
        for old in olds {
            push(doc, at, new, old, Firmness::Possible, out);
        }
    }
}
