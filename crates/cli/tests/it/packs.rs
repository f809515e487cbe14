//! `packs list`, `packs book`: what is counted, and a booklet in each format.

use super::{done, qianmo, refused, rows};

const PACKS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/campaign");

/// Columns a text takes on a terminal.
fn width(text: &str) -> usize {
    text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum()
}

#[test]
fn the_list_counts_each_pack_and_all_together() {
    let text = done(&["packs", "list", "--packs", PACKS, "--format", "csv"]);
    let head = "id,name,forms,fields,services,series,campaigns,views,indicators,rosters,returns,figures,cases,dead_fields,unverified\n";
    assert!(text.starts_with(head), "{text}");
    let listed = rows(&text);
    assert_eq!(listed[0][..8], ["people", "人口", "3", "6", "0", "0", "1", "2"]);
    assert_eq!(listed[1][1], "合计 1 个专项");
    assert_eq!(listed[0][2..], listed[1][2..]);
    let json: serde_json::Value = serde_json::from_str(&done(&["packs", "list", "--format", "json"])).unwrap();
    assert!(json.as_array().unwrap().iter().all(|pack| pack["dead_fields"] == "0"), "a shipped pack has no field without a use");
}

#[test]
fn the_table_is_aligned_though_characters_are_wide() {
    let text = done(&["packs", "list"]);
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let widths: std::collections::BTreeSet<usize> = lines.iter().map(|line| width(line.trim_end())).collect();
    assert!(lines.len() > 5 && widths.len() == 1, "numbers end in one column: {widths:?}\n{text}");
}

#[test]
fn unverified_rules_are_listed_with_their_pack() {
    let text = done(&["packs", "list", "--unverified", "--format", "csv"]);
    assert!(text.starts_with("pack,rule\n"));
    let listed = rows(&text);
    let counted = rows(&done(&["packs", "list", "--format", "csv"]));
    assert_eq!(listed.len().to_string(), *counted.last().unwrap().last().unwrap());
    assert!(listed.iter().all(|row| row[1].contains(&format!("（{}/", row[0]))), "each with its file");
}

#[test]
fn a_pack_prints_as_a_booklet() {
    let dir = tempfile::tempdir().unwrap();
    let out = |name: &str| dir.path().join(name).display().to_string();
    let book = |name: &str| done(&["packs", "book", "people", "--out", &out(name), "--date", "2026-01-05", "--packs", PACKS]);
    assert!(book("b.md").contains("人口专项包"));
    let text = std::fs::read_to_string(out("b.md")).unwrap();
    assert!(text.contains("打印日期 | 2026年1月5日") && text.contains("服糖丸") && text.contains("出生日期 ≥ 本轮的出生不早于"), "{text}");
    book("b.docx");
    assert!(std::fs::read(out("b.docx")).unwrap().starts_with(b"PK"));
    book("b.html");
    refused(&["packs", "book", "peple", "--out", &out("c.md"), "--packs", PACKS], "CLI-0220", 1);
    refused(&["packs", "book", "people", "--out", &out("c.odt"), "--packs", PACKS], "REPORT-0304", 1);
    assert_eq!(qianmo(&["packs", "book", "people"]).status.code(), Some(2));
}
