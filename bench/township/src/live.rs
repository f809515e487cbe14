//! From a record's writing to its being in the numbers, while 500 records a second come in.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use qianmo_analytics::Scope;
use qianmo_core::pack::Packs;
use qianmo_core::{Period, Record};
use qianmo_desk::{CellsAsked, Change, Figures as _};
use qianmo_figures::{LiveFigures, Settings};
use qianmo_store::{Cut, SqliteStore, Store};
use qianmo_synth::{Figures, Options, generate};

use crate::{Failed, YEAR, all, ms};

/// Records a second, and how many come at once.
const RATE: u32 = 500;
const AT_ONCE: usize = 25;

/// Holds back one record in twenty of the township, writes it second by second and looks when each is in the numbers.
pub(crate) fn run(packs: &Arc<Packs>, figures: &Figures) -> Result<(), Failed> {
    let reaches = qianmo_analytics::Engine::new(packs.clone())?.reaches();
    let of = |scope| packs.views().zip(&reaches).filter(move |(_, reach)| reach.scope == scope).map(|(view, _)| &*view.id);
    let (alone, common, whole) = (of(Scope::Alone).count(), of(Scope::Common).count(), of(Scope::Whole).collect::<Vec<_>>());
    println!(
        "{:<52}{alone:>9}     ({common} look only at what is shared, {} further: {})",
        "views that stand alone",
        whole.len(),
        whole.join(" ")
    );
    let dir = tempfile::tempdir()?;
    let (early, late, areas) = made(packs, figures)?;
    let mut store = SqliteStore::create(&dir.path().join("data"))?;
    store.put_areas(&areas)?;
    for batch in early.chunks(10_000) {
        store.append(batch)?;
    }
    let began = Instant::now();
    let live = open(&dir.path().join("data"), packs)?;
    let wanted = CellsAsked { indicators: vec!["population.residents".into()], areas: Vec::new(), periods: vec![Period::Year(YEAR)] };
    live.cells(&wanted)?;
    println!("{:<52}{:>9.1} ms  ({} records)", "live numbers: start and first answer", ms(began), early.len());
    let began = Instant::now();
    let hot = [Period::Year(YEAR), Period::Quarter(YEAR, 4), Period::Month(YEAR, 12)];
    let root = areas.first().ok_or("no area")?.code;
    live.cells(&CellsAsked { indicators: Vec::new(), areas: vec![root], periods: hot.to_vec() })?;
    println!("{:<52}{:>9.1} ms", "live numbers: year, quarter, month, all indicators", ms(began));
    let mut times = write(&mut store, &live, &late)?;
    times.sort_by(f64::total_cmp);
    let at = |percent: usize| times[(times.len() - 1) * percent / 100];
    println!(
        "{:<52}{:>9.1} ms  (p99 {:.1} ms, longest {:.1} ms, {} records)",
        format!("written to visible at {RATE} records/s, p50"),
        at(50),
        at(99),
        at(100),
        times.len()
    );
    Ok(())
}

type Made = (Vec<Record>, Vec<Record>, Vec<qianmo_core::Area>);

fn made(packs: &Packs, figures: &Figures) -> Result<Made, Failed> {
    let mut records = Vec::new();
    let township = generate(packs, figures, &Options { year: YEAR, seed: 1, until: None, area: None }, &mut |mut batch| {
        records.append(&mut batch);
        Ok(())
    });
    let (late, early): (Vec<_>, Vec<_>) = (0_usize..).zip(records).partition(|(n, _)| n % 20 == 7);
    let strip = |list: Vec<(usize, Record)>| list.into_iter().map(|(_, record)| record).collect();
    let late: Vec<(usize, Record)> = late.into_iter().take(RATE as usize * 20).collect();
    Ok((strip(early), strip(late), township.map_err(all)?.areas))
}

fn open(dir: &Path, packs: &Arc<Packs>) -> Result<LiveFigures, Failed> {
    let folder = dir.to_owned();
    let areas = Arc::new(SqliteStore::open(dir)?.areas()?);
    let open = move || SqliteStore::open(&folder).map(|store| -> Box<dyn Store + Send> { Box::new(store) });
    let settings = Settings::new(Box::new(|| jiff::civil::date(YEAR, 12, 31)));
    Ok(LiveFigures::start(Arc::new(open), packs.clone(), areas, settings)?)
}

/// Milliseconds from before the append to the numbers' having reached it, a record each.
fn write(store: &mut SqliteStore, live: &LiveFigures, late: &[Record]) -> Result<Vec<f64>, Failed> {
    let seen: Arc<Mutex<Vec<(Cut, Instant)>>> = Arc::default();
    let sink = seen.clone();
    live.subscribe(Box::new(move |change: &Change| {
        let mut seen = sink.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        seen.push((change.cut, Instant::now()));
        true
    }));
    let pause = Duration::from_secs(1) * u32::try_from(AT_ONCE)? / RATE;
    let began = Instant::now();
    let mut written = Vec::new();
    for (turn, batch) in (0_u32..).zip(late.chunks(AT_ONCE)) {
        std::thread::sleep((pause * turn).saturating_sub(began.elapsed()));
        let at = Instant::now();
        let cut = store.append(batch)?.cut;
        live.written(&Change { cut, ..Change::default() });
        written.push((cut, at, batch.len()));
    }
    let end = store.cut()?;
    while live.reached() < end {
        std::thread::sleep(Duration::from_millis(5));
    }
    std::thread::sleep(Duration::from_millis(50));
    let seen = seen.lock().map_err(|_| "a follower failed")?;
    println!("{:<52}{:>9}     ({} appends)", "changes worked in", seen.len(), written.len());
    let visible = |cut: Cut| seen.iter().find(|(reached, _)| *reached >= cut).map(|(_, at)| *at);
    let one =
        |(cut, at, count): &(Cut, Instant, usize)| visible(*cut).map(|seen| vec![seen.duration_since(*at).as_secs_f64() * 1000.0; *count]);
    Ok(written.iter().filter_map(one).flatten().collect())
}
