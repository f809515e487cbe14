//! Blocks one after the other: numbered headings, paragraphs, tables without captions.

use crate::model::{Align, Block, Column, Run, Table};
use crate::summary::chinese_number;

/// The text of a cell.
pub(super) type Cell = Vec<Run>;

/// The booklet as far as it is written.
#[derive(Debug, Default)]
pub(super) struct Pages {
    pub(super) blocks: Vec<Block>,
    sections: usize,
    parts: usize,
}

impl Pages {
    /// A part of the booklet, from a new page.
    pub(super) fn section(&mut self, title: &str) {
        self.sections += 1;
        self.parts = 0;
        self.blocks.push(Block::PageBreak);
        self.blocks.push(Block::Heading { level: 1, text: format!("{}、{title}", chinese_number(self.sections)) });
    }

    /// A numbered heading within a part.
    pub(super) fn part(&mut self, title: &str) {
        self.parts += 1;
        self.blocks.push(Block::Heading { level: 2, text: format!("{}．{title}", self.parts) });
    }

    /// A heading without number.
    pub(super) fn heading(&mut self, title: &str) {
        self.blocks.push(Block::Heading { level: 3, text: title.to_owned() });
    }

    pub(super) fn paragraph(&mut self, text: impl Into<String>) {
        self.runs(words(text));
    }

    pub(super) fn runs(&mut self, runs: Cell) {
        self.blocks.push(Block::Paragraph(runs));
    }

    /// A paragraph in small print; nothing when empty.
    pub(super) fn small(&mut self, text: &str) {
        if !text.is_empty() {
            self.blocks.push(Block::Paragraph(vec![Run::Small(text.to_owned())]));
        }
    }

    /// A table; nothing when it has no rows.
    pub(super) fn table<const N: usize>(&mut self, columns: [(&str, u32, Align); N], rows: Vec<Vec<Cell>>) {
        let columns = columns.into_iter().map(|(name, width, align)| Column { name: name.to_owned(), width, align }).collect();
        self.any_table(columns, rows);
    }

    /// A table whose columns come from the pack.
    pub(super) fn any_table(&mut self, columns: Vec<Column>, rows: Vec<Vec<Cell>>) {
        if !rows.is_empty() {
            let (caption, unit) = (String::new(), String::new());
            self.blocks.push(Block::Table(Table { caption, unit, columns, rows, total: None, notes: Vec::new() }));
        }
    }

    /// Labels at the left, facts at the right; empty facts are left out.
    pub(super) fn facts<'l>(&mut self, facts: impl IntoIterator<Item = (&'l str, String)>) {
        let rows = facts.into_iter().filter(|(_, fact)| !fact.is_empty()).map(|(label, fact)| vec![words(label), words(fact)]).collect();
        self.table([("", 20, Align::Centre), ("", 80, Align::Left)], rows);
    }
}

/// Plain words.
pub(super) fn words(text: impl Into<String>) -> Cell {
    let text = text.into();
    if text.is_empty() { Vec::new() } else { vec![Run::Text(text)] }
}

/// A serial number, from 1.
pub(super) fn serial(index: usize) -> Cell {
    words((index + 1).to_string())
}

/// Words, and beneath them small print.
pub(super) fn beneath(above: impl Into<String>, small: &str) -> Cell {
    let mut cell = words(above);
    if !small.is_empty() {
        if !cell.is_empty() {
            cell.push(Run::Break);
        }
        cell.push(Run::Small(small.to_owned()));
    }
    cell
}

/// Lines beneath one another.
pub(super) fn lines(lines: impl IntoIterator<Item = String>) -> Cell {
    let mut cell = Vec::new();
    for line in lines.into_iter().filter(|line| !line.is_empty()) {
        if !cell.is_empty() {
            cell.push(Run::Break);
        }
        cell.push(Run::Text(line));
    }
    cell
}

/// `yes` when it holds, else nothing.
pub(super) fn when(holds: bool, yes: &str) -> String {
    if holds { yes.to_owned() } else { String::new() }
}
