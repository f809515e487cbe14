//! How fast a person is found among a million: fills a directory through the log, then searches it as counters do.
//!
//! `cargo run --release -p qianmo-store --example directory_rate -- FOLDER RESIDENTS [POSTGRESQL_ADDRESS]`. What is filled stays in FOLDER and
//! on the server, and a second run only searches. The people are fabricated. No figure here is a test.
#![allow(clippy::print_stdout, reason = "a program that prints a table")]

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use qianmo_core::{Action, AreaCode, Record, RecordId, Subject, SubjectId, Value};
use qianmo_store::{
    Areas, DirectoryPolicy, Keys, Options, Policy, PostgresStore, Reader, Sealing, Search, Sheet, Sight, SqliteStore, Store, Suite, Whose,
    Window,
};
use uuid::Uuid;

type Failed = Box<dyn Error>;
const SHEET: &str = "population.resident";
const VILLAGES: u64 = 300;
const SURNAMES: &str =
    "王王王王王李李李李李张张张张刘刘刘陈陈陈杨杨杨赵赵黄黄周周吴吴徐徐孙孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏单";
const GIVEN: &str =
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰建国文辉力健永志春梅海燕红波宁贵福生龙元全胜学祥才发武新利清飞彬富顺信子杰晓";

fn main() -> Result<(), Failed> {
    let mut args = std::env::args().skip(1);
    let (Some(folder), Some(count)) = (args.next(), args.next().and_then(|count| count.parse::<u64>().ok())) else {
        return Err("usage: directory_rate FOLDER RESIDENTS [POSTGRESQL_ADDRESS]".into());
    };
    let dir = Path::new(&folder);
    let options = options(dir)?;
    let data = dir.join("data");
    if !data.exists() {
        let bare = Options { directory: DirectoryPolicy::default(), ..options.clone() };
        fill_both("sqlite", count, &mut || Ok(Box::new(SqliteStore::create_with(&data, &bare)?)), &mut || {
            Ok(Box::new(SqliteStore::open_with(&data, &options)?))
        })?;
        println!("sqlite: {} MiB", std::fs::metadata(data.join("qianmo.db"))?.len() >> 20);
    }
    seek("sqlite", &SqliteStore::open_with(&data, &options)?, count)?;
    if let Some(url) = args.next() {
        let county = AreaCode::from_number(880_001_000_000)?;
        if PostgresStore::open(&url, Some(county), &options).is_err() {
            let bare = Options { directory: DirectoryPolicy::default(), ..options.clone() };
            fill_both("postgresql", count, &mut || Ok(Box::new(PostgresStore::create(&url, county, &bare)?)), &mut || {
                Ok(Box::new(PostgresStore::open(&url, Some(county), &options)?))
            })?;
        }
        seek("postgresql", &PostgresStore::open(&url, Some(county), &options)?, count)?;
    }
    Ok(())
}

type Opening<'a> = &'a mut dyn FnMut() -> Result<Box<dyn Store>, Failed>;

/// A tenth without the directory, which is then made anew; the rest with it.
fn fill_both(name: &str, count: u64, create: Opening<'_>, open: Opening<'_>) -> Result<(), Failed> {
    let mut store = create()?;
    println!("{name}: {:.0} sheets/s without the directory", fill(&mut *store, 0, count / 10)?);
    drop(store);
    let began = Instant::now();
    let mut store = open()?;
    println!("{name}: made anew of {} residents in {:.1} s", count / 10, began.elapsed().as_secs_f64());
    println!("{name}: {:.0} sheets/s with the directory", fill(&mut *store, count / 10, count)?);
    Ok(())
}

fn options(dir: &Path) -> Result<Options, Failed> {
    let mut policy = Policy::default();
    for (field, index) in [("id_number", "resident_number"), ("phone", "phone")] {
        policy.field(SHEET, field);
        policy.index(SHEET, field, index);
    }
    let mut directory = DirectoryPolicy::default();
    let field = |name: &str| Some(Arc::from(name));
    let sheet = Sheet {
        locates: true,
        name: field("name"),
        birth: field("birth_date"),
        sex: field("sex"),
        number: field("id_number"),
        phone: field("phone"),
        ..Sheet::default()
    };
    directory.sheet(SHEET, sheet);
    let file = dir.join("keys");
    let keys = if file.exists() { Keys::load(&file)? } else { Keys::create(&file, Suite::default())? };
    let sealing = Some(Sealing::new(keys, policy));
    Ok(Options { sealing, directory, ..Options::default() })
}

fn fill(store: &mut dyn Store, from: u64, to: u64) -> Result<f64, Failed> {
    let began = Instant::now();
    let mut next = from;
    while next < to {
        let batch: Vec<Record> = (next..(next + 5000).min(to)).map(person).collect();
        store.append(&batch)?;
        next += 5000;
    }
    Ok(rate(to - from, began))
}

#[allow(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn rate(count: u64, began: Instant) -> f64 {
    count as f64 / began.elapsed().as_secs_f64()
}

