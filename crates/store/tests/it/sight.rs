//! Sight: what the database filters and what the same rule says of single rows; masks; nothing that tells of what isn't seen.

use std::collections::{BTreeMap, BTreeSet};

use qianmo_core::{Record, RecordId, SubjectId, Value};
use qianmo_store::{Cut, Order, Page, Reader, Row, Scan, Sight, Store, Whose};
use uuid::Uuid;

use crate::world::{
    ANTENATAL, CLINIC, Dice, FORMS, HOUSEHOLD, SHEET, VISIT, clients_of, entry, instead, person, places, sheet, sight, village, window,
    with, withdrawn,
};

fn ids(rows: &[Row]) -> Vec<u128> {
    rows.iter().map(|row| row.head().id.0.as_u128()).collect()
}

fn id(number: u128) -> RecordId {
    RecordId(Uuid::from_u128(number))
}

fn scanned(reader: &Reader<'_>, what: &Scan<'_>) -> Vec<Row> {
    let mut rows = Vec::new();
    reader
        .scan(what, &mut |row| {
            rows.push(row.to_row());
            Ok(())
        })
        .unwrap();
    rows
}

/// The log and what of it is in force, with its positions, as the program itself reads it.
fn whole(store: &dyn Store) -> (Vec<Row>, BTreeSet<i64>) {
    let mut log = Vec::new();
    store
        .scan_log(Cut::START, &mut |row| {
            log.push(row.to_row());
            Ok(())
        })
        .unwrap();
    (log, scanned(&Reader::whole(store), &Scan::default()).iter().map(|row| row.seq).collect())
}

#[test]
fn the_database_filters_as_the_rule_says_of_each_row() {
    for (place, options) in places() {
        let mut store = place.open(&options);
        let mut dice = Dice(7);
        for record in dice.log(160).chunks(20) {
            store.append(record).unwrap();
        }
        let (log, in_force) = whole(&*store);
        let mut seen_ever = 0;
        for round in 0..40 {
            let sight = Sight { exposed: true, ..dice.sight() };
            let reader = Reader::new(&*store, &sight);
            let seen: Vec<Row> = log.iter().filter(|row| reader.sees(row.head()).unwrap()).cloned().collect();
            seen_ever += seen.len();
            let standing: Vec<Row> = seen.iter().filter(|row| in_force.contains(&row.seq)).cloned().collect();
            assert_eq!(ids(&scanned(&reader, &Scan::default())), ids(&standing), "round {round}: {sight:?}");
            let mut changes = Vec::new();
            let mut since = Cut::START;
            loop {
                let page = reader.changes(since, 40).unwrap();
                changes.extend(page.rows);
                since = page.cut;
                if !page.more {
                    break;
                }
            }
            assert_eq!(changes, seen, "round {round}: {sight:?}");
            let (mut pages, mut before) = (Vec::new(), None);
            loop {
                let page = reader.page(&Page { before, rows_max: 30, ..Page::default() }).unwrap();
                pages.extend(page.rows);
                before = page.next;
                if before.is_none() {
                    break;
                }
            }
            pages.reverse();
            assert_eq!(pages, standing, "round {round}: {sight:?}");
            let who = person(u128::from(dice.below(6)));
            let about = |row: &&Row| row.head().subject.id == who || row.head().resident == Some(who);
            assert_eq!(reader.about(who).unwrap(), seen.iter().filter(about).cloned().collect::<Vec<_>>());
            let row = &log[usize::try_from(dice.below(160)).unwrap()];
            assert_eq!(reader.record(row.head().id).unwrap().as_ref(), seen.iter().find(|other| other.seq == row.seq));
            let of: Vec<Row> = seen.iter().filter(|other| other.head().subject.id == row.head().subject.id).cloned().collect();
            assert_eq!(reader.records_of(row.head().subject.id).unwrap(), of);
            let residents: BTreeSet<SubjectId> = (0..6).map(person).filter(|who| reader.resident(*who).unwrap().is_some()).collect();
            let mut found = BTreeSet::new();
            for text in ["王", "李", "单", "阿依", "王小明"] {
                let what = qianmo_store::Search { text, rows_max: 50, ..Default::default() };
                found.extend(reader.search(&what).unwrap().residents.iter().map(|resident| resident.id));
            }
            assert_eq!(found, residents, "round {round}: {sight:?}");
        }
        assert!(seen_ever > 800, "{seen_ever}: the sights open something");
    }
}

