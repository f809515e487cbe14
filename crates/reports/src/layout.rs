//! Measures of the official page, shared by the writers.
//!
//! Source: GB/T 9704-2012: A4, margins 37/35/28/26 mm, 22 lines of 28 characters, body 三号仿宋, title 二号小标宋.

use crate::model::Look;

/// Body size, 三号, in points.
pub const BODY_PT: f64 = 16.0;
/// Title size, 二号, in points.
pub const TITLE_PT: f64 = 22.0;
/// Text width, 156 mm, in points.
pub const WIDTH_PT: f64 = 442.2;
/// Line pitch: 225 mm ÷ 22 lines, in points.
pub const LINE_PT: f64 = 28.95;

/// Measures of a page by its look.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measures {
    /// Margins at the top, bottom, left and right, in millimetres.
    pub margins_mm: [f64; 4],
    /// Size of the body, in points.
    pub body_pt: f64,
    /// Line pitch of the body, in points.
    pub line_pt: f64,
    /// Sizes of headings of levels 1 to 4, in points.
    pub headings_pt: [f64; 4],
    /// Size of text in tables, in points.
    pub cell_pt: f64,
    /// Room above the title, in points.
    pub above_title_pt: f64,
}

impl Measures {
    /// The measures of a look.
    #[must_use]
    pub fn of(look: Look) -> Self {
        match look {
            Look::Official => Self {
                margins_mm: [37.0, 35.0, 28.0, 26.0],
                body_pt: BODY_PT,
                line_pt: LINE_PT,
                headings_pt: [BODY_PT; 4],
                cell_pt: 10.5,
                above_title_pt: 0.0,
            },
            Look::Booklet => Self {
                margins_mm: [24.0, 22.0, 24.0, 22.0],
                body_pt: 11.0,
                line_pt: 18.0,
                headings_pt: [16.0, 13.0, 11.0, 11.0],
                cell_pt: 10.0,
                above_title_pt: 110.0,
            },
        }
    }

    /// Width of the text block, in points.
    #[must_use]
    pub fn width_pt(&self) -> f64 {
        (210.0 - self.margins_mm[2] - self.margins_mm[3]) / 25.4 * 72.0
    }
}

/// Width of a text in full-width characters: ASCII counts a half.
#[must_use]
pub fn width_em(text: &str) -> f64 {
    text.chars().map(|c| if c.is_ascii() { 0.5 } else { 1.0 }).sum()
}

/// Breaks a title that is too long for one line: before 及 or 和 when there is one, else near the middle, never
/// within a number.
#[must_use]
pub fn title_lines(title: &str) -> Vec<String> {
    if width_em(title) * TITLE_PT <= WIDTH_PT - TITLE_PT {
        return vec![title.to_owned()];
    }
    let characters: Vec<char> = title.chars().collect();
    let half = width_em(title) / 2.0;
    let cost = |at: usize| {
        let before: String = characters[..at].iter().collect();
        let joint = if matches!(characters[at], '及' | '和') { 0.0 } else { 8.0 };
        (width_em(&before) - half).abs() + joint
    };
    let splits = |at: &usize| !(characters[*at - 1].is_ascii_digit() && (characters[*at].is_ascii_digit() || characters[*at] == '年'));
    let best = (2..characters.len().saturating_sub(1)).filter(splits).min_by(|a, b| cost(*a).total_cmp(&cost(*b)));
    match best {
        None => vec![title.to_owned()],
        Some(at) => vec![characters[..at].iter().collect(), characters[at..].iter().collect()],
    }
}

/// Blank characters at the right of the signing organisation and of the date: the date four, the organisation
/// centred above it, but never less than two.
#[must_use]
pub fn signature_indents(organisation: &str, date: &str) -> (f64, f64) {
    let centred = 4.0 + (width_em(date) - width_em(organisation)) / 2.0;
    if centred >= 2.0 { (centred, 4.0) } else { (2.0, 2.0 + (width_em(organisation) - width_em(date)) / 2.0) }
}