/// As random as it must be: the same for the same number.
fn mixed(number: u64, salt: u64) -> u64 {
    let mut x = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ salt.wrapping_mul(0xD6E8_FEB8_6659_FD93);
    x = (x ^ (x >> 32)).wrapping_mul(0xD6E8_FEB8_6659_FD93);
    x ^ (x >> 32)
}

fn one_of(text: &str, number: u64) -> char {
    let all: Vec<char> = text.chars().collect();
    all[usize::try_from(number % all.len() as u64).unwrap_or(0)]
}

fn name(number: u64) -> String {
    let mut name = String::from(one_of(SURNAMES, mixed(number, 1)));
    name.push(one_of(GIVEN, mixed(number, 2)));
    if !mixed(number, 3).is_multiple_of(4) {
        name.push(one_of(GIVEN, mixed(number, 4)));
    }
    name
}

fn id_number(number: u64) -> String {
    let (day, at) = (mixed(number, 5) % 28 + 1, mixed(number, 6));
    format!("530523{:04}{:02}{day:02}{:04}", 1930 + at % 90, mixed(number, 7) % 12 + 1, mixed(number, 8) % 10_000)
}

fn phone(number: u64) -> String {
    format!("13{:09}", mixed(number, 9) % 1_000_000_000)
}

fn village(number: u64) -> u64 {
    530_523_100_200 + number % VILLAGES
}

fn person(number: u64) -> Record {
    let subject = SubjectId(Uuid::from_u128((u128::from(mixed(number, 10)) << 64) | u128::from(number)));
    Record {
        id: RecordId(Uuid::from_u128((u128::from(number) << 64) | 0x8000_0000_0000_0000 | u128::from(mixed(number, 11) >> 2))),
        form: SHEET.into(),
        form_version: 1,
        subject: Subject { kind: "resident".into(), id: subject },
        resident: Some(subject),
        area: AreaCode::from_number(village(number)).expect("twelve digits"),
        organisation: None,
        worker: Some("wang".into()),
        device: None,
        at: jiff::civil::date(2025, 3, 1),
        recorded_at: 1_740_787_200_000,
        action: Action::State,
        values: BTreeMap::from([
            ("name".into(), Value::text(&name(number))),
            ("sex".into(), Value::text(if number.is_multiple_of(2) { "1" } else { "2" })),
            ("birth_date".into(), Value::Date(jiff::civil::date(1980, 5, 4))),
            ("id_number".into(), Value::text(&id_number(number))),
            ("phone".into(), Value::text(&phone(number))),
            ("residence_type".into(), Value::text("1")),
        ]),
    }
}

fn sight(villages: Option<std::ops::Range<u64>>) -> Sight {
    let areas = match villages {
        None => Areas::All,
        Some(range) => Areas::Only(Arc::new(range.filter_map(|number| AreaCode::from_number(village(number)).ok()).collect())),
    };
    let forms = Arc::new([Arc::from(SHEET)].into_iter().collect());
    Sight { windows: vec![Window { areas, forms, whose: Whose::Everybody }], exposed: false }
}

/// What is typed to find a person.
type Typed = fn(u64) -> String;

fn seek(store_name: &str, store: &dyn Store, count: u64) -> Result<(), Failed> {
    println!("\n{:<12}{:<10}{:<12}{:>8}{:>10}{:>10}{:>10}", "store", "sight", "by", "found", "p50 ms", "p95 ms", "max ms");
    for (sight_name, sight) in [("county", sight(None)), ("township", sight(Some(0..15))), ("village", sight(Some(7..8)))] {
        let reader = Reader::new(store, &sight);
        let typed: [(&str, Typed); 8] = [
            ("name", name),
            ("surname", |number| name(number).chars().take(1).collect()),
            ("given", |number| name(number).chars().skip(1).collect()),
            ("initials", |number| {
                ["wjg", "lxh", "zm", "syl", "cgy", "hwj", "gl", "ymh"][usize::try_from(number % 8).unwrap_or(0)].to_owned()
            }),
            ("letter", |number| ["w", "l", "z", "y"][usize::try_from(number % 4).unwrap_or(0)].to_owned()),
            ("number", id_number),
            ("phone", phone),
            ("last four", |number| phone(number).chars().skip(7).collect()),
        ];
        for (by, text) in typed {
            let (mut times, mut found) = (Vec::new(), 0);
            for i in 0..300 {
                let text = text(mixed(i, 77) % count);
                let began = Instant::now();
                found += reader.search(&Search { text: &text, rows_max: 20, after: None })?.residents.len();
                times.push(began.elapsed().as_secs_f64() * 1000.0);
            }
            times.sort_by(f64::total_cmp);
            println!("{store_name:<12}{sight_name:<10}{by:<12}{found:>8}{:>10.2}{:>10.2}{:>10.2}", times[150], times[285], times[299]);
        }
    }
    Ok(())
}
