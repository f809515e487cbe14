//! The headings of a document: 一、 二、 三、 at the head of lines.
//!
//! Lives here: finding and counting them. May not: judge.

use crate::text::{Text, contains};

/// A numbered heading at the head of a line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Heading {
    pub(crate) start: usize,
    pub(crate) ordinal: u32,
    /// About problems and plans, which an announced list of work does not include.
    pub(crate) aside: bool,
}

const ORDINALS: &str = "一二三四五六七八九十";
const ASIDES: &[&str] =
    &["存在", "主要问题", "不足", "打算", "工作计划", "工作安排", "建议", "体会", "下一步", "下步", "明年", "今后", "展望", "努力方向"];

/// All headings of the text, in order.
pub(crate) fn headings(text: &Text) -> Vec<Heading> {
    let mut found = Vec::new();
    let mut line_start = 0;
    for at in 0..=text.len() {
        if at < text.len() && text.at(at) != '\n' {
            continue;
        }
        let start = (line_start..at).find(|&i| text.at(i) != ' ').unwrap_or(at);
        if let Some((ordinal, body)) = ordinal(text, start) {
            let title_end = at.min(body + 24);
            let title = text.slice(crate::text::Span::new(body, title_end));
            let aside = ASIDES.iter().any(|word| contains(title, word));
            found.push(Heading { start, ordinal, aside });
        }
        line_start = at + 1;
    }
    found
}

fn ordinal(text: &Text, start: usize) -> Option<(u32, usize)> {
    let value = |c: char| ORDINALS.chars().position(|held| held == c).and_then(|at| u32::try_from(at + 1).ok());
    let first = value(text.at(start))?;
    match (text.at(start + 1), first) {
        ('、', _) => Some((first, start + 2)),
        (c, 10) if text.at(start + 2) == '、' => Some((10 + value(c)?, start + 3)),
        _ => None,
    }
}

/// How many headings count up from 一 after `from`, asides left out.
pub(crate) fn count_after(headings: &[Heading], from: usize) -> Option<u32> {
    let first = headings.partition_point(|heading| heading.start < from);
    let run = headings[first..].iter().take(20).zip(1..).take_while(|(heading, wanted)| heading.ordinal == *wanted);
    let count = run.filter(|(heading, _)| !heading.aside).count();
    if count == 0 { None } else { u32::try_from(count).ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_stop_where_numbering_restarts() {
        let text = Text::new("以下工作\n一、宣传\n文\n二、体检\n 三、下一步打算\n一、又一篇");
        let found = headings(&text);
        assert_eq!(found.len(), 4);
        assert_eq!(count_after(&found, 0), Some(2));
    }
}
