//! The template language of `summary.md`: text in, headed parts of lines out.
//!
//! The language is in `docs/packs/format.md`. Lines that follow one another form a paragraph, an empty line ends it.
//! Faults: `REPORT-0101` unknown indicator, `REPORT-0102` a brace without its partner, `REPORT-0103` unknown
//! form of a number, `REPORT-0104` a line that can't be read, `REPORT-0105` a chart by village of a reproductive choice.

use std::sync::Arc;

use qianmo_core::fault::suggest;
use qianmo_core::pack::{Packs, SummaryPart};
use qianmo_core::{Calendar, Fault, Place};

/// How a number of a template is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// `{id}`: value with unit.
    Value,
    /// `{id:n}`: numerator, with unit for a count.
    Numerator,
    /// The numerator without its unit.
    BareNumerator,
    /// `{id:d}`: denominator.
    Denominator,
    /// `{id:nd}`: value and （n/d）.
    Fraction,
    /// `{id:v}`: bare value.
    Bare,
    /// `{id:yoy}`: change against the year before.
    Change,
}

impl Shape {
    /// The same number without its unit, for templates whose words go on with the unit.
    #[must_use]
    pub fn without_unit(self) -> Self {
        match self {
            Self::Value => Self::Bare,
            Self::Numerator => Self::BareNumerator,
            other => other,
        }
    }
}

/// A piece of a template line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Words.
    Text(String),
    /// A number.
    Number {
        /// Indicator id.
        indicator: Arc<str>,
        /// How it is printed.
        shape: Shape,
    },
    /// `{year}`
    Year,
    /// `{area}`
    Area,
    /// `{period}`, `{period:mch}`
    Period(Calendar),
}

/// A line of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// `## ` (level 1) or `### ` (level 2) below the part's own heading.
    Heading(u8, String),
    /// Sentences of one paragraph, each with the indicator whose number it depends on.
    Paragraph(Vec<(Option<Arc<str>>, Vec<Piece>)>),
    /// `|caption: id, id`
    Table(String, Vec<Arc<str>>),
    /// `~caption: id, id`
    Chart(String, Vec<Arc<str>>),
    /// `~caption: id by village`
    ChartByArea(String, Arc<str>),
}

/// What stands under one `# ` heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Heading without number.
    pub heading: String,
    /// Its lines.
    pub lines: Vec<Line>,
}

/// A template as read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Template {
    /// The headed parts.
    pub parts: Vec<Part>,
    /// Lines of `## 计划`, an item each.
    pub plan: Vec<(Option<Arc<str>>, Vec<Piece>)>,
}

/// Reads the template of a pack; all faults at once, each with its line.
pub fn read(part: &SummaryPart, packs: &Packs) -> Result<Template, Vec<Fault>> {
    let mut reader =
        Reader { file: &part.file, packs, template: Template::default(), faults: Vec::new(), sentences: Vec::new(), plan: false };
    for (number, line) in (1..).zip(part.text.lines()) {
        reader.line(number, line.trim());
    }
    reader.end_paragraph();
    if reader.faults.is_empty() { Ok(reader.template) } else { Err(reader.faults) }
}

struct Reader<'a> {
    file: &'a str,
    packs: &'a Packs,
    template: Template,
    faults: Vec<Fault>,
    sentences: Vec<(Option<Arc<str>>, Vec<Piece>)>,
    plan: bool,
}

