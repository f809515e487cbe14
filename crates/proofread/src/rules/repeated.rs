//! The same thing counted twice in one article.

use super::{Rule, no, silent, yes};
use crate::document::Document;
use crate::exact::Exact;
use crate::quantity::{Approximation, Role};
use crate::reading::{Calculation, Firmness, Reading, Relation};
use crate::text;

pub(super) const RULE: Rule = Rule {
    name: "repeated",
    title: "同一个数前后两次",
    meaning: "同名同单位的数在一篇文章里出现两次：相同即相互印证；只有总人口、总户数一类的存量略有出入时才提醒。",
    examples: &[
        yes("全镇总户数5210户。三、健康档案：全镇总户数5210户，已建档。", "5210"),
        no("全镇总户数5210户。三、健康档案：全镇总户数5201户，已建档。", "5201"),
        silent("上半年接诊病人5210人。下半年接诊病人5201人。", "5201"),
    ],
    read,
};

const STOCKS: &[&str] = &["总人口", "总户数", "常住人口", "户籍人口", "农业人口", "人口总数"];

fn read(doc: &Document, at: usize, out: &mut Vec<Reading>) {
    let quantity = doc.get(at);
    if quantity.role != Role::Level || quantity.unit.family.is_rate() || quantity.label.len() < 2 && quantity.noun.len() < 2 {
        return;
    }
    let stock = STOCKS.iter().any(|name| doc.label_string(at) == *name);
    let mut different = None;
    for earlier in doc.twins(at) {
        let other = doc.get(earlier);
        if other.unit != quantity.unit || other.role != Role::Level || other.approximation != quantity.approximation {
            continue;
        }
        if other.value.same(quantity.value) {
            out.push(reading(earlier, Firmness::Possible));
            return;
        }
        if stock
            && other.approximation == Approximation::None
            && slightly(quantity.value, other.value)
            && !dated(doc, at)
            && !dated(doc, earlier)
        {
            different = different.or(Some(earlier));
        }
    }
    if let Some(earlier) = different {
        out.push(reading(earlier, Firmness::Doubtful));
    }
}

/// A stock at another date, or of another place, may differ.
fn dated(doc: &Document, at: usize) -> bool {
    let quantity = doc.get(at);
    let words = doc.text.slice(text::Span::new(quantity.span.start.saturating_sub(14), quantity.span.start));
    ["年", "月", "上", "末", "初", "县", "邻"].iter().any(|word| text::contains(words, word)) || super::explicit_base::is_base(doc, at)
}

fn slightly(value: Exact, other: Exact) -> bool {
    let attempt = || Some(value.sub(other)?.abs().at_most(value.mul(Exact::new(5, 100)?)?));
    attempt().unwrap_or(false)
}

fn reading(earlier: usize, firmness: Firmness) -> Reading {
    Reading { relation: Relation::Repeat, firmness, calculation: Calculation::Equal(earlier), rule: RULE.name, series: 0 }
}
