//! The glossary: one English identifier, one Chinese term, one source; sorted, none twice.

use std::collections::BTreeSet;
use std::path::Path;

pub(crate) fn check(root: &Path, faults: &mut Vec<String>) {
    let file = "docs/glossary.toml";
    let text = std::fs::read_to_string(root.join(file)).unwrap_or_default();
    let terms = match text.parse::<toml::Table>() {
        Ok(terms) => terms,
        Err(why) => return faults.push(format!("{file}: {why}")),
    };
    if terms.is_empty() {
        faults.push(format!("{file}: empty"));
    }
    let mut chinese = BTreeSet::new();
    for (id, term) in &terms {
        if !id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_') {
            faults.push(format!("{file}: 「{id}」 is no identifier"));
        }
        match term.get("zh").and_then(toml::Value::as_str) {
            None => faults.push(format!("{file}: {id} has no zh")),
            Some(zh) if !chinese.insert(zh) => faults.push(format!("{file}: 「{zh}」 stands twice")),
            Some(_) => {}
        }
        if term.get("source").and_then(toml::Value::as_str).is_none_or(str::is_empty) {
            faults.push(format!("{file}: {id} has no source"));
        }
    }
    let order: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix('[')?.strip_suffix(']')).collect();
    if !order.is_sorted() {
        faults.push(format!("{file}: not sorted"));
    }
}
