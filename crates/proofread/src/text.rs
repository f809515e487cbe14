//! The document as the rules see it: canonical characters that remember where they stood.
//!
//! Lives here: canonical text, lines, places in the writer's own characters. May not: know numbers or rules.

use crate::glyphs;

/// A half-open range of canonical characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl Span {
    pub(crate) fn new(start: usize, end: usize) -> Span {
        Span { start, end: end.max(start) }
    }

    pub(crate) fn is_empty(self) -> bool {
        self.start >= self.end
    }

    pub(crate) fn len(self) -> usize {
        self.end.saturating_sub(self.start)
    }
}

/// Text in canonical characters, each with the place of its original.
#[derive(Debug)]
pub(crate) struct Text {
    original: Vec<char>,
    pub(crate) chars: Vec<char>,
    origin: Vec<usize>,
    line_starts: Vec<usize>,
}

impl Text {
    pub(crate) fn new(source: &str) -> Text {
        let original: Vec<char> = source.chars().collect();
        let mut chars = Vec::with_capacity(original.len());
        let mut origin = Vec::with_capacity(original.len());
        let mut line_starts = vec![0];
        let mut at = 0;
        while at < original.len() {
            let c = original[at];
            if let Some(after) = pronunciation_end(&original, at) {
                at = after;
                continue;
            }
            if c == '\n' {
                line_starts.push(at + 1);
            }
            chars.push(if c == '\r' { ' ' } else { glyphs::canonical(c) });
            origin.push(at);
            at += 1;
        }
        Text { original, chars, origin, line_starts }
    }

    pub(crate) fn len(&self) -> usize {
        self.chars.len()
    }

    /// The character at `at`, or a line feed beyond the end.
    pub(crate) fn at(&self, at: usize) -> char {
        self.chars.get(at).copied().unwrap_or('\n')
    }

    pub(crate) fn before(&self, at: usize) -> char {
        if at == 0 { '\n' } else { self.at(at - 1) }
    }

    pub(crate) fn slice(&self, span: Span) -> &[char] {
        let end = span.end.min(self.chars.len());
        &self.chars[span.start.min(end)..end]
    }

    pub(crate) fn starts_with(&self, at: usize, word: &str) -> bool {
        word.chars().enumerate().all(|(step, c)| self.at(at + step) == c)
    }

    pub(crate) fn ends_with(&self, end: usize, word: &str) -> bool {
        ending(&self.chars[..end.min(self.chars.len())], word).is_some()
    }

    pub(crate) fn contains(&self, span: Span, word: &str) -> bool {
        contains(self.slice(span), word)
    }

    /// The character as it was typed.
    pub(crate) fn typed(&self, at: usize) -> char {
        self.origin.get(at).and_then(|&place| self.original.get(place)).copied().unwrap_or('\n')
    }

    /// Where a canonical character stood in the original, in characters.
    pub(crate) fn origin(&self, at: usize) -> usize {
        self.origin.get(at).copied().unwrap_or(self.original.len())
    }

    /// The text of `span` as it was typed.
    pub(crate) fn typed_slice(&self, span: Span) -> String {
        let Some(&start) = self.origin.get(span.start) else { return String::new() };
        let end = match span.end.checked_sub(1).and_then(|last| self.origin.get(last)) {
            Some(&last) => last + 1,
            None => self.original.len(),
        };
        self.original[start..end.max(start)].iter().collect()
    }

    /// Line and column of a canonical character, both from 1, in the writer's characters.
    pub(crate) fn place(&self, at: usize) -> (usize, usize) {
        let place = self.origin.get(at).copied().unwrap_or(self.original.len());
        let line = self.line_starts.partition_point(|&start| start <= place);
        (line, place - self.line_starts[line - 1] + 1)
    }
}

/// End of a bracket that holds only the pronunciation of the character before it, left by a faulty conversion.
fn pronunciation_end(original: &[char], at: usize) -> Option<usize> {
    const LONGEST: usize = 8;
    if !matches!(original[at], '(' | '（') {
        return None;
    }
    let mut toned = false;
    for (step, &c) in original[at + 1..].iter().take(LONGEST).enumerate() {
        match c {
            ')' | '）' if step > 0 && toned => return Some(at + step + 2),
            c if glyphs::is_toned(c) => toned = true,
            'a'..='z' => {}
            _ => return None,
        }
    }
    None
}

/// Whether `word` stands somewhere in `hay`. Hand-written because rules ask it a hundred times for each number.
pub(crate) fn contains(hay: &[char], word: &str) -> bool {
    let mut letters = word.chars();
    let Some(first) = letters.next() else { return false };
    let follows = |at: usize| letters.clone().zip(at + 1..).all(|(c, place)| hay.get(place) == Some(&c));
    hay.iter().enumerate().any(|(at, &c)| c == first && follows(at))
}

/// Whether `hay` begins with `word`.
pub(crate) fn begins(hay: &[char], word: &str) -> bool {
    word.chars().enumerate().all(|(at, c)| hay.get(at) == Some(&c))
}

/// How many characters of `word` end `hay`: all of them, or `None`.
pub(crate) fn ending(hay: &[char], word: &str) -> Option<usize> {
    let mut at = hay.len();
    for c in word.chars().rev() {
        at = at.checked_sub(1).filter(|&place| hay[place] == c)?;
    }
    Some(hay.len() - at)
}

/// A Chinese character: prose, not punctuation, digit or Latin letter.
pub(crate) fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_the_writers_characters() {
        let text = Text::new("甲(jiǎ)乙\n共３人");
        assert_eq!(text.chars.iter().collect::<String>(), "甲乙\n共3人");
        assert_eq!(text.place(1), (1, 7));
        assert_eq!(text.place(4), (2, 2));
        assert_eq!(text.typed_slice(Span::new(0, 2)), "甲(jiǎ)乙");
        assert_eq!(text.typed_slice(Span::new(3, 6)), "共３人");
    }

    #[test]
    fn ordinary_brackets_stay() {
        let text = Text::new("卡(bcg)和(3人)和(");
        assert_eq!(text.chars.iter().collect::<String>(), "卡(bcg)和(3人)和(");
    }
}
