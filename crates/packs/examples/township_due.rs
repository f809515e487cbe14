//! How long it takes to say who is due for what in a whole township: 31,742 people with 10 records each, 150 services, 15 series.
//!
//!     cargo run --release -p qianmo-packs --example township_due [FOLDER OF PACKS]
//!
//! With a folder, its packs are loaded instead and their faults printed; people then have the records of the first forms about residents.
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a measurement on a terminal")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Instant;

use qianmo_core::schedule::{Fact, Planner, Wanted};
use qianmo_core::{Action, AreaCode, Date, Record, RecordId, Subject, SubjectId, Value};
use uuid::Uuid;

const PEOPLE: u32 = 31_742;
const SERVICES: usize = 150;
const SERIES: usize = 15;
const FORMS: usize = 60;
const TODAY: Date = jiff::civil::date(2025, 6, 15);

fn form(id: &str, profile: bool, fields: &[(&str, &str)]) -> String {
    let mut text = format!(
        "id = \"{id}\"\nname = \"n\"\nname_en = \"n\"\nversion = 1\nsubject = \"resident\"\nsource = \"s\"\nprofile = {profile}\nlocates = {profile}\n"
    );
    for (field, kind) in fields {
        let _ = write!(text, "[[field]]\nid = \"{field}\"\nname = \"n\"\nname_en = \"n\"\ntype = \"{kind}\"\n");
        if *kind == "choice" {
            let codes: Vec<String> = (0..SERIES).map(|i| format!("[\"V{i}\", \"v\"]")).collect();
            let _ = writeln!(text, "choices = [{}]", codes.join(", "));
        }
    }
    text
}

fn made_packs() -> Vec<(String, String)> {
    let mut schedule = String::new();
    for i in 0..SERVICES {
        let head = format!("[[service]]\nid = \"p.s{i}\"\nname = \"n\"\nname_en = \"n\"\nsource = \"s\"\nopen = \"{i} days\"\n");
        let body = match i % 3 {
            0 => format!(
                "after = \"p.resident\"\nwhen = \"years(birth_date, period_end) between {} and {} and sex = '{}'\"\nevery = \"year\"\nby = [\"p.f{}\"]\n",
                i % 90,
                i % 90 + 8,
                i % 2 + 1,
                i % FORMS
            ),
            1 => format!(
                "after = \"p.f{}\"\nwhen = \"a >= {i}\"\ndue = \"{} days\"\nlapse = \"300 days\"\nby = [\"p.f{}\"]\n",
                i % FORMS,
                i + 14,
                i % FORMS
            ),
            _ => format!(
                "after = \"p.f{}\"\nevery = \"3 months\"\nlapse = \"1 year\"\nby = [\"p.f{}\"]\nby_when = \"b <> 3\"\n",
                i % FORMS,
                (i + 1) % FORMS
            ),
        };
        schedule += &head;
        schedule += &body;
    }
    for i in 0..SERIES {
        let _ = write!(
            schedule,
            "[[series]]\nid = \"p.v{i}\"\nname = \"n\"\nname_en = \"n\"\nsource = \"s\"\nafter = \"p.resident\"\nfrom = \"birth_date\"\nuntil = \"18 years\"\nby = \"p.dose\"\nproduct = \"vaccine\"\nproducts = [\"V{i}\"]\n"
        );
        for when in ["age_years < 6", "age_years >= 6"] {
            let _ = write!(schedule, "[[series.course]]\nwhen = \"{when}\"\n");
            for dose in 1..5 {
                let _ = write!(
                    schedule,
                    "[[series.course.dose]]\nproducts = [\"V{i}\"]\ndue = \"{} months\"\ninterval = \"28 days\"\n",
                    dose * 2
                );
            }
        }
    }
    schedule += "[[stop]]\nform = \"p.death\"\nservices = \"all\"\nreason = \"r\"\n";
    let mut files = vec![
        (
            "p/pack.toml".to_owned(),
            "id = \"p\"\nname = \"n\"\nname_en = \"n\"\nnorm = \"n\"\nin_force_from = 2012-01-01\nauthor = \"a\"\n".to_owned(),
        ),
        ("p/forms/resident.toml".to_owned(), form("p.resident", true, &[("birth_date", "date"), ("sex", "text")])),
        ("p/forms/death.toml".to_owned(), form("p.death", false, &[])),
        ("p/forms/dose.toml".to_owned(), form("p.dose", false, &[("vaccine", "choice")])),
        ("p/schedule.toml".to_owned(), schedule),
    ];
    for i in 0..FORMS {
        files.push((format!("p/forms/f{i}.toml"), form(&format!("p.f{i}"), false, &[("a", "integer"), ("b", "integer")])));
    }
    files
}

