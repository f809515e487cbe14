//! From a document to its claims: every number asked of every rule, every answer put into words.
//!
//! Lives here: which numbers are claims, their kinds, operands, printed texts. May not: wordings of rules.

use crate::claim::{Certainty, Claim, Kind, Operand, Verdict};
use crate::document::Document;
use crate::exact::Exact;
use crate::judge::{self, Judgement};
use crate::quantity::{Approximation, Role};
use crate::reading::{Calculation, Reading, Relation};
use crate::text::Span;
use crate::units::Family;
use crate::{reason, rules};

/// All claims of the document, in order of place.
pub(crate) fn claims(doc: &Document) -> Vec<Claim> {
    let mut claims = Vec::new();
    let mut readings: Vec<Reading> = Vec::new();
    let mut of_relation: Vec<Reading> = Vec::new();
    for at in 0..doc.quantities.len() {
        readings.clear();
        if doc.get(at).role != Role::Blank {
            rules::readings(doc, at, &mut readings);
        }
        let first = claims.len();
        let mut waiting = None;
        for relation in RELATIONS {
            let own = own_relation(doc, at) == Some(relation);
            if !own && readings.iter().all(|reading| reading.relation != relation) {
                continue;
            }
            let mut series: Vec<usize> = readings.iter().filter(|r| r.relation == relation).map(|r| r.series).collect();
            series.dedup();
            if series.is_empty() && own {
                series.push(0);
            }
            for number in series {
                of_relation.clear();
                of_relation.extend(readings.iter().filter(|r| r.relation == relation && r.series == number).cloned());
                let judgement = judge::judge(doc, at, &of_relation);
                // A sum or a pair that was only looked for is no claim of the text until it is found.
                if judgement.verdict != Verdict::Unchecked {
                    claims.push(claim(doc, at, relation, &judgement));
                } else if own {
                    waiting = Some(claim(doc, at, relation, &judgement));
                }
            }
        }
        // A number that another relation settles is not listed again as unchecked.
        if claims.len() == first {
            claims.extend(waiting);
        }
    }
    claims
}

const RELATIONS: [Relation; 6] =
    [Relation::Quotient, Relation::Sum, Relation::Difference, Relation::Bound, Relation::Repeat, Relation::List];

/// What the wording itself claims, whether or not operands are found.
fn own_relation(doc: &Document, at: usize) -> Option<Relation> {
    let quantity = doc.get(at);
    let average = quantity.role == Role::Level && rules::states_average(doc, at);
    match quantity.role {
        Role::Change => Some(Relation::Difference),
        Role::Prior | Role::FractionTop | Role::FractionBottom => None,
        _ if quantity.unit.family.is_rate() || average || doc.label_has(at, "性别比") => Some(Relation::Quotient),
        _ => None,
    }
}

fn kind(doc: &Document, at: usize, relation: Relation) -> Kind {
    match relation {
        Relation::Sum => Kind::Sum,
        Relation::Difference => Kind::Difference,
        Relation::Bound | Relation::Repeat | Relation::List => Kind::CountPair,
        Relation::Quotient => match doc.get(at).unit.family {
            Family::PerHundredThousand | Family::PerTenThousand => Kind::Per100k,
            Family::Permille => Kind::Permille,
            _ if doc.label_has(at, "性别比") => Kind::Ratio,
            Family::Percent if doc.text.contains(doc.clause(at), "完成") => Kind::Completion,
            Family::Percent if doc.text.contains(doc.clause(at), "占") => Kind::PercentOf,
            Family::Percent => Kind::Rate,
            _ => Kind::Average,
        },
    }
}

fn claim(doc: &Document, at: usize, relation: Relation, judgement: &Judgement) -> Claim {
    let operands: Vec<Operand> = match &judgement.reading {
        Some(reading) => reading.calculation.operands().into_iter().map(|i| operand(doc, i)).collect(),
        None => Vec::new(),
    };
    let recomputed = judgement.recomputed.filter(|_| shows_value(judgement)).and_then(|value| in_stated_unit(doc, at, value));
    let reason = reason::sentence(doc, at, judgement, recomputed.as_deref());
    let rule = judgement.reading.as_ref().map_or("", |reading| reading.rule);
    let found = Found { recomputed, operands, reason, rule };
    settled(doc, at, kind(doc, at, relation), judgement.verdict, judgement.certainty, found)
}

/// What was found out about a claim, beside its verdict.
pub(crate) struct Found {
    pub(crate) recomputed: Option<String>,
    pub(crate) operands: Vec<Operand>,
    pub(crate) reason: String,
    pub(crate) rule: &'static str,
}

/// The claim that the number of `at` makes, with its place and print.
pub(crate) fn settled(doc: &Document, at: usize, kind: Kind, verdict: Verdict, certainty: Certainty, found: Found) -> Claim {
    let quantity = doc.get(at);
    let (line, column) = doc.text.place(quantity.span.start);
    Claim {
        line,
        column,
        text: printed(doc, at),
        kind,
        stated: stated(doc, at),
        unit: unit(doc, at),
        decimals: quantity.decimals,
        operands: found.operands,
        recomputed: found.recomputed,
        verdict,
        certainty,
        reason: found.reason,
        rule: found.rule,
        mark: (doc.text.origin(quantity.span.start), doc.text.origin(quantity.span.end)),
    }
}

fn shows_value(judgement: &Judgement) -> bool {
    let calculation = judgement.reading.as_ref().map(|reading| &reading.calculation);
    !matches!(calculation, Some(Calculation::NoMoreThan(_) | Calculation::Limit(_) | Calculation::SomePartOf { .. }))
}

/// The value divided by the multiplier of the stated unit, with the stated decimals.
pub(crate) fn in_stated_unit(doc: &Document, at: usize, value: Exact) -> Option<String> {
    let quantity = doc.get(at);
    let shifted = value.div(Exact::whole(10_i128.checked_pow(quantity.shift)?))?;
    shifted.rounded(quantity.decimals)
}

/// The number as printed, in half-width digits.
pub(crate) fn stated(doc: &Document, at: usize) -> String {
    let quantity = doc.get(at);
    if quantity.role == Role::Blank {
        return String::new();
    }
    Exact::new(quantity.mantissa, 10_i128.pow(quantity.decimals)).and_then(|value| value.rounded(quantity.decimals)).unwrap_or_default()
}

/// The unit with its multiplier.
pub(crate) fn unit(doc: &Document, at: usize) -> String {
    let quantity = doc.get(at);
    let multiplier = match quantity.shift {
        3 => "千",
        4 => "万",
        8 => "亿",
        12 => "万亿",
        _ => "",
    };
    format!("{multiplier}{}", quantity.unit.text)
}

/// Label and number as they stand in the text.
pub(crate) fn printed(doc: &Document, at: usize) -> String {
    let quantity = doc.get(at);
    let label = if quantity.label.is_empty() || quantity.label.end > quantity.span.start { quantity.span } else { quantity.label };
    let start = label.start.max(quantity.floor.min(quantity.span.start)).min(quantity.span.start);
    doc.text.typed_slice(Span::new(start, quantity.span.end + quantity.noun.len())).trim().to_owned()
}

fn operand(doc: &Document, at: usize) -> Operand {
    let quantity = doc.get(at);
    let text = match quantity.approximation {
        Approximation::None if quantity.role != Role::Blank => printed(doc, at),
        _ => doc.text.typed_slice(quantity.span),
    };
    Operand { text, value: quantity.value.plain(), line: doc.text.place(quantity.span.start).0 }
}
