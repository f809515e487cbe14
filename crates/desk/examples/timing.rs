//! How long the desk takes on a township made from figures: `cargo run --release -p qianmo-desk --example timing -- FIGURES.csv [FOLDER]`.
//!
//! Makes the township in FOLDER (or reads the one there) and prints medians and the slowest of a hundred of each question.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a program for people that may stop at the first fault")]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use qianmo_core::pack::Packs;
use qianmo_core::{AreaCode, AreaKind, Date, Fault, Record, SubjectId};
use qianmo_desk::{
    DueAsked, DueLists, DueSight, Fresh, LiveDue, LiveLimits, OnePerson, PersonAsked, person_page, rows_about, village_signals,
};
use qianmo_store::{Options, Reader, Scan, SqliteStore, Store};

const YEAR: i16 = 2012;

fn gather(folder: &Path, prefix: &str, files: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type().unwrap().is_dir() {
            gather(&entry.path(), &format!("{name}/"), files);
        } else {
            files.push((name, std::fs::read_to_string(entry.path()).unwrap()));
        }
    }
}

fn packs() -> Packs {
    let mut files = Vec::new();
    gather(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs"), "", &mut files);
    qianmo_packs::load(&files).packs
}

fn make(folder: &Path, figures: &Path, packs: &Packs, options: &Options) {
    let figures = qianmo_synth::Figures::read("figures", &std::fs::read(figures).unwrap()).unwrap();
    let mut store = SqliteStore::create_with(folder, options).unwrap();
    let mut sink = |records: Vec<Record>| -> Result<(), Fault> { store.append(&records).map(drop) };
    let made = qianmo_synth::Options { year: YEAR, seed: 1, until: None, area: None };
    let township = qianmo_synth::generate(packs, &figures, &made, &mut sink).unwrap();
    store.put_areas(&township.areas).unwrap();
}

fn timed<T>(name: &str, times: usize, mut work: impl FnMut(usize) -> T) {
    let mut took: Vec<Duration> = (0..times)
        .map(|turn| {
            let start = Instant::now();
            std::hint::black_box(work(turn));
            start.elapsed()
        })
        .collect();
    took.sort_unstable();
    println!("{name:<48} median {:>9.2?}  slowest {:>9.2?}", took[times / 2], took[times - 1]);
}

/// The residents with the most records.
fn busiest(store: &SqliteStore) -> Vec<SubjectId> {
    let mut counts: std::collections::HashMap<SubjectId, usize> = std::collections::HashMap::new();
    let mut each = |row: &qianmo_store::RowRef<'_>| {
        if let Some(resident) = row.resident {
            *counts.entry(resident).or_default() += 1;
        }
        Ok(())
    };
    store.scan(&Scan::default(), &mut each).unwrap();
    let mut busy: Vec<(usize, SubjectId)> = counts.into_iter().map(|(id, count)| (count, id)).collect();
    busy.sort_unstable();
    println!("{} residents with records, the busiest with {}", busy.len(), busy.last().map_or(0, |(count, _)| *count));
    busy.into_iter().rev().take(100).map(|(_, id)| id).collect()
}

fn main() {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let figures = arguments.next().expect("a file of figures");
    let folder = arguments.next().unwrap_or_else(|| std::env::temp_dir().join("qianmo-desk-timing"));
    let packs = Arc::new(packs());
    let options = Options { directory: qianmo_access::sealing::directory(&packs), ..Options::default() };
    if !folder.join("qianmo.db").exists() {
        make(&folder, &figures, &packs, &options);
    }
    let mut store = SqliteStore::open_with(&folder, &options).unwrap();
    let areas = store.areas().unwrap();
    let town: AreaCode = areas.iter().find(|area| area.kind == AreaKind::Township).unwrap().code;
    let villages: Vec<AreaCode> = areas.leaves(town);
    let on = Date::new(YEAR, 11, 22).unwrap();
    println!("{} records, {} villages", store.cut().unwrap(), villages.len());

    let place = folder.clone();
    let again = options.clone();
    let open = move || Ok(Box::new(SqliteStore::open_with(&place, &again)?) as Box<dyn Store + Send>);
    let live = LiveDue::new(Arc::new(DueLists::new(packs.clone())), on, Box::new(open), LiveLimits::default());
    let sight = DueSight::everything();
    timed("moves and merges read", 1, |_| live.person(SubjectId::of_area(town), &sight).unwrap());
    let below: Vec<AreaCode> = villages.iter().copied().filter(|village| *village != town).collect();
    timed("a village from nothing", below.len(), |turn| live.page(&DueAsked::of(below[turn]), &sight).unwrap());
    let all = live.page(&DueAsked { count: true, ..DueAsked::of(town) }, &sight).unwrap();
    println!("{} lines, {} KB", all.total.unwrap(), live.bytes() / 1024);
    timed("first page of the township, warm", 100, |_| live.page(&DueAsked::of(town), &sight).unwrap());
    timed("first page with the count", 100, |_| live.page(&DueAsked { count: true, ..DueAsked::of(town) }, &sight).unwrap());
    let mut after = None;
    timed("following pages", 100, |_| {
        let page = live.page(&DueAsked { after: after.take(), ..DueAsked::of(town) }, &sight).unwrap();
        after = page.next;
    });
    let rare = DueAsked { urgency: Some(1), ..DueAsked::of(town) };
    timed("page of the most urgent only", 100, |_| live.page(&rare, &sight).unwrap());
    timed("totals by programme and village", 100, |_| live.totals(town, &sight, Fresh::Now).unwrap());
    timed("village signals", 20, |_| village_signals(&store, &villages, 1_356_000_000_000).unwrap());
    timed("entries that may be one person", 3, |_| live.twins(&villages).unwrap());

    let busy = busiest(&store);
    timed("what is due for one person", busy.len(), |turn| live.person(busy[turn], &sight).unwrap());
    let reader = Reader::whole(&store);
    let nobody = |_| None;
    timed("person page with its reading", busy.len(), |turn| {
        let rows = rows_about(&reader, &OnePerson::alone(busy[turn])).unwrap();
        person_page(&PersonAsked { packs: &packs, resident: busy[turn], rows: &rows, on, name_of: &nobody, english: false }).unwrap()
    });
    let last = store.records_of(busy[0]).unwrap().pop().unwrap();
    let kinds = |field: &str| packs.form(&last.head().form).and_then(|form| form.field(field)).map(|field| field.kind.kind());
    let template = last.record(&kinds).unwrap();
    let mut written = 0_u128;
    timed("one record written, then the township's page", 50, |_| {
        written += 1;
        let id = qianmo_core::RecordId(uuid::Uuid::from_u128(
            uuid::Uuid::from_u128(0xfeed).as_u128() ^ (written << 64) ^ u128::from(std::process::id()),
        ));
        store.append(&[Record { id, action: qianmo_core::Action::State, ..template.clone() }]).unwrap();
        live.page(&DueAsked::of(town), &sight).unwrap()
    });
}
