//! Any two counts near a rate that prove it.

use super::{Rule, is_level_rate, may_exceed, no_larger, positive, quotient, scale_of, silent, yes};
use crate::document::Document;
use crate::quantity::Role;
use crate::reading::{Calculation, Firmness, Reading, Relation};

pub(super) const RULE: Rule = Rule {
    name: "nearby",
    title: "附近两个数能证实的率",
    meaning: "同一段里前面有两个数相除正好得出所写的率，就算证实；得不出不算错。",
    examples: &[
        yes("辖区老年人1600人。本季度随访登记1480人，健康管理率92.5%。", "92.5"),
        silent("辖区老年人1600人。本季度随访登记1480人，健康管理率82.5%。", "82.5"),
    ],
    read,
};

fn read(doc: &Document, at: usize, out: &mut Vec<Reading>) {
    if !is_level_rate(doc, at) {
        return;
    }
    let rate = doc.get(at);
    let operand = |&i: &usize| doc.is_operand(i);
    // Fewer printed places fit more pairs by chance, so they are looked for less far away.
    let (depth, line) = match rate.decimals {
        0 => (1, false),
        1 => (3, false),
        _ => (5, true),
    };
    let parts: Vec<usize> = doc.back(at).filter(operand).filter(|&i| doc.same_sentence(i, at)).take(depth).collect();
    let ahead: Vec<usize> = doc.ahead(at).take(4).filter(operand).filter(|&i| doc.same_sentence(i, at)).collect();
    let exceeds = may_exceed(doc, at);
    for (rank, &part) in parts.iter().enumerate() {
        let wide = line || rank == 0;
        let bases = doc.back(at).filter(operand).filter(|&i| (wide && rate.decimals > 0) || doc.same_sentence(i, at));
        for base in bases.chain(ahead.iter().copied()) {
            offer(doc, at, part, base, exceeds, out);
        }
    }
    if rate.decimals >= 1 {
        for &part in ahead.iter().take(2) {
            for base in ahead.iter().copied().chain(doc.back(at).filter(operand).take(3)) {
                offer(doc, at, part, base, false, out);
            }
        }
    }
    if rate.decimals >= 2 {
        combined(doc, at, &parts, out);
    }
}

fn offer(doc: &Document, at: usize, part: usize, base: usize, exceeds: bool, out: &mut Vec<Reading>) {
    if part == base || !positive(doc, base) || !doc.fits_base(part, base) || !(exceeds || no_larger(doc, part, base)) {
        return;
    }
    if super::hits(doc, at, part, base) {
        out.push(quotient(RULE.name, Firmness::Possible, part, base, scale_of(doc, at)));
    }
}

/// Several neighbouring counts together over one base: 三项合计的率.
fn combined(doc: &Document, at: usize, parts: &[usize], out: &mut Vec<Reading>) {
    if parts.len() < 3 {
        return;
    }
    let bases: Vec<usize> = doc.back(at).filter(|&i| doc.is_operand(i) && positive(doc, i)).take(8).collect();
    for start in 0..parts.len() - 1 {
        for end in start + 2..=parts.len() {
            let run = &parts[start..end];
            let unit = doc.get(run[0]).unit;
            if run.iter().any(|&i| doc.get(i).unit != unit || doc.get(i).role != Role::Level) {
                break;
            }
            for &base in bases.iter().filter(|&&base| !run.contains(&base) && base < run[run.len() - 1]) {
                let mut parts = run.to_vec();
                parts.reverse();
                let calculation = Calculation::Quotient { parts, bases: vec![base], scale: scale_of(doc, at) };
                let proves = || Some(calculation.interval(doc)?.meets(doc.get(at).printed_interval()?));
                if proves().unwrap_or(false) {
                    out.push(Reading {
                        relation: Relation::Quotient,
                        firmness: Firmness::Possible,
                        calculation,
                        rule: RULE.name,
                        series: 0,
                    });
                    return;
                }
            }
        }
    }
}
