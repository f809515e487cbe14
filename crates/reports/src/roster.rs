//! Rosters (花名册、台账): the rows of a view laid out as the paper ledger.
//!
//! Faults: `REPORT-0202` a column that the rows lack, `REPORT-0203` a row of another length than its header.

use std::cmp::Ordering;
use std::sync::Arc;

use qianmo_core::pack::{Roster, RosterColumn};
use qianmo_core::{Date, Decimal, Fault, Period, Value};

use crate::model::Align;
use crate::sheet::{Paper, Row, Sheet, SheetCell, SheetColumn};

/// What a sheet says about itself beside its rows.
#[derive(Debug, Clone, Copy)]
pub struct Heading<'a> {
    /// Name of the area, put before the title.
    pub area: &'a str,
    /// Who makes it.
    pub organisation: &'a str,
    /// Its period.
    pub period: Period,
    /// The data cut in words.
    pub as_of: &'a str,
    /// Date of printing.
    pub printed: Date,
    /// Print identifying columns in full. Only where the return demands it; the reading is the caller's to log.
    pub expose: bool,
}

/// Lays out a roster. `ids` names the values of each row; rows may be in any order, they are sorted by the
/// roster's `sort` columns (unknown last).
///
/// Errors: `REPORT-0202`, `REPORT-0203`.
pub fn build(roster: &Roster, ids: &[Arc<str>], rows: &[Vec<Value>], heading: &Heading<'_>) -> Result<Sheet, Fault> {
    let place = |id: &str| {
        ids.iter().position(|known| &**known == id).ok_or_else(|| Fault::new("REPORT-0202").with("roster", &roster.id).with("column", id))
    };
    let sources: Vec<Option<usize>> = roster
        .columns
        .iter()
        .map(|column| if &*column.id == "#" { Ok(None) } else { place(&column.id).map(Some) })
        .collect::<Result<_, _>>()?;
    let sort: Vec<usize> = roster.sort.iter().map(|id| place(id)).collect::<Result<_, _>>()?;
    if let Some((number, row)) = rows.iter().enumerate().find(|(_, row)| row.len() != ids.len()) {
        let fault = Fault::new("REPORT-0203").with("roster", &roster.id).with("row", number + 1);
        return Err(fault.with("expected", ids.len()).with("found", row.len()));
    }
    let mut ordered: Vec<&Vec<Value>> = rows.iter().collect();
    ordered.sort_by(|a, b| sort.iter().map(|at| order(&a[*at], &b[*at])).find(|found| found.is_ne()).unwrap_or(Ordering::Equal));
    let lines = (1_i64..).zip(&ordered).map(|(number, row)| line(roster, &sources, number, row, heading.expose)).collect();
    let totals = (0..roster.columns.len()).filter(|index| roster.totals.contains(&roster.columns[*index].id)).collect();
    let columns: Vec<SheetColumn> =
        (0..roster.columns.len()).map(|index| column(&roster.columns[index], sources[index], &ordered)).collect();
    Ok(Sheet {
        title: format!("{}{}{}", heading.area, period_prefix(heading.period), roster.name),
        tab: roster.id.to_string(),
        form_lines: Vec::new(),
        organisation: heading.organisation.to_owned(),
        period: heading.period.chinese(roster.calendar),
        as_of: heading.as_of.to_owned(),
        printed: heading.printed,
        paper: paper(&columns),
        columns,
        rows: lines,
        totals,
        notes: vec![format!("共{}条。", rows.len())],
    })
}

/// The period in a title, without the words for the calendar.
pub(crate) fn period_prefix(period: Period) -> String {
    period.chinese(qianmo_core::Calendar::Civil)
}

fn paper(columns: &[SheetColumn]) -> Paper {
    let width = Paper::for_width(columns.iter().map(|column| column.width).sum());
    if width == Paper::A4 && columns.len() > 8 { Paper::A4Landscape } else { width }
}

fn order(a: &Value, b: &Value) -> Ordering {
    match (a.is_null(), b.is_null()) {
        (false, false) => a.compare(b).unwrap_or(Ordering::Equal),
        (a, b) => a.cmp(&b),
    }
}

fn column(column: &RosterColumn, source: Option<usize>, rows: &[&Vec<Value>]) -> SheetColumn {
    let first = source.and_then(|at| rows.iter().map(|row| &row[at]).find(|value| !value.is_null()));
    let align = match first {
        _ if source.is_none() || column.mask => Align::Centre,
        Some(Value::Integer(_) | Value::Decimal(_)) if column.labels.is_empty() => Align::Right,
        Some(Value::Date(_) | Value::Bool(_)) => Align::Centre,
        _ => Align::Left,
    };
    let width = if column.width > 0.0 { column.width } else { 10.0 };
    SheetColumn { name: column.name.clone(), group: column.group.clone(), width, align }
}

fn line(roster: &Roster, sources: &[Option<usize>], number: i64, row: &[Value], expose: bool) -> Row {
    let cells = roster
        .columns
        .iter()
        .zip(sources)
        .map(|(column, source)| match source {
            None => SheetCell::Number(Decimal::from(number), 0),
            Some(at) => cell(column, &row[*at], roster.totals.contains(&column.id), expose),
        })
        .collect();
    Row { cells, level: 0, heading: false }
}

fn cell(column: &RosterColumn, value: &Value, totalled: bool, expose: bool) -> SheetCell {
    match value {
        Value::Null => SheetCell::Empty,
        Value::Bool(yes) if totalled => SheetCell::Number(Decimal::from(i64::from(*yes)), 0),
        value if !column.labels.is_empty() => SheetCell::Text(labelled(column, &value.to_string())),
        value if column.mask && !expose => SheetCell::Text(mask(&value.to_string())),
        value => SheetCell::of(value),
    }
}

/// The label of a code; of several codes (`|1|3|`), their labels joined by 、. A code without a label stays.
#[must_use]
pub fn labelled(column: &RosterColumn, code: &str) -> String {
    let label = |code: &str| column.labels.get(code).cloned().unwrap_or_else(|| code.to_owned());
    if code.starts_with('|') {
        code.split('|').filter(|code| !code.is_empty()).map(label).collect::<Vec<_>>().join("、")
    } else {
        label(code)
    }
}

/// Masks what identifies a person: `511***********1234`; of a telephone number or account the first three and last
/// four stay, of a name its first character, of an address its first six.
#[must_use]
pub fn mask(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let (head, tail) = match characters.len() {
        0 => return String::new(),
        length if text.is_ascii() && length > 8 => (3, 4),
        length if text.is_ascii() => (1, usize::from(length > 4)),
        1..=4 => (1, 0),
        _ => (6.min(characters.len() / 2), 0),
    };
    let hidden = characters.len() - head - tail;
    let stars = if text.is_ascii() { hidden } else { hidden.min(4) };
    characters[..head].iter().chain(&vec!['*'; stars]).chain(&characters[characters.len() - tail..]).collect()
}
