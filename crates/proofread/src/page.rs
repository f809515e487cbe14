//! The answer as one HTML page: the text with marks, and the claims beside it.
//!
//! Lives here: markup and style of the page. May not: fetch anything; the page is a single file without scripts.

use std::fmt::Write as _;

use crate::claim::{Certainty, Claim, Verdict};
use crate::report::Report;

const STYLE: &str = include_str!("page.css");

impl Report {
    /// One self-contained page: `text` with its claims marked, and a list with the arithmetic.
    ///
    /// `text` must be the text that was checked. Marks carry signs beside their colours.
    #[must_use]
    pub fn to_html(&self, text: &str, title: &str) -> String {
        let summary = self.summary();
        let mut out = String::with_capacity(text.len() * 2);
        // Writing to a String cannot fail.
        let _ = write!(
            out,
            "<!doctype html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
             <title>核数 · {title}</title><style>{STYLE}</style></head><body>\n\
             <header><h1>核数<small>{title}</small></h1><p class=\"sum\">\
             <span class=\"k hard\">✗ 矛盾 <b>{}</b></span><span class=\"k soft\">? 存疑与末位 <b>{}</b></span>\
             <span class=\"k good\">✓ 相符 <b>{}</b></span><span class=\"k open\">· 未能核算 <b>{}</b></span></p></header>\n\
             <main><article>",
            summary.hard,
            summary.contradictions - summary.hard,
            summary.consistent,
            summary.unchecked,
            title = escape(title),
        );
        marked(&mut out, text, &self.claims);
        out.push_str("</article>\n<aside>");
        for (class, heading) in SECTIONS {
            section(&mut out, class, heading, &self.claims);
        }
        out.push_str("</aside></main></body></html>\n");
        out
    }
}

const SECTIONS: [(&str, &str); 4] = [("hard", "✗ 矛盾"), ("soft", "? 存疑与末位"), ("good", "✓ 相符"), ("open", "· 未能核算")];

fn class(claim: &Claim) -> &'static str {
    match (claim.verdict, claim.certainty) {
        (Verdict::Contradiction, Certainty::Hard) => "hard",
        (Verdict::Contradiction, _) => "soft",
        (Verdict::Consistent, _) => "good",
        (Verdict::Unchecked, _) => "open",
    }
}

fn rank(claim: &Claim) -> usize {
    SECTIONS.iter().position(|(name, _)| *name == class(claim)).unwrap_or(SECTIONS.len())
}

/// The text in paragraphs, every claimed number in a mark that links to its claim.
fn marked(out: &mut String, text: &str, claims: &[Claim]) {
    // One mark a number: the gravest of its claims.
    let mut order: Vec<usize> = (0..claims.len()).collect();
    order.sort_by_key(|&at| (claims[at].mark.0, rank(&claims[at])));
    order.dedup_by_key(|at| claims[*at].mark.0);
    let mut pending = order.into_iter().peekable();
    let mut open_until: Option<usize> = None;
    out.push_str("<p>");
    for (place, c) in text.chars().enumerate() {
        if open_until.is_some_and(|end| place >= end) {
            out.push_str("</a>");
            open_until = None;
        }
        if let Some(at) = pending.next_if(|&at| claims[at].mark.0 == place)
            && open_until.is_none()
        {
            let claim = &claims[at];
            let _ = write!(out, "<a class=\"m {}\" id=\"t{at}\" href=\"#c{at}\" title=\"{}\">", class(claim), escape(&claim.reason));
            open_until = Some(claim.mark.1.max(place + 1));
        }
        if c == '\n' {
            if open_until.take().is_some() {
                out.push_str("</a>");
            }
            out.push_str("</p>\n<p>");
        } else {
            push_escaped(out, c);
        }
    }
    if open_until.is_some() {
        out.push_str("</a>");
    }
    out.push_str("</p>");
}

fn section(out: &mut String, name: &str, heading: &str, claims: &[Claim]) {
    let held: Vec<(usize, &Claim)> = claims.iter().enumerate().filter(|(_, claim)| class(claim) == name).collect();
    if held.is_empty() {
        return;
    }
    let open = if name == "hard" || name == "soft" { " open" } else { "" };
    let _ = write!(out, "<details class=\"{name}\"{open}><summary>{heading} <b>{}</b></summary><ol>", held.len());
    for (at, claim) in held {
        let _ = write!(
            out,
            "<li id=\"c{at}\"><a href=\"#t{at}\"><span class=\"at\">{}行{}列</span>{}</a><p>{}</p></li>",
            claim.line,
            claim.column,
            escape(&claim.text),
            escape(&claim.reason)
        );
    }
    out.push_str("</ol></details>");
}

fn push_escaped(out: &mut String, c: char) {
    match c {
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        '&' => out.push_str("&amp;"),
        '"' => out.push_str("&quot;"),
        c => out.push(c),
    }
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    text.chars().for_each(|c| push_escaped(&mut out, c));
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn page_marks_numbers_and_escapes_the_text() {
        let text = "<b>应查100人</b>，实查80人，检查率90.0%。\n全年6次。";
        let page = crate::check(text).to_html(text, "a<b");
        assert!(page.contains("&lt;b&gt;应查100人"));
        assert!(page.contains("a&lt;b</title>"));
        assert!(page.contains("class=\"m hard\""));
        assert!(page.contains(">90.0%</a>"));
        assert_eq!(page.matches("<a class=\"m ").count(), page.matches("</a>").count() - page.matches("<li ").count());
    }
}
