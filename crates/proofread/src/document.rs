//! A scanned document and the questions that rules ask it.
//!
//! Lives here: quantities, the index of labels, bounded neighbourhoods. May not: judge.

use std::collections::HashMap;

use crate::label;
use crate::outline::{self, Heading};
use crate::quantity::{Quantity, Role};
use crate::scan;
use crate::text::{Span, Text};
use crate::units::Family;

/// How far back or on a rule looks, in quantities. Bounds the time per claim.
pub(crate) const REACH: usize = 28;

/// The text with its quantities.
#[derive(Debug)]
pub(crate) struct Document {
    pub(crate) text: Text,
    pub(crate) quantities: Vec<Quantity>,
    /// Pairs of neighbouring label characters, with the quantities whose labels hold them, in order.
    counts: Index,
    rates: Index,
    /// Quantities with the same label, noun and article, in order.
    twins: HashMap<u64, Vec<u32>>,
    headings: Vec<Heading>,
}

type Index = HashMap<(char, char), Vec<u32>>;

impl Document {
    pub(crate) fn new(source: &str) -> Document {
        let text = Text::new(source);
        let mut quantities = scan::scan(&text);
        label::attach(&text, &mut quantities);
        let mut counts = Index::new();
        let mut rates = Index::new();
        let mut twins: HashMap<u64, Vec<u32>> = HashMap::new();
        for (at, quantity) in quantities.iter().enumerate() {
            let Ok(number) = u32::try_from(at) else { break };
            if quantity.role == Role::Level {
                twins.entry(identity(&text, quantity)).or_default().push(number);
            }
            let index = if quantity.is_operand() {
                &mut counts
            } else if quantity.unit.family.is_rate() && quantity.role != Role::Blank {
                &mut rates
            } else {
                continue;
            };
            for span in [quantity.label, quantity.noun] {
                for pair in text.slice(span).windows(2) {
                    let list = index.entry((pair[0], pair[1])).or_default();
                    if list.last() != Some(&number) {
                        list.push(number);
                    }
                }
            }
        }
        let headings = outline::headings(&text);
        Document { text, quantities, counts, rates, twins, headings }
    }

    pub(crate) fn get(&self, at: usize) -> &Quantity {
        &self.quantities[at]
    }

    pub(crate) fn label(&self, at: usize) -> &[char] {
        self.text.slice(self.quantities[at].label)
    }

    pub(crate) fn label_string(&self, at: usize) -> String {
        self.label(at).iter().collect()
    }

    pub(crate) fn label_has(&self, at: usize, word: &str) -> bool {
        self.text.contains(self.quantities[at].label, word)
    }

    pub(crate) fn named(&self, at: usize, word: &str) -> bool {
        self.label_has(at, word) || self.text.contains(self.quantities[at].noun, word)
    }

