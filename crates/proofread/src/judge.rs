//! Judging: from the readings of one number to one verdict.
//!
//! Lives here: the order of proof and suspicion. May not: know wordings; every reading comes from a rule.

use crate::claim::{Certainty, Verdict};
use crate::document::Document;
use crate::exact::{Exact, Interval};
use crate::quantity::{Approximation, Quantity};
use crate::reading::{Calculation, Firmness, Reading, Relation};
use crate::slip;

/// A verdict with the reading that decided it.
#[derive(Debug)]
pub(crate) struct Judgement {
    pub(crate) verdict: Verdict,
    pub(crate) certainty: Certainty,
    pub(crate) reading: Option<Reading>,
    pub(crate) recomputed: Option<Exact>,
}

/// How one reading relates to the stated number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fit {
    /// Equal as printed.
    Exact,
    /// Equal for some values that the printed operands allow.
    WithinRounding,
    /// Off by at most one unit of the last stated place.
    LastPlace,
    /// Off as a slip of the pen is.
    Narrow,
    Miss,
    /// Could not be calculated.
    Unknown,
}

/// How near an approximate number must be to what it approximates.
const NEAR_SHARE: (i128, i128) = (1, 10);

/// Decides about quantity `at` on the readings of one relation. A proof under any reading beats every suspicion.
pub(crate) fn judge(doc: &Document, at: usize, readings: &[Reading]) -> Judgement {
    let quantity = doc.get(at);
    let mut rounding: Option<&Reading> = None;
    let mut suspicion: Option<(&Reading, Fit)> = None;
    let mut ordered: Vec<&Reading> = readings.iter().collect();
    ordered.sort_by_key(|reading| std::cmp::Reverse(reading.firmness));
    for reading in ordered {
        match fit(doc, quantity, reading) {
            Fit::Exact => return proof(doc, reading, Certainty::Hard),
            Fit::WithinRounding => rounding = rounding.or(Some(reading)),
            Fit::Unknown => {}
            missed => {
                let weight = |reading: &Reading, fit: Fit| (reading.firmness, fit != Fit::Miss);
                let heavier = suspicion.is_none_or(|(held, how)| weight(reading, missed) > weight(held, how));
                if reading.firmness.accuses() && heavier {
                    suspicion = Some((reading, missed));
                }
            }
        }
    }
    // A search that fits only because a base is rounded does not outweigh what the wording fixes.
    let fixed = suspicion.is_some_and(|(reading, fit)| reading.firmness == Firmness::Binding && fit != Fit::LastPlace);
    if let Some(reading) = rounding.filter(|reading| reading.firmness.accuses() || !fixed) {
        return proof(doc, reading, Certainty::Rounding);
    }
    if (quantity.approximation == Approximation::None || quantity.unit.family.is_rate())
        && let Some(judgement) = suspicion.and_then(|(reading, fit)| accuse(doc, quantity, reading, fit))
    {
        return judgement;
    }
    Judgement { verdict: Verdict::Unchecked, certainty: Certainty::Soft, reading: None, recomputed: None }
}

/// Whether the reading proves a quotient of quantity `at` as printed.
pub(crate) fn proves(doc: &Document, at: usize, reading: &Reading) -> bool {
    reading.relation == Relation::Quotient && fit(doc, doc.get(at), reading) == Fit::Exact
}

fn proof(doc: &Document, reading: &Reading, certainty: Certainty) -> Judgement {
    Judgement { verdict: Verdict::Consistent, certainty, recomputed: reading.calculation.value(doc), reading: Some(reading.clone()) }
}

fn accuse(doc: &Document, quantity: &Quantity, reading: &Reading, fit: Fit) -> Option<Judgement> {
    let certainty = match (reading.firmness, fit) {
        (Firmness::Possible, _) | (Firmness::Hinted | Firmness::Likely, Fit::Miss) => return None,
        (_, Fit::LastPlace) if reading.relation == Relation::Quotient => Certainty::Rounding,
        (Firmness::Hinted | Firmness::Doubtful, _) => Certainty::Soft,
        _ => Certainty::Hard,
    };
    // A bound such as 95%以上 is only broken from the other side, and then rounding is no excuse either way.
    if quantity.approximation != Approximation::None && certainty == Certainty::Rounding {
        return None;
    }
    Some(Judgement {
        verdict: Verdict::Contradiction,
        certainty,
        recomputed: reading.calculation.value(doc),
        reading: Some(reading.clone()),
    })
}

