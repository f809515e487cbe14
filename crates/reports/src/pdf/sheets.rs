//! Rosters and returns as typst markup: A4 or A3, across when wide, header rows on each page.

use std::fmt::Write as _;

use super::fonts::Faces;
use super::markup::{align, fonts_preamble, literal};
use crate::model::Align;
use crate::sheet::{Paper, Sheet, SheetCell};

/// The markup of sheets, each from a new page.
pub(super) fn sheets(sheets: &[Sheet], faces: &Faces) -> String {
    let mut out = fonts_preamble(faces);
    let title = sheets.first().map(|sheet| sheet.title.as_str()).unwrap_or_default();
    let _ = writeln!(
        out,
        "#let remark = {}\n#set document(title: {}, date: none)\n\
         #set text(font: song, size: 9pt, lang: \"zh\", region: \"cn\", cjk-latin-spacing: none)\n\
         #set par(leading: 4pt, spacing: 6pt, justify: false)",
        literal(&faces.remark),
        literal(title)
    );
    for sheet in sheets {
        write_sheet(&mut out, sheet);
    }
    out
}

fn write_sheet(out: &mut String, sheet: &Sheet) {
    let (paper, flipped, width) = match sheet.paper {
        Paper::A4 => ("a4", false, 178.0),
        Paper::A4Landscape => ("a4", true, 265.0),
        Paper::A3Landscape => ("a3", true, 388.0),
    };
    let characters: f64 = sheet.columns.iter().map(|column| column.width).sum();
    // A half-width character of 9 pt is 1.59 mm wide; the text shrinks when the columns want more than the paper has.
    let size = (9.0 * width / (characters * 1.7)).clamp(5.0, 9.0);
    let _ = writeln!(
        out,
        "#page(paper: \"{paper}\", flipped: {flipped}, margin: (x: 16mm, top: 16mm, bottom: 18mm), footer: context {{\n\
         align(center, text(size: 9pt)[第 #counter(page).display() 页，共 #counter(page).final().first() 页])\n\
         if remark != \"\" and counter(page).get() == counter(page).final() {{ align(center, text(size: 7pt, fill: luma(110), remark)) }} }})["
    );
    let _ = writeln!(out, "#align(center, text(font: titlefont, size: 16pt, weight: \"bold\", {}))", literal(&sheet.title));
    for line in &sheet.form_lines {
        let _ = writeln!(out, "#align(right, {})", literal(line));
    }
    let _ = writeln!(out, "#v(4pt)\n#{}\n#v(2pt)", literal(&sheet.head_line()));
    let _ = writeln!(out, "#{{ set text(size: {size:.2}pt)\n{}", table_open(sheet));
    table_head(out, sheet);
    let indented = sheet.columns.iter().position(|column| column.align == Align::Left);
    for row in &sheet.rows {
        for (index, cell) in row.cells.iter().enumerate() {
            let text = literal(&cell.text());
            let _ = match (row.heading, indented == Some(index) && row.level > 0) {
                (true, _) => write!(out, "text(font: hei, {text}), "),
                (false, true) => write!(out, "pad(left: {}em, {text}), ", row.level * 2),
                (false, false) => write!(out, "{text}, "),
            };
        }
        out.push('\n');
    }
    for cell in sheet.total_row().iter().flatten().map(SheetCell::text) {
        let _ = write!(out, "text(font: hei, {}), ", literal(&cell));
    }
    out.push_str(")}\n");
    for (index, note) in sheet.notes.iter().enumerate() {
        let _ = writeln!(out, "#{}\n", literal(&if index == 0 { format!("注：{note}") } else { format!("　　{note}") }));
    }
    let _ = writeln!(out, "#v(8pt)\n#{}\n]", literal(&sheet.sign_line()));
}

fn table_open(sheet: &Sheet) -> String {
    let widths: Vec<String> = sheet.columns.iter().map(|column| format!("{:.2}fr", column.width)).collect();
    let aligns: Vec<&str> = sheet.columns.iter().map(|column| align(column.align)).collect();
    let heads = if sheet.grouped() { 2 } else { 1 };
    format!(
        "table(columns: ({},), stroke: 0.4pt, inset: (x: 2pt, y: 3.2pt), align: (x, y) => if y < {heads} {{ center + horizon }} else {{ \
         ({},).at(x) + horizon }}, fill: (x, y) => if y < {heads} {{ luma(242) }},",
        widths.join(", "),
        aligns.join(", ")
    )
}

fn table_head(out: &mut String, sheet: &Sheet) {
    out.push_str("table.header(");
    if sheet.grouped() {
        for (first, last, group) in sheet.groups() {
            let _ = if group.is_empty() {
                write!(out, "table.cell(rowspan: 2, text(font: hei, {})), ", literal(&sheet.columns[first].name))
            } else {
                write!(out, "table.cell(colspan: {}, text(font: hei, {})), ", last - first + 1, literal(group))
            };
        }
        for column in sheet.columns.iter().filter(|column| !column.group.is_empty()) {
            let _ = write!(out, "text(font: hei, {}), ", literal(&column.name));
        }
    } else {
        for column in &sheet.columns {
            let _ = write!(out, "text(font: hei, {}), ", literal(&column.name));
        }
    }
    out.push_str("),\n");
}
