//! Whole texts of our own: ordinary reports raise no alarm, and each line of the faulty one does.

use std::collections::BTreeSet;

use qianmo_proofread::{Report, Verdict, check};

const ORDINARY: &str = include_str!("texts/ordinary.txt");
const REPORT: &str = include_str!("texts/report.txt");
const FAULTY: &str = include_str!("texts/faulty.txt");

fn alarms(report: &Report) -> Vec<String> {
    let flagged = report.claims.iter().filter(|claim| claim.verdict == Verdict::Contradiction);
    flagged.map(|claim| format!("{}:{} {} {}", claim.line, claim.column, claim.text, claim.reason)).collect()
}

#[test]
fn ordinary_reports_raise_no_alarm() {
    assert_eq!(alarms(&check(ORDINARY)), Vec::<String>::new());
    assert_eq!(alarms(&check(REPORT)), Vec::<String>::new());
}

#[test]
fn most_claims_of_an_ordinary_report_are_proved() {
    let summary = check(REPORT).summary();
    assert!(summary.consistent >= 30 && summary.unchecked <= 2, "{summary:?}");
}

#[test]
fn every_line_of_the_faulty_text_is_flagged() {
    let report = check(FAULTY);
    let flagged: BTreeSet<usize> = report.claims.iter().filter(|c| c.verdict == Verdict::Contradiction).map(|c| c.line).collect();
    let missed: Vec<&str> = FAULTY.lines().zip(1..).filter(|(_, line)| !flagged.contains(line)).map(|(text, _)| text).collect();
    assert_eq!(missed, Vec::<&str>::new());
}

#[test]
fn typed_variants_of_one_sentence_get_one_answer() {
    let plain = check("应查3200人,实查2880人,检查率92.5%。");
    for text in [
        "应查３２００人，实查２８８０人，检查率９２．５％。",
        "應(yīng)查3200人，實查2880人，檢查率92.5%。",
        "应查3,200人，实查2,880人，检查率92.5%。",
    ] {
        let report = check(text);
        assert_eq!(report.claims.len(), plain.claims.len(), "{text}");
        assert_eq!(report.claims[0].verdict, plain.claims[0].verdict, "{text}");
        assert_eq!(report.claims[0].recomputed, plain.claims[0].recomputed, "{text}");
    }
}
