//! Proofreading of numbers (核数): reads a Chinese work summary and answers for every numeric claim in it.
//!
//! Lives here: reading text files' bytes into text, finding quantities, rules that say what a number was calculated
//! from, verdicts with exact arithmetic, the answer as JSON, table and HTML. Start reading at [`check`], then
//! `engine.rs` (numbers to claims), `rules/mod.rs` (readings), `judge.rs` (readings to verdicts).
//!
//! May not: files, network, clock, floating point, anything of the store or the packs. The answer depends on nothing
//! but the text. **Invariant:** a proof under any plausible reading beats every suspicion. **Invariant:** time grows
//! with the length of the text, never faster: every search is bounded by a constant.
//!
//! ```
//! let report = qianmo_proofread::check("应查3200人，实查2880人，检查率92.5%。");
//! let claim = &report.claims[0];
//! assert_eq!(claim.verdict, qianmo_proofread::Verdict::Contradiction);
//! assert_eq!(claim.recomputed.as_deref(), Some("90.0"));
//! ```

#![forbid(unsafe_code)]
#![warn(missing_docs, missing_debug_implementations, unreachable_pub)]

mod claim;
mod cues;
mod document;
mod engine;
mod exact;
mod glyphs;
mod judge;
mod label;
mod noise;
mod numeral;
mod outline;
mod page;
mod quantity;
mod read;
mod reading;
mod reason;
mod records;
mod report;
mod rules;
mod scan;
mod slip;
mod text;
mod units;

pub use claim::{Certainty, Claim, Kind, Operand, Verdict};
pub use read::{LARGEST_BYTES, ReadError, read};
pub use records::{KnownValue, Records, check_against};
pub use report::{Report, Summary};
pub use rules::{Example, Rule, all as rules};

/// [`check`] for callers that pass strings only, such as the browser: text in, JSON out.
#[must_use]
pub fn check_to_json(text: &str) -> String {
    check(text).to_json()
}

/// Finds and recomputes every numeric claim of `text`.
///
/// Shapes and units: one claim per stated number and relation, in order of place; lines and columns from 1, columns in
/// characters. Never fails: what cannot be recomputed is [`Verdict::Unchecked`].
#[must_use]
pub fn check(text: &str) -> Report {
    let document = document::Document::new(text);
    Report { claims: engine::claims(&document) }
}