/// The values that the stated number stands for, seen from the calculation.
fn stated(quantity: &Quantity, reading: &Reading) -> Option<Interval> {
    match reading.relation {
        Relation::Quotient => quantity.printed_interval(),
        Relation::Difference if quantity.unit.family.is_rate() => quantity.printed_interval(),
        _ => Some(quantity.interval),
    }
}

fn fit(doc: &Document, quantity: &Quantity, reading: &Reading) -> Fit {
    match &reading.calculation {
        Calculation::SomePartOf { base, scale } => return whole_part(doc, quantity, *base, *scale),
        Calculation::NoMoreThan(whole) => {
            let holds = quantity.interval.low.at_most(doc.get(*whole).interval.high);
            return if holds { Fit::Exact } else { Fit::Miss };
        }
        Calculation::Limit(limit) => {
            let holds = quantity.value.at_most(Exact::whole(*limit));
            return if holds { Fit::Unknown } else { Fit::Miss };
        }
        _ => {}
    }
    compare(doc, quantity, reading).unwrap_or(Fit::Unknown)
}

fn compare(doc: &Document, quantity: &Quantity, reading: &Reading) -> Option<Fit> {
    let stated = stated(quantity, reading)?;
    let value = reading.calculation.value(doc)?;
    match quantity.approximation {
        Approximation::None => {}
        Approximation::AtLeast => return Some(bounded(quantity.value.at_most(value), quantity, value)),
        Approximation::AtMost => return Some(bounded(value.at_most(quantity.value), quantity, value)),
        Approximation::About => return Some(if near(quantity.value, value)? { Fit::Exact } else { Fit::Unknown }),
    }
    if Interval::point(value).meets(stated) {
        return Some(Fit::Exact);
    }
    let allowed = reading.calculation.interval(doc)?;
    if allowed.meets(stated) {
        return Some(Fit::WithinRounding);
    }
    let unit = quantity.half_unit()?.mul(Exact::whole(2))?;
    let gap = value.sub(quantity.value)?.abs();
    if gap.at_most(unit) {
        return Some(Fit::LastPlace);
    }
    let scale = Exact::whole(10_i128.checked_pow(quantity.shift)?);
    let looks_like = if reading.relation == Relation::Sum { slip::is_mistyped } else { slip::is_slip };
    let slip = looks_like(quantity.value.div(scale)?, value.div(scale)?, quantity.decimals);
    Some(if slip { Fit::Narrow } else { Fit::Miss })
}

/// A bound proves only what lies near it: 5人以上 says nothing about 5000.
fn bounded(holds: bool, quantity: &Quantity, value: Exact) -> Fit {
    let close = near(quantity.value, value).unwrap_or(false);
    if holds && close { Fit::Exact } else { Fit::Unknown }
}

fn near(stated: Exact, value: Exact) -> Option<bool> {
    let gap = value.sub(stated)?.abs();
    let share = Exact::new(NEAR_SHARE.0, NEAR_SHARE.1)?;
    Some(gap.at_most(stated.abs().mul(share)?))
}

/// Whether any whole number of the base prints as the stated rate.
fn whole_part(doc: &Document, quantity: &Quantity, base: usize, scale: i128) -> Fit {
    let attempt = || {
        let printed = quantity.printed_interval()?;
        let base = doc.get(base).value;
        let scale = Exact::whole(scale);
        let guess = quantity.value.mul(base)?.div(scale)?;
        let below: i128 = guess.rounded(0)?.parse().ok()?;
        let reachable = [below - 1, below, below + 1].iter().any(|&part| {
            let rate = Exact::whole(part).mul(scale).and_then(|scaled| scaled.div(base));
            rate.is_some_and(|rate| Interval::point(rate).meets(printed))
        });
        Some(if reachable { Fit::Unknown } else { Fit::Miss })
    };
    attempt().unwrap_or(Fit::Unknown)
}
