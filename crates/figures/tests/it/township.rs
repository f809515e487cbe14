//! The small township of the printed figures: every indicator of every pack, live and computed in full.

use std::path::Path;
use std::sync::Arc;

use qianmo_analytics::{Engine, Scope};
use qianmo_core::pack::Packs;
use qianmo_core::{Action, AreaTree, Period, Record, RecordId};
use qianmo_store::{Scan, SqliteStore, Store};
use qianmo_synth::{Figures, Options, generate};
use uuid::Uuid;

use crate::support::{differences, follow, live, settings};

const FIGURES: &str = include_str!("../../../synth/tests/figures/township_4000.csv");
const YEAR: i16 = 2010;

/// The packs of the project.
fn packs() -> Arc<Packs> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs");
    let mut files = Vec::new();
    let mut todo = vec![root.clone()];
    while let Some(dir) = todo.pop() {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                todo.push(path);
            } else {
                let name = path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
                files.push((name, std::fs::read_to_string(path).unwrap()));
            }
        }
    }
    let loaded = qianmo_packs::load(&files);
    assert_eq!(loaded.faults, []);
    Arc::new(loaded.packs)
}

fn made(packs: &Packs) -> (Vec<qianmo_core::Area>, Vec<Record>) {
    let figures = Figures::read("township.csv", FIGURES.as_bytes()).unwrap();
    let mut records = Vec::new();
    let township = generate(packs, &figures, &Options { year: YEAR, seed: 7, until: None, area: None }, &mut |mut batch| {
        records.append(&mut batch);
        Ok(())
    });
    (township.unwrap().areas, records)
}

#[test]
fn every_indicator_follows_the_log() {
    let packs = packs();
    let engine = Engine::new(packs.clone()).unwrap();
    let scopes = engine.reaches();
    let whole: Vec<_> = packs.views().zip(&scopes).filter(|(_, reach)| reach.scope == Scope::Whole).map(|(view, _)| &*view.id).collect();
    assert!(whole.len() < 25, "{} of {} views look at everything: {whole:?}", whole.len(), scopes.len());
    let (areas, records) = made(&packs);
    let dir = tempfile::tempdir().unwrap();
    let mut store = SqliteStore::create(dir.path()).unwrap();
    store.put_areas(&areas).unwrap();
    let areas = Arc::new(AreaTree::new(areas).unwrap());
    // Every fortieth record comes later, in five batches; then some are withdrawn.
    let (late, early): (Vec<_>, Vec<_>) = (0..).zip(records).partition(|(n, _)| n % 40 == 7);
    store.append(&early.into_iter().map(|(_, record)| record).collect::<Vec<_>>()).unwrap();
    let late: Vec<Record> = late.into_iter().map(|(_, record)| record).collect();
    let live = live(dir.path(), &packs, settings());
    let periods = [Period::Year(YEAR), Period::Quarter(YEAR, 4), Period::Month(YEAR, 3)];
    let hold = |store: &SqliteStore| {
        let wrong = differences(&live, store, &engine, &areas, &periods);
        assert!(wrong.is_empty(), "{} cells\n{}", wrong.len(), wrong[..wrong.len().min(10)].join("\n"));
    };
    hold(&store);
    for batch in late.chunks(late.len().div_ceil(3)) {
        store.append(batch).unwrap();
        follow(&live, &store);
    }
    hold(&store);
    let mut gone = Vec::new();
    store
        .scan(&Scan::default(), &mut |row| {
            if row.seq % 301 == 0 {
                gone.push(row.to_row().head().clone());
            }
            Ok(())
        })
        .unwrap();
    let voids: Vec<Record> = (0..)
        .zip(gone)
        .map(|(n, head)| {
            let action = Action::Void { record: head.id, reason: "误录".into() };
            Record { id: RecordId(Uuid::from_u128(0xF00D_0000 + n)), action, ..head }
        })
        .collect();
    store.append(&voids).unwrap();
    follow(&live, &store);
    hold(&store);
}
