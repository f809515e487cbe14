//! The rules: each a small named reading with a Chinese explanation and examples of its own.
//!
//! Lives here: the list of rules and the words they share. May not: verdicts (judge.rs), finding numbers (scan.rs).
//!
//! To add a rule, copy one file: a `pub(super) const RULE` with `examples` that show where it speaks and where it
//! keeps silent, and a `read` function that pushes readings. Then name it in [`RULES`]; the tests run its examples.
//! Ask of every rule whether it would accuse an ordinary report: if it could, let it push [`Firmness::Possible`].

mod average;
mod balance;
mod base_names;
mod cadence;
mod change;
mod contained_base;
mod due_done;
mod explicit_base;
mod far_apart;
mod fraction;
mod granularity;
mod hospital_rate;
mod limits;
mod listed;
mod named_base;
mod nearby;
mod out_of;
mod own_name;
mod pairs_overall;
mod part_of;
mod partition;
mod repeated;
mod same_population;
mod sex_ratio;
mod siblings;
mod table_total;
mod total_after;
mod total_before;
mod vital;

use crate::claim::Verdict;
use crate::document::Document;
use crate::exact::Exact;
use crate::judge;
use crate::quantity::Role;
use crate::reading::{Calculation, Firmness, Reading, Relation};
use crate::text;
use crate::units::Family;

/// A sentence and what must come of one number in it.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    /// The sentence.
    pub text: &'static str,
    /// The stated number as printed.
    pub stated: &'static str,
    /// The verdict that the whole set of rules must reach on it.
    pub verdict: Verdict,
}

/// A named reading of numbers.
#[derive(Clone, Copy)]
pub struct Rule {
    /// Stable English name.
    pub name: &'static str,
    /// Chinese title.
    pub title: &'static str,
    /// Chinese explanation: what the rule takes from the wording.
    pub meaning: &'static str,
    /// Sentences that show it at work and, as important, silent.
    pub examples: &'static [Example],
    read: fn(&Document, usize, &mut Vec<Reading>),
}

impl std::fmt::Debug for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rule").field("name", &self.name).finish_non_exhaustive()
    }
}

/// All rules. Among readings of equal firmness that miss, the first in this order is named in the reason.
pub(crate) const RULES: &[Rule] = &[
    fraction::RULE,
    explicit_base::RULE,
    due_done::RULE,
    pairs_overall::RULE,
    base_names::RULE,
    named_base::RULE,
    siblings::RULE,
    out_of::RULE,
    own_name::RULE,
    contained_base::RULE,
    vital::RULE,
    hospital_rate::RULE,
    same_population::RULE,
    sex_ratio::RULE,
    average::RULE,
    total_after::RULE,
    total_before::RULE,
    table_total::RULE,
    partition::RULE,
    change::RULE,
    balance::RULE,
    part_of::RULE,
    listed::RULE,
    cadence::RULE,
    repeated::RULE,
    limits::RULE,
    granularity::RULE,
];

/// Rules that search for a proof when the wording names no operands that prove the number.
pub(crate) const SEARCHES: &[Rule] = &[nearby::RULE, far_apart::RULE];

/// Every rule, in the order in which they are asked.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    RULES.iter().chain(SEARCHES)
}

/// All readings of quantity `at`; searches are spared when a reading by wording already proves it.
pub(crate) fn readings(doc: &Document, at: usize, out: &mut Vec<Reading>) {
    for rule in RULES {
        (rule.read)(doc, at, out);
    }
    if is_overall(doc, at) {
        for reading in out.iter_mut().filter(|reading| ONE_PAIR.contains(&reading.rule)) {
            reading.firmness = Firmness::Possible;
        }
    }
    if out.iter().any(|reading| judge::proves(doc, at, reading)) {
        return;
    }
    for rule in SEARCHES {
        (rule.read)(doc, at, out);
    }
}

/// Rules that read one pair of counts; an overall rate sums up several.
const ONE_PAIR: &[&str] = &[due_done::RULE.name, base_names::RULE.name, own_name::RULE.name, out_of::RULE.name, contained_base::RULE.name];

/// Rates over everything that was listed before: 总合格率, 平均接种率.
fn is_overall(doc: &Document, at: usize) -> bool {
    is_level_rate(doc, at) && ["总", "平均", "合计", "综合", "均达", "全部"].iter().any(|word| doc.text.contains(doc.clause(at), word))
}

const fn yes(text: &'static str, stated: &'static str) -> Example {
    Example { text, stated, verdict: Verdict::Consistent }
}

const fn no(text: &'static str, stated: &'static str) -> Example {
    Example { text, stated, verdict: Verdict::Contradiction }
}

const fn silent(text: &'static str, stated: &'static str) -> Example {
    Example { text, stated, verdict: Verdict::Unchecked }
}

/// Whether the wording itself calls the number an average.
pub(crate) fn states_average(doc: &Document, at: usize) -> bool {
    average::each(doc, at) && !doc.get(at).unit.family.is_rate()
}

/// A rate as a level: not a change, not last year's, not a blank.
fn is_level_rate(doc: &Document, at: usize) -> bool {
    let quantity = doc.get(at);
    quantity.unit.family.is_rate() && matches!(quantity.role, Role::Level)
}

