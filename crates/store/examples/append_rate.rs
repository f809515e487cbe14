//! How many records a second become durable, one record a submission, from 1, 8 and 32 callers, and in batches of 500; beside it
//! what the disk can do: synchronous writes a second.
//!
//! `cargo run --release -p qianmo-store --example append_rate -- FOLDER [POSTGRESQL_ADDRESS]`; FOLDER says which disk. CPU is that of this process
//! and of every process named `postgres`. No figure here is a test.
#![allow(clippy::print_stdout, reason = "a program that prints a table")]

use std::collections::BTreeMap;
use std::error::Error;
use std::fs::File;
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use qianmo_core::{Action, AreaCode, Record, RecordId, Subject, SubjectId, Value};
use qianmo_store::{DirectoryPolicy, Limits, Options, PostgresStore, Sheet, SqliteStore, Store, Writer};
use uuid::Uuid;

type Failed = Box<dyn Error>;
const EACH: Duration = Duration::from_secs(4);
static NUMBER: AtomicU64 = AtomicU64::new(1);

fn main() -> Result<(), Failed> {
    let mut args = std::env::args().skip(1);
    let folder = args.next().ok_or("usage: append_rate FOLDER [POSTGRESQL_ADDRESS]")?;
    println!(
        "{:<12}{:>8}{:>8}{:>12}{:>10}{:>10}{:>10}{:>16}{:>14}",
        "store", "callers", "batch", "records/s", "p50 ms", "p95 ms", "p99 ms", "CPU ms/record", "disk syncs/s"
    );
    for (callers, batch) in [(1, 1), (8, 1), (32, 1), (4, 500)] {
        let dir = tempfile::tempdir_in(&folder)?;
        measure("sqlite", &folder, Box::new(SqliteStore::create_with(dir.path(), &options())?), callers, batch)?;
    }
    if let Some(url) = args.next() {
        for (number, (callers, batch)) in (0..).zip([(1, 1), (8, 1), (32, 1), (4, 500)]) {
            // A county nobody has.
            let county = AreaCode::from_number(990_001_000_000 + u64::from(std::process::id() % 900) * 10_000_000 + number * 1_000_000)?;
            measure("postgresql", &folder, Box::new(PostgresStore::create(&url, county, &options())?), callers, batch)?;
        }
    }
    Ok(())
}

/// As a server opens its store: with a directory of residents to keep.
fn options() -> Options {
    let mut directory = DirectoryPolicy::default();
    directory.sheet("population.resident", Sheet { locates: true, name: Some("name".into()), ..Sheet::default() });
    Options { directory, ..Options::default() }
}

fn measure(name: &str, folder: &str, store: Box<dyn Store + Send>, callers: usize, batch: usize) -> Result<(), Failed> {
    // Just before, because a shared disk changes from minute to minute.
    let syncs = syncs_a_second(Path::new(folder))?;
    let (writer, thread) = Writer::start(store, Limits::default())?;
    let (began, cpu) = (Instant::now(), cpu_ms());
    let threads: Vec<_> = (0..callers)
        .map(|_| {
            let writer = writer.clone();
            std::thread::spawn(move || {
                let mut times = Vec::new();
                while began.elapsed() < EACH {
                    let records: Vec<Record> = (0..batch).map(|_| record(NUMBER.fetch_add(1, Ordering::Relaxed))).collect();
                    let from = Instant::now();
                    writer.append(records).map_err(|fault| fault.to_string())?;
                    times.push(from.elapsed().as_secs_f64() * 1000.0);
                }
                Ok::<_, String>(times)
            })
        })
        .collect();
    let mut times = Vec::new();
    for thread in threads {
        times.extend(thread.join().map_err(|_| "a caller panicked")??);
    }
    let (seconds, cpu) = (began.elapsed().as_secs_f64(), cpu_ms() - cpu);
    times.sort_by(f64::total_cmp);
    let records = f64::from(u32::try_from(times.len() * batch)?);
    let at = |share: usize| times[(times.len() * share / 100).min(times.len() - 1)];
    println!(
        "{name:<12}{callers:>8}{batch:>8}{:>12.0}{:>10.2}{:>10.2}{:>10.2}{:>16.3}{syncs:>14.0}",
        records / seconds,
        at(50),
        at(95),
        at(99),
        cpu / records
    );
    thread.stop()?.verify()?;
    Ok(())
}

fn record(number: u64) -> Record {
    let text = |text: String| Value::text(&text);
    // As time-ordered as the ids that the program makes.
    let id = (u128::from(number) << 64) | 0x8000_0000_0000_0000 | u128::from(number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 2);
    let person = SubjectId(Uuid::from_u128(0x4000_8000_0000_0000_0000 + u128::from(number % 3000)));
    Record {
        id: RecordId(Uuid::from_u128(id)),
        form: "hypertension.followup".into(),
        form_version: 1,
        subject: Subject { kind: "resident".into(), id: person },
        resident: Some(person),
        area: AreaCode::from_number(530_523_100_201 + number % 20).expect("twelve digits"),
        organisation: None,
        worker: Some("wang".into()),
        device: Some("phone-7".into()),
        at: jiff::civil::date(2025, 3, 1),
        recorded_at: 1_740_787_200_000,
        action: Action::State,
        values: BTreeMap::from([
            ("sbp".into(), Value::Integer(138)),
            ("dbp".into(), Value::Integer(86)),
            ("symptoms".into(), text("|1|4|".into())),
            ("medicine".into(), text(format!("氨氯地平片 5mg {}", number % 7))),
            ("adherence".into(), text("1".into())),
            ("next_on".into(), Value::Date(jiff::civil::date(2025, 6, 1))),
        ]),
    }
}

fn syncs_a_second(folder: &Path) -> Result<f64, Failed> {
    let path = folder.join("append_rate.tmp");
    let mut file = File::create(&path)?;
    file.write_all(&vec![1; 1 << 20])?;
    file.sync_all()?;
    let (began, mut count) = (Instant::now(), 0_u32);
    while began.elapsed() < Duration::from_secs(1) {
        file.write_all_at(&[2; 4096], u64::from(count % 200) * 4096)?;
        file.sync_data()?;
        count += 1;
    }
    std::fs::remove_file(&path)?;
    Ok(f64::from(count) / began.elapsed().as_secs_f64())
}

/// CPU time of this process and of the database's, in milliseconds; clock ticks are hundredths of a second.
fn cpu_ms() -> f64 {
    let ticks = |pid: &str| -> Option<u32> {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let (head, tail) = stat.rsplit_once(')')?;
        let ours = pid == "self" || head.ends_with("(postgres");
        let fields: Vec<&str> = tail.split_whitespace().collect();
        ours.then(|| fields[11..13].iter().filter_map(|field| field.parse::<u32>().ok()).sum())
    };
    let others = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let others = others.filter_map(|entry| entry.file_name().into_string().ok()).filter(|name| name.bytes().all(|b| b.is_ascii_digit()));
    f64::from(others.filter_map(|pid| ticks(&pid)).sum::<u32>() + ticks("self").unwrap_or(0)) * 10.0
}
