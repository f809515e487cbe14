//! The row of totals of a table.

use super::{Rule, no, silent, yes};
use crate::document::Document;
use crate::quantity::{Quantity, Role};
use crate::reading::{Calculation, Firmness, Reading, Relation};

pub(super) const RULE: Rule = Rule {
    name: "table_total",
    title: "表格的合计行",
    meaning: "表格里“合计”一行的每一格，等于同一列其余各行之和；率和缺数的列不核。",
    examples: &[
        yes("村名\t户数\t人口\n东村\t120\t480\n西村\t95\t371\n合计\t215\t851", "851"),
        no("村名\t户数\t人口\n东村\t120\t480\n西村\t95\t371\n合计\t215\t861", "861"),
        yes("村名\t户数\n合计\t215\n东村\t120\n西村\t95", "215"),
        silent("村名\t户数\n东村\t120\n西村\t\n南村\t95\n合计\t300", "300"),
    ],
    read,
};

/// Rows and cells that are looked at; larger tables than any summary holds.
const MOST_CELLS: usize = 600;

fn read(doc: &Document, at: usize, out: &mut Vec<Reading>) {
    let total = doc.get(at);
    if total.cell == 0 || total.unit.family.is_rate() || total.role != Role::Level || !is_total_row(doc, at) {
        return;
    }
    let above = column(doc, at, (at.saturating_sub(MOST_CELLS)..at).rev());
    let below = column(doc, at, at + 1..doc.quantities.len().min(at + MOST_CELLS));
    let column = if above.rows >= 2 { above } else { below };
    if column.rows < 2 || column.parts.len() < 2 {
        return;
    }
    let whole = column.parts.len() == column.rows;
    let firmness = if whole { Firmness::Binding } else { Firmness::Possible };
    out.push(Reading { relation: Relation::Sum, firmness, calculation: Calculation::Sum(column.parts), rule: RULE.name, series: 0 });
}

#[derive(Default)]
struct Column {
    parts: Vec<usize>,
    rows: usize,
}

/// The cells of the column in the rows that follow one another from the row of totals.
fn column(doc: &Document, at: usize, order: impl Iterator<Item = usize>) -> Column {
    let total = doc.get(at);
    let mut found = Column::default();
    let mut line = total.line;
    for i in order {
        let cell = doc.get(i);
        if cell.line == total.line {
            continue;
        }
        if cell.line.abs_diff(line) > 1 || cell.cell == 0 || is_total_row(doc, i) {
            break;
        }
        if cell.line != line {
            line = cell.line;
            found.rows += 1;
        }
        if cell.cell == total.cell && matches(cell, total) {
            found.parts.push(i);
        }
    }
    found
}

fn matches(cell: &Quantity, total: &Quantity) -> bool {
    cell.role == Role::Level && cell.unit.adds_to(total.unit)
}

/// Whether the first cell of the row says that it is the total.
fn is_total_row(doc: &Document, at: usize) -> bool {
    const LONGEST_NAME: usize = 8;
    let start = doc.get(at).line_start;
    let name: String =
        (start..start + LONGEST_NAME).map(|i| doc.text.at(i)).take_while(|&c| !matches!(c, '\t' | '\n')).filter(|&c| c != ' ').collect();
    matches!(name.as_str(), "合计" | "总计" | "共计" | "全镇合计" | "全县合计" | "全乡合计" | "合计数")
}
