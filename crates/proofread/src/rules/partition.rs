//! Parts that exhaust a whole although no 其中 says so: 男…女…, 一孩…二孩….

use super::{Rule, no, silent, yes};
use crate::cues::{self, Cue};
use crate::document::Document;
use crate::exact::{Exact, Interval};
use crate::quantity::Role;
use crate::reading::{Calculation, Firmness, Reading, Relation};
use crate::slip;

pub(super) const RULE: Rule = Rule {
    name: "partition",
    title: "互补的分项",
    meaning: "男与女、一孩与二孩、相接的年龄段合起来就是全部：其和应等于前面的总数；只差一点才算错。",
    examples: &[
        yes("全年出生215人。计划免疫建卡及时。男婴118人，女婴97人。", "215"),
        no("老年人体检8000人。男性体检3900人，女性体检4090人。", "8000"),
        silent("老年人体检8000人。男性高血压患者900人，女性高血压患者1100人。", "8000"),
        no("全年出生295人，男164人，女141人。", "295"),
        silent("全年出生215人，及时上报政策内213人。男婴118人，女婴97人。", "213"),
        no("体检老年人5000人。65-69岁2000人；70-79岁2400人；80岁以上590人。", "5000"),
    ],
    read,
};

fn read(doc: &Document, at: usize, out: &mut Vec<Reading>) {
    let total = doc.get(at);
    let level = total.role == Role::Level && total.unit.family.is_count() && total.mantissa > 1;
    if !level || total.cue != Cue::None {
        return;
    }
    let mut parts: Vec<usize> = Vec::new();
    for i in doc.ahead(at) {
        let part = doc.get(i);
        if part.cue == Cue::None || !part.unit.adds_to(total.unit) || part.role != Role::Level || part.depth != total.depth {
            continue;
        }
        if parts.last().is_some_and(|&last| !doc.get(last).cue.continues(part.cue)) {
            parts.clear();
        }
        parts.push(i);
        if parts.len() >= 2 && cues::complete(doc, at, &parts) {
            let near =
                (nearly(doc, at, &parts) || directly(doc, at, &parts)) && !has_rival(doc, at, &parts) && !super::explained(doc, at, &parts);
            let firmness = if near { Firmness::Binding } else { Firmness::Possible };
            out.push(Reading {
                relation: Relation::Sum,
                firmness,
                calculation: Calculation::Sum(parts.clone()),
                rule: RULE.name,
                series: parts[0],
            });
            parts.clear();
        }
    }
}

/// Whether the parts miss the total by no more than one in a hundred: the same people, miscounted.
fn nearly(doc: &Document, at: usize, parts: &[usize]) -> bool {
    let attempt = || {
        let quantity = doc.get(at);
        let sum = parts.iter().try_fold(Interval::point(Exact::ZERO), |sum, &part| sum.add(doc.get(part).interval))?;
        let total = doc.get(at).value;
        let gap = sum.low.sub(total)?.abs();
        let slip = slip::is_slip(total, sum.low, quantity.decimals);
        Some(slip || gap.at_most(total.mul(Exact::new(1, 100)?)?))
    };
    attempt().unwrap_or(false)
}

/// Whether a nearer number could be the total just as well.
fn has_rival(doc: &Document, at: usize, parts: &[usize]) -> bool {
    let alike = |i: usize| doc.get(i).unit.adds_to(doc.get(at).unit) && doc.get(i).role == Role::Level;
    (at + 1..parts[0]).any(|i| alike(i) && nearly(doc, i, parts))
}

/// Whether the bare halves follow their total without anything between: 出生295人，男164人，女141人.
fn directly(doc: &Document, at: usize, parts: &[usize]) -> bool {
    let bare = parts.iter().all(|&part| doc.label(part).len() <= 2 && doc.same_group(part, at));
    let sum = parts.iter().try_fold(Exact::ZERO, |sum, &part| sum.add(doc.get(part).value));
    let total = doc.get(at).value;
    let size = || Some(sum?.sub(total)?.abs().at_most(total.mul(Exact::new(1, 5)?)?));
    bare && parts[0] == at + 1 && parts.len() == 2 && size().unwrap_or(false)
}
