//! Styles of the official layout: sizes in half points, exact line spacing in twentieths of a point.

use docx_rs::{AlignmentType, Docx, LineSpacing, LineSpacingType, Run, RunFonts, SpecialIndentType, Style, StyleType};

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
pub(super) fn add(docx: Docx) -> Docx {
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

/// 四号 Song, half-width digits.
pub(super) fn page_number(run: Run) -> Run {
    run.fonts(RunFonts::new().ascii(SONG).hi_ansi(SONG).east_asia(SONG)).size(28)
}

/// Commands in the appendix: small, fixed width.
pub(super) fn command(run: Run) -> Run {
    run.fonts(RunFonts::new().ascii("Courier New").hi_ansi("Courier New").east_asia(SONG)).size(13)
}
