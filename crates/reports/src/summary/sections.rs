//! Sections one to three: the packs' templates filled in.

use std::sync::Arc;

use qianmo_core::{Calendar, Period};

use super::composer::{Composer, counted};
use crate::model::{Align, Bar, Block, Chart, Column, Run, Table};
use crate::phrase;
use crate::template::{Line, Part, Piece, Shape, Template};

pub(super) fn write(composer: &mut Composer<'_>, templates: &[(String, Template)]) {
    let parts = || templates.iter().flat_map(|(name, template)| template.parts.iter().map(move |part| (name, part)));
    let heading = |name: &str, part: &Part| if part.heading.is_empty() { name.to_owned() } else { part.heading.clone() };
    let kind = |name: &str, part: &Part| {
        let heading = heading(name, part);
        if heading.contains("基本情况") { 1 } else { 2 + usize::from(!heading.starts_with("组织") && !heading.starts_with("培训")) }
    };
    for section in 1..=3 {
        let chosen: Vec<_> = parts().filter(|(name, part)| kind(name, part) == section).collect();
        if chosen.is_empty() {
            continue;
        }
        let title = match section {
            1 => "基本情况".to_owned(),
            2 if chosen.len() == 1 => heading(chosen[0].0, chosen[0].1),
            2 => "组织管理与培训督导".to_owned(),
            _ => "主要工作开展及完成情况".to_owned(),
        };
        composer.section(&title);
        let within = composer.place.clone();
        let numbered = section == 3 || chosen.len() > 1;
        for (number, (name, part)) in (1..).zip(chosen) {
            if numbered {
                composer.heading(2, number, &heading(name, part), &within);
            }
            lines(composer, &part.lines);
        }
    }
}

fn lines(composer: &mut Composer<'_>, lines: &[Line]) {
    let outer = composer.place.clone();
    let mut numbers = [0_usize; 2];
    let mut here = outer.clone();
    for line in lines {
        match line {
            Line::Heading(1, title) => {
                numbers = [numbers[0] + 1, 0];
                composer.heading(3, numbers[0], title, &outer);
                here.clone_from(&composer.place);
            }
            Line::Heading(_, title) => {
                numbers[1] += 1;
                let within = if numbers[0] == 0 { outer.clone() } else { format!("{outer}{}", numbers[0]) };
                composer.heading(4, numbers[1], title, &within);
                here.clone_from(&composer.place);
            }
            Line::Paragraph(sentences) => paragraph(composer, sentences),
            Line::Table(caption, ids) => table(composer, caption, ids),
            Line::Chart(caption, ids) => chart(composer, caption, ids),
            Line::ChartByArea(caption, id) => chart_by_area(composer, caption, id),
        }
        composer.place.clone_from(&here);
    }
}

fn paragraph(composer: &mut Composer<'_>, sentences: &[(Option<Arc<str>>, Vec<Piece>)]) {
    let mut runs = Vec::new();
    for (condition, pieces) in sentences {
        if holds(composer, condition.as_ref()) {
            runs.extend(fill(composer, pieces));
        }
    }
    if !runs.is_empty() {
        composer.blocks.push(Block::Paragraph(runs));
    }
}

/// Whether a conditional line is printed.
pub(super) fn holds(composer: &Composer<'_>, condition: Option<&Arc<str>>) -> bool {
    condition.is_none_or(|id| counted(composer.cell(id, composer.period())))
}

/// Fills in the numbers of a line. Where there is no change to tell, the comma that led to it goes too.
pub(super) fn fill(composer: &mut Composer<'_>, pieces: &[Piece]) -> Vec<Run> {
    let year = composer.request.year;
    let mut runs: Vec<Run> = Vec::new();
    let mut text = String::new();
    let mut gap = false;
    for (index, piece) in pieces.iter().enumerate() {
        let run = match piece {
            Piece::Text(words) => Run::Text(words.clone()),
            Piece::Year => Run::Text(year.to_string()),
            Piece::Area => Run::Text(composer.area_name.clone()),
            Piece::Period(calendar) => Run::Text(Period::Year(year).chinese(*calendar)),
            Piece::Number { indicator, shape } => {
                let shape = if unit_follows(composer, indicator, pieces.get(index + 1)) { shape.without_unit() } else { *shape };
                composer.number(indicator, shape)
            }
        };
        match run {
            Run::Text(words) if words.is_empty() => gap = true,
            Run::Text(words) => {
                if std::mem::take(&mut gap) {
                    close_gap(&mut text, &words);
                } else {
                    text.push_str(&words);
                }
            }
            number => {
                gap = false;
                let change = matches!(piece, Piece::Number { shape: Shape::Change, .. });
                let open = text.ends_with(['，', '；', '。', '：', '、', '（', '“']) || (text.is_empty() && runs.is_empty());
                if change && !open {
                    text.push('，');
                }
                if !text.is_empty() {
                    runs.push(Run::Text(std::mem::take(&mut text)));
                }
                runs.push(number);
            }
        }
    }
    if gap {
        close_gap(&mut text, "");
    }
    if !text.is_empty() {
        runs.push(Run::Text(text));
    }
    runs
}

/// Whether the template's words go on with the indicator's unit, so that the number is printed without it.
fn unit_follows(composer: &Composer<'_>, id: &Arc<str>, next: Option<&Piece>) -> bool {
    let unit = composer.indicator(id).and_then(|indicator| indicator.unit.chars().next());
    match (unit, next) {
        (Some(first), Some(Piece::Text(words))) => first.is_alphabetic() && words.starts_with(first),
        _ => false,
    }
}

