//! Rates listed in one place, their counts in another: tables of indicators after a paragraph of figures.

use super::{Rule, base_names, core, hits, is_level_rate, may_exceed, no, positive, quotient, scale_of, silent, stem, yes};
use crate::document::Document;
use crate::quantity::Role;
use crate::reading::{Firmness, Reading};

pub(super) const RULE: Rule = Rule {
    name: "far_apart",
    title: "指标与数字分在两处",
    meaning: "前一段写人数，后一段只写率：按名称到全文里找同名的数，与它同句的数相除正好得出所写的率即为证实。",
    examples: &[
        yes("全年活产250人，住院分娩245人，产后访视240人。\n二、指标\n产后访视率96.0%。", "96.0"),
        silent("全年活产250人，住院分娩245人，产后访视240人。\n二、指标\n产后访视率81.7%。", "81.7"),
        no("全年活产250人，住院分娩245人，产后访视240人。\n二、指标\n产后访视率91.0%。", "91.0"),
    ],
    read,
};

fn read(doc: &Document, at: usize, out: &mut Vec<Reading>) {
    if !is_level_rate(doc, at) {
        return;
    }
    let name = stem(doc, at);
    if name.len() < 2 {
        return;
    }
    let rate = doc.get(at);
    let exceeds = may_exceed(doc, at);
    let named: Vec<usize> = doc
        .like(name, at, 8)
        .into_iter()
        .filter(|&i| doc.is_operand(i) && doc.get(i).role == Role::Level && doc.likeness(doc.label(i), name) >= 60)
        .take(5)
        .collect();
    for &one in &named {
        let neighbours = doc.back(one).take(10).chain(doc.ahead(one).take(3));
        let others = neighbours.filter(|&i| doc.is_operand(i) && doc.get(i).role == Role::Level);
        for other in others {
            offer(doc, at, one, other, exceeds, out);
        }
        for word in base_names::bases_for(name) {
            let word: Vec<char> = word.chars().collect();
            for (rank, base) in doc.like(&word, one, 3).into_iter().enumerate() {
                offer(doc, at, one, base, exceeds, out);
                if rank == 0 && is_settled(doc, at, one, base, &word) {
                    out.push(quotient(RULE.name, Firmness::Hinted, one, base, scale_of(doc, at)));
                }
            }
        }
    }
    if named.is_empty() && rate.decimals >= 2 {
        by_population(doc, at, out);
    }
}

/// Whether count and base carry exactly the names that the rate implies, side by side and only once in the article.
fn is_settled(doc: &Document, at: usize, one: usize, base: usize, word: &[char]) -> bool {
    doc.get(at).decimals > 0
        && core(doc.label(one)) == stem(doc, at)
        && core(doc.label(base)) == word
        && doc.same_sentence(one, base)
        && doc.fits_base(one, base)
        && doc.get(one).value.at_most(doc.get(base).value)
        && positive(doc, base)
        && doc.twins(one).is_empty()
}

fn offer(doc: &Document, at: usize, one: usize, other: usize, exceeds: bool, out: &mut Vec<Reading>) {
    if one == other || !doc.fits_base(one, other) || !doc.is_operand(other) {
        return;
    }
    let rising = doc.get(one).value.at_most(doc.get(other).value) || exceeds;
    let (part, base) = if rising { (one, other) } else { (other, one) };
    if positive(doc, base) && hits(doc, at, part, base) {
        out.push(quotient(RULE.name, Firmness::Possible, part, base, scale_of(doc, at)));
    }
}

/// Rates per head of the whole population, whose count stands in this sentence.
fn by_population(doc: &Document, at: usize, out: &mut Vec<Reading>) {
    let Some(part) = doc.subject(at) else { return };
    let population: Vec<char> = "总人口".chars().collect();
    for base in doc.like(&population, at, 3) {
        offer(doc, at, part, base, false, out);
    }
}
