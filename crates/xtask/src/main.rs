//! Maintenance commands: `cargo xtask tidy`.
//!
//! Each rule of ARCHITECTURE.md that says "must never" is checked here, so that it isn't only a wish.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command that talks to a person")]

mod boundaries;
mod glossary;
mod licences;
mod sources;

use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    if std::env::args().nth(1).as_deref() != Some("tidy") {
        eprintln!("usage: cargo xtask tidy");
        return ExitCode::from(2);
    }
    let mut faults = Vec::new();
    match boundaries::metadata(&root) {
        Ok(metadata) => {
            boundaries::check(&root, &metadata, &mut faults);
            licences::check(&metadata, &mut faults);
        }
        Err(why) => faults.push(why),
    }
    sources::check(&root, &mut faults);
    glossary::check(&root, &mut faults);
    for fault in &faults {
        eprintln!("{fault}");
    }
    println!("tidy: {} faults", faults.len());
    ExitCode::from(u8::from(!faults.is_empty()))
}
