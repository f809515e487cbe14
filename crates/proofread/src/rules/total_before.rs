//! Parts first, then their total: 甲60人，乙40人，合计100人.

use super::{Rule, no, silent, yes};
use crate::document::Document;
use crate::exact::{Exact, Interval};
use crate::quantity::Role;
use crate::reading::{Calculation, Firmness, Reading, Relation};
use crate::{label, text};

pub(super) const RULE: Rule = Rule {
    name: "total_before",
    title: "分项在前、合计在后",
    meaning: "“甲A，乙B，合计C”：前面几项之和应等于合计；只差一点才算错，因为合计的也可能是更多的项。",
    examples: &[
        yes("门诊补偿120人，住院补偿80人，合计200人。", "200"),
        no("门诊补偿120人，住院补偿80人，合计210人。", "210"),
        no("甲乡参合12000人，乙乡参合9800人，两乡共参合22800人。", "22800"),
        silent("上半年完成150例，下半年完成130例，合计280例，完成年任务260例的107.7%。", "260"),
        silent("门诊补偿120人，住院补偿80人，共发放资料900份。", "900"),
        silent("一月接诊120人，二月接诊80人，全年合计2600人。", "2600"),
    ],
    read,
};

fn read(doc: &Document, at: usize, out: &mut Vec<Reading>) {
    let quantity = doc.get(at);
    if quantity.role != Role::Level || quantity.unit.family.is_rate() || quantity.mantissa == 0 {
        return;
    }
    let clause = doc.text.slice(doc.clause(at));
    let plain = ["合计", "共计", "总计", "总共"].iter().any(|word| text::contains(clause, word));
    let continued = || doc.back(at).take(4).take_while(|&i| doc.same_group(i, at)).any(|i| doc.text.contains(doc.clause(i), "合计"));
    if !plain && !clause.contains(&'共') && !clause.contains(&'总') && !continued() {
        return;
    }
    let parts: Vec<usize> = doc
        .back(at)
        .filter(|&i| doc.get(i).unit.adds_to(quantity.unit) && doc.get(i).role == Role::Level && doc.get(i).depth <= quantity.depth)
        .collect();
    if offer(doc, at, &parts, out) {
        return;
    }
    let name = doc.label(at);
    let alike: Vec<usize> = parts.iter().copied().filter(|&i| name.len() >= 2 && label::common(doc.label(i), name) >= 2).collect();
    if offer(doc, at, &alike, out) {
        return;
    }
    // 两乡共参合…: parts of the same name in the same sentence, which only a mistyped digit can keep from their total.
    if (2..=3).contains(&alike.len()) && !super::explained(doc, at, &alike) && alike.iter().all(|&i| doc.same_sentence(i, at)) {
        out.push(reading(alike.iter().rev().copied().collect(), Firmness::Likely));
    }
    if !plain {
        return;
    }
    let mut sentence: Vec<usize> = parts.into_iter().filter(|&i| doc.same_sentence(i, at)).collect();
    sentence.reverse();
    let largest = sentence.iter().all(|&i| doc.get(i).value.less(quantity.value));
    let bare = super::core(name).len() <= 2;
    if sentence.len() >= 2 && !super::explained(doc, at, &sentence) && largest && bare && quantity.among.is_none() {
        out.push(reading(sentence, Firmness::Likely));
    }
}

/// Pushes the run that ends right before the total and makes it.
fn offer(doc: &Document, at: usize, parts: &[usize], out: &mut Vec<Reading>) -> bool {
    let stated = doc.get(at).interval;
    let mut sum = Interval::point(Exact::ZERO);
    for (count, &part) in parts.iter().take(12).enumerate() {
        let Some(next) = sum.add(doc.get(part).interval) else { return false };
        sum = next;
        let positive = parts[..=count].iter().filter(|&&i| doc.get(i).mantissa > 0).count();
        if count >= 1 && positive >= 2 && sum.meets(stated) {
            let mut run = parts[..=count].to_vec();
            run.reverse();
            out.push(reading(run, Firmness::Possible));
            return true;
        }
    }
    false
}

fn reading(parts: Vec<usize>, firmness: Firmness) -> Reading {
    Reading { relation: Relation::Sum, firmness, calculation: Calculation::Sum(parts), rule: RULE.name, series: 0 }
}
