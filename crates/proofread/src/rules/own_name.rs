//! A population, what was done for it, and the rate of that name: 儿童500人，建卡480人，建卡率96%.

use super::{Rule, core, is_level_rate, names_population, no, no_larger, positive, quotient, scale_of, silent, stem, yes};
use crate::document::Document;
use crate::label;
use crate::quantity::Role;
use crate::reading::{Firmness, Reading};

pub(super) const RULE: Rule = Rule {
    name: "own_name",
    title: "同名的数和率",
    meaning: "“对象A人，某事B人，某事率P%”：B除以紧挨在前的A。",
    examples: &[
        yes("辖区儿童500人，建卡480人，建卡率96%。", "96"),
        no("辖区高血压患者500人，规范管理320人，规范管理率75.0%。", "75.0"),
        silent("门诊120人，转诊30人，转诊率5%。", "5"),
        silent("孕产妇265人，早孕检查248人，早孕检查率90.2%。", "90.2"),
        silent("7岁以下儿童900人，建卡850人；3岁以下系统管理300人，系统管理率88.2%。", "88.2"),
    ],
    read,
};

fn read(doc: &Document, at: usize, out: &mut Vec<Reading>) {
    // Rates per thousand have populations for bases, whose mean is seldom printed: vital.rs.
    if !is_level_rate(doc, at) || !doc.label(at).contains(&'率') || scale_of(doc, at) != 100 {
        return;
    }
    let Some(part) = doc.subject(at) else { return };
    if !same_name(core(doc.label(part)), stem(doc, at)) {
        return;
    }
    let group = |i: usize| doc.same_group(i, at) && doc.get(i).role == Role::Level && doc.get(i).depth <= doc.get(at).depth;
    let base = doc.back(part).find(|&i| group(i) && doc.is_operand(i));
    let Some(base) = base.filter(|&i| no_larger(doc, part, i) && positive(doc, i) && doc.fits_base(part, i)) else { return };
    if !super::first_rate_after(doc, part, at) {
        return;
    }
    let own_population = names_population(doc.label(part));
    let settled = names_population(doc.label(base))
        && !is_pregnant(doc, base)
        && !own_population
        && base + 1 == part
        && super::same_group_of_people(doc, part, base);
    let firmness = if settled { Firmness::Binding } else { Firmness::Likely };
    out.push(quotient(RULE.name, firmness, part, base, scale_of(doc, at)));
}

/// 建卡 and 建卡率, 规范管理 and 管理率: one ends with the other. 建立手册 and 建册率: one is short for the other.
fn same_name(done: &[char], stem: &[char]) -> bool {
    let shorter = done.len().min(stem.len());
    let ends = done.ends_with(stem) || stem.ends_with(done) || done.starts_with(stem);
    shorter >= 2 && (ends || (done.last() == stem.last() && label::common(done, stem) == shorter))
}

/// Rates of maternal care are over births, not over all who were pregnant in the year.
fn is_pregnant(doc: &Document, at: usize) -> bool {
    ["孕产妇", "孕妇"].iter().any(|word| doc.label_has(at, word))
}