fn quotient(rule: &'static str, firmness: Firmness, part: usize, base: usize, scale: i128) -> Reading {
    Reading {
        relation: Relation::Quotient,
        firmness,
        calculation: Calculation::Quotient { parts: vec![part], bases: vec![base], scale },
        rule,
        series: 0,
    }
}

fn scale_of(doc: &Document, at: usize) -> i128 {
    doc.get(at).unit.family.scale()
}

/// The name of a rate without 率 and what follows it: 及时接种率为 gives 及时接种.
fn stem(doc: &Document, at: usize) -> &[char] {
    let label = doc.label(at);
    match label.iter().rposition(|&c| c == '率' || c == '比') {
        Some(end) => &label[..end],
        None => label,
    }
}

/// Strips words that say "number of" or "total" from a name.
fn core(mut name: &[char]) -> &[char] {
    const TAILS: &[&str] = &["总人数", "总数", "人数", "例数", "户数", "数量", "数", "总量", "总额", "金额", "者", "者共", "人次数"];
    const HEADS: &[&str] = &["总", "全部", "同期", "年末", "年底", "当年", "本年"];
    if let Some(length) = TAILS.iter().find_map(|tail| text::ending(name, tail)).filter(|&length| length + 2 <= name.len()) {
        name = &name[..name.len() - length];
    }
    for head in HEADS {
        let length = head.chars().count();
        if name.len() > length + 1 && text::begins(name, head) {
            name = &name[length..];
        }
    }
    name
}

/// Names of groups of people or things that services reach: fit to stand below the line.
fn names_population(label: &[char]) -> bool {
    const NOUNS: &[&str] = &[
        "人口",
        "儿童",
        "妇女",
        "产妇",
        "孕妇",
        "活产",
        "老年人",
        "老人",
        "患者",
        "病人",
        "学生",
        "居民",
        "农民",
        "新生儿",
        "婴儿",
        "对象",
        "人群",
        "户",
        "村民",
        "职工",
        "夫妇",
        "出生",
        "应",
        "病例",
        "幼儿",
        "育龄",
    ];
    NOUNS.iter().any(|noun| text::contains(label, noun))
}

/// Rates that may exceed the whole: work done against work set.
fn may_exceed(doc: &Document, at: usize) -> bool {
    ["完成", "任务", "目标", "计划"].iter().any(|word| doc.label_has(at, word)) || doc.text.contains(doc.clause(at), "任务")
}

fn no_larger(doc: &Document, part: usize, whole: usize) -> bool {
    doc.get(part).interval.low.at_most(doc.get(whole).interval.high)
}

fn positive(doc: &Document, at: usize) -> bool {
    doc.get(at).mantissa > 0
}

fn is_money(doc: &Document, at: usize) -> bool {
    doc.get(at).unit.family == Family::Money
}

/// A part picked out of a special group needs a base of that group.
fn same_group_of_people(doc: &Document, part: usize, base: usize) -> bool {
    const SPECIAL: &[&str] =
        &["高危", "流动", "外来", "贫困", "农村", "城镇", "本地", "外地", "困难", "低保", "新生儿", "初治", "涂阳", "重症"];
    SPECIAL.iter().all(|word| doc.label_has(part, word) == doc.label_has(base, word))
}

/// Checked here rather than by the judge so that only pairs that prove something become readings.
fn hits(doc: &Document, at: usize, part: usize, base: usize) -> bool {
    let attempt = || {
        let scale = crate::exact::Exact::whole(scale_of(doc, at));
        let share = doc.get(part).interval.times(scale)?.div(doc.get(base).interval)?;
        Some(share.meets(doc.get(at).printed_interval()?))
    };
    attempt().unwrap_or(false)
}

/// Whether no other rate stands between a count and the rate: later rates have other bases more often than not.
fn first_rate_after(doc: &Document, part: usize, at: usize) -> bool {
    (part + 1..at).all(|i| !is_level_rate(doc, i))
}

/// Whether the parts make another number of the paragraph: then they are parts of that one.
fn explained(doc: &Document, at: usize, parts: &[usize]) -> bool {
    let sum = parts.iter().try_fold(Exact::ZERO, |sum, &part| sum.add(doc.get(part).value));
    let Some(sum) = sum else { return true };
    let last = parts.iter().copied().chain([at]).max().unwrap_or(at);
    doc.back(last).any(|i| i != at && !parts.contains(&i) && doc.get(i).value.same(sum) && doc.get(i).unit.adds_to(doc.get(at).unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_of_every_rule_holds() {
        let mut wrong = Vec::new();
        for rule in all() {
            assert!(rule.examples.len() >= 2, "{} needs examples for and against", rule.name);
            for example in rule.examples {
                let report = crate::check(example.text);
                let verdict = report
                    .claims
                    .iter()
                    .filter(|claim| claim.stated == example.stated)
                    .map(|claim| claim.verdict)
                    .max_by_key(|verdict| match verdict {
                        Verdict::Contradiction => 2,
                        Verdict::Consistent => 1,
                        Verdict::Unchecked => 0,
                    })
                    .unwrap_or(Verdict::Unchecked);
                if verdict != example.verdict {
                    wrong.push(format!("{}: {} [{}] -> {verdict:?}", rule.name, example.text, example.stated));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn names_are_unique_and_explained() {
        let mut names: Vec<_> = all().map(|rule| rule.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all().count());
        assert!(all().all(|rule| rule.meaning.chars().count() > 10 && !rule.title.is_empty()));
    }
}