fn from_folder(folder: &str) -> Vec<(String, String)> {
    fn read(root: &std::path::Path, folder: &std::path::Path, files: &mut Vec<(String, String)>) {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                read(root, &path, files);
            } else {
                let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
                files.push((name, std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    let mut files = Vec::new();
    read(folder.as_ref(), folder.as_ref(), &mut files);
    files
}

/// The next of a plain row of numbers.
fn next(state: &mut u64, below: u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 33) % below
}

fn person(number: u32, forms: &[String], state: &mut u64) -> Vec<Record> {
    let id = SubjectId(Uuid::from_u128(u128::from(number) + 1));
    let day = |state: &mut u64, years: u64| TODAY.saturating_sub(jiff::ToSpan::days(i64::try_from(next(state, 365 * years)).unwrap()));
    let birth = day(state, 85);
    let mut records = Vec::new();
    for i in 0..10_u64 {
        let child = birth > TODAY.saturating_sub(jiff::ToSpan::years(18));
        let form = match i {
            0 => &forms[0],
            _ if child && i < 6 => &forms[1],
            _ => &forms[2 + usize::try_from(next(state, forms.len() as u64 - 2)).unwrap()],
        };
        let mut values: BTreeMap<Arc<str>, Value> = BTreeMap::new();
        if i == 0 {
            values.extend([("birth_date".into(), Value::Date(birth)), ("sex".into(), Value::text(&(next(state, 2) + 1).to_string()))]);
        } else {
            let number = |state: &mut u64| Value::Integer(i64::try_from(next(state, 150)).unwrap());
            values.extend([("a".into(), number(state)), ("b".into(), number(state))]);
            values.insert("vaccine".into(), Value::text(&format!("V{}", next(state, SERIES as u64))));
        }
        records.push(Record {
            id: RecordId(Uuid::from_u128(u128::from(number) * 16 + u128::from(i))),
            form: form.as_str().into(),
            form_version: 1,
            subject: Subject { kind: "resident".into(), id },
            resident: Some(id),
            area: AreaCode::from_number(990_101_100_200).unwrap(),
            organisation: None,
            worker: None,
            device: None,
            at: if i == 0 { birth } else { day(state, 3).max(birth) },
            recorded_at: i64::from(number),
            action: Action::State,
            values,
        });
    }
    records
}

fn main() {
    let folder = std::env::args().nth(1);
    let started = Instant::now();
    let loaded = qianmo_packs::load(&folder.as_deref().map_or_else(made_packs, from_folder));
    for fault in loaded.faults.iter().chain(&loaded.warnings).filter(|fault| fault.place.to_string().contains("schedule")) {
        println!("{fault}");
    }
    println!("{} faults; packs loaded in {:?}", loaded.faults.len(), started.elapsed());
    let started = Instant::now();
    let planner = Planner::new(&loaded.packs);
    println!("planner made in {:?}, {} forms read", started.elapsed(), planner.forms().count());
    let mut forms: Vec<String> = vec!["p.resident".to_owned(), "p.dose".to_owned()];
    forms.extend((0..FORMS).map(|i| format!("p.f{i}")));
    if folder.is_some() {
        let residents = loaded.packs.forms().filter(|form| &*form.subject == "resident" && planner.form(&form.id).is_some());
        forms = ["population.resident", "immunization.dose"].into_iter().map(str::to_owned).collect();
        forms.extend(residents.map(|form| form.id.to_string()));
    }
    let mut state = 7;
    let people: Vec<Vec<Record>> = (0..PEOPLE).map(|number| person(number, &forms, &mut state)).collect();
    for wanted in [Wanted::Asked, Wanted::All] {
        let started = Instant::now();
        let mut items = 0;
        let mut longest = std::time::Duration::ZERO;
        for records in &people {
            let begun = Instant::now();
            let facts: Vec<Fact<'_>> = records.iter().filter_map(|record| Fact::of(&planner, record)).collect();
            items += planner.items(&facts, TODAY, wanted).len();
            longest = longest.max(begun.elapsed());
        }
        let each = started.elapsed() / PEOPLE;
        println!("{wanted:?}: {items} items in {:?}, {each:?} a person, longest {longest:?}", started.elapsed());
    }
}
