//! Comparison with computed indicators: the interface by which known values enter.
//!
//! Lives here: the trait that a caller with records implements, and the comparison. May not: know stores or packs.

use crate::claim::{Certainty, Claim, Kind, Operand, Verdict};
use crate::document::Document;
use crate::engine;
use crate::exact::Exact;
use crate::quantity::{Approximation, Role};
use crate::report::Report;

/// A value that the records give for an indicator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownValue {
    /// Name of the indicator, as the reason will call it.
    pub name: String,
    /// Decimal digits of the value, such as `1204` or `96.53`; already rounded for display.
    pub value: String,
    /// Unit as printed in reports: `人`, `%`, `‰`.
    pub unit: String,
}

/// Looks up indicators by the words that a text uses for them.
pub trait Records {
    /// The values of all indicators whose name or synonym is `label`, in the area and period of the text.
    ///
    /// `label` is cleaned of words such as 其中, 共, 达到, and of blanks.
    fn known(&self, label: &str) -> Vec<KnownValue>;
}

/// Finds the claims of `text` and compares every labelled number with the records.
///
/// Shapes and units: as [`crate::check`], followed by one claim for each number whose label names a known indicator in
/// the same unit. A number that differs is a soft contradiction: the records may have another cut.
#[must_use]
pub fn check_against(text: &str, records: &dyn Records) -> Report {
    let document = Document::new(text);
    let mut claims = engine::claims(&document);
    for at in 0..document.quantities.len() {
        let quantity = document.get(at);
        let literal = quantity.role == Role::Level && quantity.approximation == Approximation::None;
        if literal && !quantity.label.is_empty() {
            claims.extend(compare(&document, at, records));
        }
    }
    claims.sort_by_key(|claim| (claim.line, claim.column));
    Report { claims }
}

fn compare(doc: &Document, at: usize, records: &dyn Records) -> Option<Claim> {
    let label: String = doc.label(at).iter().filter(|c| !c.is_whitespace()).collect();
    let quantity = doc.get(at);
    let known: Vec<KnownValue> = records.known(&label).into_iter().filter(|known| known.unit == quantity.unit.text).collect();
    let first = known.first()?;
    let printed = quantity.printed_interval()?;
    let agrees = |known: &&KnownValue| parse(&known.value).is_some_and(|value| printed.low.at_most(value) && value.at_most(printed.high));
    let (verdict, held) = match known.iter().find(agrees) {
        Some(held) => (Verdict::Consistent, held),
        None => (Verdict::Contradiction, first),
    };
    let recomputed = parse(&held.value).and_then(|value| engine::in_stated_unit(doc, at, value));
    let reason = match verdict {
        Verdict::Consistent => format!("与系统中“{}”的数一致。", held.name),
        _ => format!(
            "系统中“{}”是{}{}，文中写{}{}；请核对截点和口径。",
            held.name,
            held.value,
            held.unit,
            engine::stated(doc, at),
            engine::unit(doc, at)
        ),
    };
    let operand = Operand { text: format!("{}（系统）", held.name), value: held.value.clone(), line: 0 };
    let found = engine::Found { recomputed, operands: vec![operand], reason, rule: "records" };
    Some(engine::settled(doc, at, Kind::CountPair, verdict, Certainty::Soft, found))
}

/// Reads decimal digits with an optional point.
fn parse(value: &str) -> Option<Exact> {
    let (whole, fraction) = value.split_once('.').unwrap_or((value, ""));
    let digits: i128 = format!("{whole}{fraction}").parse().ok()?;
    Exact::new(digits, 10_i128.checked_pow(u32::try_from(fraction.len()).ok()?)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed;

    impl Records for Fixed {
        fn known(&self, label: &str) -> Vec<KnownValue> {
            let value = match label {
                "高血压患者建档" => ("高血压患者建档人数", "1204", "人"),
                "住院分娩率" => ("住院分娩率", "98.53", "%"),
                _ => return Vec::new(),
            };
            vec![KnownValue { name: value.0.to_owned(), value: value.1.to_owned(), unit: value.2.to_owned() }]
        }
    }

    #[test]
    fn numbers_are_compared_within_their_printed_precision() {
        let report = check_against("高血压患者建档1240人，住院分娩率98.5%。", &Fixed);
        let of = |stated: &str| report.claims.iter().filter(|claim| claim.rule == "records").find(|claim| claim.stated == stated);
        assert_eq!(of("1240").map(|claim| claim.verdict), Some(Verdict::Contradiction));
        assert_eq!(of("98.5").map(|claim| claim.verdict), Some(Verdict::Consistent));
    }
}
