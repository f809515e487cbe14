//! One pass over the text that finds its quantities and the structure they stand in.
//!
//! Lives here: walking, clause structure, multipliers, approximations, blanks. May not: labels (label.rs); judge.
//! Linear: every step looks a bounded number of characters ahead.

use crate::cues::Cue;
use crate::noise;
use crate::numeral::{self, Numeral};
use crate::quantity::{Approximation, Quantity, Role};
use crate::text::{Span, Text, is_han};
use crate::units::{self, Family, Unit};

/// Where the walk stands in the structure of the text.
#[derive(Clone, Copy, Debug, Default)]
struct Frame {
    group: usize,
    sentence: usize,
    line: usize,
    scope: usize,
    depth: usize,
    cell: usize,
    floor: usize,
    among: Option<usize>,
    among_sentence: usize,
    line_start: usize,
}

/// Finds all quantities, in order of place.
pub(crate) fn scan(text: &Text) -> Vec<Quantity> {
    let mut found = Vec::new();
    let mut frame = Frame::default();
    let mut at = 0;
    while at < text.len() {
        let next = step(text, at, &mut frame, &mut found);
        at = next.max(at + 1);
    }
    found
}

fn step(text: &Text, at: usize, frame: &mut Frame, found: &mut Vec<Quantity>) -> usize {
    let c = text.at(at);
    if numeral::is_digit(c) {
        return arabic(text, at, frame, found);
    }
    match c {
        '\n' => end_line(text, at, frame),
        '。' | '!' | '?' => end_sentence(frame),
        '.' if ends_like_full_stop(text, at) => end_sentence(frame),
        ';' => frame.group += 1,
        '\t' => {
            frame.cell += 1;
            frame.group += 1;
        }
        '(' | '【' | '[' => frame.depth += 1,
        ')' | '】' | ']' => frame.depth = frame.depth.saturating_sub(1),
        '其' if text.at(at + 1) == '中' => open_list(frame, at),
        '包' if matches!(text.at(at + 1), '括' | '含') => open_list(frame, at),
        '%' | '‰' => return blank(text, at, frame, found),
        '百' | '千' if text.starts_with(at + 1, "分之") => return per_words(text, at, frame, found),
        c if numeral::is_chinese_numeral(c) => return chinese(text, at, frame, found),
        _ => {}
    }
    at + 1
}

fn end_line(text: &Text, at: usize, frame: &mut Frame) {
    end_sentence(frame);
    frame.line += 1;
    frame.depth = 0;
    frame.cell = 0;
    frame.among = None;
    frame.line_start = at + 1;
    frame.floor = at + 1;
    if noise::starts_article(text, at + 1) {
        frame.scope += 1;
    }
}

fn end_sentence(frame: &mut Frame) {
    frame.sentence += 1;
    frame.group += 1;
}

fn open_list(frame: &mut Frame, at: usize) {
    frame.among = Some(at);
    frame.among_sentence = frame.sentence;
}

/// A narrow dot between a number or a Chinese character and a Chinese character ends a sentence.
fn ends_like_full_stop(text: &Text, at: usize) -> bool {
    let before = text.before(at);
    (is_han(before) || matches!(before, '%' | '‰' | ')')) && !numeral::is_digit(text.at(at + 1))
}

fn arabic(text: &Text, at: usize, frame: &mut Frame, found: &mut Vec<Quantity>) -> usize {
    if let Some(end) = noise::skip(text, at, frame.line_start) {
        if noise::is_date_end(text, end) {
            frame.floor = end;
        }
        return end;
    }
    let Some(numeral) = numeral::arabic(text, at) else { return numeral::skip_digits(text, at) };
    push(text, Span::new(at, numeral.end), numeral, false, frame, found).unwrap_or(numeral.end)
}

