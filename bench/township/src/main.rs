//! Speeds of a township: fabricating, loading, due lists, recomputing all and one village; and the same aggregations handed to a peer.
//!
//! `qianmo-bench FIGURES.csv PACKS_DIR EXPORT_DIR` prints medians of five and writes tables (Parquet), the SQL of every
//! view and our sums to EXPORT_DIR, where `duckdb_peer.py` reads them; `qianmo-bench live FIGURES.csv PACKS_DIR` only how soon a
//! record is in the numbers. No figure here is a test.
#![allow(clippy::print_stdout, reason = "a program that prints a table")]

mod live;

use std::collections::BTreeSet;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use qianmo_analytics::{Columns, Cube, Engine};
use qianmo_core::pack::Packs;
use qianmo_core::schedule::Wanted;
use qianmo_core::{AreaTree, Fault, Numbers, Period};
use qianmo_desk::{Asked, DueLists};
use qianmo_store::{SqliteStore, Store};
use qianmo_synth::{Figures, Options, generate};

const RUNS: usize = 5;
const YEAR: i16 = 2010;

type Failed = Box<dyn Error>;

fn main() -> Result<(), Failed> {
    let args: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    if let [live, figures, packs] = args.as_slice()
        && live.as_os_str() == "live"
    {
        let packs = Arc::new(qianmo_packs::load(&texts(packs)?).packs);
        return live::run(&packs, &Figures::read("figures", &std::fs::read(figures)?).map_err(all)?);
    }
    let [figures, packs, export] = args.as_slice() else { return Err("usage: qianmo-bench FIGURES.csv PACKS_DIR EXPORT_DIR".into()) };
    let texts = texts(packs)?;
    let mut loaded = qianmo_packs::load(&texts);
    let load = median(|| {
        loaded = qianmo_packs::load(&texts);
        Ok(())
    })?;
    let packs = Arc::new(loaded.packs);
    println!("{:<52}{load:>9.1} ms", "load and check all packs");
    let figures = Figures::read("figures", &std::fs::read(figures)?).map_err(all)?;
    let mut kept = None;
    let synth = median(|| {
        let dir = tempfile::tempdir()?;
        kept = Some((make(&packs, &figures, dir.path())?, dir));
        Ok(())
    })?;
    let (store, _dir) = kept.ok_or("no run")?;
    println!("{:<52}{synth:>9.1} ms  ({} records, durable)", "synth: figures to records in the store", store.cut()?);
    let areas = Arc::new(store.areas()?);
    let mut columns = qianmo_figures::columns(&store, &packs, &areas, None)?.0;
    let load = median(|| {
        columns = qianmo_figures::columns(&store, &packs, &areas, None)?.0;
        Ok(())
    })?;
    println!("{:<52}{load:>9.1} ms  ({:.1} MB)", "records to columns", mb(columns.bytes()));
    due(&packs, &store, &areas)?;
    recompute(&packs, &areas, &columns, export)?;
    live::run(&packs, &figures)?;
    println!("{:<52}{:>9.1} MB", "peak memory of this process", peak_mb());
    Ok(())
}

fn recompute(packs: &Arc<Packs>, areas: &Arc<AreaTree>, columns: &Columns, export: &Path) -> Result<(), Failed> {
    let engine = Engine::new(packs.clone())?;
    let all = qianmo_analytics::Wanted::periods(&Period::all_of_year(YEAR));
    let began = Instant::now();
    let full = engine.compute(columns, areas, &all)?;
    println!("{:<52}{:>9.1} ms", "full recomputation, first (with planning)", ms(began));
    let warm = median(|| engine.compute(columns, areas, &all).map(drop).map_err(Into::into))?;
    println!(
        "{:<52}{warm:>9.1} ms  ({} indicators, {} leaves, {} periods)",
        "full recomputation",
        packs.indicators().count(),
        areas.iter().count(),
        all.periods.len()
    );
    let root = areas.roots().next().ok_or("no area")?.code;
    let mut together = full.clone();
    let mut times = Vec::new();
    let mut cuts = Vec::new();
    for leaf in areas.leaves(root) {
        let began = Instant::now();
        let shard = columns.shard(leaf)?;
        cuts.push(ms(began));
        let began = Instant::now();
        let cube = engine.compute(&shard, areas, &all)?;
        times.push(ms(began));
        together.replace_leaf(leaf, &cube);
    }
    let year = qianmo_analytics::Wanted::periods(&[Period::Year(YEAR)]);
    let leaf = *areas.leaves(root).last().ok_or("no leaf")?;
    let shard = columns.shard(leaf)?;
    let one_year = median(|| engine.compute(&shard, areas, &year).map(drop).map_err(Into::into))?;
    println!("{:<52}{:>9.1} ms  (median of {} leaves)", "one village, all periods of the year", middle(&mut times), times.len());
    println!("{:<52}{one_year:>9.1} ms", "one village, the year");
    println!("{:<52}{:>9.1} ms", "cutting one village's shard", middle(&mut cuts));
    println!("{:<52}{:>9}", "full = per village", if full == together { "yes" } else { "NO" });
    let list = queries(packs, &engine, &full, areas)?;
    let ours = median(|| engine.compute(columns, areas, &year).map(drop).map_err(Into::into))?;
    println!("{:<52}{ours:>9.1} ms", "all aggregations of one year");
    std::fs::create_dir_all(export)?;
    qianmo_analytics::export(columns, export)?;
    let text = serde_json::json!({ "queries": list, "ours_ms": ours });
    std::fs::write(export.join("queries.json"), serde_json::to_string_pretty(&text)?)?;
    Ok(())
}

