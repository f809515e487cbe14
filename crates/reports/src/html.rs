//! One HTML page that needs nothing else: official layout on paper through print rules, readable on a screen.

use std::fmt::Write as _;

use crate::model::{Align, Block, Chart, Document, Look, NumberReference, Run, Table, chinese_date};
use crate::{layout, phrase};

const STYLE: &str = include_str!("html.css");

/// Writes a document.
#[must_use]
pub fn write(document: &Document) -> String {
    let mut out = format!(
        "<!doctype html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{}</title>\n<style>\n{STYLE}</style>\n</head>\n<body{}>\n<main>\n<h1>{}</h1>\n",
        escape(&document.title),
        if document.look == Look::Booklet { " class=\"booklet\"" } else { "" },
        layout::title_lines(&document.title).iter().map(|line| escape(line)).collect::<Vec<_>>().join("<br>")
    );
    if let Some(subtitle) = &document.subtitle {
        tag(&mut out, "p class=\"subtitle\"", &escape(subtitle));
    }
    for block in &document.blocks {
        write_block(&mut out, document, block);
    }
    out.push_str("</main>\n</body>\n</html>\n");
    out
}

fn write_block(out: &mut String, document: &Document, block: &Block) {
    match block {
        Block::Heading { level, text } => tag(out, &format!("h{}", level.clamp(&1, &4) + 1), &escape(text)),
        Block::Paragraph(list) => tag(out, "p", &runs(document, list)),
        Block::Item { level, lead, runs: list } => {
            tag(out, "p", &format!("<span class=\"lead{level}\">{}</span>{}", escape(lead), runs(document, list)));
        }
        Block::Table(table) => write_table(out, document, table),
        Block::Chart(chart) => write_chart(out, document, chart),
        Block::Signature => {
            let date = chinese_date(document.date);
            let (above, below) = layout::signature_indents(&document.organisation, &date);
            tag(out, &format!("p class=\"sign\" style=\"padding-right:{above}em\""), &escape(&document.organisation));
            tag(out, &format!("p class=\"sign\" style=\"padding-right:{below}em\""), &date);
        }
        Block::PageBreak => out.push_str("<div class=\"page\"></div>\n"),
        Block::Appendix { title, notes } => {
            tag(out, "h2", &escape(title));
            for note in notes {
                tag(out, "p class=\"note\"", &escape(note));
            }
            references(out, &document.references);
        }
    }
}

/// Escapes text for markup and attributes.
#[must_use]
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// `<name>content</name>`, the name without attributes in the end tag.
fn tag(out: &mut String, open: &str, content: &str) {
    let name = open.split(' ').next().unwrap_or(open);
    let _ = writeln!(out, "<{open}>{content}</{name}>");
}

fn runs(document: &Document, runs: &[Run]) -> String {
    runs.iter().map(|run| one(document, run)).collect()
}

fn one(document: &Document, run: &Run) -> String {
    match run {
        Run::Text(text) => escape(text),
        Run::Small(text) => format!("<small>{}</small>", escape(text)),
        Run::Above(text) => format!("<span class=\"above\">{}</span>", escape(text)),
        Run::Break => "<br>".to_owned(),
        Run::Number { reference, text, .. } => {
            let hint = document.references.get(*reference).map(hint).unwrap_or_default();
            format!("<a href=\"#n{}\" title=\"{}\">{}</a>", reference + 1, escape(&hint), escape(text))
        }
    }
}

fn hint(reference: &NumberReference) -> String {
    let fraction = match (reference.numerator.as_str(), reference.denominator.as_str()) {
        ("", _) => reference.note.clone(),
        (above, "") => above.to_owned(),
        (above, below) => format!("{above}/{below}"),
    };
    format!("{}，{}，{fraction}", reference.name, reference.period)
}

fn class(align: Align) -> &'static str {
    match align {
        Align::Left => "l",
        Align::Centre => "c",
        Align::Right => "r",
    }
}

fn write_table(out: &mut String, document: &Document, table: &Table) {
    let unit = if table.unit.is_empty() { String::new() } else { format!("<span class=\"unit\">单位：{}</span>", escape(&table.unit)) };
    out.push_str("<table>\n");
    if !table.caption.is_empty() {
        let _ = writeln!(out, "<caption>{}{unit}</caption>", escape(&table.caption));
    }
    if table.has_header() {
        out.push_str("<thead><tr>\n");
        for column in &table.columns {
            tag(out, &format!("th style=\"width:{}%\"", column.width), &escape(&column.name));
        }
        out.push_str("</tr></thead>\n");
    }
    out.push_str("<tbody>\n");
    for (row, total) in table.rows.iter().map(|row| (row, false)).chain(table.total.iter().map(|row| (row, true))) {
        out.push_str(if total { "<tr class=\"total\">" } else { "<tr>" });
        match row.as_slice() {
            [only] => {
                let _ = write!(out, "<td colspan=\"{}\">{}</td>", table.columns.len(), runs(document, only));
            }
            row => {
                for (cell, column) in row.iter().zip(&table.columns) {
                    let _ = write!(out, "<td class=\"{}\">{}</td>", class(column.align), runs(document, cell));
                }
            }
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table>\n");
    table.notes.iter().filter(|note| !note.is_empty()).for_each(|note| tag(out, "p class=\"note\"", &escape(note)));
}

fn write_chart(out: &mut String, document: &Document, chart: &Chart) {
    let _ = writeln!(out, "<figure>\n<figcaption>{}</figcaption>", escape(&chart.caption));
    for bar in &chart.bars {
        let steps = chart.steps(bar, 1000);
        let width = f64::from(steps) * 0.08;
        let _ = writeln!(
            out,
            "<div class=\"bar\"><span class=\"label\">{}</span><span class=\"track\"><span class=\"fill\" style=\"width:{width:.2}%\"></span>\
             <span class=\"value\">{}</span></span></div>",
            escape(&bar.label),
            one(document, &bar.number)
        );
    }
    out.push_str("</figure>\n");
    chart.notes.iter().filter(|note| !note.is_empty()).for_each(|note| tag(out, "p class=\"note\"", &escape(note)));
}

fn references(out: &mut String, references: &[NumberReference]) {
    out.push_str("<table class=\"sources\">\n<thead><tr>");
    for name in ["序号", "位置", "指标", "辖区", "时段", "分子", "分母", "数值", "核对命令"] {
        let _ = write!(out, "<th>{name}</th>");
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for (index, reference) in references.iter().enumerate() {
        let number = index + 1;
        let drill: Vec<String> = reference.drill.iter().map(|command| format!("<code>{}</code>", escape(command))).collect();
        let note = if reference.note.is_empty() { String::new() } else { format!("{}<br>", escape(&reference.note)) };
        let _ = writeln!(
            out,
            "<tr id=\"n{number}\"><td class=\"c\">{number}</td><td>{}</td><td>{}<br><code>{}</code></td><td>{}</td><td>{}</td>\
             <td class=\"r\">{}</td><td class=\"r\">{}</td><td class=\"r\">{}</td><td>{note}{}</td></tr>",
            escape(&reference.places.join("；")),
            escape(&reference.name),
            escape(&reference.indicator),
            escape(&reference.area),
            escape(&reference.period),
            reference.numerator,
            reference.denominator,
            escape(&phrase::with_unit(&reference.value, &reference.unit)),
            drill.join("<br>")
        );
    }
    out.push_str("</tbody>\n</table>\n");
}
