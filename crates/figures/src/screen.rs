//! Sheets and documents as plain data for screens, each number with where it comes from.

use std::sync::Arc;

use qianmo_core::pack::{Return, ReturnRow as Item};
use qianmo_core::{AreaCode, Period};
use qianmo_desk::{CellSource, Document as Shown, DocumentBar, DocumentBlock, DocumentRun, ReturnCell, ReturnRow, ReturnSheet};
use qianmo_reports::model::{Chart, Table, chinese_date};
use qianmo_reports::reference::Kind;
use qianmo_reports::sheet::{Row, SheetCell};
use qianmo_reports::{Block, Document, NumberReference, Run, Sheet};
use qianmo_store::Cut;

/// A return: unit, the area's number, and the numbers by village where the return has them.
pub(crate) fn return_sheet(
    form: &Return,
    sheets: &[Sheet],
    villages: &[AreaCode],
    area: AreaCode,
    period: Period,
    cut: Cut,
) -> ReturnSheet {
    let (main, by_village) = (sheets.first(), sheets.get(1));
    let mut headings = vec!["计量单位".to_owned(), "数值".to_owned()];
    headings.extend(by_village.iter().flat_map(|sheet| sheet.columns.iter().skip(3)).map(|column| column.name.clone()));
    let rows = form.rows.iter().enumerate().map(|(at, item)| {
        let line = |sheet: Option<&Sheet>, column: usize| text(sheet.and_then(|sheet| sheet.rows.get(at)), column);
        let mut cells = vec![ReturnCell { text: line(main, 2), source: None }, cell(item, line(main, 3), area, period)];
        if by_village.is_some() {
            cells.extend(villages.iter().enumerate().map(|(n, village)| cell(item, line(by_village, n + 3), *village, period)));
        }
        ReturnRow { code: line(main, 0), label: item.name.clone(), level: item.level, indicator: item.indicator.clone(), cells }
    });
    ReturnSheet {
        cut,
        title: form.name.clone(),
        headings,
        rows: rows.collect(),
        notes: main.map(|sheet| sheet.notes.clone()).unwrap_or_default(),
    }
}

fn text(row: Option<&Row>, column: usize) -> String {
    row.and_then(|row| row.cells.get(column)).map(SheetCell::text).unwrap_or_default()
}

fn cell(item: &Item, text: String, area: AreaCode, period: Period) -> ReturnCell {
    let source = item.indicator.clone().map(|indicator| CellSource { indicator, area, period, part: item.part });
    ReturnCell { text, source }
}

/// A document.
pub(crate) fn document(document: &Document, cut: Cut) -> Shown {
    let blocks = document.blocks.iter().filter_map(|block| shown(document, block)).collect();
    Shown { cut, title: document.title.clone(), blocks }
}

fn shown(document: &Document, block: &Block) -> Option<DocumentBlock> {
    let all = |list: &[Run]| list.iter().map(|run| self::run(document, run)).collect::<Vec<_>>();
    Some(match block {
        Block::Heading { level, text } => DocumentBlock::Heading { level: *level, text: text.clone() },
        Block::Paragraph(list) => DocumentBlock::Paragraph(all(list)),
        Block::Item { level, lead, runs } => DocumentBlock::Item { level: *level, lead: lead.clone(), runs: all(runs) },
        Block::Table(Table { caption, unit, columns, rows, total, notes }) => DocumentBlock::Table {
            caption: caption.clone(),
            unit: unit.clone(),
            columns: columns.iter().map(|column| column.name.clone()).collect(),
            rows: rows.iter().chain(total).map(|row| row.iter().map(|cell| all(cell)).collect()).collect(),
            notes: notes.clone(),
        },
        Block::Chart(Chart { caption, unit, bars, notes }) => DocumentBlock::Chart {
            caption: caption.clone(),
            unit: unit.clone(),
            bars: bars
                .iter()
                .map(|bar| DocumentBar { label: bar.label.clone(), value: bar.value, number: self::run(document, &bar.number) })
                .collect(),
            notes: notes.clone(),
        },
        Block::Signature => DocumentBlock::Signature { organisation: document.organisation.clone(), date: chinese_date(document.date) },
        // The numbers themselves say where they come from.
        Block::PageBreak | Block::Appendix { .. } => return None,
    })
}

fn run(document: &Document, run: &Run) -> DocumentRun {
    let Run::Number { reference, text, part } = run else {
        return if matches!(run, Run::Break) { DocumentRun::Break } else { DocumentRun::Text(run.text().to_owned()) };
    };
    let found = document.references.get(*reference).and_then(|found| Some((found, found.cell?)));
    let Some((NumberReference { indicator, .. }, (kind, area, period))) = found else { return DocumentRun::Text(text.clone()) };
    let made = match kind {
        Kind::Cell => None,
        Kind::Change => Some("比上年"),
        Kind::Target => Some("目标"),
        Kind::Gap => Some("差距"),
        Kind::Areas => Some("辖区数"),
    };
    let source = CellSource { indicator: Arc::from(indicator.as_str()), area, period, part: *part };
    DocumentRun::Number { text: text.clone(), source, made: made.map(str::to_owned) }
}
