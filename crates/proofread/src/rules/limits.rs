//! Rates that cannot exceed the whole.

use super::{Rule, is_level_rate, may_exceed, no, silent};
use crate::document::Document;
use crate::reading::{Calculation, Firmness, Reading, Relation};
use crate::units::Family;

pub(super) const RULE: Rule = Rule {
    name: "limits",
    title: "不会超过100%的率",
    meaning: "合格率、及时率、知晓率、病死率等是部分占全部，超过100%必有错；完成率可以超过100%。",
    examples: &[no("报告及时率为101.2%。", "101.2"), silent("血检完成率117%。", "117"), silent("报告及时率为99.2%。", "99.2")],
    read,
};

const BOUNDED: &[&str] = &["合格率", "及时率", "知晓率", "满意率", "病死率", "治愈率", "成功率", "准确率", "符合率", "阳性率", "感染率"];

fn read(doc: &Document, at: usize, out: &mut Vec<Reading>) {
    let quantity = doc.get(at);
    if !is_level_rate(doc, at) || quantity.unit.family != Family::Percent || may_exceed(doc, at) {
        return;
    }
    if BOUNDED.iter().any(|name| doc.label_has(at, name)) {
        let calculation = Calculation::Limit(100);
        out.push(Reading { relation: Relation::Quotient, firmness: Firmness::Binding, calculation, rule: RULE.name, series: 0 });
    }
}
