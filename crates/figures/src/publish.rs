//! What leaves the house: small counts of people are suppressed in returns and summaries ([`qianmo_desk::suppress`]).

use qianmo_core::pack::{Indicator, Packs, Return};
use qianmo_core::{AreaCode, Cell, Decimal, Numbers, Part, Period};
use qianmo_desk::suppress::{Count, HIDDEN, Rule, Sum, hidden};
use qianmo_reports::model::Chart;
use qianmo_reports::reference::Kind;
use qianmo_reports::sheet::SheetCell;
use qianmo_reports::{Block, Document, Run, Sheet};

/// The note below a table in which something was suppressed.
fn note(rule: Rule) -> String {
    format!("“{HIDDEN}”：人数为1～{}或据此可推算的，公开时不列出。", rule.below - 1)
}

/// Whether an indicator counts people or what happened to them, not organisations, areas, staff or equipment.
fn of_people(packs: &Packs, indicator: &Indicator) -> bool {
    let subject = indicator.view.as_ref().and_then(|view| packs.view(view)).map(|view| &*view.subject);
    !matches!(subject, Some("organisation" | "area" | "staff" | "equipment"))
}

/// Whether a rate would give away a small count.
fn tells(rule: Rule, cell: Cell) -> bool {
    rule.hides(cell.numerator) || cell.denominator.is_some_and(|below| rule.hides(below))
}

/// Suppresses in a return's sheets: items by area, the area first, then its villages.
pub(crate) fn sheets(
    rule: Rule,
    packs: &Packs,
    numbers: &dyn Numbers,
    form: &Return,
    sheets: &mut [Sheet],
    areas: &[AreaCode],
    period: Period,
) {
    let columns = if sheets.len() > 1 { areas.len() } else { 1 };
    let mut counts = Vec::new();
    let mut rates = Vec::new();
    for item in &form.rows {
        let indicator = item.indicator.as_ref().and_then(|id| packs.indicator(id)).filter(|found| of_people(packs, found));
        for area in &areas[..columns.min(areas.len())] {
            let cell = indicator.and_then(|found| numbers.cell(&found.id, *area, period));
            let rate = cell.is_some_and(|cell| item.part == Part::Value && cell.denominator.is_some());
            let count = cell.and_then(|cell| if item.part == Part::Denominator { cell.denominator } else { Some(cell.numerator) });
            counts.push(Count { count: count.filter(|_| !rate), people: !rate });
            rates.push(rate && cell.is_some_and(|cell| tells(rule, cell)));
        }
    }
    let mut sums: Vec<Sum> =
        (0..form.rows.len()).map(|row| Sum { total: row * columns, parts: (row * columns + 1..(row + 1) * columns).collect() }).collect();
    for column in 0..columns {
        sums.extend(parts_of(form, &counts, columns, column));
    }
    sums.retain(|sum| !sum.parts.is_empty());
    let gone: Vec<bool> = hidden(rule, &counts, &sums).iter().zip(&rates).map(|(count, rate)| *count || *rate).collect();
    let hide = |sheet: &mut Sheet, row: usize, column: usize| {
        if let Some(cell) = sheet.rows.get_mut(row).and_then(|row| row.cells.get_mut(column)) {
            *cell = SheetCell::Text(HIDDEN.to_owned());
        }
    };
    for (at, _) in gone.iter().enumerate().filter(|(_, gone)| **gone) {
        let (row, column) = (at / columns, at % columns);
        if let Some(by_village) = sheets.get_mut(1) {
            hide(by_village, row, column + 2);
        }
        if let (0, Some(main)) = (column, sheets.first_mut()) {
            hide(main, row, 3);
        }
    }
    if gone.contains(&true) {
        for sheet in sheets {
            sheet.notes.push(note(rule));
        }
    }
}

