//! The sentence that tells a clerk why.
//!
//! Lives here: all Chinese wording of verdicts. May not: decide anything.

use crate::claim::{Certainty, Verdict};
use crate::document::Document;
use crate::engine;
use crate::exact::Exact;
use crate::judge::Judgement;
use crate::quantity::{Approximation, Role};
use crate::reading::{Calculation, Reading};

/// A plain sentence for the verdict on quantity `at`.
pub(crate) fn sentence(doc: &Document, at: usize, judgement: &Judgement, recomputed: Option<&str>) -> String {
    let Some(reading) = &judgement.reading else { return unchecked(doc, at) };
    let stated = format!("{}{}", engine::stated(doc, at), engine::unit(doc, at));
    let unit = engine::unit(doc, at);
    let written = reading.calculation.written(doc, doc.get(at).shift);
    let value = recomputed.map(|value| format!("{value}{unit}")).unwrap_or_default();
    match judgement.verdict {
        Verdict::Consistent => consistent(doc, at, judgement.certainty, &reading.calculation, &written, &value),
        _ => {
            let mut text = contradiction(doc, reading, &written, &value, &stated);
            if judgement.certainty == Certainty::Rounding {
                text.push_str("；只差末位，可能是截尾而没有四舍五入");
            } else if let Some(other) = alternative(doc, at, reading) {
                text.push_str(&other);
            }
            if judgement.certainty == Certainty::Soft {
                text.push_str("；也可能口径或时点不同，请核对");
            }
            text.push('。');
            text
        }
    }
}

fn consistent(doc: &Document, at: usize, certainty: Certainty, calculation: &Calculation, written: &str, value: &str) -> String {
    let approximate = doc.get(at).approximation != Approximation::None;
    match calculation {
        Calculation::NoMoreThan(whole) => format!("不大于所属的{}，相符。", label(doc, *whole)),
        Calculation::Equal(earlier) => {
            format!("与第{}行的同名数字一致。", doc.text.place(doc.get(*earlier).span.start).0)
        }
        Calculation::Listed { count } => format!("文中逐项列出{count}项，相符。"),
        _ if approximate => format!("{written}={value}，与文中的约数不矛盾。"),
        _ if certainty == Certainty::Rounding => {
            format!("{written}={value}；分子或分母是约数（如以万为单位），文中所写在其取整范围之内。")
        }
        _ => format!("{written}={value}，与文中一致。"),
    }
}

fn contradiction(doc: &Document, reading: &Reading, written: &str, value: &str, stated: &str) -> String {
    match &reading.calculation {
        Calculation::NoMoreThan(whole) => {
            format!("“其中”的{stated}大于它所属的{}", label(doc, *whole))
        }
        Calculation::Equal(earlier) => {
            let place = doc.text.place(doc.get(*earlier).span.start).0;
            format!("这里写{stated}，第{place}行同名的数是{}", doc.get(*earlier).value.plain())
        }
        Calculation::Limit(limit) => format!("这个率是部分占全部，不会超过{limit}%，文中写{stated}"),
        Calculation::Listed { count } => format!("文中说{stated}，下面实际列出{count}项"),
        Calculation::SomePartOf { base, .. } => {
            format!("分母是{}，任何整数除以它都得不出{stated}", doc.get(*base).value.plain())
        }
        _ => format!("{written}={value}，文中写{stated}"),
    }
}

/// Another count of the sentence that comes nearer to the stated value, for the clerk to think about.
fn alternative(doc: &Document, at: usize, decided: &Reading) -> Option<String> {
    let Calculation::Quotient { parts, bases, scale } = &decided.calculation else { return None };
    let stated = doc.get(at).value;
    let limit = stated.mul(Exact::new(5, 100)?)?;
    let mut best: Option<(Exact, String)> = None;
    let others = doc.back(at).filter(|&i| doc.same_sentence(i, at) && doc.is_operand(i) && !parts.contains(&i) && !bases.contains(&i));
    for base in others {
        let calculation = Calculation::Quotient { parts: parts.clone(), bases: vec![base], scale: *scale };
        let Some(value) = calculation.value(doc) else { continue };
        let gap = value.sub(stated)?.abs();
        if gap.at_most(limit) && best.as_ref().is_none_or(|(held, _)| gap.less(*held)) {
            let shown = engine::in_stated_unit(doc, at, value)?;
            best = Some((gap, format!("；若以{}为分母得{shown}{}", label(doc, base), engine::unit(doc, at))));
        }
    }
    best.map(|(_, text)| text)
}

fn label(doc: &Document, at: usize) -> String {
    let name = doc.label_string(at);
    format!("{name}{}{}", engine::stated(doc, at), engine::unit(doc, at))
}

fn unchecked(doc: &Document, at: usize) -> String {
    let quantity = doc.get(at);
    if quantity.role == Role::Blank {
        return "数字空缺，无法核算。".to_owned();
    }
    match quantity.role {
        Role::Change => "文中没有写明上期数，无法核算。".to_owned(),
        _ if quantity.approximation != Approximation::None => "是约数或限值，文中没有可核算的数。".to_owned(),
        _ => "文中没有找到与它相符的分子和分母，无法核算。".to_owned(),
    }
}
