//! Figures: the numbers of a data folder as screens ask for them, without saying how they are computed.
//!
//! The query engine is the heaviest thing in the program; what serves numbers (the HTTP server) sees only this trait.
//! Whoever asks has been checked already, except for rows: those are filtered by [`Seen`].

use std::collections::BTreeSet;
use std::sync::Arc;

use qianmo_core::pack::Pack;
use qianmo_core::{AreaCode, Cell, Decimal, Fault, Kind, Part, Period, RecordId, SubjectId, Value};
use qianmo_store::Cut;

/// The live numbers of a data folder.
///
/// They follow the log by themselves: a record that was appended is in them within a second.
/// All methods may block while something is computed for the first time: call them where blocking is allowed.
pub trait Figures: Send + Sync {
    /// Cells of indicators, with the position in the log that they stand for. Cells that are asked for once are kept and follow the log.
    ///
    /// Errors: `ANALYTICS-0201` no such indicator, `CORE-0104` no such area; faults of reading the store.
    fn cells(&self, asked: &CellsAsked) -> Result<Cells, Fault>;

    /// The rows behind one part of an indicator.
    ///
    /// Errors: as [`Self::cells`]; `ANALYTICS-0202` it has no denominator.
    fn drill(&self, indicator: &str, area: AreaCode, period: Period, part: Part, seen: &Seen) -> Result<Rows, Fault>;

    /// The rows of a roster.
    ///
    /// Errors: `FIGURES-0101` no such roster.
    fn roster(&self, id: &str, area: AreaCode, period: Period, seen: &Seen) -> Result<Rows, Fault>;

    /// The cells of a return as on paper, as of a cut (the newest when absent).
    ///
    /// Errors: `FIGURES-0102` no such return.
    fn return_form(&self, id: &str, area: AreaCode, period: Period, cut: Option<Cut>) -> Result<ReturnSheet, Fault>;

    /// The summary of a year and the next year's plan as a structured document, its numbers with where they come from.
    ///
    /// Errors: `CORE-0104` no such area; `REPORT-…` templates that can't be read.
    fn document(&self, area: AreaCode, year: i16) -> Result<Document, Fault>;

    /// A file: a roster, a return or the year's summary.
    ///
    /// Errors: `FIGURES-0101`, `FIGURES-0102`, `FIGURES-0103` a roster that is to be published; `REPORT-…` a format that isn't
    /// offered for it, fonts that are missing.
    fn file(&self, what: &FileAsked<'_>) -> Result<Vec<u8>, Fault>;

    /// A programme as a booklet to read and sign off: its forms, services, indicators and rules in words, with their sources. `format`: `docx`, `pdf`,
    /// `html`, `md`.
    ///
    /// Errors: `REPORT-…` a format that isn't offered, fonts that are missing.
    fn booklet(&self, pack: &Pack, format: &str) -> Result<Vec<u8>, Fault>;

    /// The position that the numbers have reached.
    fn reached(&self) -> Cut;

    /// Tells what was appended: which areas and forms. Returns at once.
    fn written(&self, change: &Change);

    /// Calls back after each time that numbers have changed, until it answers `false`.
    fn subscribe(&self, each: Box<dyn FnMut(&Change) -> bool + Send>);
}

/// Which cells.
#[derive(Debug, Clone, Default)]
pub struct CellsAsked {
    /// Indicators by id; none for all.
    pub indicators: Vec<Arc<str>>,
    /// Areas.
    pub areas: Vec<AreaCode>,
    /// Periods.
    pub periods: Vec<Period>,
}

/// Cells, in order of indicators, areas, periods.
#[derive(Debug, Clone)]
pub struct Cells {
    /// As of which position.
    pub cut: Cut,
    /// The cells.
    pub cells: Vec<CellAt>,
}

/// One cell.
#[derive(Debug, Clone)]
pub struct CellAt {
    /// Indicator.
    pub indicator: Arc<str>,
    /// Area.
    pub area: AreaCode,
    /// Period.
    pub period: Period,
    /// The cell.
    pub cell: Cell,
}

/// About whom rows may be handed out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// Everybody in the area asked for.
    Everybody,
    /// These residents, and what belongs to them.
    Residents(Arc<BTreeSet<SubjectId>>),
}

/// A table of people or events.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    /// As of which position.
    pub cut: Cut,
    /// Columns.
    pub columns: Vec<RowsColumn>,
    /// Rows. Identity numbers, phones and bank accounts are masked.
    pub rows: Vec<Row>,
}

/// A column.
#[derive(Debug, Clone)]
pub struct RowsColumn {
    /// Identifier.
    pub id: Arc<str>,
    /// Chinese label.
    pub name: String,
    /// Type.
    pub kind: Kind,
}

/// A row: about whom, and its values in the order of the columns.
#[derive(Debug, Clone)]
pub struct Row {
    /// The subject.
    pub subject: SubjectId,
    /// The resident behind it, if any.
    pub resident: Option<SubjectId>,
    /// Values.
    pub values: Vec<Value>,
}

