//! The answer for a whole text.
//!
//! Lives here: the report, its counts, JSON and readable table. May not: HTML (page.rs).

use std::fmt::Write as _;

use crate::claim::{Certainty, Claim, Verdict};

/// All claims of a text, in order of place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The claims.
    pub claims: Vec<Claim>,
}

/// How many claims of each verdict a report holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Claims that the text proves.
    pub consistent: usize,
    /// Claims that fail, whatever the certainty.
    pub contradictions: usize,
    /// Contradictions that follow from the wording.
    pub hard: usize,
    /// Claims that the text neither proves nor refutes.
    pub unchecked: usize,
}

impl Report {
    /// Counts the claims by verdict.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let count = |verdict| self.claims.iter().filter(|claim| claim.verdict == verdict).count();
        Summary {
            consistent: count(Verdict::Consistent),
            contradictions: count(Verdict::Contradiction),
            hard: self.claims.iter().filter(|claim| claim.verdict == Verdict::Contradiction && claim.certainty == Certainty::Hard).count(),
            unchecked: count(Verdict::Unchecked),
        }
    }

    /// The claims as a JSON array, one claim a line.
    #[must_use]
    pub fn to_json(&self) -> String {
        let lines: Vec<String> = self.claims.iter().map(|claim| serde_json::to_string(claim).unwrap_or_default()).collect();
        if lines.is_empty() { "[]\n".to_owned() } else { format!("[\n{}\n]\n", lines.join(",\n")) }
    }

    /// A table for the terminal: contradictions first, then proofs, then what could not be checked.
    #[must_use]
    pub fn to_table(&self) -> String {
        let summary = self.summary();
        let mut out = String::new();
        // Writing to a String cannot fail.
        let _ = writeln!(
            out,
            "共{}处：矛盾{}处（其中确凿{}处），相符{}处，未能核算{}处。",
            self.claims.len(),
            summary.contradictions,
            summary.hard,
            summary.consistent,
            summary.unchecked
        );
        for (verdict, title) in [(Verdict::Contradiction, "矛盾"), (Verdict::Consistent, "相符"), (Verdict::Unchecked, "未核")] {
            for claim in self.claims.iter().filter(|claim| claim.verdict == verdict) {
                let place = format!("{}:{}", claim.line, claim.column);
                let _ = writeln!(out, "{:<4} {:>9}  {}\n{:16}{}", claim.mark_title(title), place, claim.text, "", claim.reason);
            }
        }
        out
    }
}

impl Claim {
    fn mark_title(&self, title: &str) -> String {
        match (self.verdict, self.certainty) {
            (Verdict::Contradiction, Certainty::Hard) => format!("✗ {title}"),
            (Verdict::Contradiction, Certainty::Soft) => "? 存疑".to_owned(),
            (Verdict::Contradiction, Certainty::Rounding) => "≈ 末位".to_owned(),
            (Verdict::Consistent, _) => format!("✓ {title}"),
            (Verdict::Unchecked, _) => format!("· {title}"),
        }
    }
}
