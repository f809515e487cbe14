//! Changes one digit of every proved number of a text and prints how often the change is noticed.
//!
//! Usage: `cargo run --release -p qianmo-proofread --example sensitivity -- FILE...`.
//! A proof that no error could break is worth little; this measures the other side of the score.

use std::collections::BTreeMap;
use std::error::Error;

use qianmo_proofread::{Kind, Verdict, check};

fn main() -> Result<(), Box<dyn Error>> {
    let mut by_rule: BTreeMap<&'static str, (usize, usize)> = BTreeMap::new();
    for path in std::env::args().skip(1) {
        let text = std::fs::read_to_string(&path)?;
        let lines: Vec<Vec<char>> = text.split('\n').map(|line| line.chars().collect()).collect();
        let report = check(&text);
        for claim in report.claims.iter().filter(|claim| claim.verdict == Verdict::Consistent && claim.kind != Kind::CountPair) {
            let Some(changed) = change(&lines, claim.line - 1, claim.column - 1) else { continue };
            let again = check(&changed);
            let noticed = again.claims.iter().any(|other| other.line == claim.line && other.verdict == Verdict::Contradiction);
            let entry = by_rule.entry(claim.rule).or_default();
            entry.0 += usize::from(noticed);
            entry.1 += 1;
            if !noticed {
                println!("{path}:{}:{} {} ({})", claim.line, claim.column, claim.text, claim.rule);
            }
        }
    }
    let total = by_rule.values().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    for (rule, (noticed, all)) in &by_rule {
        println!("{rule:<18} {noticed:>4}/{all}");
    }
    println!("{:<18} {:>4}/{}", "all", total.0, total.1);
    Ok(())
}

/// The text with the second digit of the number at a place changed.
fn change(lines: &[Vec<char>], line: usize, column: usize) -> Option<String> {
    let mut lines = lines.to_vec();
    let row = lines.get_mut(line)?;
    let digits = (column..row.len()).take_while(|&at| row[at].is_ascii_digit() || matches!(row[at], '.' | ','));
    let places: Vec<usize> = digits.filter(|&at| row[at].is_ascii_digit()).collect();
    let &place = places.get(1).or_else(|| places.first())?;
    let digit = row[place].to_digit(10)?;
    row[place] = char::from_digit((digit + 10 - 3) % 10, 10)?;
    Some(lines.into_iter().map(|line| line.into_iter().collect::<String>()).collect::<Vec<_>>().join("\n"))
}