#[test]
fn a_scan_is_bounded_by_positions_rows_and_residents() {
    for (place, options) in places() {
        let mut store = place.open(&options);
        let (she, he) = (person(1), person(2));
        let pregnancy = Record { resident: Some(she), ..entry(3, ANTENATAL, SubjectId(Uuid::from_u128(77)), 0, 3) };
        store.append(&[entry(1, VISIT, she, 0, 1), entry(2, VISIT, he, 1, 2), pregnancy, instead(entry(4, VISIT, he, 1, 4), 2)]).unwrap();
        let all = Reader::whole(&*store);
        let scan = |what: &Scan<'_>| ids(&scanned(&all, what));
        assert_eq!(scan(&Scan { residents: Some(&[she]), ..Scan::default() }), [1, 3]);
        assert_eq!(scan(&Scan { residents: Some(&[she, he]), order: Order::Newest, ..Scan::default() }), [4, 3, 1]);
        assert_eq!(scan(&Scan { residents: Some(&[]), ..Scan::default() }), []);
        assert_eq!(scan(&Scan { since: Some(Cut(1)), ..Scan::default() }), [3, 4]);
        assert_eq!(scan(&Scan { since: Some(Cut(0)), before: Some(Cut(4)), ..Scan::default() }), [1, 3]);
        assert_eq!(scan(&Scan { cut: Some(Cut(3)), order: Order::Newest, rows_max: Some(2), ..Scan::default() }), [3, 2]);
        assert_eq!(scan(&Scan { rows_max: Some(0), ..Scan::default() }), []);
        assert_eq!(scan(&Scan { order: Order::Subject, forms: Some(&[VISIT]), rows_max: Some(1), ..Scan::default() }), [1]);
        let changes = |what: &Scan<'_>| {
            let mut seen = Vec::new();
            let reached = store
                .scan_changes(what, &mut |row| {
                    seen.push(row.id.0.as_u128());
                    Ok(())
                })
                .unwrap();
            (seen, reached)
        };
        assert_eq!(changes(&Scan { corrections: true, ..Scan::default() }), (vec![4], Cut(4)));
        assert_eq!(changes(&Scan { since: Some(Cut(1)), rows_max: Some(2), ..Scan::default() }), (vec![2, 3], Cut(3)));
        assert_eq!(changes(&Scan { rows_max: Some(9), forms: Some(&[VISIT]), ..Scan::default() }), (vec![1, 2, 4], Cut(4)));
    }
}

#[test]
fn who_takes_over_a_resident_sees_what_was_before() {
    for (place, options) in places() {
        let mut store = place.open(&options);
        let who = person(1);
        store.append(&[sheet(1, who, "王小明", 0, 1), entry(2, VISIT, who, 0, 2)]).unwrap();
        let there = sight(vec![window(&[SHEET, VISIT], Some(&[1]), Whose::Everybody)]);
        let before = store.cut().unwrap();
        let reader = Reader::new(&*store, &there);
        assert_eq!(reader.about(who).unwrap(), []);
        assert_eq!((reader.record(id(1)).unwrap(), reader.record(id(9)).unwrap()), (None, None), "hidden is as absent");
        assert_eq!((reader.resident(who).unwrap(), reader.moved_in(&[village(1)], before).unwrap()), (None, vec![]));
        store.append(&[sheet(3, who, "王小明", 1, 10)]).unwrap();
        let reader = Reader::new(&*store, &there);
        assert_eq!(ids(&reader.about(who).unwrap()), [1, 2, 3]);
        let arrived = reader.moved_in(&[village(1)], before).unwrap();
        assert_eq!(arrived.iter().map(|resident| (resident.id, resident.area)).collect::<Vec<_>>(), [(who, Some(village(1)))]);
        assert_eq!(reader.moved_in(&[village(1)], store.cut().unwrap()).unwrap(), []);
        // A sheet of an earlier day doesn't call them back; its withdrawal does.
        store.append(&[sheet(4, who, "王小明", 0, 5)]).unwrap();
        assert_eq!(Reader::whole(&*store).resident(who).unwrap().unwrap().area, Some(village(1)));
        store.append(&[withdrawn(entry(5, SHEET, who, 0, 11), 3)]).unwrap();
        let reader = Reader::new(&*store, &there);
        assert_eq!(ids(&reader.about(who).unwrap()), [3], "made there; what was made elsewhere has left with the resident");
    }
}

