//! The directory: it always is what the log says, and a person is found by what is typed.

use std::collections::BTreeMap;

use jiff::civil::date;
use qianmo_core::{Record, Value};
use qianmo_store::{Options, Reader, Search, Sight, Store, Submission, Suite, Whose};

use crate::server::Schema;
use crate::world::{
    Dice, MERGE, Place, SHEET, VISIT, clients_of, entry, instead, options, person, places, sheet, sight, village, window, with, withdrawn,
};

fn found(reader: &Reader<'_>, text: &str) -> Vec<u128> {
    let mut all = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let page = reader.search(&Search { text, after: after.as_deref(), rows_max: 2 }).unwrap();
        all.extend(page.residents.iter().map(|resident| resident.id.0.as_u128() - 0x9000));
        after = page.next;
        if after.is_none() {
            return all;
        }
    }
}

fn people() -> Vec<Record> {
    let one = |number: u128, name: &str, place: u64, id_number: &str, phone: &str| {
        with(with(sheet(number, person(number), name, place, 1), "number", id_number), "phone", phone)
    };
    vec![
        one(1, "王小明", 0, "110101199003074258", "13900001111"),
        one(2, "王明", 1, "11010119900307425x", "13900002222"),
        one(3, "李小明", 0, "", "13900004258"),
        one(4, "单田芳", 1, "", "0875-212 1111"),
        one(5, "阿依·古丽", 2, "", ""),
        one(6, "王王", 2, "", "13900001111"),
        one(7, "Anna Li", 2, "", ""),
    ]
}

#[test]
fn a_person_is_found_by_what_is_typed() {
    for (place, options) in places() {
        let mut store = place.open(&options);
        store.append(&people()).unwrap();
        let all = Reader::whole(&*store);
        let sets = |text: &str| {
            let mut ids = found(&all, text);
            ids.sort_unstable();
            ids
        };
        for (text, expected) in [
            ("王", vec![1, 2, 6]),
            ("王小", vec![1]),
            ("小明", vec![1, 3]),
            ("明", vec![1, 2, 3]),
            ("wxm", vec![1]),
            ("WX", vec![1]),
            ("stf", vec![4]),
            ("dtf", vec![4]),
            ("阿依古", vec![5]),
            (" 阿依·古丽 ", vec![5]),
            ("aygl", vec![5]),
            ("anna", vec![7]),
            ("110101199003074258", vec![1]),
            ("11010119900307425X", vec![2]),
            ("139 0000 1111", vec![1, 6]),
            ("08752121111", vec![4]),
            ("1111", vec![1, 4, 6]),
            ("4258", vec![1, 3]),
            ("425x", vec![2]),
            ("425", vec![]),
            ("1390000111", vec![]),
            ("", vec![]),
            ("%", vec![]),
            ("' OR 1=1", vec![]),
        ] {
            assert_eq!(sets(text), expected, "{text}");
        }
        assert_eq!(found(&all, "王"), [1, 2, 6], "by name, each once");
        let here = sight(vec![window(&[SHEET], Some(&[0]), Whose::Everybody)]);
        let reader = Reader::new(&*store, &here);
        assert_eq!((found(&reader, "王"), found(&reader, "1111"), found(&reader, "08752121111")), (vec![1], vec![1], vec![]));
        let visits = sight(vec![window(&[VISIT], None, Whose::Everybody)]);
        assert_eq!(found(&Reader::new(&*store, &visits), "王"), [], "whoever may not see the sheet doesn't find the person");
        let fault = all.search(&Search { text: "王", after: Some("x"), rows_max: 2 }).unwrap_err();
        assert_eq!(fault.code, "STORE-0110");
    }
}

#[test]
fn clients_and_assigned_residents_are_found_and_nobody_else() {
    for (place, options) in places() {
        let mut store = place.open(&options);
        store.append(&people()).unwrap();
        store.append(&[Record { worker: Some("li".into()), ..entry(20, VISIT, person(2), 0, 5) }]).unwrap();
        let li = sight(vec![window(&[SHEET, VISIT], None, clients_of("li"))]);
        assert_eq!(found(&Reader::new(&*store, &li), "王"), [2]);
        let forms = std::collections::BTreeSet::from([VISIT.into(), "never.written".into()]);
        let clients = |forms| store.directory().unwrap().clients_of(&"li".parse().unwrap(), forms).unwrap();
        assert_eq!(clients(&forms).into_iter().collect::<Vec<_>>(), [person(2)]);
        assert!(clients(&[SHEET.into()].into()).is_empty());
        let assigned = sight(vec![window(&[SHEET], Some(&[0, 2]), Whose::Residents(std::sync::Arc::new([person(1), person(2)].into())))]);
        assert_eq!(found(&Reader::new(&*store, &assigned), "王"), [1]);
        assert_eq!(found(&Reader::new(&*store, &assigned), "1111"), [1]);
    }
}

