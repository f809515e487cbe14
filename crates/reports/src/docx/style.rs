//! Styles of the official layout: sizes in half points, exact line spacing in twentieths of a point.

use docx_rs::{AlignmentType, Docx, LineSpacing, LineSpacingType, Run, RunFonts, SpecialIndentType, Style, StyleType};

use crate::layout::Measures;
use crate::model::Look;

const FANGSONG: &str = "仿宋_GB2312";
const HEI: &str = "黑体";
const KAI: &str = "楷体_GB2312";
const TITLE_SONG: &str = "方正小标宋简体";
const SONG: &str = "宋体";
const LATIN: &str = "Times New Roman";

fn fonts(east_asia: &str) -> RunFonts {
    RunFonts::new().ascii(LATIN).hi_ansi(LATIN).cs(LATIN).east_asia(east_asia)
}

fn exact(twips: i32) -> LineSpacing {
    LineSpacing::new().line_rule(LineSpacingType::Exact).line(twips).before(0).after(0)
}

fn paragraph(id: &str, name: &str, font: &str, half_points: usize) -> Style {
    Style::new(id, StyleType::Paragraph).name(name).fonts(fonts(font)).size(half_points).q_format(true)
}

/// Draws characters together so that 28 of 16 points fill 156 mm.
fn packed(mut style: Style) -> Style {
    style.run_property = style.run_property.spacing(-4);
    style
}

/// Adds the styles.
pub(super) fn add(docx: Docx, look: Look) -> Docx {
    match look {
        Look::Official => official(docx),
        Look::Booklet => booklet(docx),
    }
}

/// Half points.
fn halves(points: f64) -> usize {
    usize::try_from(super::rounded(points * 2.0)).unwrap_or(0)
}

/// Twentieths of a point.
fn twentieths(points: f64) -> i32 {
    super::rounded(points * 20.0)
}

/// Smaller type, headings at the margin with room above them, tables for reading and writing.
fn booklet(docx: Docx) -> Docx {
    let measures = Measures::of(Look::Booklet);
    let [first, second, third, fourth] = measures.headings_pt.map(halves);
    let pitch = twentieths(measures.line_pt);
    let spaced =
        |before: u32, after: u32, line: i32| LineSpacing::new().line_rule(LineSpacingType::AtLeast).line(line).before(before).after(after);
    let plain = |style: Style, before: u32, after: u32, line: i32| {
        style.align(AlignmentType::Left).line_spacing(spaced(before, after, line)).snap_to_grid(false)
    };
    let above_title = u32::try_from(twentieths(measures.above_title_pt)).unwrap_or(0);
    let cell = halves(measures.cell_pt);
    docx.default_fonts(fonts(FANGSONG))
        .default_size(halves(measures.body_pt))
        .add_style(plain(paragraph("Body", "正文", FANGSONG, halves(measures.body_pt)), 0, 120, pitch))
        .add_style(paragraph("Title", "Title", TITLE_SONG, 52).align(AlignmentType::Center).line_spacing(spaced(above_title, 200, 700)))
        .add_style(paragraph("Subtitle", "Subtitle", KAI, 32).align(AlignmentType::Center).line_spacing(spaced(0, 900, 500)))
        .add_style(plain(paragraph("Heading1", "heading 1", HEI, first), 0, 160, 480).outline_lvl(0).next("Body"))
        .add_style(plain(paragraph("Heading2", "heading 2", HEI, second), 280, 80, 380).outline_lvl(1).next("Body"))
        .add_style(plain(paragraph("Heading3", "heading 3", HEI, third), 160, 60, 320).outline_lvl(2).next("Body"))
        .add_style(plain(paragraph("Heading4", "heading 4", FANGSONG, fourth), 120, 60, 320).outline_lvl(3).next("Body"))
        .add_style(plain(paragraph("Caption", "caption", HEI, 22), 160, 80, 320).next("Body"))
        .add_style(plain(paragraph("Unit", "表格单位", FANGSONG, cell), 0, 0, 260).align(AlignmentType::Right))
        .add_style(plain(paragraph("Cell", "表格文字", FANGSONG, cell), 0, 0, 270))
        .add_style(plain(paragraph("CellHead", "表头文字", HEI, cell), 0, 0, 270).align(AlignmentType::Center))
        .add_style(plain(paragraph("Note", "表注", FANGSONG, 18), 0, 40, 240))
        .add_style(plain(paragraph("Source", "附录文字", SONG, 17), 0, 0, 220))
        .add_style(paragraph("Signature", "落款", FANGSONG, 22).align(AlignmentType::Right).line_spacing(spaced(0, 0, pitch)))
}

