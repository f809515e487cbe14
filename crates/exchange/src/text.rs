//! Text as people type it into spreadsheets: full-width letters, blanks inside names, dashes for nothing.

/// A full-width letter, digit or mark as its plain one; a full-width blank as a blank.
pub(crate) fn narrow_char(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3000}' | '\u{a0}' => ' ',
        _ => c,
    }
}

/// The text in plain letters, without blanks around it.
pub(crate) fn narrow(text: &str) -> String {
    let plain: String = text.chars().map(narrow_char).collect();
    plain.trim().to_owned()
}

/// The text for comparing headers, labels and names: plain, small, without any blanks.
pub(crate) fn key(text: &str) -> String {
    text.chars().map(narrow_char).filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}

/// Whether the text stands for nothing.
pub(crate) fn is_blank(text: &str) -> bool {
    let plain = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{3000}' || c == '\u{feff}');
    plain.is_empty() || matches!(plain, "-" | "--" | "—" | "——" | "－" | "/" | "／" | "\\")
}

/// A name without the blanks that align short names in a printed list.
pub(crate) fn name(text: &str) -> String {
    let chinese = text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    if chinese { text.chars().filter(|c| !c.is_whitespace()).collect() } else { text.trim().to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_text_is_made_plain() {
        assert_eq!(narrow("　１２．５ｋｇ "), "12.5kg");
        assert_eq!(key(" 出生\n日期（Ｄate）"), "出生日期(date)");
        assert!(is_blank(" 　") && is_blank("—") && is_blank("／") && !is_blank("无"));
        assert_eq!(name("王　芳 "), "王芳");
        assert_eq!(name("Anna Wang"), "Anna Wang");
    }
}
