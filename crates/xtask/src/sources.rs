//! Rules for source files that a plain reading can check.

use std::path::{Path, PathBuf};

/// Lines after which a reader no longer finds the room.
const LINES_MAX: usize = 800;

/// Crates whose results depend on nothing but their arguments.
const PURE: &[&str] = &["core", "packs", "proofread", "reports", "synth", "wire"];

/// Words that would bring in a clock, chance or surroundings.
const IMPURE: &[&str] = &["SystemTime::now", "Instant::now", "Timestamp::now", "Zoned::now", "rand::rng(", "env::var("];

pub(crate) fn check(root: &Path, faults: &mut Vec<String>) {
    for folder in std::fs::read_dir(root.join("crates")).into_iter().flatten().flatten() {
        let name = folder.file_name().to_string_lossy().into_owned();
        let mut files = Vec::new();
        rust_files(&folder.path().join("src"), &mut files);
        for file in files {
            let Ok(text) = std::fs::read_to_string(&file) else { continue };
            let shown = file.strip_prefix(root).unwrap_or(&file).display().to_string();
            check_file(&name, &shown, &text, faults);
        }
    }
}

fn check_file(name: &str, shown: &str, text: &str, faults: &mut Vec<String>) {
    if !text.trim_start().starts_with("//!") {
        faults.push(format!("{shown}:1: a module starts by saying what lives there (//!)"));
    }
    let lines = text.lines().count();
    if lines > LINES_MAX {
        faults.push(format!("{shown}: {lines} lines; split it by what it knows"));
    }
    if PURE.contains(&name) {
        for (i, line) in text.lines().enumerate() {
            for word in IMPURE.iter().filter(|word| line.contains(**word)) {
                faults.push(format!("{shown}:{}: `{word}`: crates/{name} takes it as an argument", i + 1));
            }
        }
    }
    let unfinished = ["TODO", "FIXME", "XXX"];
    for (i, line) in text.lines().enumerate().filter(|_| !shown.starts_with("crates/xtask")) {
        if unfinished.iter().any(|word| line.contains(&format!("// {word}"))) {
            faults.push(format!("{shown}:{}: unfinished", i + 1));
        }
    }
}

fn rust_files(dir: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            rust_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}
