//! From file to store, and the copy that goes back.

use std::fmt::Write as _;

use qianmo_core::ResidentNumber;
use qianmo_exchange::{Register, with_reasons};
use qianmo_store::{Scan, SqliteStore, Store};
use qianmo_wire::Lang;

use crate::support::{VALID, options, read, read_bytes, resident};

/// A list of so many residents with valid numbers.
fn list(count: u32) -> String {
    let mut text = String::from("姓名,性别,出生日期,身份证号,村\n");
    for i in 0..count {
        let birth = jiff::civil::date(
            1950 + i16::try_from(i % 60).unwrap(),
            1 + i8::try_from(i / 60 % 12).unwrap(),
            1 + i8::try_from(i / 720 % 28).unwrap(),
        );
        let sequence = u16::try_from(i / 20_160 * 2).unwrap();
        let number = ResidentNumber::build(530_523, birth, sequence).unwrap();
        let village = if i % 2 == 0 { "龙潭村" } else { "大河" };
        writeln!(text, "居民{i},女,{},{},{village}", birth, number.expose()).unwrap();
    }
    text
}

#[test]
fn a_long_list_goes_into_the_store_in_one_batch_and_again_does_nothing() {
    let form = resident();
    let text = list(3_000);
    let found = read(&text, &form);
    assert_eq!((found.faults.as_slice(), found.new), (&[][..], 3_000));
    let dir = tempfile::tempdir().unwrap();
    let mut store = SqliteStore::create(dir.path()).unwrap();
    assert_eq!(store.append(&found.records).unwrap().written, 3_000);
    let mut register = Register::new(&form);
    let kinds = |field: &str| form.field(field).map(|field| field.kind.kind());
    store
        .scan(&Scan::default(), &mut |row| {
            register.push(&form, &row.to_row().record(&kinds)?);
            Ok(())
        })
        .unwrap();
    let again = read_bytes(text.as_bytes(), &form, &register, &options());
    assert_eq!((again.faults.as_slice(), again.new, again.already), (&[][..], 0, 3_000));
    assert_eq!(store.append(&found.records).unwrap().written, 0, "even when the records come again");
}

#[test]
fn the_copy_says_why_and_can_be_imported_once_corrected() {
    let form = resident();
    let text = format!("花名册,,,,\n姓名,性别,出生日期,身份证号,村\n王芳,女,1949-12-31,{VALID},龙潭村\n李小,男,2012-2-31,,无名村\n");
    let found = read(&text, &form);
    let copy = with_reasons(text.as_bytes(), &found, Lang::Zh).unwrap();
    let mut book: calamine::Xlsx<_> = calamine::open_workbook_from_rs(std::io::Cursor::new(&copy)).unwrap();
    let range = calamine::Reader::worksheet_range_at(&mut book, 0).unwrap().unwrap();
    let cell = |row, column| range.get_value((row, column)).map(ToString::to_string).unwrap_or_default();
    assert_eq!((cell(1, 5), cell(2, 5), cell(3, 0)), ("未导入原因".into(), String::new(), "李小".into()));
    assert!(cell(3, 5).contains("「出生日期」") && cell(3, 5).contains("2012-2-31") && cell(3, 5).contains("无名村"), "{}", cell(3, 5));
    let again = read_bytes(&copy, &form, &Register::new(&form), &options());
    assert_eq!((again.rows, again.faults.len()), (2, found.faults.len()));
    assert_eq!(again.sheets[0].unmatched, ["未导入原因"]);
}

#[test]
fn a_copy_that_cannot_be_made_is_a_fault() {
    let text = format!("姓名,性别\n李小,{}\n", "长".repeat(40_000));
    let found = read(&text, &resident());
    assert_eq!(with_reasons(text.as_bytes(), &found, Lang::Zh).unwrap_err().code, "IMPORT-0004");
}
