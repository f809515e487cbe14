//! Tables: caption, unit, grid, repeated header, notes; and the appendix's list of numbers.

use docx_rs::{
    AlignmentType, Docx, LineSpacing, LineSpacingType, Paragraph, ParagraphBorder, ParagraphBorderPosition, ParagraphBorders,
    Run as WordRun, Shading, Table as WordTable, TableAlignmentType, TableCell, TableCellMargins, TableLayoutType, TableRow, VAlignType,
    VMergeType, WidthType,
};

use super::{bookmark, fill, line_break, style};
use crate::layout::Measures;
use crate::model::{Align, Column, Look, NumberReference, Run, Table};

/// Width of the text block, 156 mm, in twentieths of a point.
pub(super) const WIDTH: usize = 8844;
/// Tables up to this many rows stay on one page.
const TOGETHER_MAX: usize = 15;

pub(super) fn add(mut docx: Docx, table: &Table, look: Look) -> Docx {
    if !table.caption.is_empty() {
        docx = docx.add_paragraph(caption(&table.caption));
    }
    if !table.unit.is_empty() {
        let unit = WordRun::new().add_text(format!("单位：{}", table.unit));
        docx = docx.add_paragraph(Paragraph::new().style("Unit").keep_next(true).add_run(unit));
    }
    let all = match look {
        Look::Official => WIDTH,
        Look::Booklet => usize::try_from(super::rounded(Measures::of(look).width_pt() * 20.0)).unwrap_or(WIDTH),
    };
    let widths = widths(&table.columns, all);
    let mut rows: Vec<TableRow> = table.has_header().then(|| header(&table.columns, &widths)).into_iter().collect();
    let count = table.rows.len() + usize::from(table.total.is_some());
    for (index, row) in table.rows.iter().chain(&table.total).enumerate() {
        let together = count <= TOGETHER_MAX && index + 1 < count;
        let cells = match row.as_slice() {
            [only] if widths.len() > 1 => vec![cell(only, Align::Left, all, together).grid_span(widths.len())],
            row => row
                .iter()
                .zip(table.columns.iter().zip(&widths))
                .map(|(runs, (column, width))| cell(runs, column.align, *width, together))
                .collect(),
        };
        rows.push(TableRow::new(cells));
    }
    let docx = docx.add_table(grid(rows, widths, all));
    match look {
        Look::Official => notes(docx, &table.notes),
        Look::Booklet => note_lines(docx, &table.notes).add_paragraph(thin()),
    }
}

pub(super) fn caption(text: &str) -> Paragraph {
    Paragraph::new().style("Caption").keep_next(true).add_run(WordRun::new().add_text(text))
}

/// What parts a table from the next, so thin that it never takes a page of its own.
fn thin() -> Paragraph {
    let line = LineSpacing::new().line_rule(LineSpacingType::Exact).line(20).before(0).after(0);
    Paragraph::new().style("Note").line_spacing(line)
}

/// Notes under a table or chart, then a little room.
pub(super) fn notes(docx: Docx, notes: &[String]) -> Docx {
    note_lines(docx, notes).add_paragraph(Paragraph::new().style("Note"))
}

fn note_lines(mut docx: Docx, notes: &[String]) -> Docx {
    for note in notes.iter().filter(|note| !note.is_empty()) {
        docx = docx.add_paragraph(Paragraph::new().style("Note").add_run(WordRun::new().add_text(note)));
    }
    docx
}

fn widths(columns: &[Column], all: usize) -> Vec<usize> {
    let shares: u32 = columns.iter().map(|column| column.width).sum::<u32>().max(1);
    columns.iter().map(|column| all * column.width as usize / shares as usize).collect()
}

fn grid(rows: Vec<TableRow>, widths: Vec<usize>, all: usize) -> WordTable {
    WordTable::new(rows)
        .set_grid(widths)
        .layout(TableLayoutType::Fixed)
        .align(TableAlignmentType::Center)
        .width(all, WidthType::Dxa)
        .margins(TableCellMargins::new().margin(20, 80, 20, 80))
}

/// The header row. `cant_split` marks it: packing turns the mark into a header repeated on each page.
fn header(columns: &[Column], widths: &[usize]) -> TableRow {
    let cells = columns.iter().zip(widths).map(|(column, width)| {
        let text = Paragraph::new().style("CellHead").keep_next(true).add_run(WordRun::new().add_text(&column.name));
        TableCell::new()
            .width(*width, WidthType::Dxa)
            .vertical_align(VAlignType::Center)
            .shading(Shading::new().fill("F2F2F2"))
            .add_paragraph(text)
    });
    TableRow::new(cells.collect()).cant_split()
}

