//! Labels: the words that say what a number counts, and how alike two of them are.
//!
//! Lives here: finding label and noun of each quantity, its role, cleaning, likeness. May not: judge.

use crate::cues;
use crate::quantity::{Quantity, Role};
use crate::text::{Span, Text, is_han};
use crate::units::Family;

/// Labels are short; longer runs of prose say nothing more about the number.
const LONGEST_LABEL: usize = 24;
const LONGEST_NOUN: usize = 10;

/// Words before a label that say when or how, not what.
const LEADING: &[&str] = &[
    "其中",
    "包括",
    "其",
    "全年",
    "今年",
    "本年度",
    "本年",
    "年度",
    "目前",
    "截至目前",
    "同时",
    "另外",
    "并",
    "已经",
    "共计",
    "合计",
    "总计",
    "累计",
    "共有",
    "现有",
    "总共",
    "共",
    "计",
    "年",
    "有",
    "和",
    "及",
    "与",
    "现",
    "全镇",
    "全县",
    "全乡",
    "全市",
    "全区",
    "全省",
    "全国",
    "全院",
    "全村",
    "辖区内",
    "辖区",
    "我镇",
    "我县",
    "我乡",
    "我市",
    "我区",
    "我院",
    "镇",
    "为",
    "在",
    "到",
    "的",
    "以",
    "将",
    "对",
    "使",
];

/// Words between a label and its number.
const TRAILING: &[&str] = &[
    "达到了",
    "达到",
    "仅为",
    "共计",
    "合计",
    "总计",
    "累计",
    "约为",
    "达",
    "为",
    "是",
    "有",
    "共",
    "了",
    "约",
    "近",
    "计",
    "的",
    "仅",
    "只",
    "在",
    "至",
    "到",
    "保持",
    "稳定",
    "等",
    "=",
    ":",
];

fn is_boundary(c: char) -> bool {
    matches!(
        c,
        ',' | '，' | '。' | ';' | ':' | '、' | '!' | '?' | '\n' | '\t' | '(' | ')' | '【' | '】' | '“' | '”' | '[' | ']' | '《' | '》'
    )
}

/// Gives every quantity its label, noun, mask and role.
pub(crate) fn attach(text: &Text, quantities: &mut [Quantity]) {
    for at in 0..quantities.len() {
        let label = label_of(text, quantities, at);
        let noun = noun_of(text, quantities, at);
        let previous_end = at.checked_sub(1).map_or(0, |previous| quantities[previous].span.end);
        let role = role_of(text, &quantities[at], label, previous_end);
        let quantity = &mut quantities[at];
        quantity.label = label;
        quantity.noun = noun;
        quantity.mask = mask(text.slice(label)) | mask(text.slice(noun));
        if quantity.role == Role::Level {
            quantity.role = role;
        }
        quantity.cue = cues::cue_of(text, quantity);
    }
}

fn label_of(text: &Text, quantities: &[Quantity], at: usize) -> Span {
    let quantity = &quantities[at];
    let own = words_before(text, quantity.span.start, quantity.floor);
    if !clean(text, own).is_empty() {
        return clean(text, own);
    }
    let before = text.before(own.start);
    if matches!(before, '(' | ':' | '“' | '/') {
        let outer = words_before(text, own.start - 1, quantity.floor.min(own.start - 1));
        return clean(text, outer);
    }
    if before == ')' {
        let opening = (own.start.saturating_sub(30)..own.start).rev().find(|&i| text.at(i) == '(');
        if let Some(opening) = opening {
            return clean(text, words_before(text, opening, opening.saturating_sub(LONGEST_LABEL)));
        }
    }
    // 门诊120人次36万元: the second figure continues the first.
    match at.checked_sub(1).map(|previous| &quantities[previous]) {
        Some(previous) if previous.span.end == quantity.span.start => previous.label,
        _ => own,
    }
}

fn words_before(text: &Text, end: usize, floor: usize) -> Span {
    let lowest = floor.max(end.saturating_sub(LONGEST_LABEL));
    let mut start = end;
    while start > lowest && !is_boundary(text.at(start - 1)) {
        start -= 1;
    }
    Span::new(start, end)
}

/// Strips what is not part of the name from both ends.
pub(crate) fn clean(text: &Text, span: Span) -> Span {
    let mut start = span.start;
    let mut end = span.end;
    loop {
        while start < end && text.at(start) == ' ' {
            start += 1;
        }
        let stripped =
            LEADING.iter().find(|word| text.starts_with(start, word) && start + word.chars().count() <= end && !is_name_start(text, start));
        match stripped {
            Some(word) => start += word.chars().count(),
            None => break,
        }
    }
    loop {
        while end > start && matches!(text.before(end), ' ' | '/') {
            end -= 1;
        }
        match TRAILING.iter().find(|word| text.ends_with(end, word) && end - word.chars().count() >= start) {
            Some(word) => end -= word.chars().count(),
            None => break,
        }
    }
    Span::new(start, end)
}

