//! Claims: the answer for each number that says something about other numbers.
//!
//! Lives here: the public types of the answer. May not: compute them.

use serde::Serialize;

/// What sort of statement a claim makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Kind {
    /// A rate in per cent (接种率, 治愈率).
    Rate,
    /// A share of a named whole (占…的).
    PercentOf,
    /// Work done over work set (完成任务的, 完成率).
    Completion,
    /// A rate per thousand.
    Permille,
    /// A rate per hundred thousand, or per ten thousand.
    #[serde(rename = "per_100k")]
    Per100k,
    /// An amount per head, per household, per time.
    Average,
    /// A ratio such as the sex ratio.
    Ratio,
    /// A total and its parts.
    Sum,
    /// A rise, a fall, a balance.
    Difference,
    /// Two counts that must agree or of which one bounds the other; announced and listed counts.
    CountPair,
}

/// The answer for one claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Recomputed from operands in the text, and it agrees.
    Consistent,
    /// No value that the printed operands allow satisfies the claim.
    Contradiction,
    /// The text does not hold what is needed to recompute it.
    Unchecked,
}

/// How much weight the verdict bears.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// Follows from the wording.
    Hard,
    /// An innocent explanation is possible.
    Soft,
    /// A matter of the last printed place.
    Rounding,
}

/// A number that a claim was recomputed from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Operand {
    /// The number with label and unit, as printed.
    pub text: String,
    /// Its value written out: 9.55万 is 95500.
    pub value: String,
    /// Line it stands on, from 1.
    pub line: usize,
}

/// One numeric claim and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Claim {
    /// Line of the stated number, from 1.
    pub line: usize,
    /// Column of the stated number, from 1, in characters.
    pub column: usize,
    /// The claim as printed: label, number and unit.
    pub text: String,
    /// What sort of statement it is.
    pub kind: Kind,
    /// The number as printed, in half-width digits, without separators; empty when the text left it out.
    pub stated: String,
    /// The unit as printed, with its multiplier (万元).
    pub unit: String,
    /// Decimal places as printed.
    pub decimals: u32,
    /// What it was recomputed from.
    pub operands: Vec<Operand>,
    /// The recomputed value with the stated decimals and in the stated unit.
    pub recomputed: Option<String>,
    /// The answer.
    pub verdict: Verdict,
    /// Its weight.
    pub certainty: Certainty,
    /// A sentence that a clerk understands.
    pub reason: String,
    /// Name of the rule that decided; empty when none applied.
    pub rule: &'static str,
    /// Where the stated number begins and ends in the text, in characters, for marks.
    #[serde(skip)]
    pub(crate) mark: (usize, usize),
}

impl Claim {
    /// Where the stated number begins and ends in the text that was checked: half-open, in characters, for marks.
    #[must_use]
    pub fn mark(&self) -> (usize, usize) {
        self.mark
    }
}
