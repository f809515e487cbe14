//! What is answered beside cells: rows, returns, documents, files, faults.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use qianmo_core::{Decimal, Part, Period, Value};
use qianmo_desk::{Change, DocumentBlock, DocumentRun, Figures, FileAsked, FileKind, Seen};
use qianmo_figures::LiveFigures;
use qianmo_store::{Cut, SqliteStore, Store};

use crate::support::{EAST, TOWNSHIP, WEST, code, follow, live, record, settings, subject, two_villages};
use crate::toy;

const YEAR: Period = Period::Year(2012);

/// Eight people, six of them in the east; three there in a poor household.
fn township() -> (tempfile::TempDir, SqliteStore, LiveFigures) {
    let dir = tempfile::tempdir().unwrap();
    let mut store = SqliteStore::create(dir.path()).unwrap();
    store.put_areas(&two_villages()).unwrap();
    let mut records = vec![record(1, "toy.household", "household", 100, None, EAST, "2011-01-01", &[("poor", Value::Bool(true))])];
    for n in 0..8_u128 {
        let mut values = vec![
            ("name", Value::text(["甲", "乙", "丙", "丁", "戊", "己", "庚", "辛"][usize::try_from(n).unwrap()])),
            ("phone", Value::text(&format!("1380000000{n}"))),
            ("weight", Value::Decimal(Decimal::new(700 + i64::try_from(n).unwrap() * 30, 1))),
        ];
        if n < 3 {
            values.push(("household", Value::text(&subject(100).to_string())));
        }
        records.push(record(10 + n, "toy.person", "resident", n, Some(n), if n < 6 { EAST } else { WEST }, "2011-02-01", &values));
    }
    store.append(&records).unwrap();
    let live = live(dir.path(), &toy::packs(), settings());
    (dir, store, live)
}

fn text(value: &Value) -> &str {
    value.as_text().unwrap_or_default()
}

#[test]
fn rows_say_about_whom_they_are_and_hide_what_identifies() {
    let (_dir, _store, live) = township();
    let rows = live.drill("toy.poor", code(TOWNSHIP), YEAR, Part::Numerator, &Seen::Everybody).unwrap();
    assert_eq!(rows.rows.len(), 3);
    let place = |id: &str| rows.columns.iter().position(|column| &*column.id == id).unwrap();
    assert_eq!(rows.columns[place("phone")].name, "电话");
    assert_eq!(text(&rows.rows[0].values[place("phone")]), "138****0000");
    assert!(rows.rows.iter().all(|row| row.resident == Some(row.subject)));
    let mine = Seen::Residents(Arc::new(BTreeSet::from([subject(1), subject(7)])));
    let rows = live.drill("toy.poor", code(TOWNSHIP), YEAR, Part::Denominator, &mine).unwrap();
    assert_eq!(rows.rows.iter().map(|row| row.subject).collect::<BTreeSet<_>>(), BTreeSet::from([subject(1), subject(7)]));
    let roster = live.roster("T01", code(WEST), YEAR, &Seen::Everybody).unwrap();
    assert_eq!(roster.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>(), ["姓名", "电话"]);
    assert_eq!(roster.rows.iter().map(|row| text(&row.values[1])).collect::<Vec<_>>(), ["138****0006", "138****0007"]);
    assert!(live.roster("T01", code(EAST), YEAR, &Seen::Residents(Arc::default())).unwrap().rows.is_empty());
}

#[test]
fn a_return_shows_any_cut_and_where_its_numbers_come_from() {
    let (_dir, mut store, live) = township();
    let before = store.cut().unwrap();
    let poor = record(2, "toy.household", "household", 100, None, EAST, "2012-06-01", &[("poor", Value::Bool(false))]);
    store.append(&[poor]).unwrap();
    follow(&live, &store);
    let month = Period::Month(2012, 12);
    let now = live.return_form("R01", code(TOWNSHIP), month, None).unwrap();
    assert_eq!(now.headings, ["计量单位", "数值", EAST, WEST]);
    let texts = |sheet: &qianmo_desk::ReturnSheet| sheet.rows[0].cells[1..].iter().map(|cell| cell.text.clone()).collect::<Vec<_>>();
    assert_eq!(texts(&now), ["0", "0", "0"]);
    let then = live.return_form("R01", code(TOWNSHIP), month, Some(before)).unwrap();
    assert_eq!((then.cut, texts(&then)), (before, vec!["3".to_owned(), "3".into(), "0".into()]));
    let source = then.rows[1].cells[2].source.clone().unwrap();
    assert_eq!((&*source.indicator, source.area, source.period, source.part), ("toy.heavy_rate", code(EAST), month, Part::Value));
    assert_eq!(live.return_form("R01", code(TOWNSHIP), month, Some(Cut(999))).unwrap_err().code, "STORE-0106");
}