fn chinese(text: &Text, at: usize, frame: &mut Frame, found: &mut Vec<Quantity>) -> usize {
    let run_end = (at..at + 12).find(|&i| !numeral::is_chinese_numeral(text.at(i))).unwrap_or(at + 12);
    let before = text.before(at);
    if matches!(before, '第' | '几' | '数' | '近' | '星' | '周' | '初' | '“' | '上') || noise::in_word(text, at) {
        return run_end;
    }
    let Some(numeral) = numeral::chinese(text, at).filter(|numeral| numeral.mantissa > 1) else { return run_end };
    match units::unit_at(text, numeral.end) {
        Some((unit, _)) if unit.family.is_count() || matches!(unit.family, Family::Time) => {
            push(text, Span::new(at, numeral.end), numeral, true, frame, found).unwrap_or(run_end)
        }
        _ => run_end,
    }
}

/// 百分之九十五, 千分之三.
fn per_words(text: &Text, at: usize, frame: &mut Frame, found: &mut Vec<Quantity>) -> usize {
    let start = at + 3;
    let numeral = numeral::arabic(text, start).or_else(|| numeral::chinese(text, start));
    let Some(numeral) = numeral else { return start };
    let unit =
        if text.at(at) == '百' { Unit { text: "%", family: Family::Percent } } else { Unit { text: "‰", family: Family::Permille } };
    let parts = Parts { number: Span::new(at, numeral.end), shift: 0, unit, end: numeral.end };
    add(text, numeral, parts, Approximation::None, true, frame, found);
    numeral.end
}

/// A rate sign without a number: the figure was left out or masked.
fn blank(text: &Text, at: usize, frame: &mut Frame, found: &mut Vec<Quantity>) -> usize {
    let before = text.before(at);
    let plausible = is_han(before) || matches!(before, ' ' | '*' | 'x' | 'X' | '×' | '_');
    if plausible && !text.starts_with(at + 1, "o") {
        let unit = match text.at(at) {
            '%' => Unit { text: "%", family: Family::Percent },
            _ => Unit { text: "‰", family: Family::Permille },
        };
        let numeral = Numeral { mantissa: 0, decimals: 0, whole_digits: 0, end: at };
        let parts = Parts { number: Span::new(at, at), shift: 0, unit, end: at + 1 };
        add(text, numeral, parts, Approximation::None, false, frame, found);
        if let Some(last) = found.last_mut() {
            last.role = Role::Blank;
        }
    }
    at + 1
}

/// The pieces of a printed quantity after its digits.
struct Parts {
    number: Span,
    shift: u32,
    unit: Unit,
    end: usize,
}

fn spaces(text: &Text, mut at: usize) -> usize {
    while text.at(at) == ' ' {
        at += 1;
    }
    at
}

fn push(text: &Text, number: Span, numeral: Numeral, spelled: bool, frame: &mut Frame, found: &mut Vec<Quantity>) -> Option<usize> {
    let mut approximation = approximation_before(text, number.start);
    let mut at = numeral.end;
    let mut shift = 0;
    loop {
        let here = spaces(text, at);
        match text.at(here) {
            '万' if shift < 4 => shift += 4,
            '亿' if shift == 0 => shift = 8,
            '千' if shift == 0 && !spelled && !matches!(text.at(here + 1), '米' | '克' | '瓦') => shift = 3,
            '多' | '余' | '来' => approximation = Approximation::AtLeast,
            '几' => return Some(here + 1),
            _ => break,
        }
        at = here + 1;
    }
    let after = spaces(text, at);
    let (unit, end) = rate_sign(text, after).or_else(|| units::unit_at(text, after)).unwrap_or((Unit::BARE, at));
    if unit == Unit::BARE && !bare_is_quantity(text, number, at, shift) {
        return None;
    }
    if unit.family == Family::Time && matches!(unit.text, "日" | "年") && numeral.whole_digits > 2 {
        return Some(end);
    }
    let (approximation, end) = approximation_after(text, end, approximation);
    add(text, numeral, Parts { number, shift, unit, end }, approximation, spelled, frame, found);
    Some(end)
}

