//! Work due and work done: 应种…实种…接种率.

use super::{Rule, is_level_rate, no, positive, quotient, scale_of, silent, stem, yes};
use crate::document::Document;
use crate::quantity::Role;
use crate::reading::{Firmness, Reading};
use crate::text;

pub(super) const RULE: Rule = Rule {
    name: "due_done",
    title: "应×与实×",
    meaning: "“应种A、实种B、接种率P%”一类：实际数除以应完成数。",
    examples: &[
        yes("应查3200人，实查2880人，检查率90.0%。", "90.0"),
        no("应查3200人，实查2880人，检查率92.5%。", "92.5"),
        yes("应参合1.52万人，已参合1.29万人，参合率85.0%。", "85.0"),
        silent("应查3200人，实查2880人，其中发现异常者若干，治愈率70%。", "70"),
        silent("应种320人，实种310人，及时接种率91.2%。", "91.2"),
        silent("应查320人，实查310人，到检率96.9%，一季度到检率97.2%。", "97.2"),
        silent("卡介苗应种320人，实种310人，建卡率99.9%。", "99.9"),
        no("接种率97.2%，应种500人，实种491人。", "97.2"),
        no("计划培训200人，实际培训150人，完成率85%。", "85"),
    ],
    read,
};

const DUE: &[&str] = &["应", "任务", "计划", "目标"];
const DONE: &[&str] = &["实", "已", "完成"];

fn begins(label: &[char], heads: &[&str]) -> bool {
    heads.iter().any(|head| text::contains(label, head))
}

pub(super) fn is_due(doc: &Document, at: usize) -> bool {
    let label = doc.label(at);
    begins(label, DUE) && !begins(label, &["实应", "对应", "适应", "反应", "响应", "已", "实", "完成", "计划生育", "相应", "应急"])
}

pub(super) fn is_done(doc: &Document, at: usize) -> bool {
    let label = doc.label(at);
    begins(label, DONE) && !begins(label, &["已婚", "实行", "实施", "应"])
}

/// Names of rates that are about work done, or share a word with it.
fn is_about(doc: &Document, at: usize, done: usize, due: usize) -> bool {
    let name = stem(doc, at);
    if name.is_empty() || QUALITIES.iter().any(|word| text::contains(name, word) && !doc.label_has(done, word)) {
        return false;
    }
    // Only the verb counts: 种 of 卡介苗应种, so that 建卡率 is not about it.
    let verb = |at: usize| {
        let label = doc.label(at);
        let start = label.iter().position(|c| "应实已".contains(*c)).map_or(0, |place| place + 1);
        &label[start..]
    };
    let words: Vec<char> = verb(done).iter().chain(verb(due)).copied().filter(|c| !"际数人完成的".contains(*c)).collect();
    let first_words: String = name.iter().collect();
    let ending = &name[name.len().saturating_sub(2)..];
    ending.iter().any(|c| words.contains(c))
        || crate::label::common(name, verb(done)) >= 2
        || ["完成", "到位", "执行", "落实", "服苗", "接种", "受检", "到检", "参检", "普查", "覆盖"]
            .iter()
            .any(|word| first_words.ends_with(word))
}

/// Rates of how well, not how much, was done: their numerators are other counts.
const QUALITIES: &[&str] = &[
    "及时",
    "首针",
    "首剂",
    "第一针",
    "合格",
    "达标",
    "规范",
    "患病",
    "检出",
    "阳性",
    "治",
    "死亡",
    "符合",
    "准确",
    "满意",
    "知晓",
    "随访",
    "控制",
];

/// The last pair due and done before `at` in its sentence.
pub(super) fn pair_before(doc: &Document, at: usize) -> Option<(usize, usize)> {
    let level = |&i: &usize| doc.is_operand(i) && doc.get(i).role == Role::Level && doc.same_sentence(i, at);
    let done = doc.back(at).filter(level).find(|&i| is_done(doc, i))?;
    let due = doc.back(done).filter(level).take(3).find(|&i| is_due(doc, i) && doc.fits_base(done, i))?;
    positive(doc, due).then_some((due, done))
}

fn read(doc: &Document, at: usize, out: &mut Vec<Reading>) {
    if !is_level_rate(doc, at) {
        return;
    }
    let Some((due, done)) = pair_before(doc, at) else { return pair_after(doc, at, out) };
    let subject = doc.subject(at) == Some(done);
    let firmness = match (super::first_rate_after(doc, done, at) && is_about(doc, at, done, due), subject) {
        (true, true) => Firmness::Binding,
        (true, false) => Firmness::Likely,
        (false, _) => Firmness::Possible,
    };
    out.push(quotient(RULE.name, firmness, done, due, scale_of(doc, at)));
}

/// 接种率98.2%，应种500人，实种491人: the pair may follow its rate.
fn pair_after(doc: &Document, at: usize, out: &mut Vec<Reading>) {
    let (due, done) = (at + 1, at + 2);
    if done >= doc.quantities.len() || !doc.same_sentence(done, at) || !is_due(doc, due) || !is_done(doc, done) {
        return;
    }
    let alone = doc.quantities.get(done + 1).is_none_or(|next| next.sentence != doc.get(at).sentence || !next.unit.family.is_rate());
    let counts = doc.is_operand(due) && doc.is_operand(done) && positive(doc, due) && doc.fits_base(done, due);
    if counts && alone && is_about(doc, at, done, due) {
        out.push(quotient(RULE.name, Firmness::Likely, done, due, scale_of(doc, at)));
    }
}
