//! How a command ends: its exit status and what went wrong.

use std::process::ExitCode;

use qianmo_core::Fault;
use qianmo_wire::{Lang, render};

/// Why a command didn't do what was asked.
#[derive(Debug)]
pub(crate) struct Failure {
    /// 1 the input is wrong, 3 the environment failed (2, misuse, is the argument parser's).
    pub(crate) status: u8,
    /// Everything that is wrong.
    pub(crate) faults: Vec<Fault>,
}

/// Faults that aren't the input's but the surroundings': full disk, locked folder, missing fonts.
fn status(fault: &Fault) -> u8 {
    let environment = matches!(
        fault.code,
        "STORE-0003"
            | "STORE-0004"
            | "STORE-0005"
            | "STORE-0006"
            | "STORE-0007"
            | "ANALYTICS-0901"
            | "ANALYTICS-0903"
            | "CLI-0101"
            | "CLI-0102"
    );
    if environment { 3 } else { 1 }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self { status: status(&fault), faults: vec![fault] }
    }
}

impl From<Vec<Fault>> for Failure {
    fn from(faults: Vec<Fault>) -> Self {
        Self { status: faults.iter().map(status).max().unwrap_or(1), faults }
    }
}

impl Failure {
    /// Tells the person and gives the exit status.
    #[expect(clippy::print_stderr, reason = "the one place where errors are told")]
    pub(crate) fn tell(&self, lang: Lang) -> ExitCode {
        for fault in &self.faults {
            eprintln!("{}", render(fault, lang));
        }
        if self.faults.len() > 1 {
            match lang {
                Lang::Zh => eprintln!("共 {} 处问题。", self.faults.len()),
                Lang::En => eprintln!("{} problems in all.", self.faults.len()),
            }
        }
        ExitCode::from(self.status)
    }
}
