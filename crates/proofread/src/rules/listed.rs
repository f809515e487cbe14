//! Counts announced and then listed: 以下5个方面, 四项原则（…）, “…”三到位.

use super::{Rule, no, silent, yes};
use crate::document::Document;
use crate::quantity::{Approximation, Role};
use crate::reading::{Calculation, Firmness, Reading, Relation};
use crate::text::{Span, is_han};

pub(super) const RULE: Rule = Rule {
    name: "listed",
    title: "先报个数再逐项列出",
    meaning: "“以下5个方面”之后的标题数、“四项原则（甲、乙、丙、丁）”里的项数，应与所报个数相同；列得少可能是没抄全，不算错。",
    examples: &[
        yes("遵循三项原则（自愿、公开、便民）开展工作。", "3"),
        yes("推行“上门、电话、预约”三到位服务。", "3"),
        no("主要做了以下2个方面的工作。\n一、宣传\n二、体检\n三、随访", "2"),
        silent("主要做了以下4个方面的工作。\n一、宣传\n二、体检", "4"),
        yes("主要做了以下2个方面的工作。\n一、宣传\n二、体检\n三、存在的问题", "2"),
        silent("遵循五项原则（自愿、公开、便民等）开展工作。", "5"),
    ],
    read,
};

fn read(doc: &Document, at: usize, out: &mut Vec<Reading>) {
    let quantity = doc.get(at);
    let small = quantity.is_exact_count() && (2..=30).contains(&quantity.mantissa);
    if !small || quantity.approximation != Approximation::None || quantity.role != Role::Level {
        return;
    }
    if let Some(count) = bracket_after(doc, at).or_else(|| quotes_before(doc, at)) {
        // A list may group or split its items, so a differing count is no proof of an error.
        push(count, Firmness::Possible, out);
    }
    if announces(doc, at)
        && let Some(count) = inline_ordinals(doc, at).or_else(|| doc.headings_after(quantity.span.end))
    {
        let more = i128::from(count) > quantity.mantissa;
        push(count, if more { Firmness::Binding } else { Firmness::Possible }, out);
    }
}

fn push(count: u32, firmness: Firmness, out: &mut Vec<Reading>) {
    let calculation = Calculation::Listed { count: i128::from(count) };
    out.push(Reading { relation: Relation::List, firmness, calculation, rule: RULE.name, series: 0 });
}

fn announces(doc: &Document, at: usize) -> bool {
    let quantity = doc.get(at);
    let aspects = doc.text.contains(Span::new(quantity.digits_end, quantity.span.end + 6), "方面")
        || matches!(quantity.unit.text, "项" | "点" | "条" | "方面" | "个");
    aspects && ["以下", "如下", "下列"].iter().any(|word| doc.text.contains(doc.clause(at), word))
}

/// Items of the bracket that opens after the count and its noun.
fn bracket_after(doc: &Document, at: usize) -> Option<u32> {
    let quantity = doc.get(at);
    let open = quantity.span.end + quantity.noun.len();
    if doc.text.at(open) != '(' {
        return None;
    }
    let close = (open + 1..open + 120).find(|&i| matches!(doc.text.at(i), ')' | '\n'))?;
    items(doc, Span::new(open + 1, close))
}

/// Items of the quotation that closes right before the count: “甲、乙”二到位.
fn quotes_before(doc: &Document, at: usize) -> Option<u32> {
    let start = doc.get(at).span.start;
    if doc.text.before(start) != '”' {
        return None;
    }
    let open = (start.saturating_sub(60)..start - 1).rev().find(|&i| matches!(doc.text.at(i), '“' | '\n'))?;
    items(doc, Span::new(open + 1, start - 1))
}

/// Counts items between 、; an open list, a list with numbers or with other punctuation counts as none.
fn items(doc: &Document, span: Span) -> Option<u32> {
    let chars = doc.text.slice(span);
    let closed = chars.iter().all(|&c| is_han(c) || c == '、') && chars.last() != Some(&'等');
    let count = chars.split(|&c| c == '、').filter(|item| !item.is_empty()).count();
    if closed && count >= 2 { u32::try_from(count).ok() } else { None }
}

/// 一是…二是…三是… in the rest of the paragraph.
fn inline_ordinals(doc: &Document, at: usize) -> Option<u32> {
    const LONGEST: usize = 1500;
    const ORDINALS: [char; 9] = ['一', '二', '三', '四', '五', '六', '七', '八', '九'];
    let start = doc.get(at).span.end;
    let mut count = 0;
    for i in start..start + LONGEST {
        if doc.text.at(i) == '\n' {
            break;
        }
        let next = ORDINALS.get(count)?;
        if doc.text.at(i) == *next && doc.text.at(i + 1) == '是' && !is_han(doc.text.before(i)) {
            count += 1;
        }
    }
    if count >= 2 { u32::try_from(count).ok() } else { None }
}
