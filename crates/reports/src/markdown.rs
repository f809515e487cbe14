//! Markdown: plain text that a text editor shows well. Numbers carry no marks; the appendix lists them in order.

use crate::model::{Align, Block, Chart, Document, NumberReference, Run, Table, chinese_date, joined, plain};
use crate::phrase;

/// Writes a document.
#[must_use]
pub fn write(document: &Document) -> String {
    let mut out = format!("# {}\n\n", document.title);
    if let Some(subtitle) = &document.subtitle {
        line(&mut out, subtitle);
    }
    for block in &document.blocks {
        match block {
            Block::Heading { level, text } => line(&mut out, &format!("{} {text}", "#".repeat(usize::from(*level).clamp(1, 4) + 1))),
            Block::Paragraph(runs) => line(&mut out, &escape(runs)),
            Block::Item { lead, runs, .. } => line(&mut out, &format!("**{lead}**{}", escape(runs))),
            Block::Table(table) => write_table(&mut out, table),
            Block::Chart(chart) => write_chart(&mut out, chart),
            Block::Signature => line(&mut out, &format!("{}  \n{}", document.organisation, chinese_date(document.date))),
            Block::PageBreak => line(&mut out, "---"),
            Block::Appendix { title, notes } => {
                line(&mut out, &format!("## {title}"));
                for note in notes {
                    line(&mut out, note);
                }
                references(&mut out, &document.references);
            }
        }
    }
    out
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push_str("\n\n");
}

/// Keeps what Markdown would read as a list or a heading at the start of a paragraph.
fn escape(runs: &[Run]) -> String {
    let text = plain(runs);
    if text.starts_with(['#', '-', '+', '>', '|']) { format!("\\{text}") } else { text }
}

fn rows(out: &mut String, header: &[&str], aligns: &[Align], rows: &[Vec<String>]) {
    let cells = |cells: &[String]| format!("| {} |\n", cells.iter().map(|cell| cell.replace('|', "\\|")).collect::<Vec<_>>().join(" | "));
    out.push_str(&cells(&header.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()));
    let rules: Vec<String> = aligns
        .iter()
        .map(|align| match align {
            Align::Left => ":---".to_owned(),
            Align::Centre => ":---:".to_owned(),
            Align::Right => "---:".to_owned(),
        })
        .collect();
    out.push_str(&cells(&rules));
    for row in rows {
        out.push_str(&cells(row));
    }
    out.push('\n');
}

fn write_table(out: &mut String, table: &Table) {
    if !table.caption.is_empty() {
        line(out, &format!("**{}**", table.caption));
    }
    if !table.unit.is_empty() {
        line(out, &format!("单位：{}", table.unit));
    }
    let header: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
    let cells = |row: &Vec<Vec<Run>>| row.iter().map(|cell| joined(cell, "<br>")).collect();
    let aligns: Vec<Align> = table.columns.iter().map(|column| column.align).collect();
    let body: Vec<Vec<String>> = table.rows.iter().chain(&table.total).map(cells).collect();
    rows(out, &header, &aligns, &body);
    table.notes.iter().filter(|note| !note.is_empty()).for_each(|note| line(out, note));
}

fn write_chart(out: &mut String, chart: &Chart) {
    line(out, &format!("**{}**", chart.caption));
    let body: Vec<Vec<String>> = chart
        .bars
        .iter()
        .map(|bar| vec![bar.label.clone(), bar.number.text().to_owned(), "█".repeat(chart.steps(bar, 20) as usize)])
        .collect();
    rows(out, &["", "", ""], &[Align::Left, Align::Right, Align::Left], &body);
    chart.notes.iter().filter(|note| !note.is_empty()).for_each(|note| line(out, note));
}

fn references(out: &mut String, references: &[NumberReference]) {
    let body: Vec<Vec<String>> = references.iter().enumerate().map(|(index, reference)| row(index, reference)).collect();
    let header = ["序号", "位置", "指标", "指标编号", "辖区", "时段", "分子", "分母", "数值", "核对命令"];
    let mut aligns = [Align::Left; 10];
    aligns[0] = Align::Right;
    aligns[6..9].fill(Align::Right);
    rows(out, &header, &aligns, &body);
}

fn row(index: usize, reference: &NumberReference) -> Vec<String> {
    let drill: Vec<String> = reference.drill.iter().map(|command| format!("`{command}`")).collect();
    let note = if reference.note.is_empty() { String::new() } else { format!("{}<br>", reference.note) };
    vec![
        (index + 1).to_string(),
        reference.places.join("；"),
        reference.name.clone(),
        reference.indicator.clone(),
        reference.area.clone(),
        reference.period.clone(),
        reference.numerator.clone(),
        reference.denominator.clone(),
        phrase::with_unit(&reference.value, &reference.unit),
        format!("{note}{}", drill.join("<br>")),
    ]
}
