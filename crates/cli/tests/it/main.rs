//! The binary as a script uses it: figures to people, numbers back, a correction, faults and exit status.
#![allow(clippy::unwrap_used, clippy::panic, unreachable_pub, reason = "helpers of tests may stop a test")]

mod campaign;
mod guide;
mod packs;
mod place;

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
        .map(|line| {
            if line.starts_with("women_18_35,") {
                "women_18_35,18—35岁育龄妇女,999999,人,base,,,,,\n".to_owned()
            } else {
                format!("{line}\n")
            }
        })
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
fn each_township_of_a_county_has_the_figures() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data").display().to_string();
    let figures = concat!(env!("CARGO_MANIFEST_DIR"), "/../synth/tests/figures/township_4000.csv");
    done(&["synth", "--figures", figures, "--data", &data, "--year", "2010", "--townships", "2"]);
    for area in ["530599100000", "530599101000"] {
        let told = ["compare", "--figures", figures, "--data", &data, "--period", "2010", "--area", area, "--format", "csv"];
        let compared = rows(&done(&told));
        assert!(compared.iter().filter(|r| r[4] == "agree").count() >= 180, "{area}");
        assert!(compared.iter().filter(|r| r[4] == "differ").count() <= 1, "{area}");
    }
}

#[test]
fn misuse_wrong_input_and_missing_data_have_their_exit_status() {
    refused(&["indicators", "--period", "2010"], "CLI-0001", 2);
    refused(&["verify", "--date", "x"], "CLI-0002", 2);
    refused(&["indicator"], "CLI-0003", 2);
    refused(&["indicators", "--data", "x", "--period", "2010-13"], "CLI-0004", 2);
    refused(&["verify", "--data", "x", "--data", "y"], "CLI-0005", 2);
    assert_eq!(qianmo(&["--version"]).status.code(), Some(0));
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

/// Runs a command that must fail with this code and status.
fn refused(args: &[&str], code: &str, status: i32) {
    let output = qianmo(args);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains(code), "{args:?} should say {code}: {said}");
    assert_eq!(output.status.code(), Some(status), "{args:?}: {said}");
}

#[test]
fn each_wrong_request_says_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let data = township(dir.path());
    let out = |name: &str| dir.path().join(name).display().to_string();
    let of = |words: &[&str]| -> Vec<String> { words.iter().map(|w| (*w).to_owned()).chain(["--data".into(), data.clone()]).collect() };
    let check = |words: &[&str], code: &str, status: i32| {
        let words = of(words);
        refused(&words.iter().map(String::as_str).collect::<Vec<_>>(), code, status);
    };
    let nobody = "00000000-0000-7000-8000-000000000000";
    check(&["record", "show", nobody], "CLI-0202", 1);
    check(&["roster", "L99", "--period", "2010", "--out", &out("a.xlsx")], "FIGURES-0101", 1);
    check(&["return", "R99", "--period", "2010", "--out", &out("a.xlsx")], "FIGURES-0102", 1);
    check(&["import", "population.residnt", &out("figures.csv")], "CLI-0203", 1);
    check(&["indicators", "--period", "2010", "--only", "population.residnts"], "ANALYTICS-0201", 1);
    check(&["drill", "--period", "2010", "--indicator", "population.residents", "--part", "denominator"], "ANALYTICS-0202", 1);
    check(&["proofread", &out("figures.csv")], "CLI-0209", 1);
    check(&["due", "--on", "2010-12-01", "--only", "hypertenson"], "CLI-0210", 1);
    check(&["demo", "--out", &out("demo")], "CLI-0206", 1);
    let beneath_a_file = dir.path().join("figures.csv").join("x.csv").display().to_string();
    check(&["roster", "L01", "--period", "2010", "--out", &beneath_a_file], "CLI-0102", 3);

    let listed = done(&["drill", "--data", &data, "--indicator", "maternal_health.live_births", "--period", "2010", "--format", "csv"]);
    let record =
        rows(&listed)[0].last().unwrap().split(' ').find_map(|r| r.strip_prefix("maternal_health.birth@").map(str::to_owned)).unwrap();
    check(&["record", "correct", &record, "--set", "born_on=昨天"], "CLI-0204", 1);
    check(&["record", "correct", &record, "--set", "colour=red"], "FORM-0101", 1);
    check(&["record", "void", &record, "--reason", " "], "CLI-0205", 1);
    check(&["record", "void", &record, "--reason", "重复录入"], "", 0);
    check(&["record", "void", &record, "--reason", "重复录入"], "STORE-0103", 1);

    let empty = out("empty");
    drop(qianmo_store::SqliteStore::create(Path::new(&empty)).unwrap());
    refused(&["indicators", "--data", &empty, "--period", "2010"], "CLI-0201", 1);
}

#[test]
fn a_generated_summary_proofreads_clean() {
    let dir = tempfile::tempdir().unwrap();
    let data = township(dir.path());
    let file = dir.path().join("summary.docx").display().to_string();
    done(&["summary", "--data", &data, "--period", "2010", "--out", &file]);
    let text = done(&["proofread", &file, "--format", "json"]);
    let claims: serde_json::Value = serde_json::from_str(&text).unwrap();
    let claims = claims.as_array().cloned().or_else(|| claims["claims"].as_array().cloned()).unwrap();
    let of = |verdict: &str| claims.iter().filter(|claim| claim["verdict"] == verdict).collect::<Vec<_>>();
    assert!(of("contradiction").is_empty(), "{:#?}", of("contradiction"));
    assert!(of("consistent").len() > 100, "only {} numbers were proved", of("consistent").len());
}

#[test]
fn a_list_of_residents_is_imported_whole_or_not_at_all() {
    let dir = tempfile::tempdir().unwrap();
    let data = township(dir.path());
    let count = || {
        cells(&data, &["--only", "population.residents"]).into_values().map(|(n, _)| n).max_by_key(|n| n.parse::<u64>().unwrap()).unwrap()
    };
    let before = count();
    let file = dir.path().join("residents.csv");
    let village =
        cells(&data, &["--only", "population.residents"]).into_keys().map(|(_, area)| area).find(|area| !area.ends_with("000")).unwrap();
    let head = "姓名,性别,出生日期,身份证号,常住类型,辖区";
    let good = format!("赵小芳,女,1990年5月6日,,户籍,{village}");
    let bad = format!("钱大有,男,1990年2月31日,110105194912310021,户籍,{village}");
    std::fs::write(&file, format!("{head}\n{good}\n{bad}\n")).unwrap();
    let file = file.display().to_string();
    let output = qianmo(&["import", "population.resident", &file, "--data", &data]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("第3行") && said.contains("2月31日"), "{said}");
    assert_eq!(count(), before, "nothing half-imported");
}