#[test]
fn a_copy_is_told_that_a_record_no_longer_stands_even_when_its_correction_is_hidden() {
    for (place, options) in places() {
        let mut store = place.open(&options);
        store.append(&[entry(1, CLINIC, person(9), 0, 1), entry(2, CLINIC, person(8), 0, 1)]).unwrap();
        let here = sight(vec![window(&[CLINIC], Some(&[0]), Whose::Nobody)]);
        let first = Reader::new(&*store, &here).changes(Cut::START, 100).unwrap();
        assert_eq!((ids(&first.rows), first.gone, first.cut, first.more), (vec![1, 2], vec![], Cut(2), false));
        store.append(&[instead(entry(3, CLINIC, person(9), 2, 2), 1), instead(entry(4, CLINIC, person(8), 0, 2), 2)]).unwrap();
        store.append(&[entry(5, CLINIC, person(7), 2, 2), withdrawn(entry(6, CLINIC, person(7), 2, 2), 5)]).unwrap();
        let next = Reader::new(&*store, &here).changes(first.cut, 100).unwrap();
        assert_eq!((ids(&next.rows), next.gone, next.cut, next.more), (vec![4], vec![id(1)], Cut(6), false));
    }
}

#[test]
fn clients_are_those_written_about_and_not_withdrawn() {
    for (place, options) in places() {
        let mut store = place.open(&options);
        let (she, he) = (person(1), person(2));
        let by = |worker: &str, record: Record| Record { worker: Some(worker.into()), ..record };
        store
            .append(&[by("li", entry(1, VISIT, she, 0, 1)), by("wang", entry(2, VISIT, she, 0, 2)), by("wang", entry(3, VISIT, he, 0, 2))])
            .unwrap();
        let li = sight(vec![window(&[VISIT], None, clients_of("li"))]);
        let seen = |store: &dyn Store| ids(&scanned(&Reader::new(store, &li), &Scan::default()));
        assert_eq!(seen(&*store), [1, 2]);
        // A correction by somebody else doesn't take the client away, a withdrawal does.
        store.append(&[by("wang", instead(entry(4, VISIT, she, 0, 1), 1))]).unwrap();
        assert_eq!(seen(&*store), [2, 4]);
        store.append(&[by("li", entry(5, VISIT, he, 0, 3)), by("li", withdrawn(entry(6, VISIT, he, 0, 3), 5))]).unwrap();
        assert_eq!(seen(&*store), [2, 4]);
    }
}

#[test]
fn nobody_means_no_residents_and_no_households() {
    for (place, options) in places() {
        let mut store = place.open(&options);
        let bare = Record { resident: None, ..entry(1, VISIT, person(1), 0, 1) };
        let ours = Record { resident: Some(person(1)), ..entry(2, CLINIC, person(9), 0, 1) };
        store.append(&[bare, ours, entry(3, HOUSEHOLD, person(8), 0, 1), entry(4, CLINIC, person(9), 0, 1)]).unwrap();
        let inspector = sight(vec![window(&FORMS, None, Whose::Nobody)]);
        assert_eq!(ids(&scanned(&Reader::new(&*store, &inspector), &Scan::default())), [4]);
        let nothing = Sight::default();
        let reader = Reader::new(&*store, &nothing);
        assert_eq!((scanned(&reader, &Scan::default()), reader.history(id(4)).unwrap()), (vec![], vec![]));
    }
}

