//! The rate of hospital stays among the insured.

use super::{Rule, is_level_rate, no, positive, scale_of, silent, stem, yes};
use crate::document::Document;
use crate::quantity::Role;
use crate::reading::{Calculation, Firmness, Reading, Relation};
use crate::units::Family;

pub(super) const RULE: Rule = Rule {
    name: "hospital_rate",
    title: "住院率",
    meaning: "住院率=各级住院人次之和÷参合人数；门诊和其他不算在内，只差一点才算错。",
    examples: &[
        yes("参合20000人。补偿其中乡级住院900人次，县级住院700人次，县外200人次，门诊30000人次，住院率9.00%。", "9.00"),
        no("参合20000人。补偿其中乡级住院900人次，县级住院700人次，县外200人次，门诊30000人次，住院率9.04%。", "9.04"),
        silent("参合20000人。补偿其中乡级住院900人次，门诊30000人次，住院率9.00%。", "9.00"),
    ],
    read,
};

fn read(doc: &Document, at: usize, out: &mut Vec<Reading>) {
    if !is_level_rate(doc, at) || !stem(doc, at).ends_with(&['住', '院']) {
        return;
    }
    let stays = |&i: &usize| doc.get(i).unit.family == Family::Attendance && doc.get(i).role == Role::Level && doc.get(i).among.is_some();
    let mut parts: Vec<usize> = doc.back(at).take_while(|&i| doc.same_sentence(i, at)).filter(stays).collect();
    parts.reverse();
    // The list names the levels of hospital first; what follows them is no stay.
    let end = parts.iter().position(|&i| ["门诊", "其他", "其它", "体检"].iter().any(|word| doc.label_has(i, word)));
    parts.truncate(end.unwrap_or(parts.len()));
    let named = parts.iter().filter(|&&i| doc.label_has(i, "住院")).count();
    let insured = doc.back(at).find(|&i| {
        let person = doc.get(i).unit.family == Family::Person && doc.get(i).role == Role::Level;
        person && doc.is_operand(i) && doc.label_has(i, "参") && !doc.label_has(i, "应") && positive(doc, i)
    });
    let Some(base) = insured.filter(|_| named >= 2) else { return };
    let calculation = Calculation::Quotient { parts, bases: vec![base], scale: scale_of(doc, at) };
    out.push(Reading { relation: Relation::Quotient, firmness: Firmness::Likely, calculation, rule: RULE.name, series: 0 });
}