/// Signs of rates that are no plain unit words: /10万, /十万, /万, and the damaged forms of ‰.
fn rate_sign(text: &Text, at: usize) -> Option<(Unit, usize)> {
    const SIGNS: &[(&str, Family)] = &[
        ("/10万", Family::PerHundredThousand),
        ("/十万", Family::PerHundredThousand),
        ("/100000", Family::PerHundredThousand),
        ("1/10万", Family::PerHundredThousand),
        ("/万", Family::PerTenThousand),
        ("/千", Family::Permille),
        ("%o", Family::Permille),
        ("o/oo", Family::Permille),
        ("0/00", Family::Permille),
        ("/00", Family::Permille),
    ];
    for &(sign, family) in SIGNS {
        if text.starts_with(at, sign) && !numeral::is_digit(text.at(at + sign.chars().count())) {
            let shown = match family {
                Family::Permille => "‰",
                Family::PerTenThousand => "/万",
                _ => "/10万",
            };
            return Some((Unit { text: shown, family }, at + sign.chars().count()));
        }
    }
    None
}

/// Numbers without a unit count only where the wording makes them a figure.
fn bare_is_quantity(text: &Text, number: Span, end: usize, shift: u32) -> bool {
    let next = text.at(end);
    let before = text.before(number.start);
    if shift > 0 || next == '的' {
        return true;
    }
    if matches!(before, '(' | '/') && matches!(next, ')' | '/' | '=') {
        return true;
    }
    // Two dots, sizes and Latin names are no figures; a decimal or a number right after its label is.
    let closes = matches!(next, ',' | '，' | '。' | ';' | ')' | '\n' | '\t' | '、' | '.');
    closes && (is_han(before) || matches!(before, ':' | '\t' | '='))
}

fn approximation_before(text: &Text, start: usize) -> Approximation {
    let end = (0..2).fold(start, |end, _| if text.before(end) == ' ' { end - 1 } else { end });
    match text.before(end) {
        '近' | '约' | '逾' if !(text.before(end) == '约' && text.ends_with(end, "节约")) => Approximation::About,
        _ if text.ends_with(end, "超过") || text.ends_with(end, "不少于") || text.ends_with(end, "突破") => Approximation::AtLeast,
        _ if text.ends_with(end, "不足") || text.ends_with(end, "不超过") => Approximation::AtMost,
        _ => Approximation::None,
    }
}

fn approximation_after(text: &Text, end: usize, known: Approximation) -> (Approximation, usize) {
    const WORDS: &[(&str, Approximation)] = &[
        ("以上", Approximation::AtLeast),
        ("多", Approximation::AtLeast),
        ("余", Approximation::AtLeast),
        ("以下", Approximation::AtMost),
        ("以内", Approximation::AtMost),
        ("之内", Approximation::AtMost),
        ("左右", Approximation::About),
        ("上下", Approximation::About),
    ];
    match WORDS.iter().find(|(word, _)| text.starts_with(end, word)) {
        Some(&(word, meaning)) => (meaning, end + word.chars().count()),
        None => (known, end),
    }
}

fn add(
    text: &Text,
    numeral: Numeral,
    parts: Parts,
    approximation: Approximation,
    spelled: bool,
    frame: &mut Frame,
    found: &mut Vec<Quantity>,
) {
    let Parts { number, shift, unit, end } = parts;
    let Some((value, interval)) = Quantity::measure(numeral, shift, unit) else { return };
    // A list opened by 其中 ends with its sentence, or with the next one when it closed the sentence itself.
    let among = frame.among.filter(|_| frame.sentence == frame.among_sentence);
    found.push(Quantity {
        span: Span::new(number.start, end),
        digits_end: numeral.end,
        mantissa: numeral.mantissa,
        decimals: numeral.decimals,
        shift,
        unit,
        approximation,
        role: fraction_role(text, number.start, end),
        spelled,
        label: Span::default(),
        noun: Span::default(),
        mask: 0,
        floor: frame.floor,
        group: frame.group,
        sentence: frame.sentence,
        line: frame.line,
        line_start: frame.line_start,
        scope: frame.scope,
        depth: frame.depth,
        cell: frame.cell,
        among,
        cue: Cue::None,
        value,
        interval,
    });
    frame.floor = end;
}

fn fraction_role(text: &Text, start: usize, end: usize) -> Role {
    if text.at(end) == '/' && numeral::is_digit(text.at(end + 1)) {
        Role::FractionTop
    } else if text.before(start) == '/' && numeral::is_digit(text.at(start)) && start >= 2 {
        Role::FractionBottom
    } else {
        Role::Level
    }
}