#[test]
fn corrections_and_withdrawals_reach_the_directory() {
    for (place, options) in places() {
        let mut store = place.open(&options);
        let full = with(with(sheet(1, person(1), "王小明", 0, 1), "phone", "13900001111"), "sex", "1");
        let mut full = Record { values: full.values, ..full };
        full.values.insert("birth_date".into(), Value::Date(date(1990, 3, 7)));
        let home = uuid::Uuid::from_u128(0x55);
        full = with(full, "household", &home.to_string());
        store.append(&[full, with(entry(2, SHEET, person(1), 1, 9), "phone", "13900002222")]).unwrap();
        let resident = |store: &dyn Store| Reader::whole(store).resident(person(1)).unwrap();
        let held = resident(&*store).unwrap();
        assert_eq!(
            (held.name.as_deref(), held.area, held.birth, held.sex.as_deref()),
            (Some("王小明"), Some(village(1)), Some(date(1990, 3, 7)), Some("1"))
        );
        assert_eq!(Reader::whole(&*store).members(qianmo_core::SubjectId(home)).unwrap(), vec![held]);
        let search = |store: &dyn Store, text: &str| found(&Reader::whole(store), text);
        assert_eq!((search(&*store, "13900001111"), search(&*store, "13900002222")), (vec![], vec![1]));
        store.append(&[instead(sheet(3, person(1), "王晓明", 0, 1), 1), withdrawn(entry(4, SHEET, person(1), 1, 9), 2)]).unwrap();
        let held = resident(&*store).unwrap();
        assert_eq!((held.name.as_deref(), held.area, held.birth, held.household), (Some("王晓明"), Some(village(0)), None, None));
        assert_eq!((search(&*store, "王小明"), search(&*store, "晓明"), search(&*store, "2222")), (vec![], vec![1], vec![]));
        store.append(&[withdrawn(entry(5, SHEET, person(1), 0, 1), 3)]).unwrap();
        assert_eq!((resident(&*store), search(&*store, "晓明")), (None, vec![]));
        assert_eq!(place.directory(), Vec::<String>::new());
        // A repeated statement that was withdrawn stays withdrawn.
        let again = with(entry(2, SHEET, person(1), 1, 9), "phone", "13900002222");
        assert_eq!(store.append(&[again]).unwrap().already, 1);
        assert_eq!(place.directory(), Vec::<String>::new());
    }
}

#[test]
fn an_entry_given_up_is_found_as_the_one_kept_until_that_is_withdrawn() {
    for (place, options) in places() {
        let mut store = place.open(&options);
        store.append(&people()).unwrap();
        let merge = |number, given_up: u128, kept: u128| {
            with(entry(number, MERGE, person(given_up), 1, 5), "merged_into", &person(kept).0.to_string())
        };
        let search = |store: &dyn Store, text: &str| {
            let mut ids = found(&Reader::whole(store), text);
            ids.sort_unstable();
            ids
        };
        assert_eq!((search(&*store, "王"), search(&*store, "425x"), search(&*store, "13900002222")), (vec![1, 2, 6], vec![2], vec![2]));
        store.append(&[merge(40, 2, 1)]).unwrap();
        assert_eq!(search(&*store, "王"), [1, 6], "one line less in lists");
        assert_eq!(
            (search(&*store, "王明"), search(&*store, "425x"), search(&*store, "13900002222")),
            (vec![1], vec![1], vec![1]),
            "by the old words"
        );
        let held = Reader::whole(&*store).resident(person(2)).unwrap().unwrap();
        assert_eq!((held.merged_into, held.name.as_deref()), (Some(person(1)), Some("王明")));
        store.append(&[merge(41, 1, 6)]).unwrap();
        assert_eq!((search(&*store, "王"), search(&*store, "王明")), (vec![6], vec![6]), "also when that one was given up in turn");
        store.append(&[withdrawn(entry(42, MERGE, person(1), 1, 5), 41)]).unwrap();
        assert_eq!(search(&*store, "王明"), [1]);
        let kept = place.directory();
        store.rebuild_directory().unwrap();
        let strip = |lines: Vec<String>| lines.iter().map(|line| strip(line)).collect::<Vec<_>>();
        assert_eq!(strip(place.directory()), strip(kept), "made anew it says the same");
        store.append(&[withdrawn(entry(43, MERGE, person(2), 1, 5), 40)]).unwrap();
        assert_eq!((search(&*store, "王"), search(&*store, "425x"), search(&*store, "13900002222")), (vec![1, 2, 6], vec![2], vec![2]));
        store.verify().unwrap();
    }
}