/// Main items whose 其中 items make up the whole of them.
fn parts_of(form: &Return, counts: &[Count], columns: usize, column: usize) -> Vec<Sum> {
    let value = |row: usize| counts.get(row * columns + column).and_then(|count| count.count);
    let mut sums = Vec::new();
    for (row, _) in form.rows.iter().enumerate().filter(|(_, item)| item.level == 0) {
        let below: Vec<usize> = (row + 1..form.rows.len()).take_while(|at| form.rows[*at].level > 0).collect();
        let together: Decimal = below.iter().filter_map(|at| value(*at)).sum();
        if below.len() > 1 && value(row) == Some(together) {
            sums.push(Sum { total: row * columns + column, parts: below.iter().map(|at| at * columns + column).collect() });
        }
    }
    sums
}

/// Suppresses in a document: each number by itself, in charts by area also what a hidden bar could be worked out from.
pub(crate) fn document(rule: Rule, packs: &Packs, numbers: &dyn Numbers, document: &mut Document) {
    let small = |at: usize| {
        let found = document.references.get(at)?;
        let (_, area, period) = found.cell?;
        let indicator = packs.indicator(&found.indicator).filter(|indicator| of_people(packs, indicator))?;
        let now = numbers.cell(&indicator.id, area, period)?;
        let before =
            numbers.cell(&indicator.id, area, period.year_before()).filter(|_| found.cell.is_some_and(|cell| cell.0 == Kind::Change));
        Some(tells(rule, now) || before.is_some_and(|cell| tells(rule, cell)))
    };
    let mut gone: Vec<bool> = (0..document.references.len()).map(|at| small(at).unwrap_or(false)).collect();
    for (at, reference) in document.references.iter().enumerate() {
        gone[at] &= reference.cell.is_some_and(|cell| cell.0 != Kind::Target);
    }
    for block in &document.blocks {
        if let Block::Chart(chart) = block {
            chart_complements(rule, chart, &mut gone);
        }
    }
    for block in &mut document.blocks {
        each_run(block, &mut |run| {
            if let Run::Number { reference, text, .. } = run
                && gone.get(*reference).copied().unwrap_or(false)
            {
                HIDDEN.clone_into(text);
            }
        });
        if let Block::Chart(chart) = block {
            for bar in chart.bars.iter_mut().filter(|bar| bar.number.text() == HIDDEN) {
                bar.value = None;
            }
        }
    }
    for (_, reference) in document.references.iter_mut().enumerate().filter(|(at, _)| gone[*at]) {
        let below = if reference.denominator.is_empty() { "" } else { HIDDEN };
        (reference.numerator, reference.denominator, reference.value) = (HIDDEN.to_owned(), below.to_owned(), HIDDEN.to_owned());
        reference.note.clear();
    }
}

/// In a chart by area the bars are parts of one total.
fn chart_complements(rule: Rule, chart: &Chart, gone: &mut [bool]) {
    let reference = |run: &Run| if let Run::Number { reference, .. } = run { Some(*reference) } else { None };
    let places: Vec<Option<usize>> = chart.bars.iter().map(|bar| reference(&bar.number)).collect();
    if !places.iter().flatten().any(|at| gone[*at]) || places.len() < 2 {
        return;
    }
    let total = Count { count: chart.bars.iter().map(|bar| bar.value).sum::<Option<Decimal>>(), people: false };
    let mut counts = vec![total];
    counts.extend(chart.bars.iter().zip(&places).map(|(bar, at)| Count { count: bar.value, people: at.is_some_and(|at| gone[at]) }));
    let sums = [Sum { total: 0, parts: (1..counts.len()).collect() }];
    for (place, hidden) in places.iter().zip(hidden(rule, &counts, &sums).into_iter().skip(1)) {
        if let (Some(at), true) = (place, hidden) {
            gone[*at] = true;
        }
    }
}

fn each_run(block: &mut Block, change: &mut dyn FnMut(&mut Run)) {
    match block {
        Block::Paragraph(runs) | Block::Item { runs, .. } => runs.iter_mut().for_each(change),
        Block::Table(table) => {
            let rows = table.rows.iter_mut().chain(&mut table.total);
            rows.flatten().flatten().for_each(change);
        }
        Block::Chart(chart) => chart.bars.iter_mut().for_each(|bar| change(&mut bar.number)),
        Block::Heading { .. } | Block::Signature | Block::PageBreak | Block::Appendix { .. } => {}
    }
}
