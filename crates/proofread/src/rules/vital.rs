//! Birth, death and growth rates of a population.

use super::{Rule, core, is_level_rate, no, positive, quotient, scale_of, silent, stem, yes};
use crate::document::Document;
use crate::exact::Exact;
use crate::quantity::Role;
use crate::reading::{Calculation, Firmness, Reading, Relation};

pub(super) const RULE: Rule = Rule {
    name: "vital",
    title: "出生率、死亡率、增长率",
    meaning: "人数除以总人口；分母也可以是年平均人口，所以只差一成以内不算错。",
    examples: &[
        yes("全乡总人口20000人，全年出生180人，出生率9.00‰。", "9.00"),
        yes("年末总人口20100人，出生180人，出生率9.00‰，全年净增长200人。", "9.00"),
        no("全乡总人口20000人，全年出生180人，出生率19.00‰。", "19.00"),
        silent("全乡总人口20000人，全年出生180人，出生率9.30‰。", "9.30"),
    ],
    read,
};

const EVENTS: &[&str] = &["出生", "死亡", "自然增长", "年增长", "净增长", "发病"];

fn read(doc: &Document, at: usize, out: &mut Vec<Reading>) {
    let quantity = doc.get(at);
    if !is_level_rate(doc, at) || quantity.unit.family == crate::units::Family::Percent {
        return;
    }
    let name = stem(doc, at);
    let Some(event) = EVENTS.iter().find(|event| crate::text::contains(name, event)) else { return };
    let level = |&i: &usize| doc.is_operand(i) && doc.get(i).role == Role::Level;
    let named = doc.back(at).filter(level).find(|&i| doc.same_sentence(i, at) && doc.named(i, event));
    let Some(part) = named.or_else(|| doc.subject(at)) else { return };
    let population: Vec<char> = "总人口".chars().collect();
    let stocks: Vec<usize> = doc
        .like(&population, at, 4)
        .into_iter()
        .filter(|&i| doc.is_operand(i) && positive(doc, i) && doc.get(i).unit.family == crate::units::Family::Person)
        .collect();
    for (rank, &stock) in stocks.iter().enumerate() {
        let reading = quotient(RULE.name, Firmness::Possible, part, stock, scale_of(doc, at));
        let settled = rank == 0
            && doc.get(stock).line == doc.get(at).line
            && doc.same_group(part, at)
            && core(doc.label(part)).ends_with(core(name))
            && far_off(doc, at, &reading.calculation);
        out.push(Reading { firmness: if settled { Firmness::Binding } else { Firmness::Possible }, ..reading });
        let growth = doc.ahead(stock).find(|&i| {
            doc.is_operand(i) && ["年增长", "净增", "增长"].iter().any(|word| doc.label_has(i, word)) && !doc.label_has(i, "自然")
        });
        if let Some(growth) = growth {
            out.push(Reading {
                relation: Relation::Quotient,
                firmness: Firmness::Possible,
                calculation: Calculation::OverMeanStock { part, stock, growth, scale: scale_of(doc, at) },
                rule: RULE.name,
                series: 0,
            });
        }
    }
}

/// A mean population differs from a year-end one by less than a tenth.
fn far_off(doc: &Document, at: usize, calculation: &Calculation) -> bool {
    let stated = doc.get(at).value;
    let tenth = Exact::new(1, 10).and_then(|share| stated.mul(share));
    let gap = calculation.value(doc).and_then(|value| value.sub(stated)).map(Exact::abs);
    matches!((gap, tenth), (Some(gap), Some(tenth)) if tenth.less(gap))
}
