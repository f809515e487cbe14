//! A document (文书) as blocks of text, tables and charts whose numbers are references.
//!
//! The model knows headings and paragraphs, not fonts and twips; layout belongs to the writers.

use qianmo_core::{AreaCode, Date, Decimal, Part, Period};

use crate::reference::Kind;

/// A document: what is printed, and for every number in it where it comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// Title, centred; long titles are broken by the writers.
    pub title: String,
    /// A second line under the title, in brackets when it is a note such as 送审稿.
    pub subtitle: Option<String>,
    /// Who issues it.
    pub organisation: String,
    /// Date of printing.
    pub date: Date,
    /// How the pages look.
    pub look: Look,
    /// Content, in order.
    pub blocks: Vec<Block>,
    /// Where the numbers come from; [`Run::Number`] points into it.
    pub references: Vec<NumberReference>,
}

/// How the pages of a document look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Look {
    /// The official layout of GB/T 9704-2012.
    #[default]
    Official,
    /// A booklet to read and write in: a cover, then smaller type and wider pages.
    Booklet,
}

/// One block of a document.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// A heading on a line of its own; the text carries its number (一、（一）1.（1）).
    Heading {
        /// 1 to 4.
        level: u8,
        /// Text with number.
        text: String,
    },
    /// A paragraph, first line indented by two characters.
    Paragraph(Vec<Run>),
    /// A numbered item: the lead in the style of its heading level, the text following on the same line.
    Item {
        /// Heading level of the lead, 1 to 4.
        level: u8,
        /// Number and lead sentence.
        lead: String,
        /// The rest.
        runs: Vec<Run>,
    },
    /// A table.
    Table(Table),
    /// A bar chart.
    Chart(Chart),
    /// Organisation and date at the end (落款), right-aligned.
    Signature,
    /// A new page.
    PageBreak,
    /// The list of all number references, under this title and these explaining lines.
    Appendix {
        /// Title.
        title: String,
        /// Explanation above the list, a paragraph each.
        notes: Vec<String>,
    },
}

/// A stretch of text.
#[derive(Debug, Clone, PartialEq)]
pub enum Run {
    /// Words.
    Text(String),
    /// A number with its unit, as printed.
    Number {
        /// Index into [`Document::references`].
        reference: usize,
        /// Text as printed.
        text: String,
        /// Which part of the cell the text begins with.
        part: Part,
    },
    /// Words in small print.
    Small(String),
    /// The top of a fraction, on a line of its own over a rule; what follows it stands beneath.
    Above(String),
    /// A new line.
    Break,
}

impl Run {
    /// The text as printed.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Text(text) | Self::Number { text, .. } | Self::Small(text) | Self::Above(text) => text,
            Self::Break => "\n",
        }
    }
}

/// Where the text of a column stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Align {
    /// Left: words.
    #[default]
    Left,
    /// Centre: codes, dates, serial numbers.
    Centre,
    /// Right: numbers.
    Right,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Header.
    pub name: String,
    /// Share of the table's width, relative to the other columns.
    pub width: u32,
    /// Where its text stands.
    pub align: Align,
}

/// A table: caption above (none when empty), unit at its right, header repeated on each page (none when no column
/// has a name). A row of one cell stretches over all columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Caption with number (表1　…).
    pub caption: String,
    /// Unit printed at the right above the table; empty for none.
    pub unit: String,
    /// Columns.
    pub columns: Vec<Column>,
    /// Rows of cells, each with the runs of its text.
    pub rows: Vec<Vec<Vec<Run>>>,
    /// The 合计 line.
    pub total: Option<Vec<Vec<Run>>>,
    /// Lines under the table: the periods of its numbers.
    pub notes: Vec<String>,
}

/// A bar chart with one series.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// Caption with number (图1　…).
    pub caption: String,
    /// Unit; empty when each bar has its own.
    pub unit: String,
    /// Bars from top to bottom.
    pub bars: Vec<Bar>,
    /// Lines under the chart.
    pub notes: Vec<String>,
}

/// A bar.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    /// Label at the left.
    pub label: String,
    /// Length; `None` when there is no number.
    pub value: Option<Decimal>,
    /// The number as printed at the bar's end.
    pub number: Run,
}