fn alignment(align: Align) -> AlignmentType {
    match align {
        Align::Left => AlignmentType::Left,
        Align::Centre => AlignmentType::Center,
        Align::Right => AlignmentType::Right,
    }
}

/// `together` keeps the row on one page with the next.
fn cell(runs: &[Run], align: Align, width: usize, together: bool) -> TableCell {
    let paragraph = || Paragraph::new().style("Cell").keep_next(together);
    let mut cell = TableCell::new().width(width, WidthType::Dxa).vertical_align(VAlignType::Center);
    let mut rest = runs;
    while let Some(at) = rest.iter().position(|run| matches!(run, Run::Above(_))) {
        let (before, after) = rest.split_at(at);
        if !before.is_empty() {
            cell = cell.add_paragraph(fill(paragraph().align(alignment(align)), before));
        }
        let rule = ParagraphBorders::with_empty().set(ParagraphBorder::new(ParagraphBorderPosition::Bottom).size(4).space(1));
        let top = paragraph().align(AlignmentType::Center).set_borders(rule);
        cell = cell.add_paragraph(top.add_run(WordRun::new().add_text(after[0].text())));
        let end = after.iter().position(|run| *run == Run::Break).unwrap_or(after.len());
        cell = cell.add_paragraph(fill(paragraph().align(AlignmentType::Center), &after[1..end]));
        rest = after.get(end + 1..).unwrap_or_default();
        if rest.is_empty() {
            return cell;
        }
    }
    cell.add_paragraph(fill(paragraph().align(alignment(align)), rest))
}

/// The list of numbers: a line of facts for each, and below it the commands that list its records.
pub(super) fn add_references(docx: Docx, references: &[NumberReference]) -> Docx {
    let columns: Vec<Column> = [("序号", 8), ("位置", 15), ("指标", 32), ("时段", 14), ("分子", 11), ("分母", 11), ("数值", 14)]
        .map(|(name, width)| Column { name: name.to_owned(), width, align: Align::Centre })
        .into();
    let widths = widths(&columns, WIDTH);
    let mut rows = vec![header(&columns, &widths)];
    for (index, reference) in references.iter().enumerate() {
        rows.extend(reference_rows(index, reference, &widths));
    }
    docx.add_table(grid(rows, widths, WIDTH))
}

fn reference_rows(index: usize, reference: &NumberReference, widths: &[usize]) -> [TableRow; 2] {
    let small = |text: &str, align: AlignmentType| {
        Paragraph::new().style("Source").keep_next(true).align(align).add_run(WordRun::new().add_text(text))
    };
    let cell = |at: usize, text: &str, align: AlignmentType| {
        TableCell::new().width(widths[at], WidthType::Dxa).vertical_align(VAlignType::Center).add_paragraph(small(text, align))
    };
    let number = Paragraph::new()
        .style("Source")
        .keep_next(true)
        .align(AlignmentType::Center)
        .add_bookmark_start(index + 1, bookmark(index))
        .add_run(WordRun::new().add_text((index + 1).to_string()))
        .add_bookmark_end(index + 1);
    let first = TableCell::new().width(widths[0], WidthType::Dxa).vertical_align(VAlignType::Center).vertical_merge(VMergeType::Restart);
    let name = format!("{}\u{200b}（{}）", reference.name, reference.indicator);
    let value = crate::phrase::with_unit(&reference.value, &reference.unit);
    let facts = TableRow::new(vec![
        first.add_paragraph(number),
        cell(1, &reference.places.join("；"), AlignmentType::Left),
        cell(2, &name, AlignmentType::Left),
        cell(3, &reference.period, AlignmentType::Left),
        cell(4, &reference.numerator, AlignmentType::Right),
        cell(5, &reference.denominator, AlignmentType::Right),
        cell(6, &value, AlignmentType::Right),
    ]);
    let mut commands = WordRun::new();
    let lines = reference.printed_drill().chain((!reference.note.is_empty()).then_some(&reference.note));
    for (line, text) in lines.enumerate() {
        commands = if line > 0 { line_break(commands) } else { commands };
        commands = commands.add_text(text);
    }
    let address = Paragraph::new().style("Source").align(AlignmentType::Left).add_run(style::command(commands));
    let rest = TableCell::new().width(widths[1..].iter().sum(), WidthType::Dxa).grid_span(widths.len() - 1).add_paragraph(address);
    let below = TableCell::new()
        .width(widths[0], WidthType::Dxa)
        .vertical_merge(VMergeType::Continue)
        .add_paragraph(Paragraph::new().style("Source"));
    [facts, TableRow::new(vec![below, rest])]
}
