//! One text file of a pack, and where in it something stands.
//!
//! In: path and text. Out: places (line and column from 1, columns in characters), also of characters inside
//! a quoted TOML string, whose escapes are taken into account. Tested below.

use std::cell::RefCell;
use std::ops::Range;

use qianmo_core::{Fault, Place};

/// A file and where its lines begin.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) file: String,
    pub(crate) text: String,
    lines: Vec<usize>,
}

impl Source {
    pub(crate) fn new(file: &str, text: &str) -> Self {
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { file: file.to_owned(), text: text.to_owned(), lines }
    }

    /// The place of a byte.
    pub(crate) fn place(&self, byte: usize) -> Place {
        let line = self.lines.partition_point(|start| *start <= byte).max(1);
        let start = self.lines[line - 1];
        let column = self.text.get(start..byte).map_or(0, |before| before.chars().count()) + 1;
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Place::Text { file: self.file.clone(), line: number(line), column: number(column) }
    }

    /// The byte that a line and column (both from 1, columns in characters) of a stretch beginning at `base` mean.
    pub(crate) fn byte_at(text: &str, line: u64, column: u64) -> usize {
        let (line, column) = (line.max(1), column.max(1));
        let start = match line {
            1 => 0,
            _ => text.match_indices('\n').nth(usize::try_from(line - 2).unwrap_or(usize::MAX)).map_or(text.len(), |(at, _)| at + 1),
        };
        let rest = text.get(start..).unwrap_or("");
        let skip = usize::try_from(column - 1).unwrap_or(usize::MAX);
        start + rest.char_indices().nth(skip).map_or(rest.len(), |(at, _)| at)
    }
}

/// A quoted string of a TOML file: what it says, and where each character of it stands.
#[derive(Debug, Clone)]
pub(crate) struct Text<'a> {
    pub(crate) value: String,
    pub(crate) source: &'a Source,
    pub(crate) span: Range<usize>,
}

impl Text<'_> {
    /// Where the string begins (its opening quote).
    pub(crate) fn place(&self) -> Place {
        self.source.place(self.span.start)
    }

    /// Where a byte of the value stands in the file.
    pub(crate) fn place_inside(&self, byte: usize) -> Place {
        let raw = self.source.text.get(self.span.clone()).unwrap_or("");
        self.source.place(self.span.start + raw_offset(raw, byte))
    }
}

/// The offset in the quoted text `raw` (with its quotes) of a byte of the string it stands for.
fn raw_offset(raw: &str, byte: usize) -> usize {
    let quote = raw.get(..1).unwrap_or("");
    let multiline = raw.len() >= 6 && raw.starts_with(&quote.repeat(3));
    let mut at = if multiline { 3 } else { 1 };
    if multiline {
        let rest = &raw[at..];
        at += if rest.starts_with("\r\n") { 2 } else { usize::from(rest.starts_with('\n')) };
    }
    if quote != "\"" {
        return at + byte;
    }
    let mut decoded = 0;
    while decoded < byte && at < raw.len() {
        let rest = &raw[at..];
        let (read, made) = escape(rest);
        at += read;
        decoded += made;
    }
    at
}

/// How many bytes the next character takes in the file, and how many it makes in the value.
fn escape(rest: &str) -> (usize, usize) {
    let mut chars = rest.chars();
    let first = chars.next().map_or(1, char::len_utf8);
    if !rest.starts_with('\\') {
        return (first, first);
    }
    let digits = match chars.next() {
        Some('x') => 2,
        Some('u') => 4,
        Some('U') => 8,
        Some(c) if c.is_whitespace() => return (1 + rest[1..].len() - rest[1..].trim_start().len(), 0),
        _ => return (2, 1),
    };
    let made = rest.get(2..2 + digits).and_then(|hex| u32::from_str_radix(hex, 16).ok()).and_then(char::from_u32);
    (2 + digits, made.map_or(1, char::len_utf8))
}

/// Where faults are gathered.
#[derive(Debug, Default)]
pub(crate) struct Sink {
    faults: RefCell<Vec<Fault>>,
    warnings: RefCell<Vec<Fault>>,
}

impl Sink {
    pub(crate) fn push(&self, fault: Fault) {
        self.faults.borrow_mut().push(fault);
    }

    /// Something that should be better but stops nothing.
    pub(crate) fn warn(&self, fault: Fault) {
        self.warnings.borrow_mut().push(fault);
    }

    pub(crate) fn extend(&self, faults: impl IntoIterator<Item = Fault>) {
        self.faults.borrow_mut().extend(faults);
    }

    /// Faults and warnings.
    pub(crate) fn into_inner(self) -> (Vec<Fault>, Vec<Fault>) {
        (sorted(self.faults.into_inner()), sorted(self.warnings.into_inner()))
    }
}

/// Faults by file, line and column, each once.
pub(crate) fn sorted(mut faults: Vec<Fault>) -> Vec<Fault> {
    let key = |fault: &Fault| match &fault.place {
        Place::Text { file, line, column } => (file.clone(), *line, *column),
        other => (other.to_string(), 0, 0),
    };
    faults.sort_by_key(key);
    faults.dedup();
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_characters_and_see_through_escapes() {
        let source = Source::new("f", "a = \"x\"\n名 = \"a\\\"\\u4e2d b\"\n");
        let line_two = source.text.find('名').unwrap();
        let start = line_two + "名 = ".len();
        let text = Text { value: "a\"中 b".into(), source: &source, span: start..source.text.len() - 1 };
        let column = |byte| match text.place_inside(byte) {
            Place::Text { line: 2, column, .. } => column,
            other => panic!("{other}"),
        };
        assert_eq!([column(0), column(1), column(2), column(5), column(6)], [6, 7, 9, 15, 16]);
    }

    #[test]
    fn multi_line_strings_begin_after_their_first_line_break() {
        assert_eq!(raw_offset("'''\nab'''", 1), 5);
        assert_eq!(raw_offset("\"\"\"ab\"\"\"", 1), 4);
        assert_eq!(raw_offset("\"\"\"a\\\n   b\"\"\"", 2), 10);
    }

    #[test]
    fn line_and_column_of_a_parser_become_a_byte() {
        assert_eq!(Source::byte_at("a\n中b", 2, 2), 5);
        assert_eq!(Source::byte_at("ab", 1, 9), 2);
    }
}
