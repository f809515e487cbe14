//! A document as typst markup. All words go in as string literals, so that nothing in them is read as markup.

use std::fmt::Write as _;

use super::fonts::Faces;
use crate::layout::Measures;
use crate::model::{Align, Block, Chart, Document, Look, NumberReference, Run, Table, chinese_date};
use crate::{layout, phrase};

/// A string literal.
pub(super) fn literal(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

pub(super) fn align(align: Align) -> &'static str {
    match align {
        Align::Left => "left",
        Align::Centre => "center",
        Align::Right => "right",
    }
}

/// The markup of a document.
pub(super) fn document(document: &Document, faces: &Faces) -> String {
    let linked = document.blocks.iter().any(|block| matches!(block, Block::Appendix { .. }));
    let mut writer = Writer { document, faces, linked, out: String::new() };
    writer.preamble();
    for (index, block) in document.blocks.iter().enumerate() {
        let leads = document.look == Look::Booklet && matches!(document.blocks.get(index + 1), Some(Block::Table(_)));
        match block {
            Block::Paragraph(runs) if leads => {
                let text = writer.runs(runs);
                let _ = writeln!(writer.out, "#block(sticky: true, [{text}])\n");
            }
            block => writer.block(block),
        }
    }
    writer.out
}

/// Fonts and page rules that documents and sheets share.
pub(super) fn fonts_preamble(faces: &Faces) -> String {
    let Faces { fangsong, hei, kai, title, song, fixed, .. } = faces;
    format!(
        "#let fangsong = {fangsong}\n#let hei = {hei}\n#let kai = {kai}\n#let titlefont = {title}\n#let song = {song}\n#let fixed = {fixed}\n"
    )
}

struct Writer<'a> {
    document: &'a Document,
    faces: &'a Faces,
    linked: bool,
    out: String,
}

