//! What is left: budget less spent, births less deaths.

use super::{Rule, no, positive, silent, yes};
use crate::document::Document;
use crate::exact::Exact;
use crate::quantity::Role;
use crate::reading::{Calculation, Firmness, Reading, Relation};

pub(super) const RULE: Rule = Rule {
    name: "balance",
    title: "结余与自然增长",
    meaning: "结余=收入（可用、预算）−支出（补偿、使用）；自然增长=出生−死亡。",
    examples: &[
        yes("经费到位80.5万元，支出62.3万元，结余18.2万元。", "18.2"),
        no("经费到位80.5万元，支出62.3万元，结余19.2万元。", "19.2"),
        yes("出生120人，死亡70人，自然增长50人。", "50"),
        no("出生率12.10‰，死亡率7.00‰，自然增长率6.10‰。", "6.10"),
        silent("基金收入900万元，风险金100万元，历年累计结余300万元。", "300"),
    ],
    read,
};

const LEFT: &[&str] = &["结余", "结存", "节余", "剩余", "余额", "库存"];
const HAD: &[&str] = &["可用", "收入", "筹集", "筹资", "到位", "预算", "总额", "下拨", "拨付", "拨入", "购进", "入库", "基金总", "资金"];
const SPENT: &[&str] = &["补偿", "支出", "支付", "使用", "报销", "发放", "开支", "出库", "用于", "已用", "兑现"];

fn any(doc: &Document, at: usize, words: &[&str]) -> bool {
    words.iter().any(|word| doc.label_has(at, word))
}

fn read(doc: &Document, at: usize, out: &mut Vec<Reading>) {
    if doc.get(at).role != Role::Level {
        return;
    }
    if doc.label_has(at, "自然增") || doc.label_has(at, "自增") {
        natural(doc, at, out);
    } else if any(doc, at, LEFT) && doc.is_operand(at) {
        remainder(doc, at, out);
    }
}

fn distance(new: usize, old: usize, firmness: Firmness) -> Reading {
    Reading { relation: Relation::Difference, firmness, calculation: Calculation::Distance { new, old }, rule: RULE.name, series: 0 }
}

fn natural(doc: &Document, at: usize, out: &mut Vec<Reading>) {
    let unit = doc.get(at).unit;
    let find = |word: &str| doc.back(at).find(|&i| doc.get(i).unit == unit && doc.get(i).role == Role::Level && doc.label_has(i, word));
    let (Some(births), Some(deaths)) = (find("出生"), find("死亡")) else { return };
    let plain = [births, deaths]
        .iter()
        .all(|&i| doc.same_sentence(i, at) && !["儿童", "婴儿", "产妇", "新生"].iter().any(|word| doc.label_has(i, word)));
    out.push(distance(births, deaths, if plain { Firmness::Binding } else { Firmness::Possible }));
}

fn remainder(doc: &Document, at: usize, out: &mut Vec<Reading>) {
    let unit = doc.get(at).unit;
    let amounts: Vec<usize> = doc
        .back(at)
        .chain(doc.ahead(at).take(3))
        .filter(|&i| doc.is_operand(i) && (doc.get(i).unit.adds_to(unit) || doc.get(i).unit.text.is_empty()) && positive(doc, i))
        .collect();
    let stated = doc.get(at).value;
    let sentence = |list: &[usize], words: &[&str]| {
        list.iter().copied().filter(|&i| doc.same_sentence(i, at) && any(doc, i, words)).collect::<Vec<_>>()
    };
    let (had, spent) = (sentence(&amounts, HAD), sentence(&amounts, SPENT));
    let single = had.len() == 1 && spent.len() == 1 && had[0] != spent[0] && !carried_over(doc, at);
    for &whole in &amounts {
        for &gone in &amounts {
            if whole == gone || !stated.less(doc.get(whole).value) {
                continue;
            }
            let Some(left) = doc.get(whole).value.sub(doc.get(gone).value) else { continue };
            let Some(gap) = left.sub(stated).map(Exact::abs) else { continue };
            let named = any(doc, whole, HAD) && any(doc, gone, SPENT);
            let slip = Exact::new(1, 1000).and_then(|share| stated.mul(share)).is_some_and(|limit| gap.at_most(limit));
            let firmness = match (named, single && whole == had[0] && gone == spent[0], slip) {
                (true, true, _) => Firmness::Binding,
                (true, false, true) => Firmness::Likely,
                (false, _, true) => Firmness::Possible,
                _ => continue,
            };
            out.push(distance(whole, gone, firmness));
        }
    }
}

/// What is left over from earlier years is no difference of this year's figures.
fn carried_over(doc: &Document, at: usize) -> bool {
    const WINDOW: usize = 40;
    let span = crate::text::Span::new(doc.get(at).span.start.saturating_sub(WINDOW), doc.get(at).span.start);
    ["累计", "历年", "上年结", "滚存", "上年度结", "年初结"].iter().any(|word| doc.text.contains(span, word))
}
