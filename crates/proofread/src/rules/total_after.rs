//! A total and the parts that follow it: 共培训100人，其中甲60人，乙40人.

use super::{Rule, no, silent, yes};
use crate::document::Document;
use crate::exact::{Exact, Interval};
use crate::quantity::Role;
use crate::reading::{Calculation, Firmness, Reading, Relation};
use crate::{cues, label};

pub(super) const RULE: Rule = Rule {
    name: "total_after",
    title: "总数在前、分项在后",
    meaning: "“共A，其中甲B、乙C”或“A（甲B、乙C）”：分项之和等于总数即为证实；分项写全了（男女、其他、年龄段相接）而不等，才算错。",
    examples: &[
        yes("共培训100人次，其中医生60人次，护士40人次。", "100"),
        no("全年出生100人，其中男55人，女44人。", "100"),
        silent("共培训100人次，其中医生60人次，护士30人次。", "100"),
        no("发放补助50.00万元，其中住院30.00万元，门诊15.00万元，其他4.00万元。", "50.00"),
        silent("报告病例1000例，其中甲病600例，乙病397例。", "1000"),
        silent("筹资70.00万元。发放50.00万元，其中住院30.00万元，门诊16.00万元，其他4.00万元。", "70.00"),
        silent("流动妇女680人，办证660人，其中流入210人，流出470人。", "660"),
        yes("报告传染病9例(流感5例、水痘4例)，死亡0例。", "9"),
    ],
    read,
};

fn read(doc: &Document, at: usize, out: &mut Vec<Reading>) {
    let quantity = doc.get(at);
    if quantity.unit.family.is_rate() && quantity.role == Role::Level && quantity.decimals > 0 {
        return offer(doc, at, &rates_after(doc, at), false, out);
    }
    let level = quantity.role == Role::Level && !quantity.unit.family.is_rate() && quantity.mantissa > 0;
    if !level || quantity.unit.family == crate::units::Family::Time || at + 2 >= doc.quantities.len() {
        return;
    }
    let listed = listed_parts(doc, at);
    if listed.len() >= 2 {
        let next = nearest_before_list(doc, at, listed[0]);
        offer(doc, at, &listed, next, out);
        let heads = group_heads(doc, &listed);
        offer(doc, at, &heads, false, out);
        offer(doc, at, &like_named(doc, at, &listed), false, out);
    }
    offer(doc, at, &bracketed_parts(doc, at), false, out);
    offer(doc, at, &run_after(doc, at), false, out);
}

/// Same-unit levels in the list that 其中 opens right after the total.
fn listed_parts(doc: &Document, at: usize) -> Vec<usize> {
    let total = doc.get(at);
    let mut opened: Option<usize> = None;
    doc.ahead(at)
        .take_while(|&i| doc.get(i).sentence <= total.sentence + 1)
        .filter(|&i| {
            let part = doc.get(i);
            let Some(mark) = part.among.filter(|&mark| mark > total.span.start) else { return false };
            opened = opened.or(Some(part.sentence));
            let same = part.sentence == total.sentence || starts_sentence(doc, mark);
            same && mark >= total.span.end && opened == Some(part.sentence) && part.unit.adds_to(total.unit) && part.role == Role::Level
        })
        .collect()
}

/// Whether 其中 stands at the head of its sentence, taking up the sentence before.
fn starts_sentence(doc: &Document, mark: usize) -> bool {
    matches!(doc.text.before(mark), '。' | '\n' | '.' | '【' | '(' | ' ')
}

/// Whether no other quantity of the unit stands between the total and its list.
fn nearest_before_list(doc: &Document, at: usize, first: usize) -> bool {
    let mark = doc.get(first).among.unwrap_or(0);
    (at + 1..first).all(|i| doc.get(i).span.start > mark || !doc.get(i).unit.adds_to(doc.get(at).unit))
}