impl Chart {
    /// The length of a bar in steps of `full` for the longest; 0 for nothing, at least 1 for anything above.
    #[must_use]
    pub fn steps(&self, bar: &Bar, full: u32) -> u32 {
        let largest = self.bars.iter().filter_map(|b| b.value).max().unwrap_or_default();
        let value = bar.value.unwrap_or_default();
        if largest <= Decimal::ZERO || value <= Decimal::ZERO {
            return 0;
        }
        let share = (value * Decimal::from(full) / largest).round();
        u32::try_from(share).unwrap_or(full).clamp(1, full)
    }
}

/// Where a number of a document comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberReference {
    /// Indicator id, `pack.indicator`.
    pub indicator: String,
    /// Its official name, with what was made of it (比上年变化, 目标) in brackets.
    pub name: String,
    /// Area code and name.
    pub area: String,
    /// Period as a document names it, with the calendar when it isn't the civil year.
    pub period: String,
    /// Numerator as counted.
    pub numerator: String,
    /// Denominator; empty for a count.
    pub denominator: String,
    /// Value as printed, without unit.
    pub value: String,
    /// Unit.
    pub unit: String,
    /// The data cut.
    pub cut: String,
    /// Commands that list the records behind it, one for each part.
    pub drill: Vec<String>,
    /// How it was computed when it is a comparison; empty else.
    pub note: String,
    /// Where it stands in the document, in order: 三（二）, 表3.
    pub places: Vec<String>,
    /// The cell itself: what was made of it, its area and period.
    pub cell: Option<(Kind, AreaCode, Period)>,
}

impl NumberReference {
    /// The commands as pages print them: those of denominators, which differ in the last word only, are left out.
    pub fn printed_drill(&self) -> impl Iterator<Item = &String> {
        self.drill.iter().filter(|command| !command.ends_with(" --part denominator"))
    }
}

/// The plain text of some runs, on one line.
#[must_use]
pub fn plain(runs: &[Run]) -> String {
    joined(runs, " ")
}

/// The plain text of some runs, with this where a new line begins; a fraction as `top ÷ bottom`.
pub(crate) fn joined(runs: &[Run], line_break: &str) -> String {
    let mut text = String::new();
    for run in runs {
        match run {
            Run::Break => text.push_str(line_break),
            Run::Above(top) => {
                text.push_str(top);
                text.push_str(" ÷ ");
            }
            run => text.push_str(run.text()),
        }
    }
    text
}

impl Table {
    /// Whether it has a header row.
    pub(crate) fn has_header(&self) -> bool {
        self.columns.iter().any(|column| !column.name.is_empty())
    }
}

impl Document {
    /// The text of a document, a block a line, tables with `|` between cells: for golden files and proofreading.
    /// The appendix is left out.
    #[must_use]
    pub fn text(&self) -> String {
        let mut lines = vec![self.title.clone()];
        lines.extend(self.subtitle.clone());
        for block in &self.blocks {
            match block {
                Block::Heading { text, .. } => lines.push(text.clone()),
                Block::Paragraph(runs) => lines.push(plain(runs)),
                Block::Item { lead, runs, .. } => lines.push(format!("{lead}{}", plain(runs))),
                Block::Table(table) => table_text(table, &mut lines),
                Block::Chart(chart) => {
                    lines.push(chart.caption.clone());
                    lines.extend(chart.bars.iter().map(|bar| format!("{} | {}", bar.label, bar.number.text())));
                    lines.extend(chart.notes.iter().cloned());
                }
                Block::Signature => {
                    lines.push(self.organisation.clone());
                    lines.push(chinese_date(self.date));
                }
                Block::Appendix { title, .. } => lines.push(title.clone()),
                Block::PageBreak => {}
            }
        }
        lines.push(String::new());
        lines.join("\n")
    }
}

fn table_text(table: &Table, lines: &mut Vec<String>) {
    if !table.caption.is_empty() {
        lines.push(if table.unit.is_empty() { table.caption.clone() } else { format!("{}（单位：{}）", table.caption, table.unit) });
    }
    if table.has_header() {
        lines.push(table.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>().join(" | "));
    }
    for row in table.rows.iter().chain(&table.total) {
        lines.push(row.iter().map(|cell| plain(cell)).collect::<Vec<_>>().join(" | "));
    }
    lines.extend(table.notes.iter().cloned());
}

/// A date as official documents print it: `2026年1月5日`, no leading zero.
///
/// Source: GB/T 9704-2012, 7.3.5.4.
#[must_use]
pub fn chinese_date(date: Date) -> String {
    format!("{}年{}月{}日", date.year(), date.month(), date.day())
}
