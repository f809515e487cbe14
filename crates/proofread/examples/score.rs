//! Scores the proofreader on a folder of labelled texts and prints misses and wrong flags.
//!
//! Usage: `cargo run --release -p qianmo-proofread --example score -- FOLDER [only DOC,DOC...]`.
//! The folder holds `claims.csv` with `summary_<seed>.txt`, and `passage_claims.csv` with `passages/<id>.txt`.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

use qianmo_proofread::{Claim, Kind, Verdict, check};

/// One labelled claim.
struct Label {
    id: String,
    line: usize,
    snippet: String,
    kind: String,
    stated: String,
    values: Vec<String>,
    verdict: String,
    severity: String,
    derived: bool,
}

/// A document with its labels.
struct Document {
    name: String,
    text: String,
    labels: Vec<Label>,
}

#[derive(Default)]
struct Score {
    hard_found: usize,
    hard_all: usize,
    flags_right: usize,
    flags_all: usize,
    proved: usize,
    derived: usize,
    wrongly_flagged: usize,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("usage: score FOLDER [only DOC,DOC...]")?;
    let only: Option<Vec<String>> = arguments.nth(1).map(|list| list.split(',').map(str::to_owned).collect());
    let mut documents = summaries(Path::new(&folder))?;
    documents.extend(passages(Path::new(&folder))?);
    let mut total = Score::default();
    let mut table = Vec::new();
    for document in &documents {
        if only.as_ref().is_some_and(|only| !only.contains(&document.name)) {
            continue;
        }
        let score = score(document);
        table.push(row(&document.name, &score));
        total.add(&score);
    }
    println!("\ndocument      hard found   flags right   derived proved   consistent flagged");
    for row in table {
        println!("{row}");
    }
    println!("{}", row("all", &total));
    Ok(())
}

fn row(name: &str, s: &Score) -> String {
    format!(
        "{name:<12} {:>5}/{:<5} {:>6}/{:<6} {:>8}/{:<8} {:>8}",
        s.hard_found, s.hard_all, s.flags_right, s.flags_all, s.proved, s.derived, s.wrongly_flagged
    )
}

impl Score {
    fn add(&mut self, other: &Score) {
        self.hard_found += other.hard_found;
        self.hard_all += other.hard_all;
        self.flags_right += other.flags_right;
        self.flags_all += other.flags_all;
        self.proved += other.proved;
        self.derived += other.derived;
        self.wrongly_flagged += other.wrongly_flagged;
    }
}

fn rows(path: &Path) -> Result<Vec<BTreeMap<String, String>>, Box<dyn Error>> {
    let mut reader = csv::Reader::from_path(path)?;
    let rows: Result<Vec<BTreeMap<String, String>>, csv::Error> = reader.deserialize().collect();
    Ok(rows?)
}

fn numbers(text: &str) -> Vec<String> {
    let spaced: String = text.chars().map(|c| if c.is_ascii_digit() || c == '.' { c } else { ' ' }).collect();
    spaced.split_whitespace().map(canonical).collect()
}

/// Numbers compare without trailing zeros.
fn canonical(number: &str) -> String {
    let number = number.trim();
    if number.contains('.') { number.trim_end_matches('0').trim_end_matches('.').to_owned() } else { number.to_owned() }
}

fn summaries(folder: &Path) -> Result<Vec<Document>, Box<dyn Error>> {
    let mut by_seed: BTreeMap<String, Vec<Label>> = BTreeMap::new();
    for row in rows(&folder.join("claims.csv"))? {
        let field = |name: &str| row.get(name).cloned().unwrap_or_default();
        let mut values = numbers(&field("numerator_value"));
        values.extend(numbers(&field("denominator_value")));
        by_seed.entry(field("seed")).or_default().push(Label {
            id: field("claim_id"),
            line: field("line").parse()?,
            snippet: field("snippet"),
            kind: field("kind"),
            stated: canonical(&field("stated_value")),
            values,
            verdict: field("verdict").split(' ').next().unwrap_or_default().to_owned(),
            severity: field("severity"),
            derived: matches!(field("relation").as_str(), "n/d" | "sum" | "diff"),
        });
    }
    let mut documents = Vec::new();
    for (seed, labels) in by_seed {
        let text = std::fs::read_to_string(folder.join(format!("summary_{seed}.txt")))?;
        documents.push(Document { name: seed, text, labels });
    }
    Ok(documents)
}

