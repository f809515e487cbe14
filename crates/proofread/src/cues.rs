//! Cues that parts exhaust a whole: both sexes, all birth orders, age bands that join, a remainder.
//!
//! Lives here: marking labels with cues and deciding that a list is complete. May not: calculate.

use crate::document::Document;
use crate::quantity::Quantity;
use crate::text::{Text, contains};

/// What a label says about the place of its count among the parts of a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cue {
    None,
    Male,
    Female,
    /// First, second, third child.
    Order(u32),
    /// Second child and later, third and later.
    OrderAndAbove(u32),
    /// Ages from the first to the second, in years.
    Band(u32, u32),
    /// Ages from the given on.
    BandAndAbove(u32),
    /// Classes 甲乙丙.
    Class(u32),
}

impl Cue {
    /// Whether `next` can follow in the same list.
    pub(crate) fn continues(self, next: Cue) -> bool {
        match (self, next) {
            (Cue::Male, Cue::Female) | (Cue::Female, Cue::Male) => true,
            (Cue::Order(a), Cue::Order(b) | Cue::OrderAndAbove(b)) | (Cue::Class(a), Cue::Class(b)) => b == a + 1,
            (Cue::Band(_, a), Cue::Band(b, _) | Cue::BandAndAbove(b)) => b == a + 1 || b == a,
            _ => false,
        }
    }
}

/// The cue in the label of a quantity.
pub(crate) fn cue_of(text: &Text, quantity: &Quantity) -> Cue {
    let label = text.slice(quantity.label);
    if label.is_empty() || label.len() > 14 {
        return Cue::None;
    }
    match label[0] {
        '男' => return Cue::Male,
        '女' => return Cue::Female,
        _ => {}
    }
    let order = ['一', '二', '三', '四'].iter().position(|&c| label[0] == c).and_then(|at| u32::try_from(at + 1).ok());
    if let Some(order) = order.filter(|_| matches!(label.get(1), Some('孩' | '胎'))) {
        let above = contains(label, "以上") || contains(label, "及多");
        return if above { Cue::OrderAndAbove(order) } else { Cue::Order(order) };
    }
    if label[0] == '多' && matches!(label.get(1), Some('孩' | '胎')) {
        return Cue::OrderAndAbove(3);
    }
    let class = ['甲', '乙', '丙'].iter().position(|&c| label[0] == c).and_then(|at| u32::try_from(at + 1).ok());
    if let Some(class) = class.filter(|_| label.get(1) == Some(&'类')) {
        return Cue::Class(class);
    }
    band(label)
}

fn band(label: &[char]) -> Cue {
    let number = |from: usize| {
        let digits: String = label[from.min(label.len())..].iter().take_while(|c| c.is_ascii_digit()).collect();
        digits.parse::<u32>().ok().map(|value| (value, from + digits.len()))
    };
    let Some((low, mut at)) = number(0) else { return Cue::None };
    if label.get(at) == Some(&'岁') {
        at += 1;
    }
    let rest = &label[at.min(label.len())..];
    if contains(rest, "以上") && matches!(rest.first(), Some('以' | '及' | '(')) {
        return Cue::BandAndAbove(low);
    }
    if rest.first() != Some(&'-') {
        return Cue::None;
    }
    let dash = rest.iter().take_while(|&&c| c == '-').count();
    match number(at + dash) {
        Some((high, _)) if contains(rest, "岁") => Cue::Band(low, high),
        _ => Cue::None,
    }
}

/// Whether the parts exhaust the total by their names.
pub(crate) fn complete(doc: &Document, total: usize, parts: &[usize]) -> bool {
    let Some((&last, rest)) = parts.split_last() else { return false };
    if rest.is_empty() {
        return false;
    }
    if ["其他", "其它", "其余"].iter().any(|word| doc.label_has(last, word)) {
        return flat(doc, parts);
    }
    let cues: Vec<Cue> = parts.iter().map(|&part| doc.get(part).cue).collect();
    if !cues.windows(2).all(|pair| pair[0].continues(pair[1])) {
        return false;
    }
    match (cues[0], cues[cues.len() - 1]) {
        (Cue::Male | Cue::Female, _) => parts.len() == 2 && alike(doc, parts),
        (Cue::Order(1), Cue::OrderAndAbove(_)) => true,
        (Cue::Band(low, _), Cue::BandAndAbove(_)) => low <= 1 || mentions(doc, total, low),
        (Cue::Class(1), Cue::Class(3)) => true,
        _ => false,
    }
}

/// Both halves must be the same kind: 男婴 and 女婴, not 男医生 and 女患者.
fn alike(doc: &Document, parts: &[usize]) -> bool {
    doc.label(parts[0]).get(1..) == doc.label(parts[1]).get(1..) || doc.label(parts[0]).len() <= 2 && doc.label(parts[1]).len() <= 2
}

/// Parts of one list without brackets inside, so that none is a part of another part.
fn flat(doc: &Document, parts: &[usize]) -> bool {
    parts.iter().all(|&part| doc.get(part).depth == doc.get(parts[0]).depth && doc.same_group(part, parts[0]))
        && parts.iter().all(|&part| doc.get(part).among == doc.get(parts[0]).among)
}

/// The total is of those from the first band on, or says nothing of age.
fn mentions(doc: &Document, total: usize, low: u32) -> bool {
    let words = doc.text.slice(doc.clause(total));
    contains(words, &format!("{low}岁")) || !words.contains(&'岁')
}