/// A return as on paper.
#[derive(Debug, Clone)]
pub struct ReturnSheet {
    /// As of which position.
    pub cut: Cut,
    /// Title.
    pub title: String,
    /// Headings of the cells: the unit, the number, then each village where the return goes by village.
    pub headings: Vec<String>,
    /// Rows.
    pub rows: Vec<ReturnRow>,
    /// Lines below: explanations, cross-checks that failed.
    pub notes: Vec<String>,
}

/// A row of a return.
#[derive(Debug, Clone)]
pub struct ReturnRow {
    /// Its code on paper.
    pub code: String,
    /// Its label on paper.
    pub label: String,
    /// How far the label is indented: 0 main, 1 其中.
    pub level: u8,
    /// The indicator behind its cells.
    pub indicator: Option<Arc<str>>,
    /// The cells: text as printed, and where a number comes from.
    pub cells: Vec<ReturnCell>,
}

/// A cell of a return.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnCell {
    /// As printed.
    pub text: String,
    /// Which indicator, area, period and part: what a click drills into.
    pub source: Option<CellSource>,
}

/// Where a number comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellSource {
    /// Indicator.
    pub indicator: Arc<str>,
    /// Area.
    pub area: AreaCode,
    /// Period.
    pub period: Period,
    /// Part.
    pub part: Part,
}

/// Which file.
#[derive(Debug, Clone, Copy)]
pub struct FileAsked<'a> {
    /// What.
    pub what: FileKind<'a>,
    /// Area.
    pub area: AreaCode,
    /// Period.
    pub period: Period,
    /// File name extension: `xlsx`, `csv`, `pdf`, `docx`, `html`, `md`.
    pub format: &'a str,
    /// Whether identity numbers and phones stand unmasked (rosters).
    pub exposed: bool,
    /// About whom (rosters).
    pub seen: &'a Seen,
    /// Whether it leaves the house: small counts of people are then suppressed ([`crate::suppress`]), and rosters are refused.
    pub published: bool,
}

/// What a file holds.
#[derive(Debug, Clone, Copy)]
pub enum FileKind<'a> {
    /// A roster, by id.
    Roster(&'a str),
    /// A return, by id.
    Return(&'a str),
    /// The summary of a year and the next year's plan.
    Summary,
}

/// A document for screens: what the file would say, without its layout.
#[derive(Debug, Clone, Default)]
pub struct Document {
    /// As of which position.
    pub cut: Cut,
    /// Title.
    pub title: String,
    /// Content, in order.
    pub blocks: Vec<DocumentBlock>,
}

/// A block of a document.
#[derive(Debug, Clone, PartialEq)]
pub enum DocumentBlock {
    /// A heading; the text carries its number (一、（一）1.（1）).
    Heading {
        /// 1 to 4.
        level: u8,
        /// Text with number.
        text: String,
    },
    /// A paragraph.
    Paragraph(Vec<DocumentRun>),
    /// A numbered item: number and lead sentence, then the rest on the same line.
    Item {
        /// Heading level of the lead, 1 to 4.
        level: u8,
        /// Number and lead sentence.
        lead: String,
        /// The rest.
        runs: Vec<DocumentRun>,
    },
    /// A table.
    Table {
        /// Caption with number.
        caption: String,
        /// Unit of all its numbers; empty when each has its own.
        unit: String,
        /// Headings.
        columns: Vec<String>,
        /// Rows of cells; one cell alone stretches over all columns. The 合计 line, if any, is the last.
        rows: Vec<Vec<Vec<DocumentRun>>>,
        /// Lines below.
        notes: Vec<String>,
    },
    /// A bar chart.
    Chart {
        /// Caption with number.
        caption: String,
        /// Unit; empty when each bar has its own.
        unit: String,
        /// Bars from top to bottom.
        bars: Vec<DocumentBar>,
        /// Lines below.
        notes: Vec<String>,
    },
    /// Who issues it, and the date.
    Signature {
        /// Organisation.
        organisation: String,
        /// Date as printed.
        date: String,
    },
}

/// A bar of a chart.
#[derive(Debug, Clone, PartialEq)]
pub struct DocumentBar {
    /// Label.
    pub label: String,
    /// Length; absent without a number.
    pub value: Option<Decimal>,
    /// The number as printed.
    pub number: DocumentRun,
}

/// A stretch of a document's text.
#[derive(Debug, Clone, PartialEq)]
pub enum DocumentRun {
    /// Words.
    Text(String),
    /// A new line.
    Break,
    /// A number with its unit, as printed.
    Number {
        /// As printed.
        text: String,
        /// What it counts: what a click drills into.
        source: CellSource,
        /// What was made of the cell (比上年, 目标, 差距), or nothing: then the text is the cell's part itself.
        made: Option<String>,
    },
}

/// What was appended, or whose numbers have changed.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// Up to which position.
    pub cut: Cut,
    /// Areas in which records were made.
    pub areas: BTreeSet<AreaCode>,
    /// Their forms.
    pub forms: BTreeSet<Arc<str>>,
    /// The records, where they are few.
    pub records: Vec<RecordId>,
}
