//! The shipped packs on the golden figures and on three other townships.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use jiff::civil::date;
use qianmo_core::pack::Packs;
use qianmo_core::{Date, Record, ResidentNumber, SubjectId, Value};
use qianmo_synth::{Figures, Options, generate};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs")
}

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
    gather(&root(), "", &mut files);
    let loaded = qianmo_packs::load(&files);
    assert!(loaded.faults.is_empty(), "{:#?}", loaded.faults);
    loaded.packs
}

fn figures(name: &str) -> Figures {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/figures/{name}.csv"));
    Figures::read(name, &std::fs::read(path).unwrap()).unwrap()
}

/// What a recount of the records gives, written without the packs' views.
#[derive(Default)]
struct Recount {
    people: BTreeMap<SubjectId, (Date, String, Option<Date>, String, bool)>,
    dead: BTreeMap<SubjectId, Date>,
    left: BTreeMap<SubjectId, Date>,
    households: usize,
    deliveries: BTreeSet<SubjectId>,
    live: usize,
    live_in_hospital: usize,
    numbers: BTreeSet<String>,
    ids: BTreeSet<qianmo_core::RecordId>,
}

impl Recount {
    fn add(&mut self, record: &Record, year: i16) {
        assert!(self.ids.insert(record.id), "a record id twice");
        let date_of = |field: &str| record.values.get(field).and_then(Value::as_date);
        let text = |field: &str| record.values.get(field).and_then(Value::as_text).unwrap_or_default().to_owned();
        let in_mch_year = |day: Date| (date(year - 1, 10, 1)..=date(year, 9, 30)).contains(&day);
        match &*record.form {
            "population.resident" => {
                let birth = date_of("birth_date").unwrap();
                let agricultural = record.values.get("agricultural") == Some(&Value::Bool(true));
                if let Some(number) = record.values.get("id_number").and_then(Value::as_text) {
                    let read: ResidentNumber = number.parse().unwrap();
                    assert_eq!((read.birth_date(), read.sex().code()), (birth, text("sex").as_str()));
                    assert!(self.numbers.insert(number.to_owned()), "a resident number twice");
                }
                let settled = if text("residence_type") == "2" { date_of("settled_on") } else { None };
                // Who comes back in a year lived on gets a later sheet, about the same person.
                let sheet = (birth, text("sex"), settled, text("residence_type"), agricultural);
                let held = self.people.entry(record.subject.id).or_insert_with(|| sheet.clone());
                assert_eq!((&held.0, &held.1), (&sheet.0, &sheet.1));
            }
            "population.departure" => {
                let left = date_of("left_on").unwrap();
                self.left.entry(record.subject.id).and_modify(|held| *held = left.min(*held)).or_insert(left);
            }
            "population.death" => {
                self.dead.insert(record.subject.id, date_of("died_on").unwrap());
            }
            "population.household" => self.households += 1,
            "maternal_health.delivery" if in_mch_year(record.at) => {
                self.deliveries.insert(record.subject.id);
            }
            "maternal_health.birth" if in_mch_year(record.at) && text("outcome") == "1" => {
                self.live += 1;
                self.live_in_hospital += usize::from(["1", "2", "3"].contains(&text("place").as_str()));
            }
            _ => {}
        }
    }

    /// Residents on a day, by a condition on birth date and sex.
    fn residents(&self, day: Date, wanted: impl Fn(Date, &str) -> bool) -> usize {
        let half_a_year_before = day.saturating_sub(jiff::Span::new().months(6));
        let here = self.people.iter().filter(|(id, (birth, sex, settled, _, _))| {
            *birth <= day
                && self.dead.get(id).is_none_or(|died| *died > day)
                && self.left.get(id).is_none_or(|left| *left > day)
                && settled.is_none_or(|on| on <= half_a_year_before)
                && wanted(*birth, sex)
        });
        here.count()
    }
}

fn check(name: &str, until: Option<Date>) {
    let (packs, figures, year) = (packs(), figures(name), 2010);
    let options = Options { year, seed: 1, until, area: None };
    let mut recount = Recount::default();
    let today = until.unwrap_or(date(year, 12, 31));
    let mut wrong = Vec::new();
    let made = generate(&packs, &figures, &options, &mut |records| {
        for record in &records {
            recount.add(record, year);
            let form = packs.form(&record.form).unwrap();
            for fault in form.check(record, &qianmo_core::Known::on(today)).refused {
                // One example of each is enough to mend it.
                let what = format!("{} {fault}", record.form);
                if !wrong.iter().any(|held: &String| held.starts_with(&what)) {
                    wrong.push(format!("{what} {:?}", record.values));
                }
            }
        }
        Ok(())
    });
    made.unwrap_or_else(|faults| panic!("{name}: {faults:#?}"));
    wrong.truncate(20);
    assert!(wrong.is_empty(), "records that their own form refuses: {wrong:#?}");
    let stated = |id: &str| usize::try_from(i64::try_from(figures.get(id).unwrap().value.unwrap()).unwrap()).unwrap();
    let (end, mch_end) = (date(year, 12, 31), date(year, 9, 30));
    assert_eq!(recount.residents(end, |_, _| true), stated("population_total"));
    let aged = |birth: Date, low: i16, high: i16| (year - high..=year - low).contains(&birth.year());
    assert_eq!(recount.residents(end, |birth, sex| sex == "2" && aged(birth, 15, 49)), stated("women_15_49"));
    assert_eq!(recount.residents(end, |birth, sex| sex == "2" && aged(birth, 18, 35)), stated("women_18_35"));
    assert_eq!(recount.residents(end, |birth, _| aged(birth, 0, 15)), stated("children_0_15"));
    for (id, years) in [("children_under_7", 7), ("children_under_5", 5), ("children_under_3", 3)] {
        assert_eq!(recount.residents(end, |birth, _| aged(birth, 0, years - 1)), stated(id), "{id} on 31 December");
        assert_eq!(recount.residents(mch_end, |birth, _| birth > date(year - years, 9, 30)), stated(id), "{id} on 30 September");
    }
    assert_eq!(recount.households, stated("household_count"));
    assert_eq!(recount.deliveries.len(), stated("delivered_women"));
    assert_eq!((recount.live, recount.live_in_hospital), (stated("live_births"), stated("hospital_deliveries")));
    let farmers = recount.people.values().filter(|person| person.4).count();
    assert_eq!(farmers, stated("agricultural_population"));
}

#[test]
fn the_golden_township() {
    check("golden", None);
}

#[test]
fn the_golden_township_lives_on() {
    check("golden", Some(date(2012, 5, 31)));
}

#[test]
fn a_township_of_four_thousand() {
    check("township_4000", None);
}

#[test]
fn a_township_of_fifteen_thousand() {
    check("township_15000", None);
}

#[test]
fn a_township_of_ninety_thousand() {
    check("township_90000", None);
}