#[test]
fn numbers_are_masked_unless_the_sight_is_exposed() {
    for (place, options) in places() {
        let mut store = place.open(&options);
        let first = with(with(sheet(1, person(1), "王小明", 0, 1), "number", "110101199003074258"), "phone", "13900001111");
        let second = instead(with(sheet(2, person(1), "王小明", 0, 2), "phone", "13900002222"), 1);
        store.append(&[first, second]).unwrap();
        let masked = sight(vec![window(&[SHEET], None, Whose::Everybody)]);
        let exposed = Sight { exposed: true, ..masked.clone() };
        let shown = |row: &Row| -> BTreeMap<String, Value> {
            let record = row.record(&|_| None).unwrap();
            record.values.iter().map(|(field, value)| (field.to_string(), value.clone())).collect()
        };
        let field = |row: &Row, field: &str| shown(row)[field].to_string();
        let reader = Reader::new(&*store, &masked);
        let ways = [
            reader.record(id(1)).unwrap().unwrap(),
            reader.history(id(2)).unwrap().remove(0),
            reader.records_of(person(1)).unwrap().remove(0),
            reader.about(person(1)).unwrap().remove(0),
            reader.changes(Cut::START, 9).unwrap().rows.remove(0),
            scanned(&reader, &Scan { cut: Some(Cut(1)), ..Scan::default() }).remove(0),
        ];
        for row in ways {
            let values = (field(&row, "number"), field(&row, "phone"), field(&row, "name"));
            assert_eq!(values, ("**************4258".into(), "139****1111".into(), "王小明".into()));
        }
        let page = reader.page(&Page { rows_max: 9, ..Page::default() }).unwrap();
        assert_eq!(field(&page.rows[0], "phone"), "139****2222");
        if options.sealing.is_some() {
            assert_eq!(field(&reader.find("phone", "13900002222").unwrap()[0], "phone"), "139****2222");
            assert_eq!(reader.find("phone", "13900001111").unwrap(), []);
            assert_eq!(Reader::new(&*store, &Sight::default()).find("phone", "13900002222").unwrap(), []);
        }
        for reader in [Reader::new(&*store, &exposed), Reader::whole(&*store)] {
            assert_eq!(field(&reader.record(id(1)).unwrap().unwrap(), "number"), "110101199003074258");
        }
    }
}

#[test]
fn a_village_is_followed_from_far_behind_as_from_near() {
    for (place, options) in places() {
        let mut store = place.open(&options);
        // Twenty people in three villages; every thirtieth record moves somebody; visits are made anywhere.
        let mut dice = Dice(5);
        let mut log = Vec::new();
        for number in 1..=21_000_u128 {
            let (who, place, day) = (person(u128::from(dice.below(20))), dice.below(3), i64::try_from(number / 80).unwrap());
            let mut record = match number % 30 {
                0 => sheet(number, who, "王小明", place, day),
                1 => Record { resident: Some(who), ..entry(number, ANTENATAL, SubjectId(Uuid::from_u128(0xA000)), place, day) },
                _ => entry(number, VISIT, who, place, day),
            };
            if number % 50 == 3 {
                let form = record.form.clone();
                record = if form.as_ref() == VISIT { withdrawn(record, number - 1) } else { record };
                if log.last().is_some_and(|last: &Record| last.form.as_ref() != VISIT || last.action != qianmo_core::Action::State) {
                    record = entry(number, VISIT, who, place, day);
                }
            }
            log.push(record);
        }
        for records in log.chunks(5000) {
            store.append(records).unwrap();
        }
        let sight = sight(vec![window(&[VISIT], Some(&[1]), Whose::Everybody), window(&[ANTENATAL], Some(&[0, 1]), Whose::Everybody)]);
        let reader = Reader::new(&*store, &sight);
        let expected: Vec<i64> = whole(&*store).0.iter().filter(|row| reader.sees(row.head()).unwrap()).map(|row| row.seq).collect();
        assert!(expected.len() > 5000 && expected.len() < 15_000, "{}", expected.len());
        let (mut seen, mut since) = (Vec::new(), Cut::START);
        loop {
            let page = reader.changes(since, 400).unwrap();
            assert!(page.cut > since && page.rows.len() <= 400);
            seen.extend(page.rows.iter().map(|row| row.seq));
            since = page.cut;
            if !page.more {
                break;
            }
        }
        assert_eq!(seen, expected);
        assert_eq!(since, store.cut().unwrap());
    }
}