impl Writer<'_> {
    fn preamble(&mut self) {
        let date = self.document.date;
        let gap = layout::LINE_PT - layout::BODY_PT;
        let tracking = layout::WIDTH_PT / 28.0 - layout::BODY_PT;
        self.out = fonts_preamble(self.faces);
        let _ = write!(
            self.out,
            r##"#let remark = {remark}
#set document(title: {title}, author: {author}, date: datetime(year: {year}, month: {month}, day: {day}))
#set page(width: 210mm, height: 297mm, margin: (top: 37mm, bottom: 35mm, left: 28mm, right: 26mm), footer-descent: 7mm, footer: context {{
  set text(font: song, size: 14pt, tracking: 0pt)
  set par(first-line-indent: 0pt, leading: 4pt, spacing: 4pt)
  let here = counter(page).get().first()
  align(if calc.odd(here) {{ right }} else {{ left }}, pad(x: 14pt)[— #here —])
  if remark != "" and here == counter(page).final().first() {{ align(center, text(size: 7.5pt, fill: luma(110), remark)) }}
}})
#set text(font: fangsong, size: 16pt, lang: "zh", region: "cn", top-edge: 0.88em, bottom-edge: -0.12em, cjk-latin-spacing: none, tracking: {tracking:.3}pt)
#set par(justify: false, first-line-indent: (amount: 2em, all: true), leading: {gap:.2}pt, spacing: {gap:.2}pt, linebreaks: "simple")
#set heading(numbering: none)
#show heading: set text(size: 16pt, weight: "regular")
#show heading: it => block(above: {gap:.2}pt, below: {gap:.2}pt, par(it.body))
#show heading.where(level: 1): set text(font: hei)
#show heading.where(level: 2): set text(font: kai)
#show heading.where(level: 3): set text(weight: "bold")
#let small(body) = {{ set text(size: 10.5pt, tracking: 0pt); set par(first-line-indent: 0pt, justify: false, leading: 5pt, spacing: 5pt); body }}
#let caption(body) = block(above: 16pt, below: 8pt, width: 100%, sticky: true, align(center, text(font: hei, size: 14pt, par(first-line-indent: 0pt, body))))
#let note(body) = block(above: 6pt, below: 16pt, small(body))
#let head(body) = text(font: hei, body)
#let bar(width, number) = box(height: 16pt, {{ box(width: width, height: 10pt, baseline: 1pt, fill: rgb("#3b6ea5")); h(4pt); number }})
"##,
            remark = literal(&self.faces.remark),
            title = literal(&self.document.title),
            author = literal(&self.document.organisation),
            year = date.year(),
            month = date.month(),
            day = date.day(),
        );
        self.out.push_str("#let above(body) = block(width: 100%, above: 2pt, below: 3pt, inset: (bottom: 2pt), stroke: (bottom: 0.5pt), align(center, body))\n");
        if self.document.look == Look::Booklet {
            self.booklet();
        }
        self.title();
    }

    /// Overrides the official layout by that of a booklet.
    fn booklet(&mut self) {
        let measures = Measures::of(Look::Booklet);
        let [top, bottom, left, right] = measures.margins_mm;
        let (body, cell) = (measures.body_pt, measures.cell_pt);
        let gap = measures.line_pt - body;
        let _ = writeln!(
            self.out,
            r"#set page(margin: (top: {top}mm, bottom: {bottom}mm, left: {left}mm, right: {right}mm), footer-descent: 5mm)
#set text(size: {body}pt, tracking: 0pt)
#set par(first-line-indent: 0pt, leading: {gap}pt, spacing: {gap}pt)
#let small(body) = {{ set text(size: {cell}pt, tracking: 0pt); set par(first-line-indent: 0pt, justify: false, leading: 4pt, spacing: 4pt); body }}
#let note(body) = block(above: 5pt, below: 9pt, {{ set text(size: 9pt); set par(leading: 3.5pt); body }})
#v({above}pt)",
            above = measures.above_title_pt
        );
        for (level, size) in (1..).zip(measures.headings_pt) {
            let (above, below) = [(14, 10), (16, 6), (10, 5), (8, 5)][level - 1];
            let font = if level < 4 { "hei" } else { "fangsong" };
            let _ = writeln!(
                self.out,
                "#show heading.where(level: {level}): it => block(above: {above}pt, below: {below}pt, sticky: true, text(font: {font}, size: {size}pt, weight: \"regular\", it.body))"
            );
        }
    }

    fn title(&mut self) {
        let lines: Vec<String> = layout::title_lines(&self.document.title).iter().map(|line| format!("#{}", literal(line))).collect();
        let weight = if self.faces.title.contains("FZXiaoBiaoSong") { "regular" } else { "bold" };
        let _ = writeln!(
            self.out,
            "#block(below: 29pt, width: 100%)[#set par(first-line-indent: 0pt, justify: false, leading: 13pt)\n#align(center, \
             text(font: titlefont, size: 22pt, weight: \"{weight}\", tracking: 0pt)[{}])]",
            lines.join(" \\\n")
        );
        if let Some(subtitle) = &self.document.subtitle {
            let _ =
                writeln!(self.out, "#block(below: 29pt, width: 100%, align(center, text(font: kai, size: 16pt, {})))", literal(subtitle));
        }
    }

    fn block(&mut self, block: &Block) {
        match block {
            Block::Heading { level, text } => {
                let _ = writeln!(self.out, "#heading(level: {})[#{}]\n", level.clamp(&1, &4), literal(text));
            }
            Block::Paragraph(runs) => {
                let text = self.runs(runs);
                let _ = writeln!(self.out, "{text}\n");
            }
            Block::Item { level, lead, runs } => {
                let rest = self.runs(runs);
                let style = match level {
                    1 => "font: hei",
                    2 => "font: kai",
                    3 => "weight: \"bold\"",
                    _ => "style: \"normal\"",
                };
                let _ = writeln!(self.out, "#text({style}, {}){rest}\n", literal(lead));
            }
            Block::Table(table) => self.table(table),
            Block::Chart(chart) => self.chart(chart),
            Block::Signature => self.signature(),
            Block::PageBreak => self.out.push_str("#pagebreak()\n"),
            Block::Appendix { title, notes } => {
                let _ = writeln!(self.out, "#heading(level: 1)[#{}]\n", literal(title));
                self.notes(notes);
                self.references();
            }
        }
    }

    fn runs(&self, runs: &[Run]) -> String {
        runs.iter().map(|run| self.run(run)).collect()
    }

    fn run(&self, run: &Run) -> String {
        match run {
            Run::Number { reference, text, .. } if self.linked => format!("#link(<n{}>, {})", reference + 1, literal(text)),
            Run::Small(text) => format!("#text(size: 0.8em, fill: luma(90), {})", literal(text)),
            Run::Above(text) => format!("#above({})", literal(text)),
            Run::Break => "#linebreak()".to_owned(),
            run => format!("#{}", literal(run.text())),
        }
    }

    fn notes(&mut self, notes: &[String]) {
        for note in notes.iter().filter(|note| !note.is_empty()) {
            let _ = writeln!(self.out, "#note({})", literal(note));
        }
    }

    fn table(&mut self, table: &Table) {
        if !table.caption.is_empty() {
            let _ = writeln!(self.out, "#caption({})", literal(&table.caption));
        }
        if !table.unit.is_empty() {
            let _ = writeln!(
                self.out,
                "#block(below: 4pt, width: 100%, sticky: true, align(right, small({})))",
                literal(&format!("单位：{}", table.unit))
            );
        }
        let widths: Vec<String> = table.columns.iter().map(|column| format!("{}fr", column.width)).collect();
        let below = if self.document.look == Look::Booklet { 10.0 } else { layout::LINE_PT - layout::BODY_PT };
        let top = if table.has_header() { 0 } else { -1 };
        let aligns: Vec<&str> = table.columns.iter().map(|column| align(column.align)).collect();
        let heads: Vec<String> = table.columns.iter().map(|column| format!("head({})", literal(&column.name))).collect();
        let _ = writeln!(
            self.out,
            "#small(block(breakable: {}, below: {below}pt, table(columns: ({},), align: (x, y) => if y == {top} {{ center + horizon }} else {{ ({},).at(x) + horizon }}, \
             stroke: 0.5pt, inset: (x: 4pt, y: 4pt), fill: (x, y) => if y == {top} {{ luma(242) }},\n{}",
            table.rows.len() > if self.document.look == Look::Booklet { 6 } else { 15 },
            widths.join(", "),
            aligns.join(", "),
            if table.has_header() { format!("table.header({}),", heads.join(", ")) } else { String::new() }
        );
        for row in table.rows.iter().chain(&table.total) {
            let across = row.len() == 1 && table.columns.len() > 1;
            for cell in row {
                let text = self.runs(cell);
                let _ = match across {
                    true => write!(self.out, "table.cell(colspan: {}, align: left, breakable: false)[{text}], ", table.columns.len()),
                    false if self.document.look == Look::Booklet => write!(self.out, "table.cell(breakable: false)[{text}], "),
                    false => write!(self.out, "[{text}], "),
                };
            }
            self.out.push('\n');
        }
        self.out.push_str(")))\n");
        self.notes(&table.notes);
    }

    fn chart(&mut self, chart: &Chart) {
        let _ = writeln!(
            self.out,
            "#caption({})\n#small(block(breakable: false, grid(columns: (30%, 1fr), align: (right + horizon, left + horizon), column-gutter: 6pt,",
            literal(&chart.caption)
        );
        for bar in &chart.bars {
            let width = f64::from(chart.steps(bar, 1000)) * 0.078;
            let number = self.run(&bar.number);
            let _ = writeln!(self.out, "[#{}], bar({width:.2}%, [{number}]),", literal(&bar.label));
        }
        self.out.push_str(")))\n");
        self.notes(&chart.notes);
    }

    fn signature(&mut self) {
        let date = chinese_date(self.document.date);
        let (above, below) = layout::signature_indents(&self.document.organisation, &date);
        let _ = writeln!(
            self.out,
            "#block(above: 42pt, width: 100%, breakable: false)[#set par(first-line-indent: 0pt)\n\
             #align(right)[#pad(right: {above}em)[#{}]]\n#align(right)[#pad(right: {below}em)[#{}]]]",
            literal(&self.document.organisation),
            literal(&date)
        );
    }

    fn references(&mut self) {
        self.out.push_str(
            "#{ set text(font: song, size: 8.5pt, tracking: 0pt)\nset par(first-line-indent: 0pt, justify: false, leading: 3.5pt, spacing: 3.5pt)\n\
             table(columns: (7fr, 15fr, 32fr, 14fr, 11fr, 11fr, 14fr), align: (x, y) => if y == 0 { center + horizon } else { \
             (center, left, left, left, right, right, right).at(x) + horizon }, stroke: 0.4pt, inset: 3pt, fill: (x, y) => if y == 0 { luma(242) },\n\
             table.header(..(\"序号\", \"位置\", \"指标\", \"时段\", \"分子\", \"分母\", \"数值\").map(head)),\n",
        );
        for (index, reference) in self.document.references.iter().enumerate() {
            self.out.push_str(&reference_cells(index, reference));
        }
        self.out.push_str(")}\n");
    }
}

fn reference_cells(index: usize, reference: &NumberReference) -> String {
    let number = index + 1;
    let value = phrase::with_unit(&reference.value, &reference.unit);
    let mut below: Vec<String> =
        reference.printed_drill().map(|command| format!("text(font: fixed, size: 6.2pt, {})", literal(command))).collect();
    if !reference.note.is_empty() {
        below.push(format!("text(size: 7.5pt, {})", literal(&reference.note)));
    }
    format!(
        "table.cell(rowspan: 2, breakable: false)[#box[{number}]<n{number}>], {}, [#{} #text(font: fixed, size: 6.2pt, {})], {}, {}, {}, {}, \
         table.cell(colspan: 6, align: left, breakable: false, {}),\n",
        literal(&reference.places.join("；")),
        literal(&reference.name),
        literal(&reference.indicator),
        literal(&reference.period),
        literal(&reference.numerator),
        literal(&reference.denominator),
        literal(&value),
        below.join(" + linebreak() + ")
    )
}
