//! Live cells are the cells of a full computation, whatever is written in whatever order.

use std::sync::Arc;

use qianmo_analytics::{Engine, Scope};
use qianmo_core::{Action, AreaTree, Cell, Decimal, Period, Record, RecordId, Value};
use qianmo_desk::{CellsAsked, Figures as _};
use qianmo_figures::LiveFigures;
use qianmo_store::{SqliteStore, Store};

use crate::support::{EAST, TOWNSHIP, WEST, code, differences, follow, live, record, settings, subject, two_villages};
use crate::toy;

/// A small reproducible source of choices.
struct Choices(u64);

impl Choices {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }

    fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[usize::try_from(self.below(list.len() as u64)).unwrap()]
    }

    fn maybe(&mut self, value: Value) -> Value {
        if self.below(4) == 0 { Value::Null } else { value }
    }
}

/// Random records, corrections and withdrawals about a dozen people.
struct World {
    choices: Choices,
    next: u128,
    /// Records that can still be corrected.
    open: Vec<Record>,
}

impl World {
    fn day(&mut self) -> String {
        let (year, month, day) = (2011 + self.choices.below(2), 1 + self.choices.below(12), 1 + self.choices.below(28));
        format!("{year}-{month:02}-{day:02}")
    }

    fn values(&mut self, form: &str) -> Vec<(&'static str, Value)> {
        let c = &mut self.choices;
        let reference = |n: u64| Value::text(&subject(u128::from(n)).to_string());
        let decimal = |n: u64, scale| Value::Decimal(Decimal::new(i64::try_from(n).unwrap(), scale));
        match form {
            "toy.person" => {
                let (household, clinic, weight) =
                    (reference(100 + c.below(4)), reference(200 + c.below(3)), decimal(600 + c.below(400), 1));
                vec![
                    ("name", c.maybe(Value::text("甲"))),
                    ("weight", c.maybe(weight)),
                    ("household", c.maybe(household)),
                    ("clinic", c.maybe(clinic)),
                ]
            }
            "toy.merge" => vec![("merged_into", reference(c.below(12)))],
            "toy.household" => vec![("poor", Value::Bool(c.below(2) == 0))],
            "toy.case" => vec![("closed_on", if c.below(2) == 0 { Value::Date("2012-05-01".parse().unwrap()) } else { Value::Null })],
            "toy.visit" => {
                let cost = decimal(c.below(5000), 2);
                vec![("good", Value::Bool(c.below(2) == 0)), ("cost", c.maybe(cost))]
            }
            _ => vec![("grade", Value::Integer(i64::try_from(c.below(3)).unwrap()))],
        }
    }

    fn state(&mut self) -> Record {
        self.next += 1;
        let number = self.next;
        let form = *self.choices.pick(&[
            "toy.person",
            "toy.person",
            "toy.visit",
            "toy.visit",
            "toy.visit",
            "toy.case",
            "toy.household",
            "toy.clinic",
            "toy.merge",
        ]);
        let person = u128::from(self.choices.below(12));
        let (kind, about, resident) = match form {
            "toy.household" => ("household", 100 + person % 4, None),
            "toy.clinic" => ("organisation", 200 + person % 3, None),
            "toy.case" => ("toy_case", 300 + person % 6, Some(person % 6)),
            _ => ("resident", person, Some(person)),
        };
        let village = *self.choices.pick(&[EAST, WEST, TOWNSHIP]);
        let at = self.day();
        let values = self.values(form);
        record(number, form, kind, about, resident, village, &at, &values)
    }

    fn step(&mut self) -> Record {
        let made = match self.choices.below(10) {
            0 | 1 if !self.open.is_empty() => {
                let at = usize::try_from(self.choices.below(self.open.len() as u64)).unwrap();
                let old = self.open.swap_remove(at);
                self.next += 1;
                let id = RecordId(uuid::Uuid::from_u128(self.next + 1));
                if self.choices.below(2) == 0 {
                    let action = Action::Void { record: old.id, reason: "误录".into() };
                    return Record { id, action, values: std::collections::BTreeMap::new(), ..old };
                }
                // A correction may say that it was another person, another day, another place.
                let fresh = loop {
                    let fresh = self.state();
                    if fresh.form == old.form {
                        break fresh;
                    }
                };
                Record { id, action: Action::Supersede(old.id), ..fresh }
            }
            _ => self.state(),
        };
        self.open.push(made.clone());
        made
    }
}

#[test]
fn views_are_known_by_how_far_they_look() {
    let engine = Engine::new(toy::packs()).unwrap();
    assert_eq!(engine.check(), []);
    let of: Vec<(String, Scope)> = engine.packs().views().map(|v| v.id.to_string()).zip(engine.reaches().iter().map(|r| r.scope)).collect();
    let expected = [
        ("toy_areas", Scope::Common),
        ("toy_clinics", Scope::Whole),
        ("toy_people", Scope::Alone),
        ("toy_ranked", Scope::Whole),
        ("toy_visits", Scope::Alone),
    ];
    let mut of: Vec<(&str, Scope)> = of.iter().map(|(id, scope)| (id.as_str(), *scope)).collect();
    of.sort_unstable_by_key(|(id, _)| *id);
    assert_eq!(of, expected);
}

