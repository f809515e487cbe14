//! Each code has its words in both languages, is used by the crate, and is raised by a test.

use std::collections::BTreeSet;
use std::path::Path;

fn read(path: &Path) -> String {
    let Ok(entries) = std::fs::read_dir(path) else { return std::fs::read_to_string(path).unwrap_or_default() };
    entries.map(|entry| read(&entry.expect("a listed file").path())).collect()
}

fn codes(text: &str) -> BTreeSet<String> {
    let digits = |code: &str| code.len() == 9 && code[5..].bytes().all(|b| b.is_ascii_digit());
    text.match_indices("PACK-").filter_map(|(at, _)| text.get(at..at + 9)).filter(|code| digits(code)).map(str::to_owned).collect()
}

#[test]
fn codes_words_and_tests_agree() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let catalogue = |lang: &str| {
        let text = read(&here.join(format!("../../errors/{lang}/pack.toml")));
        let table: toml::Table = text.parse().unwrap();
        for (code, entry) in &table {
            for key in ["title", "detail", "hint"] {
                assert!(entry.get(key).and_then(|words| words.as_str()).is_some_and(|words| !words.is_empty()), "{lang} {code} {key}");
            }
        }
        table.keys().cloned().collect::<BTreeSet<_>>()
    };
    let (zh, en) = (catalogue("zh"), catalogue("en"));
    assert_eq!(zh, en);
    assert_eq!(codes(&read(&here.join("src"))), zh);
    let tested = codes(&read(&here.join("tests")));
    assert_eq!(zh.difference(&tested).collect::<Vec<_>>(), Vec::<&String>::new());
}
