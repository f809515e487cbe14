//! Writes a fictional village for the benchmark of due lists in a browser, and prints how fast they are without one.
//!
//!     cargo run --release -p qianmo-wire --example village -- PACKS FOLDER [PEOPLE]
//!
//! `FOLDER` gets `programme.json` (the rules) and `village.json` (the records of so many residents, 3,000 by default).
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a measurement on a terminal")]

#[path = "../tests/drawn/mod.rs"]
mod drawn;

use std::path::PathBuf;
use std::time::Instant;

use qianmo_core::Record;
use qianmo_core::schedule::{Fact, Planner, Wanted};
use qianmo_wire::{programme, village};

use drawn::{Dice, Drawn, TODAY, shipped};

fn main() {
    let mut args = std::env::args().skip(1);
    let packs: PathBuf = args.next().unwrap_or_else(|| "packs".to_owned()).into();
    let out: PathBuf = args.next().unwrap_or_else(|| "target/bench".to_owned()).into();
    let people = args.next().map_or(3_000, |number| number.parse().unwrap());
    let packs = qianmo_packs::load(&shipped(&packs)).packs;
    let rules = programme::write(&packs);
    let (drawn, mut dice) = (Drawn::of(&packs), Dice(7));
    let records: Vec<Record> = (0..people).flat_map(|number| drawn.person(number, &mut dice)).collect();
    let body = village::write(&records);
    std::fs::create_dir_all(&out).unwrap();
    std::fs::write(out.join("programme.json"), &rules).unwrap();
    std::fs::write(out.join("village.json"), &body).unwrap();
    println!("{people} residents, {} records, {:.1} MB; rules {:.0} KB", records.len(), to_kb(body.len()) / 1024.0, to_kb(rules.len()));

    let carried = programme::read(&rules).unwrap();
    let planner = Planner::new(&carried);
    let held = village::read(&body, &carried, &planner).unwrap();
    let facts: Vec<Fact<'_>> = held.iter().map(village::Held::fact).collect();
    for wanted in [Wanted::Asked, Wanted::All] {
        let mut times = [0; 5].map(|_| {
            let started = Instant::now();
            let items = planner.everybody(&facts, TODAY, wanted).len();
            (started.elapsed(), items)
        });
        times.sort_unstable();
        let (time, items) = times[2];
        println!("native, {wanted:?}: {items} items in {time:?}, {:?} a person", time / people);
    }
}

#[expect(clippy::cast_precision_loss, reason = "sizes of files")]
fn to_kb(bytes: usize) -> f64 {
    bytes as f64 / 1024.0
}