#[test]
fn whatever_is_written_live_cells_are_those_of_a_full_computation() {
    let packs = toy::packs();
    let engine = Engine::new(packs.clone()).unwrap();
    let areas = Arc::new(AreaTree::new(two_villages()).unwrap());
    let periods = [Period::Year(2012), Period::Year(2011), Period::Quarter(2012, 2), Period::Month(2012, 7)];
    for seed in 1..=6 {
        let dir = tempfile::tempdir().unwrap();
        let mut store = SqliteStore::create(dir.path()).unwrap_or_else(|_| SqliteStore::open(dir.path()).unwrap());
        store.put_areas(&two_villages()).unwrap();
        let mut world = World { choices: Choices(0x9e37_79b9 * seed), next: 0, open: Vec::new() };
        let some: Vec<Record> = (0..30).map(|_| world.step()).collect();
        store.append(&some).unwrap();
        let live = live(dir.path(), &packs, settings());
        for turn in 0..25 {
            let wrong = differences(&live, &store, &engine, &areas, &periods);
            assert!(wrong.is_empty(), "seed {seed}, turn {turn}: {} cells\n{}", wrong.len(), wrong[..wrong.len().min(5)].join("\n"));
            let count = 1 + world.choices.below(6);
            let some: Vec<Record> = (0..count).map(|_| world.step()).collect();
            store.append(&some).unwrap();
            follow(&live, &store);
        }
    }
}

/// Two entries of one person, with a visit and a case each, and somebody else.
fn twice_entered() -> Vec<Record> {
    let weight = |kilograms: i64| Value::Decimal(Decimal::new(kilograms * 10, 1));
    let sheet = |n, person, village, kilograms| {
        record(n, "toy.person", "resident", person, Some(person), village, "2012-01-05", &[("weight", weight(kilograms))])
    };
    let visit = |n, person, day| record(n, "toy.visit", "resident", person, Some(person), WEST, day, &[("good", Value::Bool(true))]);
    let case = |n, case, person| record(n, "toy.case", "toy_case", case, Some(person), WEST, "2012-02-01", &[]);
    vec![
        sheet(1, 1, EAST, 90),
        sheet(2, 2, WEST, 60),
        sheet(3, 3, WEST, 70),
        visit(4, 1, "2012-03-01"),
        visit(5, 2, "2012-04-01"),
        case(6, 301, 1),
        case(7, 302, 2),
    ]
}

#[test]
fn two_entries_of_one_person_count_once_and_twice_again_when_that_is_withdrawn() {
    let packs = toy::packs();
    let engine = Engine::new(packs.clone()).unwrap();
    let areas = Arc::new(AreaTree::new(two_villages()).unwrap());
    let year = Period::Year(2012);
    let dir = tempfile::tempdir().unwrap();
    let mut store = SqliteStore::create(dir.path()).unwrap();
    store.put_areas(&two_villages()).unwrap();
    store.append(&twice_entered()).unwrap();
    let live = live(dir.path(), &packs, settings());
    let cells = |live: &LiveFigures| -> Vec<(String, Cell)> {
        let one = |id: &str, area: &str| {
            let asked = CellsAsked { indicators: vec![id.into()], areas: vec![code(area)], periods: vec![year] };
            (format!("{id} {area}"), live.cells(&asked).unwrap().cells[0].cell)
        };
        let ids = ["toy.poor", "toy.good_rate", "toy.cases", "toy.heavy_visits"];
        ids.iter().flat_map(|id| [TOWNSHIP, EAST, WEST].map(|area| one(id, area))).collect()
    };
    let count = |cells: &[(String, Cell)], id: &str, area: &str| {
        let cell = cells.iter().find(|(name, _)| *name == format!("{id} {area}")).unwrap().1;
        (cell.numerator.to_string(), cell.denominator.map(|below| below.to_string()).unwrap_or_default())
    };
    let before = cells(&live);
    assert_eq!(count(&before, "toy.poor", TOWNSHIP).1, "3", "three entries");
    let merge =
        record(8, "toy.merge", "resident", 2, Some(2), WEST, "2012-06-01", &[("merged_into", Value::text(&subject(1).to_string()))]);
    store.append(std::slice::from_ref(&merge)).unwrap();
    follow(&live, &store);
    let merged = cells(&live);
    assert_eq!(count(&merged, "toy.poor", TOWNSHIP).1, "2", "two persons");
    assert_eq!((count(&merged, "toy.poor", EAST).1, count(&merged, "toy.poor", WEST).1), ("1".to_owned(), "1".to_owned()));
    assert_eq!(count(&merged, "toy.good_rate", EAST).1, "2", "both visits are those of the entry kept, where it sits");
    assert_eq!(count(&merged, "toy.cases", EAST).0, "2", "and both cases");
    assert_eq!(count(&merged, "toy.heavy_visits", EAST).0, "2", "by the sheet of the entry kept");
    assert_eq!(differences(&live, &store, &engine, &areas, &[year]), [""; 0], "as a full computation says");
    let undo = Action::Void { record: merge.id, reason: "不是一个人".into() };
    let undone = Record { id: RecordId(uuid::Uuid::from_u128(10)), action: undo, values: std::collections::BTreeMap::new(), ..merge };
    store.append(&[undone]).unwrap();
    follow(&live, &store);
    assert_eq!(cells(&live), before, "the same numbers as before");
    assert_eq!(differences(&live, &store, &engine, &areas, &[year]), [""; 0]);
}
