//! Lists of counts with their shares: 甲30例（30.0%），乙25例（25.0%）.

use super::{Rule, is_level_rate, no, no_larger, positive, quotient, scale_of, silent, yes};
use crate::document::Document;
use crate::exact::Exact;
use crate::quantity::Role;
use crate::reading::{Firmness, Reading};

pub(super) const RULE: Rule = Rule {
    name: "siblings",
    title: "并列各项的占比",
    meaning: "一串“某病A例（P%）”用的是同一个分母：这个分母证实了其中大多数，其余各项也按它核算。",
    examples: &[
        yes("检查400人。前三位：甲病120例（30.0%），乙病90例（22.5%），丙病50例（12.5%）。", "12.5"),
        no("检查400人。前三位：甲病120例（30.0%），乙病90例（22.5%），丙病50例（16.5%）。", "16.5"),
        silent("检查400人。前三位：甲病120例（41.0%），乙病90例（31.1%），丙病50例（16.5%）。", "16.5"),
    ],
    read,
};

/// Pairs on each side that are looked at; more would not change the majority.
const NEIGHBOURS: usize = 4;

/// The count that a share in brackets, or a share without words of its own, belongs to.
fn count_of(doc: &Document, rate: usize) -> Option<usize> {
    if !is_level_rate(doc, rate) {
        return None;
    }
    let count = rate.checked_sub(1)?;
    let joined = matches!(doc.between(count, rate), ['('] | [',' | '，', '占'] | ['、', '占'] | ['占'] | ['(', '占']);
    (joined && doc.is_operand(count) && doc.get(count).role == Role::Level && doc.same_sentence(count, rate)).then_some(count)
}

fn read(doc: &Document, at: usize, out: &mut Vec<Reading>) {
    let Some(count) = count_of(doc, at) else { return };
    let near = doc.back(count).chain(doc.ahead(at));
    let pairs: Vec<(usize, usize)> = near
        .filter(|&i| doc.get(i).unit == doc.get(at).unit && doc.same_sentence(i, at))
        .filter_map(|rate| count_of(doc, rate).map(|count| (count, rate)))
        .take(2 * NEIGHBOURS)
        .collect();
    if pairs.len() < 2 {
        return;
    }
    let first = pairs.iter().map(|&(count, _)| count).chain([count]).min().unwrap_or(count);
    let bases = doc.back(first).filter(|&i| doc.is_operand(i) && positive(doc, i)).take(8);
    let votes = |base: usize| pairs.iter().filter(|&&(part, rate)| agrees(doc, part, rate, base)).count();
    let best = bases.map(|base| (votes(base), base)).max_by_key(|&(count, base)| (count, base));
    if let Some((agreeing, base)) = best
        && agreeing >= 2
        && agreeing * 2 > pairs.len()
        && no_larger(doc, count, base)
    {
        out.push(quotient(RULE.name, Firmness::Binding, count, base, scale_of(doc, at)));
    }
}

fn agrees(doc: &Document, part: usize, rate: usize, base: usize) -> bool {
    let attempt = || {
        let scale = Exact::whole(scale_of(doc, rate));
        let share = doc.get(part).interval.times(scale)?.div(doc.get(base).interval)?;
        Some(share.meets(doc.get(rate).printed_interval()?))
    };
    attempt().unwrap_or(false)
}