    /// Quantities before `at` in the same line, nearest first.
    pub(crate) fn back(&self, at: usize) -> impl Iterator<Item = usize> + '_ {
        let line = self.quantities[at].line;
        (at.saturating_sub(REACH)..at).rev().take_while(move |&i| self.quantities[i].line == line)
    }

    /// Quantities after `at` in the same line, nearest first.
    pub(crate) fn ahead(&self, at: usize) -> impl Iterator<Item = usize> + '_ {
        let line = self.quantities[at].line;
        (at + 1..self.quantities.len().min(at + 1 + REACH)).take_while(move |&i| self.quantities[i].line == line)
    }

    pub(crate) fn same_sentence(&self, left: usize, right: usize) -> bool {
        self.quantities[left].sentence == self.quantities[right].sentence
    }

    pub(crate) fn same_group(&self, left: usize, right: usize) -> bool {
        self.quantities[left].group == self.quantities[right].group
    }

    /// A level that can stand above or below a line, not nested deeper than `depth`.
    pub(crate) fn is_operand(&self, at: usize) -> bool {
        let quantity = &self.quantities[at];
        quantity.is_operand() && !quantity.spelled
    }

    /// The count that the clause of `at` is about: the nearest before it that is neither a change nor in a bracket.
    pub(crate) fn subject(&self, at: usize) -> Option<usize> {
        let depth = self.quantities[at].depth;
        self.back(at)
            .take_while(|&i| self.same_sentence(i, at))
            .find(|&i| self.is_operand(i) && self.quantities[i].role == Role::Level && self.quantities[i].depth <= depth)
    }

    /// Words before the number of `at`, up to the previous quantity or clause, uncleaned.
    pub(crate) fn clause(&self, at: usize) -> Span {
        let quantity = &self.quantities[at];
        let lowest = quantity.floor.max(quantity.span.start.saturating_sub(30));
        let mut start = quantity.span.start;
        while start > lowest && !matches!(self.text.at(start - 1), ',' | '，' | '。' | ';' | '\n' | '\t' | '!' | '?') {
            start -= 1;
        }
        Span::new(start, quantity.span.start)
    }

    /// Operands of the article whose labels share characters with `name`, nearest first, at most `most`.
    pub(crate) fn like(&self, name: &[char], at: usize, most: usize) -> Vec<usize> {
        self.alike(&self.counts, name, at, most)
    }

    /// Rates of the article whose labels share characters with `name`, nearest first.
    pub(crate) fn rates_like(&self, name: &[char], at: usize, most: usize) -> Vec<usize> {
        self.alike(&self.rates, name, at, most)
    }

    fn alike(&self, index: &Index, name: &[char], at: usize, most: usize) -> Vec<usize> {
        const WIDEST_GAP: usize = 3;
        const PER_PAIR: usize = 5;
        let scope = self.quantities[at].scope;
        let name = &name[name.len().saturating_sub(12)..];
        let mut found: Vec<usize> = Vec::new();
        for first in 0..name.len() {
            for second in first + 1..name.len().min(first + 1 + WIDEST_GAP) {
                let Some(list) = index.get(&(name[first], name[second])) else { continue };
                let split = list.partition_point(|&i| (i as usize) < at);
                let before = list[split.saturating_sub(PER_PAIR)..split].iter().rev();
                let after = list[split..].iter().take(4);
                for &i in before.chain(after) {
                    let i = i as usize;
                    if i != at && self.quantities[i].scope == scope && !found.contains(&i) {
                        found.push(i);
                    }
                }
            }
        }
        found.sort_by_key(|&i| i.abs_diff(at));
        found.truncate(most);
        found
    }

    /// Earlier quantities of the article with the same label and noun, nearest first, at most four.
    pub(crate) fn twins(&self, at: usize) -> Vec<usize> {
        let quantity = &self.quantities[at];
        let Some(list) = self.twins.get(&identity(&self.text, quantity)) else { return Vec::new() };
        let split = list.partition_point(|&i| (i as usize) < at);
        let earlier = list[split.saturating_sub(4)..split].iter().rev().map(|&i| i as usize);
        earlier.filter(|&i| self.label(i) == self.label(at) && self.quantities[i].scope == quantity.scope).collect()
    }

    /// How many numbered headings follow `from`.
    pub(crate) fn headings_after(&self, from: usize) -> Option<u32> {
        outline::count_after(&self.headings, from)
    }

    /// Share of the shorter label that both have in common, in percent.
    pub(crate) fn likeness(&self, left: &[char], right: &[char]) -> usize {
        let shorter = left.len().min(right.len());
        (label::common(left, right) * 100).checked_div(shorter).unwrap_or(0)
    }

    pub(crate) fn fits_base(&self, part: usize, whole: usize) -> bool {
        let (part, whole) = (&self.quantities[part], &self.quantities[whole]);
        let money = |family| family == Family::Money;
        money(part.unit.family) == money(whole.unit.family) || part.unit.family == Family::Bare || whole.unit.family == Family::Bare
    }

    /// The text between two quantities.
    pub(crate) fn between(&self, left: usize, right: usize) -> &[char] {
        self.text.slice(Span::new(self.quantities[left].span.end, self.quantities[right].span.start))
    }
}

/// A hash of article, label and noun; twins compare the words themselves.
fn identity(text: &Text, quantity: &Quantity) -> u64 {
    let words = text.slice(quantity.label).iter().chain(text.slice(quantity.noun));
    words.fold(quantity.scope as u64 + 1, |hash, &c| (hash ^ u64::from(u32::from(c))).wrapping_mul(0x0100_0000_01b3))
}