#[test]
fn the_directory_kept_is_the_directory_made_anew() {
    for (place, options) in places() {
        let mut store = place.open(&options);
        let mut dice = Dice(3);
        for records in dice.log(300).chunks(11) {
            // In groups of two callers, one of whom is refused.
            let clash = [Record { recorded_at: 1, ..records[0].clone() }, sheet(9000, person(7), "不该在", 0, 1)];
            let group = [records, &clash].map(|records| Submission { records, ..Submission::default() });
            let answers = store.append_group(&group).unwrap();
            assert!(answers[0].is_ok() && answers[1].is_err());
        }
        let arrived = |lines: Vec<String>| -> Vec<String> { lines.into_iter().map(|line| strip(&line)).collect() };
        let kept = arrived(place.directory());
        assert!(kept.len() > 20, "{kept:?}");
        let count = store.rebuild_directory().unwrap();
        assert_eq!(count, 6);
        assert_eq!(arrived(place.directory()), kept);
        store.verify().unwrap();
    }
}

/// Without the position of arrival, which the log alone doesn't tell.
fn strip(line: &str) -> String {
    let separator = if line.contains('(') { ',' } else { ' ' };
    let mut parts: Vec<&str> = line.split(separator).collect();
    if line.starts_with("resident ") {
        parts.remove(if separator == ',' { 2 } else { 3 });
    }
    parts.join("|")
}

#[test]
fn data_from_before_and_writers_without_a_policy_are_caught_up_with() {
    for (place, options) in places() {
        let bare = Options { directory: qianmo_store::DirectoryPolicy::default(), ..options.clone() };
        let mut store = place.open(&bare);
        store.append(&people()).unwrap();
        assert_eq!(found(&Reader::whole(&*store), "王"), []);
        drop(store);
        let mut store = place.open(&options);
        assert_eq!(found(&Reader::whole(&*store), "王"), [1, 2, 6], "made on opening");
        // Another handle writes without keeping the directory; this one notices when it writes.
        let mut other = place.open(&bare);
        other.append(&[sheet(30, person(8), "王五", 0, 1), instead(sheet(31, person(1), "黄小明", 0, 1), 1)]).unwrap();
        drop(other);
        store.append(&[entry(32, VISIT, person(1), 0, 1)]).unwrap();
        let all = Reader::whole(&*store);
        assert_eq!((found(&all, "王"), found(&all, "黄")), (vec![8, 2, 6], vec![1]));
        let mut other = place.open(&bare);
        other.append(&[sheet(33, person(9), "王六", 0, 1)]).unwrap();
        drop((store, other));
        let store = place.open(&options);
        assert_eq!(found(&Reader::whole(&*store), "王六"), [9]);
        store.verify().unwrap();
    }
}

#[test]
fn a_sealed_name_lies_nowhere_in_clear_and_is_found_whole() {
    let mut places = vec![Place::Folder(tempfile::tempdir().unwrap())];
    places.extend(Schema::new().map(Place::Server));
    for place in places {
        let options = options(Some(Suite::default()), true);
        let mut store = place.open(&options);
        let mut born = with(people().swap_remove(0), "sex", "1");
        born.values.insert("birth_date".into(), Value::Date(date(1990, 3, 7)));
        store.append(&[born]).unwrap();
        let all = Reader::whole(&*store);
        assert_eq!((found(&all, "王小明"), found(&all, "王"), found(&all, "wxm"), found(&all, "4258")), (vec![1], vec![], vec![], vec![1]));
        let held = all.resident(person(1)).unwrap().unwrap();
        assert_eq!((held.name.as_deref(), held.birth, held.sex.as_deref()), (Some("王小明"), None, Some("1")));
        let lines = place.directory().join("\n");
        for clear in ["王", "小明", "wxm", "4258", "1111"] {
            assert!(!lines.contains(clear), "{clear} in {lines}");
        }
        store.append(&[instead(sheet(2, person(1), "李四", 0, 1), 1)]).unwrap();
        let all = Reader::whole(&*store);
        assert_eq!((found(&all, "王小明"), found(&all, "李四")), (vec![], vec![1]));
    }
}

#[test]
fn sights_without_residents_find_nobody() {
    for (place, options) in places() {
        let mut store = place.open(&options);
        store.append(&people()).unwrap();
        for sight in [
            Sight::default(),
            sight(vec![window(&[SHEET], None, Whose::Nobody)]),
            sight(vec![window(&[SHEET], Some(&[]), Whose::Everybody)]),
        ] {
            let reader = Reader::new(&*store, &sight);
            let counts: BTreeMap<&str, usize> =
                ["王", "1111", "wxm", "13900001111"].into_iter().map(|text| (text, found(&reader, text).len())).collect();
            assert!(counts.values().all(|count| *count == 0), "{counts:?}");
            assert_eq!(reader.resident(person(1)).unwrap(), None);
        }
    }
}
