//! A round from its record to its list, and everything that stops it.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use qianmo_core::{Action, Area, AreaCode, AreaKind, Record, RecordId, Subject, SubjectId, Value};
use qianmo_store::{SqliteStore, Store};
use uuid::Uuid;

use super::{done, refused, rows};

const PACKS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/campaign");
const TOWN: u64 = 530_523_100_000;
const VILLAGE: u64 = 530_523_100_201;
const OTHER: u64 = 530_523_101_000;

fn area(number: u64) -> AreaCode {
    AreaCode::from_number(number).unwrap()
}

fn record(number: u128, form: &str, (kind, subject): (&str, SubjectId), sits: u64, at: Date, values: &[(&str, Value)]) -> Record {
    Record {
        id: RecordId(Uuid::from_u128(number)),
        form: form.into(),
        form_version: 1,
        subject: Subject { kind: kind.into(), id: subject },
        resident: (kind == "resident").then_some(subject),
        area: area(sits),
        organisation: None,
        worker: None,
        device: None,
        at,
        recorded_at: 1_700_000_000_000,
        action: Action::State,
        values: values.iter().map(|(id, value)| ((*id).into(), value.clone())).collect::<BTreeMap<_, _>>(),
    }
}

fn child(number: u128, sits: u64, born: Date) -> Record {
    let subject = SubjectId(Uuid::from_u128(0xc0 + number));
    let values = [("name", Value::text(&format!("童{number}"))), ("birth_date", Value::Date(born))];
    record(number, "people.resident", ("resident", subject), sits, born, &values)
}

fn round(number: u128, code: &str, at: Date) -> Record {
    let values = [("code", Value::text(code)), ("born_from", Value::Date(date(2020, 3, 1)))];
    record(number, "people.round", ("area", SubjectId::of_area(area(TOWN))), TOWN, at, &values)
}

fn target(number: u128, child: u128, code: &str) -> Record {
    let subject = SubjectId(Uuid::from_u128(0xc0 + child));
    record(number, "people.target", ("resident", subject), VILLAGE, date(2024, 3, 1), &[("round", Value::text(code))])
}

/// Two townships; four children in the first, of whom one is too old, and one in the second.
fn folder(dir: &std::path::Path) -> (SqliteStore, String) {
    let data = dir.join("data");
    let mut store = SqliteStore::create(&data).unwrap();
    let node = |code, name: &str, kind, parent: Option<u64>| Area {
        code: area(code),
        name: name.to_owned(),
        kind,
        parent: parent.map(area),
        valid_from: date(2000, 1, 1),
        valid_to: None,
    };
    store
        .put_areas(&[
            node(530_523_000_000, "清河县", AreaKind::County, None),
            node(TOWN, "清河镇", AreaKind::Township, Some(530_523_000_000)),
            node(VILLAGE, "上河村", AreaKind::Village, Some(TOWN)),
            node(OTHER, "白沙镇", AreaKind::Township, Some(530_523_000_000)),
        ])
        .unwrap();
    let children = [
        child(1, VILLAGE, date(2022, 5, 1)),
        child(2, VILLAGE, date(2020, 3, 1)),
        child(3, VILLAGE, date(2020, 2, 29)),
        child(4, TOWN, date(2023, 1, 1)),
        child(5, OTHER, date(2022, 5, 1)),
    ];
    store.append(&children).unwrap();
    (store, data.display().to_string())
}

fn id(number: u128) -> String {
    Uuid::from_u128(number).to_string()
}

fn freeze(data: &str, number: u128, more: &[&str]) -> String {
    done(&[&["campaign", "freeze", &id(number), "--data", data, "--packs", PACKS], more].concat())
}

fn targets(data: &str) -> Vec<Vec<String>> {
    let query = "select round, age from people_target order by round, age";
    rows(&done(&["sql", "--data", data, "--packs", PACKS, "--format", "csv", query]))
}

