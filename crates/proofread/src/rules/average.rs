//! Amounts per head, per household, per time.

use super::{Rule, is_money, no, positive, quotient, silent, yes};
use crate::document::Document;
use crate::quantity::{Approximation, Role};
use crate::reading::{Firmness, Reading};
use crate::units::Family;

pub(super) const RULE: Rule = Rule {
    name: "average",
    title: "人均、户均、次均",
    meaning: "总额除以人数（户数、人次）；同一句里只有一个总额和一个人数时，不符即为错。",
    examples: &[
        yes("救助困难患者40人，发放救助金3.2万元，人均800元。", "800"),
        no("救助困难患者40人，发放救助金3.2万元，人均救助880元。", "880"),
        silent("农民人均纯收入9800元，参保人数4000人。", "9800"),
        yes("奖励扶助对象85人，每人每年960元，共发放81600元。", "960"),
        no("奖励扶助对象85人，每人每年960元，共发放86100元。", "960"),
        silent("高龄老人85人，每人每月50元，共发放51000元。", "50"),
        yes("住院补偿2500人次，补偿金额5000000元，次均补偿2000元。", "2000"),
    ],
    read,
};

/// Whether the wording calls the number an average, and of what.
pub(super) fn each(doc: &Document, at: usize) -> bool {
    let quantity = doc.get(at);
    quantity.unit.family == Family::MoneyEach
        || (matches!(quantity.role, Role::Level | Role::Prior)
            && ["人均", "户均", "次均", "例均", "平均", "每人", "每户", "均次"].iter().any(|word| doc.label_has(at, word)))
}

fn wanted_head(doc: &Document, at: usize) -> Option<Family> {
    let has = |word| doc.label_has(at, word);
    if has("人均") || has("每人") {
        Some(Family::Person)
    } else if has("户均") || has("每户") {
        Some(Family::Household)
    } else if has("次均") || has("均次") {
        Some(Family::Attendance)
    } else {
        None
    }
}

fn read(doc: &Document, at: usize, out: &mut Vec<Reading>) {
    if !each(doc, at) || doc.get(at).role != Role::Level || doc.get(at).unit.family.is_rate() {
        return;
    }
    let money = is_money(doc, at) || doc.get(at).unit.family == Family::MoneyEach;
    let near = |i: &usize| doc.same_sentence(*i, at) && doc.is_operand(*i) && !each(doc, *i);
    let around: Vec<usize> = doc.back(at).take(12).chain(doc.ahead(at).take(4)).filter(near).collect();
    let totals: Vec<usize> = around.iter().copied().filter(|&i| is_money(doc, i) == money && doc.get(i).role == Role::Level).collect();
    let heads: Vec<usize> = around.iter().copied().filter(|&i| !is_money(doc, i) && positive(doc, i)).collect();
    let wanted = wanted_head(doc, at);
    // A price for each head goes with the only total of its sentence wherever that stands; a monthly price does not.
    let price = ["每人", "每户", "每名", "每位"].iter().any(|word| doc.label_has(at, word)) && !doc.label_has(at, "月");
    let fitting: Vec<usize> = heads.iter().copied().filter(|&i| Some(doc.get(i).unit.family) == wanted).collect();
    for (rank, &total) in totals.iter().take(5).enumerate() {
        for &head in heads.iter().take(6).filter(|&&head| head != total) {
            let before = total < at && head < at;
            let literal = doc.get(total).approximation == Approximation::None && money && (before || price);
            let only = totals.len() == 1 && fitting == [head];
            let next = rank == 0 && fitting.first() == Some(&head) && total.abs_diff(head) == 1 && total + 1 == at;
            let firmness = match (literal, only || next, rank == 0 && fitting.first() == Some(&head)) {
                (true, true, _) => Firmness::Binding,
                (_, _, true) => Firmness::Likely,
                _ => Firmness::Possible,
            };
            out.push(quotient(RULE.name, firmness, total, head, 1));
        }
    }
}