#[test]
fn a_document_has_live_numbers() {
    let (_dir, _store, live) = township();
    let document = live.document(code(TOWNSHIP), 2012).unwrap();
    let runs = document.blocks.iter().filter_map(|block| if let DocumentBlock::Paragraph(runs) = block { Some(runs) } else { None });
    let numbers: Vec<(String, String, Part)> = runs
        .flatten()
        .filter_map(|run| match run {
            DocumentRun::Number { text, source, made: None } => Some((text.clone(), source.indicator.to_string(), source.part)),
            _ => None,
        })
        .collect();
    let expected = [("3", "toy.poor", Part::Numerator), ("37.50%", "toy.poor", Part::Value), ("50.00%", "toy.heavy_rate", Part::Value)];
    assert_eq!(numbers, expected.map(|(text, id, part)| (text.to_owned(), id.to_owned(), part)));
}

#[test]
fn files_are_those_of_the_screens_and_published_ones_hide_small_counts() {
    let (_dir, _store, live) = township();
    let everybody = Seen::Everybody;
    let asked = |what, format, published| FileAsked {
        what,
        area: code(TOWNSHIP),
        period: YEAR,
        format,
        exposed: false,
        seen: &everybody,
        published,
    };
    let file = |asked: FileAsked<'_>| String::from_utf8(live.file(&asked).unwrap()).unwrap();
    assert!(file(asked(FileKind::Roster("T01"), "csv", false)).contains("甲,138****0000"));
    assert!(file(FileAsked { exposed: true, ..asked(FileKind::Roster("T01"), "csv", false) }).contains("甲,13800000000"));
    let open = file(asked(FileKind::Return("R01"), "csv", false));
    assert!(open.contains("r1,困难户人口,,3\r\n") && open.contains("r1,困难户人口,3,3,0\r\n"), "{open}");
    let published = file(asked(FileKind::Return("R01"), "csv", true));
    assert!(published.contains("r1,困难户人口,,*\r\n") && published.contains("r1,困难户人口,*,*,0\r\n"), "{published}");
    assert!(file(asked(FileKind::Summary, "md", false)).contains("困难户人口3"));
    let summary = file(asked(FileKind::Summary, "md", true));
    assert!(!summary.contains("困难户人口3") && !summary.contains("37.50%"), "{summary}");
}

#[test]
fn what_is_not_there_is_named() {
    let (_dir, _store, live) = township();
    let code_of = |fault: qianmo_core::Fault| fault.code;
    assert_eq!(live.roster("T99", code(EAST), YEAR, &Seen::Everybody).map(drop).map_err(code_of), Err("FIGURES-0101"));
    let form = live.return_form("R99", code(EAST), YEAR, None).unwrap_err();
    assert_eq!((form.code, form.param("known")), ("FIGURES-0102", Some("R01")));
    let what = FileKind::Roster("T01");
    let asked = FileAsked { what, area: code(EAST), period: YEAR, format: "csv", exposed: false, seen: &Seen::Everybody, published: true };
    assert_eq!(live.file(&asked).unwrap_err().code, "FIGURES-0103");
    assert_eq!(live.file(&FileAsked { format: "odt", published: false, ..asked }).unwrap_err().code, "REPORT-0304");
    let unknown = qianmo_desk::CellsAsked { indicators: vec!["toy.por".into()], areas: vec![code(EAST)], periods: vec![YEAR] };
    let fault = live.cells(&unknown).unwrap_err();
    assert_eq!((fault.code, fault.param("suggestion")), ("ANALYTICS-0201", Some("toy.poor")));
    let nowhere = qianmo_desk::CellsAsked { areas: vec![code("110000000000")], ..Default::default() };
    assert_eq!(live.cells(&nowhere).unwrap_err().code, "CORE-0104");
}

#[test]
fn a_store_that_is_away_is_told_until_it_is_back() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("later");
    let at = folder.clone();
    let open = move || SqliteStore::open(&at).map(|store| -> Box<dyn Store + Send> { Box::new(store) });
    let areas = Arc::new(qianmo_core::AreaTree::new(two_villages()).unwrap());
    let live = LiveFigures::start(Arc::new(open), toy::packs(), areas, settings()).unwrap();
    let asked = qianmo_desk::CellsAsked { indicators: vec!["toy.poor".into()], areas: vec![code(EAST)], periods: vec![YEAR] };
    assert_eq!(live.cells(&asked).unwrap_err().code, "STORE-0001");
    drop(SqliteStore::create(&folder).unwrap());
    while live.cells(&asked).is_err() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
}

#[test]
fn followers_are_told_until_they_have_enough() {
    let (_dir, mut store, live) = township();
    let told: Arc<Mutex<Vec<Change>>> = Arc::default();
    let (first, second) = (told.clone(), told.clone());
    live.subscribe(Box::new(move |change| {
        first.lock().unwrap().push(change.clone());
        false
    }));
    for n in 0..2 {
        store.append(&[record(50 + n, "toy.visit", "resident", 1, Some(1), EAST, "2012-03-01", &[])]).unwrap();
        follow(&live, &store);
    }
    drop(live);
    let told = second.lock().unwrap();
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].forms.iter().next().map(|form| &**form), told[0].areas.contains(&code(EAST))), (Some("toy.visit"), true));
}