fn passages(folder: &Path) -> Result<Vec<Document>, Box<dyn Error>> {
    let mut documents: BTreeMap<String, Document> = BTreeMap::new();
    for row in rows(&folder.join("passage_claims.csv"))? {
        let field = |name: &str| row.get(name).cloned().unwrap_or_default();
        let id = field("doc_id");
        if !documents.contains_key(&id) {
            let text = std::fs::read_to_string(folder.join("passages").join(format!("{id}.txt")))?;
            documents.insert(id.clone(), Document { name: id.clone(), text, labels: Vec::new() });
        }
        let Some(document) = documents.get_mut(&id) else { continue };
        let snippet = field("snippet");
        let line = document.text.lines().position(|line| line.contains(&snippet)).map_or(0, |at| at + 1);
        let values = field("operands").split(';').filter_map(|pair| pair.split('=').nth(1)).flat_map(numbers).collect();
        document.labels.push(Label {
            id: field("claim_id"),
            line,
            snippet,
            kind: field("kind"),
            stated: canonical(&field("stated")),
            values,
            verdict: field("verdict"),
            severity: field("severity"),
            derived: true,
        });
    }
    Ok(documents.into_values().collect())
}

fn same_family(kind: Kind, label: &str) -> bool {
    let quotient = ["rate", "percent_of", "completion", "permille", "per_100k", "average", "ratio"];
    match kind {
        Kind::Sum => label == "sum",
        // Some labels file a relative change under the rates.
        Kind::Difference => label == "difference" || label == "rate",
        Kind::CountPair => label == "count_pair",
        _ => quotient.contains(&label),
    }
}

fn mentions(claim: &Claim, label: &Label) -> bool {
    let stated = canonical(&claim.stated);
    let operand = |value: &String| claim.operands.iter().any(|operand| canonical(&operand.value) == *value);
    stated == label.stated || (label.values.contains(&stated) && label.values.iter().any(operand))
}

fn score(document: &Document) -> Score {
    let report = check(&document.text);
    let mut score = Score::default();
    println!("== {}", document.name);
    for label in &document.labels {
        let on_line: Vec<&Claim> =
            report.claims.iter().filter(|claim| claim.line == label.line && same_family(claim.kind, &label.kind)).collect();
        let flagged =
            report.claims.iter().any(|claim| claim.line == label.line && claim.verdict == Verdict::Contradiction && mentions(claim, label));
        match label.verdict.as_str() {
            "contradiction" if matches!(label.severity.as_str(), "hard" | "material") => {
                score.hard_all += 1;
                score.hard_found += usize::from(flagged);
                if !flagged {
                    println!("  missed      {} {} [{}]", label.id, label.snippet, label.stated);
                }
            }
            "consistent" if label.derived => {
                score.derived += 1;
                let proved = on_line.iter().any(|claim| {
                    claim.verdict == Verdict::Consistent && (canonical(&claim.stated) == label.stated || mentions(claim, label))
                });
                score.proved += usize::from(proved);
                if !proved {
                    println!("  not proved  {} {} [{}] {:?}", label.id, label.snippet, label.stated, label.values);
                }
            }
            _ => {}
        }
    }
    for claim in report.claims.iter().filter(|claim| claim.verdict == Verdict::Contradiction) {
        let near: Vec<&Label> = document.labels.iter().filter(|label| label.line == claim.line && mentions(claim, label)).collect();
        let right = near.iter().any(|label| label.verdict == "contradiction");
        let consistent = near.iter().any(|label| label.verdict == "consistent" && same_family(claim.kind, &label.kind));
        score.flags_all += 1;
        score.flags_right += usize::from(right);
        score.wrongly_flagged += usize::from(!right && consistent);
        let mark = if right { "flag right " } else { "FLAG WRONG " };
        println!("  {mark} {}:{} {} [{:?}, {}] {}", claim.line, claim.column, claim.text, claim.certainty, claim.rule, claim.reason);
    }
    score
}
