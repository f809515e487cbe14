//! Word files in the official layout.
//!
//! Numbers are links to their line in the appendix and look like the text around them. Fonts are named as
//! the standard names them; where they are missing, the word processor substitutes. Styles carry the layout, so
//! that an editor can change it in one place.

mod chart;
mod package;
mod style;
mod table;

use docx_rs::{
    AlignmentType, BreakType, DocGrid, DocGridType, Document as Body, Docx, FieldCharType, Footer, Hyperlink, HyperlinkType, InstrPAGE,
    InstrText, PageMargin, PageSize, Paragraph, Run as WordRun,
};

use crate::layout::{self, Measures};
use crate::model::{Block, Document, Look, Run, chinese_date};

/// Millimetres in twentieths of a point.
fn twips(millimetres: f64) -> i32 {
    rounded(millimetres / 25.4 * 1440.0)
}

#[expect(clippy::cast_possible_truncation, reason = "measures of a page, far below the limits of i32")]
fn rounded(number: f64) -> i32 {
    number.round() as i32
}

/// Writes a document as docx, deflated. The same document gives the same bytes.
#[must_use]
pub fn write(document: &Document) -> Vec<u8> {
    let mut docx = page(style::add(Docx::new(), document.look), document);
    for line in layout::title_lines(&document.title) {
        docx = docx.add_paragraph(Paragraph::new().style("Title").add_run(WordRun::new().add_text(line)));
    }
    if let Some(subtitle) = &document.subtitle {
        docx = docx.add_paragraph(Paragraph::new().style("Subtitle").add_run(WordRun::new().add_text(subtitle)));
    }
    if document.look == Look::Official {
        docx = docx.add_paragraph(Paragraph::new().style("Body"));
    }
    let mut break_before = false;
    for (index, block) in document.blocks.iter().enumerate() {
        let leads = document.look == Look::Booklet && matches!(document.blocks.get(index + 1), Some(Block::Table(_)));
        docx = match block {
            Block::Paragraph(runs) if leads => docx.add_paragraph(fill(Paragraph::new().style("Body").keep_next(true), runs)),
            block => add(docx, document, block, std::mem::take(&mut break_before)),
        };
        break_before = matches!(block, Block::PageBreak);
    }
    package::pack(docx, document)
}

fn add(docx: Docx, document: &Document, block: &Block, page_break: bool) -> Docx {
    match block {
        Block::Heading { level, text } => {
            let id = format!("Heading{}", level.clamp(&1, &4));
            let paragraph = Paragraph::new().style(&id).keep_next(true).page_break_before(page_break);
            docx.add_paragraph(paragraph.add_run(WordRun::new().add_text(text)))
        }
        Block::Paragraph(runs) => docx.add_paragraph(fill(Paragraph::new().style("Body").page_break_before(page_break), runs)),
        Block::Item { level, lead, runs } => {
            let lead = style::lead(WordRun::new().add_text(lead), *level);
            docx.add_paragraph(fill(Paragraph::new().style("Body").page_break_before(page_break).add_run(lead), runs))
        }
        Block::Table(table) => table::add(docx, table, document.look),
        Block::Chart(chart) => chart::add(docx, chart),
        Block::Signature => signature(docx, document),
        Block::PageBreak => docx,
        Block::Appendix { title, notes } => {
            let heading = Paragraph::new().style("Heading1").page_break_before(page_break);
            let mut docx = docx.add_paragraph(heading.add_run(WordRun::new().add_text(title)));
            for note in notes {
                docx = docx.add_paragraph(Paragraph::new().style("Note").add_run(WordRun::new().add_text(note)));
            }
            table::add_references(docx, &document.references)
        }
    }
}

/// Puts runs into a paragraph, numbers as links to the appendix.
fn fill(mut paragraph: Paragraph, runs: &[Run]) -> Paragraph {
    for run in runs {
        paragraph = match run {
            Run::Text(text) => paragraph.add_run(WordRun::new().add_text(text)),
            Run::Small(text) => paragraph.add_run(style::small(WordRun::new().add_text(text))),
            Run::Above(text) => paragraph.add_run(line_break(WordRun::new().add_text(text))),
            Run::Break => paragraph.add_run(line_break(WordRun::new())),
            Run::Number { reference, text, .. } => {
                let link = Hyperlink::new(bookmark(*reference), HyperlinkType::Anchor);
                paragraph.add_hyperlink(link.add_run(WordRun::new().add_text(text)))
            }
        };
    }
    paragraph
}

fn bookmark(reference: usize) -> String {
    format!("n{}", reference + 1)
}

fn signature(docx: Docx, document: &Document) -> Docx {
    let date = chinese_date(document.date);
    let (organisation_em, date_em) = layout::signature_indents(&document.organisation, &date);
    let line = |text: &str, em: f64| {
        let end = rounded(em * layout::BODY_PT * 20.0);
        Paragraph::new().style("Signature").indent(None, None, Some(end), None).add_run(WordRun::new().add_text(text))
    };
    docx.add_paragraph(Paragraph::new().style("Body"))
        .add_paragraph(line(&document.organisation, organisation_em).keep_next(true))
        .add_paragraph(line(&date, date_em))
}

fn page(docx: Docx, document: &Document) -> Docx {
    let [top, bottom, left, right] = Measures::of(document.look).margins_mm.map(twips);
    let footer = if document.look == Look::Official { twips(23.0) } else { twips(11.0) };
    let margin = PageMargin { top, bottom, left, right, header: twips(15.0), footer, gutter: 0 };
    let body = Body::new().page_size(PageSize::new().size(11_906, 16_838)).page_margin(margin);
    let body = match document.look {
        Look::Official => body.doc_grid(DocGrid::new().grid_type(DocGridType::Lines).line_pitch(579)),
        Look::Booklet => body,
    };
    docx.document(body).footer(page_number(AlignmentType::Right)).even_footer(page_number(AlignmentType::Left))
}

/// `— 1 —` in 四号 Song, one character from the edge: odd pages right, even pages left.
fn page_number(side: AlignmentType) -> Footer {
    let text = |text: &str| style::page_number(WordRun::new().add_text(text));
    let field = style::page_number(WordRun::new())
        .add_field_char(FieldCharType::Begin, false)
        .add_instr_text(InstrText::PAGE(InstrPAGE::new()))
        .add_field_char(FieldCharType::Separate, false)
        .add_text("1")
        .add_field_char(FieldCharType::End, false);
    let edge = Some(280);
    let paragraph = match side {
        AlignmentType::Left => Paragraph::new().indent(edge, None, None, None),
        _ => Paragraph::new().indent(None, None, edge, None),
    };
    Footer::new().add_paragraph(paragraph.align(side).add_run(text("— ")).add_run(field).add_run(text(" —")))
}

/// A line break within a cell.
fn line_break(run: WordRun) -> WordRun {
    run.add_break(BreakType::TextWrapping)
}
