//! Shares of a named whole: 占总人口的5%.

use super::{Rule, core, explicit_base, is_level_rate, no, no_larger, positive, quotient, scale_of, silent, yes};
use crate::document::Document;
use crate::quantity::Role;
use crate::reading::{Firmness, Reading};
use crate::text::Span;
use crate::{label, text};

pub(super) const RULE: Rule = Rule {
    name: "named_base",
    title: "占某某的百分比",
    meaning: "“A人，占某某的P%”：在前后文里找名叫“某某”的数作分母，最近的优先。",
    examples: &[
        yes("全镇总人口18000人。65岁以上老年人2700人，占总人口的15%。", "15"),
        no("全镇总人口18000人，65岁以上老年人2700人，占总人口的18%。", "18"),
        yes("共体检800人，其中男性320人，占体检人数的40.0%。", "40.0"),
        no("共有卫生室200个，其中甲级150个，占65.0%，乙级50个，占25.0%。", "65.0"),
        silent("总户数500户。会员400名，会员家庭占总户数的25%。", "25"),
        silent("公共卫生支出86万元，占财政支出的7.3%。", "7.3"),
    ],
    read,
};

/// A whole that is only called the total.
const TOTALS: &[&str] = &["", "总", "总数", "总量", "总额", "全部", "总人数", "总人次", "总例数", "合计"];

/// The words between 占 and the number, and whether other words before 占 make a subject of their own.
fn whole_name(doc: &Document, at: usize) -> Option<(Span, bool)> {
    let clause = doc.clause(at);
    let start = (clause.start..clause.end).rev().find(|&i| doc.text.at(i) == '占')?;
    let mut name = label::clean(&doc.text, Span::new(start + 1, clause.end));
    for word in ["的比例", "的比重", "比例", "比重", "的"] {
        while doc.text.ends_with(name.end, word) && name.len() >= word.chars().count() {
            name.end -= word.chars().count();
        }
    }
    let subject = label::clean(&doc.text, Span::new(clause.start, start));
    let own = (subject.start..subject.end).any(|i| text::is_han(doc.text.at(i)));
    Some((name, own))
}

fn is_named(doc: &Document, at: usize, name: &[char]) -> bool {
    let quantity = doc.get(at);
    let wanted = core(name);
    let matches = |held: &[char]| {
        let held = core(held);
        let shorter = held.len().min(wanted.len());
        // A short name inside a longer one is the same whole only at its end: 体检 in 免费体检.
        shorter >= 2 && (held.ends_with(wanted) || wanted.ends_with(held) || held.starts_with(wanted) && held.len() <= wanted.len() + 2)
    };
    matches(doc.text.slice(quantity.label)) || matches(doc.text.slice(quantity.noun))
}

/// Bases farther away than this may be those of another place, the whole population excepted.
const FARTHEST_BASE: usize = 30;

fn names_all(name: &[char]) -> bool {
    name == ['总', '人', '口']
}

/// Whether the label is the name itself; 总人口 may be called 常住人口 where it is counted.
fn is_exactly(doc: &Document, at: usize, name: &[char]) -> bool {
    let label = doc.label(at);
    let population = |words: &[char]| matches!(words, ['总', '人', '口'] | ['常', '住', '人', '口'] | ['户', '籍', '人', '口']);
    label == name
        || (core(label) == core(name) && label.contains(&'总') == name.contains(&'总'))
        || (population(label) && population(name))
        || text::contains(label, &name.iter().collect::<String>())
        || doc.text.slice(doc.get(at).noun) == name
}

/// The total that 其中 divides, for shares without a named whole: 共186个，其中甲级150个，占80.6%.
fn divided_total(doc: &Document, part: usize) -> Option<usize> {
    let mark = doc.get(part).among?;
    let unit = doc.get(part).unit;
    doc.back(part).filter(|&i| doc.get(i).span.start < mark).find(|&i| {
        doc.is_operand(i) && doc.get(i).role == Role::Level && doc.get(i).unit == unit && doc.get(i).depth <= doc.get(part).depth
    })
}

/// Quantities that carry the name of the whole, the exact name first, then the nearest.
fn wholes(doc: &Document, at: usize, name: &[char]) -> Vec<usize> {
    let mut found: Vec<usize> = doc.like(core(name), at, 10).into_iter().filter(|&i| doc.is_operand(i)).collect();
    found.retain(|&i| is_named(doc, i, name) && doc.get(i).role == Role::Level);
    found.sort_by_key(|&i| (!is_exactly(doc, i, name), doc.get(i).line != doc.get(at).line, i > at, i.abs_diff(at)));
    found
}

fn read(doc: &Document, at: usize, out: &mut Vec<Reading>) {
    if !is_level_rate(doc, at) || explicit_base::base_of(doc, at).is_some() {
        return;
    }
    let Some((name, own_subject)) = whole_name(doc, at) else { return };
    let Some(part) = doc.subject(at) else { return };
    let scale = scale_of(doc, at);
    let name = doc.text.slice(name);
    if TOTALS.contains(&name.iter().collect::<String>().as_str()) {
        if let Some(whole) = divided_total(doc, part).filter(|&i| positive(doc, i) && no_larger(doc, part, i)) {
            let firmness = if doc.same_group(part, at) && !own_subject { Firmness::Binding } else { Firmness::Possible };
            out.push(quotient(RULE.name, firmness, part, whole, scale));
        }
        return;
    }
    for (rank, &whole) in wholes(doc, at, name).iter().enumerate() {
        if whole == part || !positive(doc, whole) || !doc.fits_base(part, whole) || !no_larger(doc, part, whole) {
            continue;
        }
        let same_line = doc.get(whole).line == doc.get(at).line && whole < at;
        let exact = is_exactly(doc, whole, name);
        let close = at.abs_diff(whole) <= FARTHEST_BASE;
        let firmness = match (rank == 0 && doc.same_group(part, at) && !own_subject, same_line, exact) {
            (true, true, true) => Firmness::Binding,
            (true, false, true) if close || names_all(name) => Firmness::Doubtful,
            (true, _, false) => Firmness::Likely,
            _ => Firmness::Possible,
        };
        out.push(quotient(RULE.name, firmness, part, whole, scale));
    }
}
