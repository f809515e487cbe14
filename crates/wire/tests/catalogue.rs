//! The catalogue against the sources: every code that the program can raise has words in both languages, and
//! every entry is a code that the program can raise.

#[cfg(test)]
mod catalogue {
    use std::collections::{BTreeMap, BTreeSet};
    use std::io::Write;
    use std::path::{Path, PathBuf};

    use qianmo_wire::{Lang, codes, entry};

    /// Areas whose tests aren't all written yet; the list only gets shorter.
    const TESTS_TO_COME: [&str; 1] = ["ANALYTICS-0901"];

    fn root() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
    }

    fn area(code: &str) -> &str {
        code.split('-').next().unwrap_or_default()
    }

    fn is_code(text: &str) -> bool {
        text.split_once('-').is_some_and(|(area, number)| {
            area.len() >= 3
                && area.bytes().all(|b| b.is_ascii_uppercase())
                && number.len() == 4
                && number.bytes().all(|b| b.is_ascii_digit())
        })
    }

    /// Every Rust file below a folder.
    fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
        let Ok(entries) = std::fs::read_dir(folder) else { return };
        for path in entries.map(Result::unwrap).map(|entry| entry.path()) {
            if path.is_dir() {
                rust_files(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }

    /// Codes written as string literals in a source, comments and tests left out.
    fn codes_in(source: &str) -> BTreeSet<String> {
        let product = source.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
        let lines = product.lines().filter(|line| !line.trim_start().starts_with("//"));
        lines.flat_map(|line| line.split('"').skip(1).step_by(2)).filter(|text| is_code(text)).map(str::to_owned).collect()
    }

    /// Codes of the whole program with the file of each.
    fn raised() -> BTreeMap<String, PathBuf> {
        let mut raised = BTreeMap::new();
        for folder in std::fs::read_dir(root().join("crates")).unwrap() {
            let mut files = Vec::new();
            rust_files(&folder.unwrap().path().join("src"), &mut files);
            for file in files.into_iter().filter(|file| file.file_name().is_some_and(|name| name != "tests.rs")) {
                raised.extend(codes_in(&std::fs::read_to_string(&file).unwrap()).into_iter().map(|code| (code, file.clone())));
            }
        }
        raised
    }

    fn placeholders(text: &str) -> BTreeSet<String> {
        let text = text.replace("{{", "").replace("}}", "");
        let names = text.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(name, _)| name);
        names.filter(|name| name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')).map(str::to_owned).collect()
    }

    #[test]
    fn every_code_has_words_and_every_entry_a_code() {
        let raised = raised();
        assert!(raised.contains_key("STORE-0006"), "the sources are read");
        let written: BTreeSet<&str> = codes().collect();
        let areas: BTreeSet<&str> = written.iter().map(|code| area(code)).collect();
        let (missing, waiting): (Vec<_>, Vec<_>) =
            raised.iter().filter(|(code, _)| !written.contains(code.as_str())).partition(|(code, _)| areas.contains(area(code)));
        let waiting: BTreeSet<&str> = waiting.iter().map(|(code, _)| area(code)).collect();
        assert!(missing.is_empty(), "codes without words in errors/zh: {missing:#?}");
        if !waiting.is_empty() {
            writeln!(std::io::stderr(), "areas without a catalogue file yet: {waiting:?}").unwrap();
        }
        let idle: Vec<_> = written.iter().filter(|code| !raised.contains_key(**code)).collect();
        assert!(idle.is_empty(), "entries that nothing raises: {idle:?}");
    }

    /// What a source says only in tests.
    fn tests_in(file: &Path, source: &str) -> String {
        let whole = file.components().any(|part| part.as_os_str() == "tests") || file.file_name().is_some_and(|name| name == "tests.rs");
        let from = if whole { Some(0) } else { source.find("#[cfg(test)]\nmod ") };
        from.map(|from| source[from..].to_owned()).unwrap_or_default()
    }

    #[test]
    fn every_code_is_raised_by_a_test() {
        let mut files = Vec::new();
        rust_files(&root().join("crates"), &mut files);
        let tests: String = files.iter().map(|file| tests_in(file, &std::fs::read_to_string(file).unwrap())).collect();
        let untested = codes().filter(|code| !tests.contains(code));
        let (waiting, untested): (Vec<_>, Vec<_>) = untested.partition(|code| TESTS_TO_COME.contains(code));
        writeln!(std::io::stderr(), "codes whose tests are to come: {waiting:?}").unwrap();
        assert!(untested.is_empty(), "codes that no test raises: {untested:?}");
    }

    #[test]
    fn both_languages_say_the_same_of_the_same_values() {
        for code in codes() {
            let chinese = entry(code, Lang::Zh).unwrap();
            let english = entry(code, Lang::En).unwrap_or_else(|| panic!("{code} has no English words"));
            for words in [chinese, english] {
                assert!(!words.title.is_empty() && !words.hint.is_empty(), "{code} needs title and hint");
                assert!(!words.title.contains('{'), "{code}: values belong in the detail");
            }
            let names = |words: qianmo_wire::Entry| format!("{}{}", words.detail, words.hint);
            let (zh, en) = (names(chinese), names(english));
            assert_eq!(placeholders(&zh), placeholders(&en), "{code}");
            assert!(zh.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{code} is not in Chinese");
            assert!(!english.title.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{code} is not in English");
        }
    }

    #[test]
    fn the_files_are_sorted_and_hold_the_same_codes() {
        let headings = |path: &Path| -> Vec<String> {
            let text = std::fs::read_to_string(path).unwrap();
            let heading = |line: &str| Some(line.strip_prefix('[')?.split(']').next()?.trim_matches('"').to_owned());
            text.lines().filter_map(heading).collect()
        };
        for file in std::fs::read_dir(root().join("errors/zh")).unwrap() {
            let path = file.unwrap().path();
            let found = headings(&path);
            assert!(found.is_sorted(), "{} is not sorted", path.display());
            assert!(found.iter().all(|code| is_code(code)), "{}: {found:?}", path.display());
            let english = root().join("errors/en").join(path.file_name().unwrap());
            assert_eq!(headings(&english), found, "{}", path.display());
        }
    }

    #[test]
    fn every_value_named_in_the_words_is_given_by_some_source() {
        let mut files = Vec::new();
        rust_files(&root().join("crates"), &mut files);
        let sources: String = files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect();
        for code in codes() {
            let words = entry(code, Lang::Zh).unwrap();
            for name in placeholders(&format!("{}{}", words.detail, words.hint)) {
                assert!(sources.contains(&format!("(\"{name}\", ")), "{code} names {{{name}}}, which no fault carries");
            }
        }
    }
}
