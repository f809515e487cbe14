//! Numbers that are no quantities: dates, years, ages, ordinals, headings, ranges, models, telephone and law numbers.
//!
//! Lives here: recognising them, and the headings that begin a new article. May not: build quantities.

use crate::numeral::{self, is_digit};
use crate::text::Text;
use crate::units;

/// Where the noise that starts with the digit at `at` ends; `None` when the digit may begin a quantity.
pub(crate) fn skip(text: &Text, at: usize, line_start: usize) -> Option<usize> {
    let run_end = numeral::skip_digits(text, at);
    let before = text.before(at);
    if before == '?' || (before == '.' && at > line_start) {
        return Some(run_end);
    }
    if text.ends_with(at, "第") || text.ends_with(at, "第 ") || text.ends_with(at, "No.") {
        return Some(run_end);
    }
    if before.is_ascii_alphabetic() && !counts_people(text, run_end) {
        return Some(run_end);
    }
    damaged(text, run_end)
        .or_else(|| calendar(text, at, run_end))
        .or_else(|| heading(text, at, run_end, line_start))
        .or_else(|| range(text, at, run_end))
        .or_else(|| not_a_unit(text, run_end))
}

/// Latin letters glued to a number name a model unless people or cases are counted (hiv6例).
fn counts_people(text: &Text, end: usize) -> bool {
    matches!(text.at(end), '人' | '例' | '名')
}

/// Digits around an empty bracket: a scan lost what stood between them.
fn damaged(text: &Text, end: usize) -> Option<usize> {
    (text.starts_with(end, "()") && is_digit(text.at(end + 2))).then(|| numeral::skip_digits(text, end + 2))
}

fn calendar(text: &Text, at: usize, end: usize) -> Option<usize> {
    let digits = end - at;
    let next = text.at(end);
    let year = digits == 4 && matches!(text.at(at), '1' | '2') && (next == '年' || text.starts_with(end, " 年"));
    if year {
        return Some(end + 1 + usize::from(next == ' '));
    }
    if next == '年' && digits == 2 && text.at(end + 1) != '内' && is_digit(text.at(end + 1)) {
        return Some(end + 1);
    }
    if next == '月' || text.starts_with(end, " 月") || (next == '日' && digits <= 2) || next == '号' {
        return Some(end + 1 + usize::from(next == ' '));
    }
    if text.starts_with(end, "年度") || text.starts_with(end, "年末") || (digits == 4 && text.starts_with(end, "年")) {
        return Some(end + 1);
    }
    // 10:30, 2012/3/4, 2012-03-04 and telephone numbers.
    if text.chars_between(at, end, ':') {
        return Some(end);
    }
    if digits >= 11 && !is_unit(text, end) && text.at(end) != '.' {
        return Some(end);
    }
    None
}

/// `1、` `(2)` `3.` at the head of a clause.
fn heading(text: &Text, at: usize, end: usize, line_start: usize) -> Option<usize> {
    let head = at == line_start || matches!(text.before(at), '。' | ';' | ':' | '\n' | '\t' | ' ' | ')' | '.' | '!' | '”');
    let next = text.at(end);
    if head && end - at <= 2 && (next == '、' || (next == '.' && !is_digit(text.at(end + 1)))) {
        return Some(end + 1);
    }
    if head && end - at <= 2 && next == ')' {
        return Some(end);
    }
    if text.before(at) == '(' && next == ')' && end - at <= 2 && (at == line_start + 1 || at < 2) {
        return Some(end);
    }
    (at == line_start + 1 && text.before(at) == '(' && next == ')').then_some(end)
}

/// `15-49岁`, `1-10月`, `2-3天`, `2012-03-04`, `0691-1234567`: two ends, no value.
fn range(text: &Text, at: usize, end: usize) -> Option<usize> {
    let mut last = end;
    let mut joined = false;
    for _ in 0..4 {
        let mut here = last;
        // A unit may stand before the dash: 8%-10%, 30岁-40岁.
        if matches!(text.at(here), '%' | '‰' | '岁' | '月' | '年' | '日') && is_dash(text, here + 1).is_some() {
            here += 1;
        }
        let Some(next) = is_dash(text, here) else { break };
        last = numeral::skip_digits(text, next);
        joined = true;
    }
    if !joined || at == last {
        return None;
    }
    if matches!(text.at(last), '%' | '‰') {
        return Some(last + 1);
    }
    // The unit of a range of counts goes with it, so that it is not read as the unit of nothing.
    Some(units::unit_at(text, last).filter(|(unit, _)| unit.family == units::Family::Time).map_or(last, |(_, end)| end))
}

/// First digit after a dash that joins two numbers.
fn is_dash(text: &Text, at: usize) -> Option<usize> {
    let mut here = at;
    while text.at(here) == ' ' && here < at + 2 {
        here += 1;
    }
    let dash = here;
    while matches!(text.at(here), '-') && here < dash + 2 {
        here += 1;
    }
    if here == dash {
        return None;
    }
    while text.at(here) == ' ' && here < dash + 4 {
        here += 1;
    }
    is_digit(text.at(here)).then_some(here)
}

fn not_a_unit(text: &Text, end: usize) -> Option<usize> {
    let longer = units::unit_at(text, end).map_or(0, |(unit, _)| unit.text.chars().count());
    units::NOT_UNITS
        .iter()
        .find(|word| text.starts_with(end, word) && word.chars().count() >= longer)
        .map(|word| end + word.chars().count())
        .or_else(|| (text.at(end).is_ascii_alphabetic() && !text.starts_with(end, "o/oo")).then_some(end))
}

fn is_unit(text: &Text, end: usize) -> bool {
    units::unit_at(text, end).is_some() || matches!(text.at(end), '万' | '亿' | '/')
}

/// Whether skipped noise was a date, after which a label begins anew.
pub(crate) fn is_date_end(text: &Text, end: usize) -> bool {
    matches!(text.before(end), '年' | '月' | '日' | '号')
}

/// Chinese numerals inside fixed words: 统一个, 万一, 十分, 千方百计.
pub(crate) fn in_word(text: &Text, at: usize) -> bool {
    matches!(text.before(at), '统' | '唯' | '之' | '逐' | '不' | '同' | '每' | '任' | '某' | '哪' | '另' | '这' | '那')
        || text.starts_with(at, "十分")
        || text.starts_with(at, "万户")
}

/// Whether a line begins a new article of a collection: 第三篇, 范文2, 篇一.
pub(crate) fn starts_article(text: &Text, start: usize) -> bool {
    const LONGEST_TITLE: usize = 40;
    let mut end = start;
    while end < start + LONGEST_TITLE && text.at(end) != '\n' {
        end += 1;
    }
    if text.at(end) != '\n' || end == start {
        return false;
    }
    let numbered = |at: usize| is_digit(text.at(at)) || numeral::is_chinese_numeral(text.at(at));
    if text.at(start) == '第' && numbered(start + 1) && (start + 2..start + 5).any(|at| text.at(at) == '篇') {
        return true;
    }
    if text.at(start) == '篇' && numbered(start + 1) {
        return true;
    }
    (start..end).any(|at| text.starts_with(at, "范文") && numbered(at + 2) && end <= at + 5)
}

impl Text {
    fn chars_between(&self, start: usize, end: usize, wanted: char) -> bool {
        (start..end).any(|at| self.at(at) == wanted)
    }
}