/// For each view and calendar of its indicators: the SQL, and our township sums beside the columns where they stand.
fn queries(packs: &Packs, engine: &Engine, cube: &Cube, areas: &AreaTree) -> Result<Vec<serde_json::Value>, Failed> {
    let root = areas.roots().next().ok_or("no area")?.code;
    let period = Period::Year(YEAR);
    let mut list = Vec::new();
    for view in packs.views() {
        let of = packs.indicators().filter(|i| i.view.as_ref() == Some(&view.id));
        let calendars: BTreeSet<_> = of.map(|i| i.calendar).collect();
        for calendar in calendars {
            let (start, end) = period.range(calendar);
            let (sql, sums) = engine.aggregation_sql(view, start, end);
            let expected: Vec<serde_json::Value> = sums
                .into_iter()
                .filter(|(id, ..)| packs.indicator(id).is_some_and(|i| i.calendar == calendar))
                .map(|(id, above, below)| {
                    let cell = cube.cell(&id, root, period).unwrap_or_default();
                    serde_json::json!({
                        "indicator": &*id, "numerator_column": above, "denominator_column": below,
                        "numerator": above.map(|_| cell.numerator.normalize().to_string()),
                        "denominator": below.and(cell.denominator).map(|d| d.normalize().to_string()),
                    })
                })
                .collect();
            list.push(serde_json::json!({ "view": &*view.id, "calendar": format!("{calendar:?}"), "sql": sql, "expected": expected }));
        }
    }
    Ok(list)
}

fn make(packs: &Packs, figures: &Figures, dir: &Path) -> Result<SqliteStore, Failed> {
    let mut store = SqliteStore::create(&dir.join("data"))?;
    let options = Options { year: YEAR, seed: 1, until: None, area: None };
    let township = generate(packs, figures, &options, &mut |records| store.append(&records).map(|_| ())).map_err(all)?;
    store.put_areas(&township.areas)?;
    Ok(store)
}

/// Due lists: the whole township and its largest village, from the store and from memory.
fn due(packs: &Arc<Packs>, store: &SqliteStore, areas: &AreaTree) -> Result<(), Failed> {
    let on = jiff::civil::date(YEAR, 12, 15);
    let asked = Asked { on, wanted: Wanted::Asked, restricted: true };
    let mut lists = DueLists::new(packs.clone());
    let compile = median(|| {
        lists = DueLists::new(packs.clone());
        Ok(())
    })?;
    let rules = packs.packs.iter().map(|pack| pack.schedule.services.len() + pack.schedule.series.len()).sum::<usize>();
    println!("{:<52}{compile:>9.1} ms  ({rules} services and series)", "compiling all schedules");
    let root = areas.roots().next().ok_or("no area")?.code;
    let mut largest = (0, root);
    for leaf in areas.leaves(root) {
        largest = largest.max((lists.people(store, areas, leaf, on)?.len(), leaf));
    }
    for (what, area) in [("township", root), ("largest village", largest.1)] {
        let people = lists.people(store, areas, area, on)?;
        let count = lists.list(&people, areas, asked).len();
        let whole = median(|| lists.area(store, areas, area, asked).map(drop).map_err(Into::into))?;
        let asking = median(|| {
            std::hint::black_box(lists.list(&people, areas, asked));
            Ok(())
        })?;
        println!(
            "{:<52}{whole:>9.1} ms  ({} subjects, {count} due or overdue)",
            format!("due list of the {what}, from the store"),
            people.len()
        );
        println!(
            "{:<52}{asking:>9.1} ms  ({:.1} µs a subject)",
            format!("due list of the {what}, from memory"),
            asking * 1000.0 / f64::from(u32::try_from(people.len()).unwrap_or(u32::MAX))
        );
    }
    Ok(())
}

fn texts(dir: &Path) -> Result<Vec<(String, String)>, Failed> {
    let mut files = Vec::new();
    let mut todo = vec![dir.to_owned()];
    while let Some(at) = todo.pop() {
        for entry in std::fs::read_dir(at)? {
            let path = entry?.path();
            if path.is_dir() {
                todo.push(path);
            } else {
                files.push((path.strip_prefix(dir)?.to_string_lossy().into_owned(), std::fs::read_to_string(&path)?));
            }
        }
    }
    Ok(files)
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that map_err asks for")]
fn all(faults: Vec<Fault>) -> Failed {
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n").into()
}

fn ms(began: Instant) -> f64 {
    began.elapsed().as_secs_f64() * 1000.0
}

fn mb(bytes: usize) -> f64 {
    f64::from(u32::try_from(bytes / 1024).unwrap_or(u32::MAX)) / 1024.0
}

fn middle(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn median(mut run: impl FnMut() -> Result<(), Failed>) -> Result<f64, Failed> {
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let began = Instant::now();
        run()?;
        times.push(ms(began));
    }
    Ok(middle(&mut times))
}

/// The most memory this process has held, as Linux tells.
fn peak_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib: usize = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0);
    mb(kib * 1024)
}
