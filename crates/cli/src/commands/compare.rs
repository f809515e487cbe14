//! `compare`: printed figures beside computed ones.

use std::path::Path;

use qianmo_core::pack::{FigureMap, Packs};
use qianmo_core::{AreaCode, Numbers, Part, Period, format_decimal};
use qianmo_synth::{Figure, Figures};

use crate::args::Compare;
use crate::commands::indicators::{Computed, compute};
use crate::failure::Failure;
use crate::folder::read_file;
use crate::output::{line, print};

/// How a printed figure stands to the records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The records give what is printed (or, where the paper is known to contradict itself, what follows from its own numbers).
    Agree,
    /// They give something else.
    Differ,
    /// No pack computes it.
    NotComputed,
}

impl Verdict {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Agree => "agree",
            Self::Differ => "differ",
            Self::NotComputed => "not_computed",
        }
    }
}

/// One figure compared.
pub(crate) struct Line {
    pub(crate) figure: Figure,
    pub(crate) computed: String,
    pub(crate) verdict: Verdict,
    pub(crate) indicator: String,
    pub(crate) part: &'static str,
    pub(crate) note: String,
}

pub(crate) fn run(args: &Compare, packs: Option<&Path>) -> Result<(), Failure> {
    let figures = Figures::read(&args.figures.display().to_string(), &read_file(&args.figures)?)?;
    let computed = compute(&args.scope, packs, &[args.scope.period], &[])?;
    let lines = compare(&computed, &figures, computed.area, args.scope.period);
    let rows: Vec<Vec<String>> = lines
        .iter()
        .map(|l| {
            vec![
                l.figure.id.clone(),
                l.figure.label.clone(),
                l.figure.text.clone(),
                l.computed.clone(),
                l.verdict.word().to_owned(),
                l.indicator.clone(),
                l.part.to_owned(),
                l.note.clone(),
            ]
        })
        .collect();
    let ids = ["id", "label", "stated", "computed", "verdict", "indicator", "part", "note"];
    let titles = ["编号", "项目", "印出", "计算", "结论", "指标", "部分", "说明"];
    print(&ids, &titles, &rows, &[2, 3], args.format)?;
    if args.format == crate::args::Format::Table {
        line(&tally(&lines));
    }
    Ok(())
}

/// How many rows were compared, agreed, differed, left out.
pub(crate) fn tally(lines: &[Line]) -> String {
    let count = |verdict| lines.iter().filter(|l| l.verdict == verdict).count();
    let (agree, differ) = (count(Verdict::Agree), count(Verdict::Differ));
    format!("对照 {} 项：一致 {agree} 项，不一致 {differ} 项；未对照 {} 项。", agree + differ, count(Verdict::NotComputed))
}

/// Compares every row of a figures file.
pub(crate) fn compare(computed: &Computed, figures: &Figures, area: AreaCode, period: Period) -> Vec<Line> {
    let packs = &computed.folder.packs;
    figures.rows.iter().map(|figure| one(packs, &computed.cube, figure, area, period)).collect()
}

fn one(packs: &Packs, numbers: &dyn Numbers, figure: &Figure, area: AreaCode, period: Period) -> Line {
    let map = packs.figures().find(|map| *map.id == *figure.id);
    let not = |note: &str| Line {
        figure: figure.clone(),
        computed: String::new(),
        verdict: Verdict::NotComputed,
        indicator: String::new(),
        part: "",
        note: note.to_owned(),
    };
    let Some(map) = map else { return not("没有专项包计算这一项") };
    let Some((indicator, part)) = &map.indicator else {
        return not(if map.left_out.is_empty() { "只用来造人，不是印出的指标" } else { &map.left_out });
    };
    let Some(known) = packs.indicator(indicator) else { return not("指标不存在") };
    let cell = numbers.cell(indicator, area, period);
    let value = cell.and_then(|cell| match part {
        Part::Numerator => Some(cell.numerator),
        Part::Denominator => cell.denominator,
        Part::Value => cell.value(known.scale),
    });
    let shown = cell.map(|_| format_decimal(value, figure.decimals)).unwrap_or_default();
    let mut line = Line {
        figure: figure.clone(),
        computed: shown,
        verdict: Verdict::NotComputed,
        indicator: indicator.to_string(),
        part: part.word(),
        note: String::new(),
    };
    judge(map, &mut line);
    line
}

fn judge(map: &FigureMap, line: &mut Line) {
    let figure = &line.figure;
    let expected = if figure.contradicts { figure.computed.or(figure.value) } else { figure.value };
    let Some(expected) = expected else {
        line.note = String::from("原文没有确数");
        return;
    };
    let agrees = line.computed == format_decimal(Some(expected), figure.decimals);
    line.verdict = if agrees { Verdict::Agree } else { Verdict::Differ };
    line.note = match (agrees, figure.contradicts) {
        (true, true) => format!("原文印作{}，按原文自己的数算得{}", figure.text, line.computed),
        _ => map.left_out.clone(),
    };
}
