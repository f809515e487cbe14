//! Every code of this crate has its words in both languages, and the words name only parameters that exist.

use std::collections::BTreeSet;

const CODES: [&str; 13] = [
    "REPORT-0101",
    "REPORT-0102",
    "REPORT-0103",
    "REPORT-0104",
    "REPORT-0105",
    "REPORT-0201",
    "REPORT-0202",
    "REPORT-0203",
    "REPORT-0204",
    "REPORT-0301",
    "REPORT-0302",
    "REPORT-0303",
    "REPORT-0304",
];

#[test]
fn both_catalogues_have_exactly_the_codes_with_title_detail_and_hint() {
    for text in [include_str!("../../../errors/zh/report.toml"), include_str!("../../../errors/en/report.toml")] {
        let table: toml::Table = text.parse().unwrap();
        let found: BTreeSet<&str> = table.keys().map(String::as_str).collect();
        assert_eq!(found, CODES.into_iter().collect());
        for (code, entry) in &table {
            for key in ["title", "detail", "hint"] {
                assert!(entry[key].as_str().is_some_and(|words| !words.is_empty()), "{code}.{key}");
            }
        }
    }
}