#[test]
fn a_round_is_frozen_once_for_those_who_fit_on_its_first_day() {
    let dir = tempfile::tempdir().unwrap();
    let (mut store, data) = folder(dir.path());
    store.append(&[round(100, "A", date(2024, 3, 1)), round(101, "B", date(2024, 4, 1))]).unwrap();
    drop(store);
    let said = freeze(&data, 100, &["--dry-run"]);
    assert!(said.contains("列入名单 3 人") && said.contains("没有写入"), "{said}");
    assert!(targets(&data).is_empty());
    let said = freeze(&data, 100, &[]);
    assert!(said.contains("「服糖丸」列入名单 3 人") && said.contains("名单已定"), "{said}");
    assert_eq!(targets(&data), [["A", "14"], ["A", "22"], ["A", "48"]], "born on the first day counts, the day before doesn't");

    let mut store = SqliteStore::open(std::path::Path::new(&data)).unwrap();
    store.append(&[child(6, VILLAGE, date(2023, 6, 1))]).unwrap();
    drop(store);
    let said = freeze(&data, 100, &[]);
    assert!(said.contains("已经定下，共 3 人"), "{said}");
    assert_eq!(targets(&data).len(), 3, "who comes later isn't added by a second freeze");

    let text = done(&["campaign", "list", "--data", &data, "--packs", PACKS, "--format", "csv"]);
    assert!(text.starts_with("campaign,name,record,at,area,area_name,state,targets\n"), "{text}");
    let listed = rows(&text);
    assert_eq!((&*listed[0][2], &*listed[0][5], &*listed[0][6], &*listed[0][7]), (&*id(100), "清河镇", "frozen", "3"));
    assert_eq!((&*listed[1][2], &*listed[1][6], &*listed[1][7]), (&*id(101), "open", "0"));
}

#[test]
fn who_is_on_the_list_by_hand_is_not_written_twice() {
    let dir = tempfile::tempdir().unwrap();
    let (mut store, data) = folder(dir.path());
    store.append(&[round(100, "A", date(2024, 3, 1)), target(200, 1, "A"), target(201, 2, "earlier")]).unwrap();
    drop(store);
    let said = freeze(&data, 100, &[]);
    assert!(said.contains("列入名单 2 人") && said.contains("另有 1 人已在名单上"), "{said}");
    assert_eq!(targets(&data).iter().filter(|row| row[0] == "A").count(), 3);
}

#[test]
fn a_corrected_round_stays_the_same_round() {
    let dir = tempfile::tempdir().unwrap();
    let (mut store, data) = folder(dir.path());
    store.append(&[round(100, "A", date(2024, 3, 1))]).unwrap();
    drop(store);
    freeze(&data, 100, &[]);
    let mut store = SqliteStore::open(std::path::Path::new(&data)).unwrap();
    let action = Action::Supersede(RecordId(Uuid::from_u128(100)));
    store.append(&[Record { action, ..round(102, "A2", date(2024, 3, 1)) }]).unwrap();
    drop(store);
    for number in [100, 102] {
        let said = freeze(&data, number, &[]);
        assert!(said.contains("已经定下，共 3 人"), "{said}");
    }
}

#[test]
fn a_round_that_cannot_be_frozen_says_why() {
    let dir = tempfile::tempdir().unwrap();
    let (mut store, data) = folder(dir.path());
    let void = Action::Void { record: RecordId(Uuid::from_u128(100)), reason: "重复".to_owned() };
    let withdrawn = Record { action: void, values: BTreeMap::new(), ..round(103, "A", date(2024, 3, 1)) };
    let old = Record {
        values: [("code".into(), Value::text("C")), ("born_from".into(), date(1990, 1, 1).into())].into(),
        ..round(105, "C", date(2024, 3, 1))
    };
    let grown = child(7, VILLAGE, date(2001, 1, 1));
    store.append(&[round(100, "A", date(2024, 3, 1)), withdrawn, round(104, "B", date(9000, 1, 1)), old, grown]).unwrap();
    drop(store);
    let check = |number: u128, code: &str| {
        refused(&["campaign", "freeze", &id(number), "--data", &data, "--packs", PACKS], code, 1);
        assert!(targets(&data).is_empty(), "{code}");
    };
    check(999, "CLI-0202");
    check(1, "CLI-0221");
    check(100, "CLI-0222");
    check(104, "CLI-0223");
    check(105, "FORM-0104");
    let listed = rows(&done(&["campaign", "list", "--data", &data, "--packs", PACKS, "--format", "csv"]));
    assert_eq!(listed.iter().map(|row| &*row[6]).collect::<Vec<_>>(), ["open", "not_begun"]);
}
