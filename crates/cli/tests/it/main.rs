//! The binary as a script uses it: figures to people, numbers back, a correction, faults and exit status.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};

const FIGURES: &str = include_str!("../../../synth/tests/figures/township_4000.csv");

fn qianmo(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_qianmo")).args(args).output().unwrap()
}

fn done(args: &[&str]) -> String {
    let output = qianmo(args);
    assert!(output.status.success(), "{args:?}\n{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn rows(csv: &str) -> Vec<Vec<String>> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

/// Numerators and denominators by indicator and area.
fn cells(data: &str, extra: &[&str]) -> BTreeMap<(String, String), (String, String)> {
    let args = [&["indicators", "--data", data, "--period", "2010", "--by", "village", "--format", "csv"], extra].concat();
    let text = done(&args);
    assert!(text.starts_with("indicator,name,area,period,numerator,denominator,value,unit\n"));
    rows(&text).into_iter().map(|r| ((r[0].clone(), r[2].clone()), (r[4].clone(), r[5].clone()))).collect()
}

fn township(dir: &Path) -> String {
    let figures = dir.join("figures.csv");
    std::fs::write(&figures, FIGURES).unwrap();
    let data = dir.join("data").display().to_string();
    done(&["synth", "--figures", figures.to_str().unwrap(), "--data", &data, "--year", "2010"]);
    data
}

#[test]
fn figures_come_back_and_a_correction_moves_only_its_cells() {
    let dir = tempfile::tempdir().unwrap();
    let data = township(dir.path());
    let figures = dir.path().join("figures.csv");
    let text = done(&["compare", "--figures", figures.to_str().unwrap(), "--data", &data, "--period", "2010", "--format", "csv"]);
    assert!(text.starts_with("id,label,stated,computed,verdict,indicator,part,note\n"));
    let compared = rows(&text);
    let differing: Vec<&str> = compared.iter().filter(|r| r[4] == "differ").map(|r| r[0].as_str()).collect();
    assert_eq!(differing, ["five_vaccine_coverage"], "the paper itself prints this one two ways");
    assert!(compared.iter().filter(|r| r[4] == "agree").count() >= 180);

    let before = cells(&data, &[]);
    assert_eq!(before, cells(&data, &["--per-village"]), "full and per-village recomputation");
    let drill = ["drill", "--data", &data, "--indicator", "maternal_health.hospital_delivery_rate", "--period", "2010", "--format", "csv"];
    let behind = done(&drill);
    let listed = rows(&behind);
    let whole = before.iter().find(|((id, area), _)| id == drill[4] && area.ends_with("000")).unwrap().1;
    assert_eq!(listed.len().to_string(), whole.0);

    let (area, records) = (&listed[0][3], listed[0].last().unwrap());
    let birth = records.split(' ').find_map(|r| r.strip_prefix("maternal_health.birth@")).unwrap();
    done(&["record", "correct", birth, "--data", &data, "--set", "place=4"]);
    let after = cells(&data, &[]);
    let moved: Vec<_> = before.keys().filter(|key| before[*key] != after[*key]).collect();
    assert!(moved.iter().all(|(_, at)| at == area || at.ends_with("000")), "{moved:?}");
    let mut indicators: Vec<&str> = moved.iter().map(|(id, _)| id.as_str()).collect();
    indicators.sort_unstable();
    indicators.dedup();
    assert!(indicators.contains(&"maternal_health.hospital_delivery_rate"));
    assert!(
        indicators.iter().all(|id| ["hospital", "home", "aseptic", "deliver"].iter().any(|word| id.contains(word))),
        "a birth's place moves only what is about places of birth: {indicators:?}"
    );
    let history = done(&["record", "show", birth, "--data", &data]);
    assert!(history.contains("更正"), "{history}");
    assert_eq!(before, cells(&data, &["--cut", &cut_before(&data)]), "an old cut still gives the old numbers");
}

/// The cut before the last record.
fn cut_before(data: &str) -> String {
    let text = done(&["verify", "--data", data]);
    let cut: i64 = text.chars().filter(char::is_ascii_digit).collect::<String>().parse().unwrap();
    (cut - 1).to_string()
}

#[test]
fn contradicting_figures_are_refused_by_name_and_leave_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let text: String = FIGURES
        .lines()
        .map(|line| if line.starts_with("women_18_35,") { "women_18_35,18—35岁育龄妇女,999999,人,base,,,,,\n".to_owned() } else { format!("{line}\n") })
        .collect();
    let figures = dir.path().join("figures.csv");
    std::fs::write(&figures, text).unwrap();
    let data = dir.path().join("data");
    let output = qianmo(&["synth", "--figures", figures.to_str().unwrap(), "--data", data.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("women_18_35") && said.contains("women_15_49") && said.contains("错误[SYNTH-"), "{said}");
    assert!(!data.exists());
}

#[test]
fn misuse_wrong_input_and_missing_data_have_their_exit_status() {
    assert_eq!(qianmo(&["indicators", "--period", "2010"]).status.code(), Some(2));
    let dir = tempfile::tempdir().unwrap();
    let nowhere = dir.path().join("nothing").display().to_string();
    let output = qianmo(&["indicators", "--data", &nowhere, "--period", "2010", "--lang", "en"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains("STORE-0001"));
    let missing = dir.path().join("missing.csv").display().to_string();
    let output = qianmo(&["synth", "--figures", &missing, "--data", &nowhere]);
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8(output.stderr).unwrap().contains("CLI-0101"));
    assert_eq!(qianmo(&["packs", "check"]).status.code(), Some(0));
}