/// The first part of each group between semicolons: 甲类15例，死亡1例；乙类30例，死亡2例.
fn group_heads(doc: &Document, parts: &[usize]) -> Vec<usize> {
    let mut heads: Vec<usize> = Vec::new();
    for &part in parts {
        if heads.last().is_none_or(|&head| !doc.same_group(head, part)) {
            heads.push(part);
        }
    }
    heads
}

/// Parts named like the total: 总补偿基金 and 补偿住院基金, but not 总费用.
fn like_named(doc: &Document, at: usize, parts: &[usize]) -> Vec<usize> {
    let name = super::core(doc.label(at));
    if name.len() < 2 {
        return Vec::new();
    }
    let total = label::mask(name);
    let alike = |&i: &usize| {
        if super::explicit_base::is_base(doc, i) {
            return false;
        }
        let held = doc.label(i);
        held.len() >= 2 && label::mask(held) & total != 0 && label::common(held, name) * 10 >= held.len().min(name.len()) * 6
    };
    parts.iter().copied().filter(alike).collect()
}

/// Parts in the bracket that opens right after the total.
fn bracketed_parts(doc: &Document, at: usize) -> Vec<usize> {
    let total = doc.get(at);
    if doc.text.at(total.span.end) != '(' && doc.text.at(total.span.end + doc.get(at).noun.len()) != '(' {
        return Vec::new();
    }
    doc.ahead(at)
        .take_while(|&i| doc.get(i).depth > total.depth)
        .filter(|&i| doc.get(i).unit.adds_to(total.unit) && doc.get(i).role == Role::Level)
        .collect()
}

/// Same-unit levels that follow in the sentence without any 其中.
fn run_after(doc: &Document, at: usize) -> Vec<usize> {
    let total = doc.get(at);
    doc.ahead(at)
        .take(8)
        .take_while(|&i| doc.same_sentence(i, at))
        .filter(|&i| doc.get(i).unit.adds_to(total.unit) && doc.get(i).role == Role::Level && doc.get(i).depth == total.depth)
        .collect()
}

/// Rates of the same kind in the sentence that splits this one up by cause or place.
fn rates_after(doc: &Document, at: usize) -> Vec<usize> {
    let total = doc.get(at);
    let alike = |&i: &usize| doc.get(i).unit == total.unit && doc.get(i).role == Role::Level;
    let list: Vec<usize> = doc.ahead(at).filter(|&i| doc.get(i).sentence == total.sentence + 1).filter(alike).collect();
    if list.len() >= 2 { list } else { doc.ahead(at).take_while(|&i| doc.same_sentence(i, at)).filter(alike).collect() }
}

/// Pushes the first run from the head of `parts` that makes the total; failing that, the whole list if it is complete.
fn offer(doc: &Document, at: usize, parts: &[usize], may_accuse: bool, out: &mut Vec<Reading>) {
    if parts.len() < 2 {
        return;
    }
    let stated = doc.get(at).interval;
    let mut sum = Interval::point(Exact::ZERO);
    for (count, &part) in parts.iter().enumerate() {
        let Some(next) = sum.add(doc.get(part).interval) else { return };
        sum = next;
        if count >= 1 && sum.meets(stated) && !trivial(doc, &parts[..=count]) {
            out.push(reading(parts[..=count].to_vec(), Firmness::Possible));
            return;
        }
    }
    if may_accuse && !super::explained(doc, at, parts) {
        // An open list may leave parts out; that its sum is one digit off the total is no accident.
        let firmness = if cues::complete(doc, at, parts) { Firmness::Binding } else { Firmness::Likely };
        out.push(reading(parts.to_vec(), firmness));
    }
}

/// A sum in which all addends but one are zero proves nothing.
fn trivial(doc: &Document, parts: &[usize]) -> bool {
    parts.iter().filter(|&&part| doc.get(part).mantissa > 0).count() < 2
}

fn reading(parts: Vec<usize>, firmness: Firmness) -> Reading {
    Reading { relation: Relation::Sum, firmness, calculation: Calculation::Sum(parts), rule: RULE.name, series: 0 }
}
