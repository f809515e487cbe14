//! Puts the error catalogues (`errors/zh/*.toml`, `errors/en/*.toml`) into the program as sorted tables.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let errors = Path::new(&std::env::var("CARGO_MANIFEST_DIR")?).join("../../errors");
    println!("cargo::rerun-if-changed={}", errors.display());
    let mut code = String::new();
    for (name, lang) in [("CHINESE", "zh"), ("ENGLISH", "en")] {
        let entries = read(&errors.join(lang))?;
        let _ = writeln!(code, "static {name}: &[(&str, Entry)] = &[");
        for (id, [title, detail, hint]) in entries {
            let _ = writeln!(code, "({id:?}, Entry {{ title: {title:?}, detail: {detail:?}, hint: {hint:?} }}),");
        }
        code.push_str("];\n");
    }
    let out = Path::new(&std::env::var("OUT_DIR")?).join("catalogue.rs");
    std::fs::write(out, code)?;
    Ok(())
}

/// Every entry of every file of a language; a folder that isn't there yet is empty.
fn read(folder: &Path) -> Result<BTreeMap<String, [String; 3]>, String> {
    let mut entries = BTreeMap::new();
    let Ok(files) = std::fs::read_dir(folder) else { return Ok(entries) };
    for file in files {
        let path = file.map_err(|error| error.to_string())?.path();
        let wrong = |why: &dyn std::fmt::Display| format!("{}: {why}", path.display());
        if path.extension().is_none_or(|extension| extension != "toml") {
            continue;
        }
        let text = std::fs::read_to_string(&path).map_err(|error| wrong(&error))?;
        let table: toml::Table = text.parse().map_err(|error| wrong(&error))?;
        for (id, entry) in table {
            let part = |name: &str| entry.get(name).and_then(toml::Value::as_str).unwrap_or_default().to_owned();
            if entries.insert(id.clone(), [part("title"), part("detail"), part("hint")]).is_some() {
                return Err(wrong(&format!("{id} stands in another file too")));
            }
        }
    }
    Ok(entries)
}
