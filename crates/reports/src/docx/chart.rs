//! Bar charts, drawn as a table without borders: label, shaded bar, number. They stay sharp at any size and
//! can be edited without the program that made them.

use docx_rs::{
    AlignmentType, BorderType, Docx, HeightRule, LineSpacing, LineSpacingType, Paragraph, Run as WordRun, Shading, Table as WordTable,
    TableAlignmentType, TableCell, TableCellBorder, TableCellBorderPosition, TableCellBorders, TableCellMargins, TableLayoutType, TableRow,
    VAlignType, WidthType,
};

use super::fill;
use super::table::{WIDTH, caption, notes};
use crate::model::{Bar, Chart};

const STEPS: u32 = 48;
const STEP: usize = 100;
const NUMBER: usize = 1500;
const LABEL: usize = WIDTH - NUMBER - STEPS as usize * STEP;
const COLOUR: &str = "3B6EA5";

pub(super) fn add(docx: Docx, chart: &Chart) -> Docx {
    let rows = chart.bars.iter().map(|bar| row(chart, bar)).collect();
    let mut grid = vec![LABEL];
    grid.extend(std::iter::repeat_n(STEP, STEPS as usize));
    grid.push(NUMBER);
    let table = WordTable::without_borders(rows)
        .set_grid(grid)
        .layout(TableLayoutType::Fixed)
        .align(TableAlignmentType::Center)
        .width(WIDTH, WidthType::Dxa)
        .margins(TableCellMargins::new().margin(0, 60, 0, 60));
    notes(docx.add_paragraph(caption(&chart.caption)).add_table(table), &chart.notes)
}

fn row(chart: &Chart, bar: &Bar) -> TableRow {
    let steps = chart.steps(bar, STEPS);
    let label = Paragraph::new().style("Cell").align(AlignmentType::Right).add_run(WordRun::new().add_text(&bar.label));
    let mut cells = vec![TableCell::new().width(LABEL, WidthType::Dxa).vertical_align(VAlignType::Center).add_paragraph(label)];
    if steps > 0 {
        cells.push(strip(steps).shading(Shading::new().fill(COLOUR)));
    }
    let rest = (STEPS - steps) as usize;
    let number = fill(Paragraph::new().style("Cell").align(AlignmentType::Left), std::slice::from_ref(&bar.number));
    let width = rest * STEP + NUMBER;
    cells.push(TableCell::new().width(width, WidthType::Dxa).grid_span(rest + 1).vertical_align(VAlignType::Center).add_paragraph(number));
    TableRow::new(cells).row_height(360.0).height_rule(HeightRule::AtLeast)
}

/// A cell of so many steps, with white edges above and below that part it from its neighbours.
fn strip(steps: u32) -> TableCell {
    let edge = |position| TableCellBorder::new(position).border_type(BorderType::Single).size(36).color("FFFFFF");
    let thin = LineSpacing::new().line_rule(LineSpacingType::Exact).line(120);
    TableCell::new()
        .width(steps as usize * STEP, WidthType::Dxa)
        .grid_span(steps as usize)
        .set_borders(TableCellBorders::with_empty().set(edge(TableCellBorderPosition::Top)).set(edge(TableCellBorderPosition::Bottom)))
        .add_paragraph(Paragraph::new().style("Cell").snap_to_grid(false).line_spacing(thin))
}