/// Joins what stands before and after a missing change: `，` before it goes, and brackets around nothing.
fn close_gap(before: &mut String, after: &str) {
    let mut after = after;
    if before.ends_with('（') && after.starts_with('）') {
        before.pop();
        after = after.strip_prefix('）').unwrap_or(after);
    }
    let marks = ['，', '、', '；', '。', ','];
    if before.ends_with(['，', '、', '；', ',']) && (after.is_empty() || after.starts_with(marks)) {
        before.pop();
    } else if (before.is_empty() || before.ends_with(marks)) && after.starts_with(['，', '、', '；', ',']) {
        after = after.trim_start_matches(['，', '、', '；', ',']);
    }
    before.push_str(after);
}

fn table(composer: &mut Composer<'_>, caption: &str, ids: &[Arc<str>]) {
    let caption = composer.next_table(caption);
    let period = composer.period();
    let mut rows = Vec::new();
    for id in ids {
        let Some(indicator) = composer.indicator(id) else { continue };
        let mut row = vec![vec![Run::Text(indicator.name.clone())]];
        match composer.cell(id, period) {
            None => row.extend([text_cell(""), text_cell(""), text_cell(phrase::MISSING)]),
            Some(cell) => {
                let whole = indicator.denominator.is_none();
                let above = if whole { "—".to_owned() } else { phrase::numerator(indicator, &cell) };
                let below = if whole { "—".to_owned() } else { phrase::denominator(&cell) };
                let value = phrase::with_unit(&phrase::value(indicator, &cell), &indicator.unit);
                for text in [above, below, value] {
                    let run = if text == "—" { Run::Text(text) } else { composer.cell_run(indicator, &cell, period, text) };
                    row.push(vec![run]);
                }
            }
        }
        rows.push(row);
    }
    let notes = vec![period_note(composer, ids)];
    let columns =
        columns(&[("指标", 40, Align::Left), ("分子", 20, Align::Right), ("分母", 20, Align::Right), ("指标值", 20, Align::Right)]);
    composer.blocks.push(Block::Table(Table { caption, unit: String::new(), columns, rows, total: None, notes }));
}

/// Columns by name, width and alignment.
pub(super) fn columns(list: &[(&str, u32, Align)]) -> Vec<Column> {
    list.iter().map(|(name, width, align)| Column { name: (*name).to_owned(), width: *width, align: *align }).collect()
}

/// A cell with words.
pub(super) fn text_cell(text: &str) -> Vec<Run> {
    vec![Run::Text(text.to_owned())]
}

/// The periods of some indicators, as the line under a table: those of mothers and children differ.
fn period_note(composer: &Composer<'_>, ids: &[Arc<str>]) -> String {
    let period = composer.period();
    let named = |calendar: Calendar| {
        let of: Vec<_> = ids.iter().filter_map(|id| composer.indicator(id)).filter(|indicator| indicator.calendar == calendar).collect();
        (!of.is_empty())
            .then(|| (period.chinese(calendar), of.iter().map(|indicator| indicator.name.as_str()).collect::<Vec<_>>().join("、")))
    };
    match (named(Calendar::Civil), named(Calendar::Mch)) {
        (Some((civil, _)), Some((mch, which))) => format!("注：统计时段为{civil}；其中{which}为{mch}。"),
        (Some((only, _)), None) | (None, Some((only, _))) => format!("注：统计时段为{only}。"),
        (None, None) => String::new(),
    }
}

fn chart(composer: &mut Composer<'_>, caption: &str, ids: &[Arc<str>]) {
    let caption = composer.next_chart(caption);
    let period = composer.period();
    let mut bars = Vec::new();
    for id in ids {
        let Some(indicator) = composer.indicator(id) else { continue };
        let bar = match composer.cell(id, period) {
            None => Bar { label: indicator.name.clone(), value: None, number: Run::Text(phrase::MISSING.to_owned()) },
            Some(cell) => {
                let text = phrase::with_unit(&phrase::value(indicator, &cell), &indicator.unit);
                let value = cell.rounded(indicator.scale, indicator.decimals);
                Bar { label: indicator.name.clone(), value, number: composer.cell_run(indicator, &cell, period, text) }
            }
        };
        bars.push(bar);
    }
    let notes = vec![period_note(composer, ids)];
    composer.blocks.push(Block::Chart(Chart { caption, unit: String::new(), bars, notes }));
}

fn chart_by_area(composer: &mut Composer<'_>, caption: &str, id: &Arc<str>) {
    let Some(indicator) = composer.indicator(id) else { return };
    let caption = composer.next_chart(caption);
    let period = composer.period();
    let areas = composer.request.areas;
    let below = areas.children(composer.request.area);
    let codes = if below.is_empty() { vec![composer.request.area] } else { below.to_vec() };
    let (_, end) = period.range(indicator.calendar);
    let mut bars = Vec::new();
    for area in codes.iter().filter_map(|code| areas.get(*code)) {
        if area.valid_from > end || area.valid_to.is_some_and(|last| last < end) {
            continue;
        }
        let Some(cell) = composer.request.numbers.cell(id, area.code, period) else { continue };
        let text = phrase::with_unit(&phrase::value(indicator, &cell), &indicator.unit);
        let value = cell.rounded(indicator.scale, indicator.decimals);
        let number = composer.cell_run_in(indicator, &cell, (area.code, &area.name), period, text);
        bars.push(Bar { label: area.name.clone(), value, number });
    }
    let notes = vec![period_note(composer, std::slice::from_ref(id))];
    composer.blocks.push(Block::Chart(Chart { caption, unit: String::new(), bars, notes }));
}
