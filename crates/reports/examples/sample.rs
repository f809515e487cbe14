//! Writes a made-up summary, roster and return in every format into the folder given as argument.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "an example over the tests' fixture")]
#![allow(dead_code, reason = "the fixture serves several tests")]

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Instant;

use qianmo_reports::{DocumentFormat, Fonts, SheetFormat, returns, roster, summary, write_document, write_sheets};

#[path = "../tests/fixture/mod.rs"]
mod fixture;

fn main() {
    let folder = PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| ".".to_owned()));
    let (packs, numbers, areas) = (fixture::packs(), fixture::numbers(), fixture::areas());
    let start = Instant::now();
    let document = summary::compose(&fixture::request(&packs, &numbers, &areas)).unwrap();
    println!("compose {:?}", start.elapsed());
    std::fs::write(folder.join("summary.txt"), document.text()).unwrap();
    let fonts = Fonts::system();
    for extension in ["md", "html", "docx", "pdf"] {
        let start = Instant::now();
        let bytes = write_document(&document, DocumentFormat::from_str(extension).unwrap(), &fonts).unwrap();
        println!("summary.{extension}: {} bytes, {:?}", bytes.len(), start.elapsed());
        std::fs::write(folder.join(format!("summary.{extension}")), bytes).unwrap();
    }
    let heading = fixture::heading(false);
    let ledger = vec![roster::build(&fixture::roster(), &fixture::roster_ids(), &fixture::roster_rows(), &heading).unwrap()];
    let source = returns::Source { packs: &packs, numbers: &numbers, areas: &areas, area: fixture::code(fixture::TOWN) };
    let form = returns::build(&fixture::return_form(), &source, &heading).unwrap();
    for (name, sheets) in [("L04", &ledger), ("R01", &form)] {
        for extension in ["xlsx", "csv", "pdf"] {
            let start = Instant::now();
            let bytes = write_sheets(sheets, SheetFormat::from_str(extension).unwrap(), &fonts).unwrap();
            println!("{name}.{extension}: {} bytes, {:?}", bytes.len(), start.elapsed());
            std::fs::write(folder.join(format!("{name}.{extension}")), bytes).unwrap();
        }
    }
}