impl Reader<'_> {
    fn line(&mut self, number: u32, line: &str) {
        if line.is_empty() {
            self.end_paragraph();
        } else if let Some(heading) = line.strip_prefix("### ") {
            self.heading(2, heading);
        } else if let Some(heading) = line.strip_prefix("## ") {
            self.heading(1, heading);
        } else if let Some(heading) = line.strip_prefix("# ") {
            self.end_paragraph();
            self.plan = false;
            self.template.parts.push(Part { heading: heading.trim().to_owned(), lines: Vec::new() });
        } else if let Some(rest) = line.strip_prefix('|') {
            self.table(number, rest);
        } else if let Some(rest) = line.strip_prefix('~') {
            self.chart(number, rest);
        } else {
            self.sentence(number, line);
        }
    }

    fn heading(&mut self, level: u8, text: &str) {
        self.end_paragraph();
        self.plan = level == 1 && text.trim() == "计划";
        if !self.plan {
            self.push(Line::Heading(level, text.trim().to_owned()));
        }
    }

    fn sentence(&mut self, number: u32, line: &str) {
        let (condition, text, before) = match line.strip_prefix('?') {
            None => (None, line, 0),
            Some(rest) => match rest.split_once([':', '：']) {
                Some((id, text)) => (self.indicator(number, 2, id), text.trim_start(), 1 + id.chars().count() + 1),
                None => return self.fault("REPORT-0104", number, 1, |fault| fault.with("line", line)),
            },
        };
        let text = if self.plan { text.trim_start_matches(['-', '*', ' ']) } else { text };
        let pieces = self.pieces(number, before, text);
        if self.plan {
            self.template.plan.push((condition, pieces));
        } else {
            self.sentences.push((condition, pieces));
        }
    }

    fn end_paragraph(&mut self) {
        let sentences = std::mem::take(&mut self.sentences);
        if !sentences.is_empty() {
            self.push(Line::Paragraph(sentences));
        }
    }

    fn push(&mut self, line: Line) {
        if self.template.parts.is_empty() {
            self.template.parts.push(Part { heading: String::new(), lines: Vec::new() });
        }
        if let Some(part) = self.template.parts.last_mut() {
            part.lines.push(line);
        }
    }

    fn table(&mut self, number: u32, rest: &str) {
        self.end_paragraph();
        if let Some((caption, ids)) = self.captioned(number, rest) {
            let ids = self.indicators(number, &ids);
            self.push(Line::Table(caption, ids));
        }
    }

    fn chart(&mut self, number: u32, rest: &str) {
        self.end_paragraph();
        let Some((caption, ids)) = self.captioned(number, rest) else { return };
        let Some(id) = ids.strip_suffix("by village") else {
            let ids = self.indicators(number, &ids);
            return self.push(Line::Chart(caption, ids));
        };
        if let Some(id) = self.indicator(number, 1, id) {
            if self.packs.indicator(&id).is_some_and(|indicator| indicator.choice) {
                return self.fault("REPORT-0105", number, 1, |fault| fault.with("indicator", &id));
            }
            self.push(Line::ChartByArea(caption, id));
        }
    }

    fn captioned(&mut self, number: u32, rest: &str) -> Option<(String, String)> {
        let split = rest.split_once([':', '：']).filter(|(caption, ids)| !caption.trim().is_empty() && !ids.trim().is_empty());
        if let Some((caption, ids)) = split {
            return Some((caption.trim().to_owned(), ids.trim().to_owned()));
        }
        self.fault("REPORT-0104", number, 1, |fault| fault.with("line", rest));
        None
    }

    fn indicators(&mut self, number: u32, ids: &str) -> Vec<Arc<str>> {
        ids.split([',', '，', '、']).filter_map(|id| self.indicator(number, 1, id)).collect()
    }

    fn indicator(&mut self, number: u32, column: usize, id: &str) -> Option<Arc<str>> {
        let id = id.trim();
        let known = self.packs.indicator(id).map(|indicator| indicator.id.clone());
        if known.is_none() {
            let near = suggest(id, self.packs.indicators().map(|indicator| &*indicator.id)).map(str::to_owned);
            self.fault("REPORT-0101", number, column, |fault| fault.with("indicator", id).with("suggestion", near.unwrap_or_default()));
        }
        known
    }

    fn fault(&mut self, code: &'static str, line: u32, column: usize, fill: impl FnOnce(Fault) -> Fault) {
        let place = Place::Text { file: self.file.to_owned(), line, column: u32::try_from(column).unwrap_or(u32::MAX) };
        self.faults.push(fill(Fault::new(code)).at(place));
    }

    fn pieces(&mut self, number: u32, before: usize, text: &str) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let mut rest = text;
        let column = |rest: &str| before + text.chars().count() - rest.chars().count() + 1;
        while let Some(open) = rest.find(['{', '}']) {
            if open > 0 {
                pieces.push(Piece::Text(rest[..open].to_owned()));
            }
            let at = column(&rest[open..]);
            let inner = rest[open..].strip_prefix('{').and_then(|tail| tail.split_once('}')).filter(|(inner, _)| !inner.contains('{'));
            let Some((inner, tail)) = inner else {
                self.fault("REPORT-0102", number, at, |fault| fault.with("line", text));
                return pieces;
            };
            pieces.extend(self.placeholder(number, at, inner));
            rest = tail;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest.to_owned()));
        }
        pieces
    }

    fn placeholder(&mut self, number: u32, column: usize, inner: &str) -> Option<Piece> {
        let (name, form) = inner.split_once(':').unwrap_or((inner, ""));
        let shape = match (name, form) {
            ("year", "") => return Some(Piece::Year),
            ("area", "") => return Some(Piece::Area),
            ("period", "") => return Some(Piece::Period(Calendar::Civil)),
            ("period", "mch") => return Some(Piece::Period(Calendar::Mch)),
            (_, "") => Shape::Value,
            (_, "n") => Shape::Numerator,
            (_, "d") => Shape::Denominator,
            (_, "nd") => Shape::Fraction,
            (_, "v") => Shape::Bare,
            (_, "yoy") => Shape::Change,
            _ => {
                self.fault("REPORT-0103", number, column, |fault| fault.with("form", form).with("placeholder", inner));
                return None;
            }
        };
        self.indicator(number, column, name).map(|indicator| Piece::Number { indicator, shape })
    }
}