/// Names that begin like one of the leading words.
fn is_name_start(text: &Text, at: usize) -> bool {
    const NAMES: &[&str] = &[
        "年均",
        "年增",
        "年平均",
        "年龄",
        "年末",
        "计划",
        "计生",
        "计免",
        "有效",
        "及时",
        "共同",
        "现患",
        "在册",
        "在校",
        "在管",
        "镇级",
        "对口",
        "与会",
        "到位",
        "以下",
        "总",
        "其他",
        "其它",
        "其余",
    ];
    NAMES.iter().any(|name| text.starts_with(at, name))
}

fn noun_of(text: &Text, quantities: &[Quantity], at: usize) -> Span {
    let quantity = &quantities[at];
    if !matches!(quantity.unit.family, Family::Piece | Family::Person | Family::Attendance) {
        return Span::default();
    }
    let limit = quantities.get(at + 1).map_or(text.len(), |next| next.span.start);
    let start = quantity.span.end;
    let mut end = start;
    while end < limit && end < start + LONGEST_NOUN && is_han(text.at(end)) {
        end += 1;
    }
    Span::new(start, end)
}

const RISE_AND_FALL: &[&str] = &[
    "增加",
    "减少",
    "上升",
    "下降",
    "提高",
    "降低",
    "增长",
    "升高",
    "回落",
    "下滑",
    "增幅",
    "降幅",
    "多",
    "少",
    "增",
    "降",
    "减",
    "同比增",
    "同比降",
    "高出",
    "低",
    "增收",
    "上浮",
];

/// Levels whose names end like a change.
const NAMED_GROWTH: &[&str] = &["年增长", "自然增长", "净增长", "人口增长", "年净增", "自增"];

fn role_of(text: &Text, quantity: &Quantity, label: Span, previous_end: usize) -> Role {
    let mut end = quantity.span.start;
    while matches!(text.before(end), '了' | '约' | '近' | '为' | '仅' | ' ' | '达') && end > quantity.floor {
        end -= 1;
    }
    let named = NAMED_GROWTH.iter().any(|name| text.ends_with(end, name) && label.len() <= name.chars().count() + 2);
    if !named && RISE_AND_FALL.iter().any(|word| text.ends_with(end, word) && end >= quantity.floor + word.chars().count()) {
        return Role::Change;
    }
    if quantity.unit.family == Family::Point {
        return Role::Change;
    }
    // A date may stand between 比 and the number: 比2010年的30.5.
    let mut start = words_before(text, quantity.span.start, previous_end).start;
    if text.before(start) == '(' {
        start = words_before(text, start - 1, previous_end.min(start - 1)).start;
    }
    let words = Span::new(start, quantity.span.start);
    let compared = ["比", "较", "由", "从"].iter().any(|word| text.contains(words, word));
    if compared && followed_by_change(text, quantity.span.end) {
        return Role::Prior;
    }
    let past = ["去年", "上年", "前年", "上一年"].iter().any(|word| text.contains(words, word));
    if past && label.len() < 20 { Role::Prior } else { Role::Level }
}

fn followed_by_change(text: &Text, end: usize) -> bool {
    const VERBS: &[&str] = &["上升", "下降", "增", "减", "提高", "降", "升", "多", "少", "到", "至", "相比", "提升", "扩大", "回落"];
    let mut at = end;
    while at < end + 4 && matches!(text.at(at), '的' | '相' | ' ' | '又' | ',' | ')' | '净') {
        at += 1;
    }
    text.at(end) != ',' && VERBS.iter().any(|verb| text.starts_with(at, verb))
}

/// Characters as bits: labels without a common bit share no character.
pub(crate) fn mask(chars: &[char]) -> u64 {
    chars.iter().fold(0, |bits, &c| bits | 1 << ((u32::from(c).wrapping_mul(0x9e37_79b1)) >> 26))
}

/// Length of the longest common subsequence; labels are cut to 16 characters.
pub(crate) fn common(left: &[char], right: &[char]) -> usize {
    const LIMIT: usize = 16;
    let left = &left[left.len().saturating_sub(LIMIT)..];
    let right = &right[right.len().saturating_sub(LIMIT)..];
    let mut row = [0_usize; LIMIT + 1];
    for &a in left {
        let mut diagonal = 0;
        for (at, &b) in right.iter().enumerate() {
            let above = row[at + 1];
            row[at + 1] = if a == b { diagonal + 1 } else { above.max(row[at]) };
            diagonal = above;
        }
    }
    row[right.len()]
}