fn official(docx: Docx) -> Docx {
    let indented = |style: Style| {
        style
            .align(AlignmentType::Left)
            .line_spacing(exact(579))
            .indent(None, Some(SpecialIndentType::FirstLine(640)), None, None)
            .first_line_chars(200)
    };
    let centred = |style: Style, line: i32| style.align(AlignmentType::Center).line_spacing(exact(line));
    let small = |style: Style| style.line_spacing(LineSpacing::new().line_rule(LineSpacingType::AtLeast).line(300)).snap_to_grid(false);
    docx.default_fonts(fonts(FANGSONG))
        .default_size(32)
        .add_style(indented(packed(paragraph("Body", "公文正文", FANGSONG, 32))))
        .add_style(centred(paragraph("Title", "Title", TITLE_SONG, 44), 640).snap_to_grid(false))
        .add_style(centred(paragraph("Subtitle", "Subtitle", KAI, 32), 579))
        .add_style(indented(paragraph("Heading1", "heading 1", HEI, 32)).outline_lvl(0).next("Body"))
        .add_style(indented(paragraph("Heading2", "heading 2", KAI, 32)).outline_lvl(1).next("Body"))
        .add_style(indented(paragraph("Heading3", "heading 3", FANGSONG, 32).bold()).outline_lvl(2).next("Body"))
        .add_style(indented(paragraph("Heading4", "heading 4", FANGSONG, 32)).outline_lvl(3).next("Body"))
        .add_style(centred(paragraph("Caption", "caption", HEI, 28), 579).next("Body"))
        .add_style(small(paragraph("Unit", "表格单位", FANGSONG, 21)).align(AlignmentType::Right))
        .add_style(small(paragraph("Cell", "表格文字", FANGSONG, 21)))
        .add_style(small(paragraph("CellHead", "表头文字", HEI, 21)).align(AlignmentType::Center))
        .add_style(small(paragraph("Note", "表注", FANGSONG, 21)).align(AlignmentType::Left))
        .add_style(paragraph("Source", "附录文字", SONG, 17).line_spacing(exact(220)).snap_to_grid(false))
        .add_style(paragraph("Signature", "落款", FANGSONG, 32).align(AlignmentType::Right).line_spacing(exact(579)))
}

/// The lead of an item in the font of its heading level.
pub(super) fn lead(run: Run, level: u8) -> Run {
    match level {
        1 => run.fonts(fonts(HEI)),
        2 => run.fonts(fonts(KAI)),
        3 => run.fonts(fonts(FANGSONG)).bold(),
        _ => run,
    }
}

/// Small print within other text.
pub(super) fn small(run: Run) -> Run {
    run.size(16).color("595959")
}

/// 四号 Song, half-width digits.
pub(super) fn page_number(run: Run) -> Run {
    run.fonts(RunFonts::new().ascii(SONG).hi_ansi(SONG).east_asia(SONG)).size(28)
}

/// Commands in the appendix: small, fixed width.
pub(super) fn command(run: Run) -> Run {
    run.fonts(RunFonts::new().ascii("Courier New").hi_ansi("Courier New").east_asia(SONG)).size(13)
}
