//! Prints what is wrong with the packs of a folder: `cargo run -q -p qianmo-packs --example check -- packs`.
//! Faults come as `file:line:column CODE values`, warnings after them.

#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let root = std::env::args().nth(1).unwrap_or_else(|| "packs".to_owned());
    let mut files = Vec::new();
    if let Err(error) = gather(Path::new(&root), "", &mut files) {
        println!("{root}: {error}");
        return ExitCode::from(3);
    }
    let loaded = qianmo_packs::load(&files);
    let dead = loaded.dead_fields();
    for fault in loaded.faults.iter().chain(&dead) {
        println!("{} {}", fault.place, line(fault));
    }
    for warning in &loaded.warnings {
        println!("{} (warning) {}", warning.place, line(warning));
    }
    let count = loaded.faults.len() + dead.len();
    println!("{} packs, {count} faults, {} warnings", loaded.packs.packs.len(), loaded.warnings.len());
    ExitCode::from(u8::from(count > 0))
}

fn line(fault: &qianmo_core::Fault) -> String {
    let params: Vec<String> = fault.params.iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!("{} {}", fault.code, params.join(" "))
}

fn gather(folder: &Path, prefix: &str, files: &mut Vec<(String, String)>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            gather(&entry.path(), &format!("{name}/"), files)?;
        } else {
            files.push((name, std::fs::read_to_string(entry.path())?));
        }
    }
    Ok(())
}
