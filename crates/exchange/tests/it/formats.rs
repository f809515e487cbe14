//! xlsx cells of every type, and files that are none.

use qianmo_core::{Date, Value};
use qianmo_exchange::Register;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

use crate::support::{VALID, at, knowing, options, places, read_bytes, resident, value, visit};

#[test]
fn dates_numbers_booleans_and_merged_headers_of_a_workbook_are_read() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let (title, day) = (Format::new(), Format::new().set_num_format("yyyy\"年\"m\"月\"d\"日\""));
    let stamp = Format::new().set_num_format("yyyy-mm-dd hh:mm");
    sheet.merge_range(0, 0, 0, 5, "随访登记", &title).unwrap();
    sheet.merge_range(1, 0, 2, 0, "身份证号", &title).unwrap();
    sheet.merge_range(1, 1, 2, 1, "随访日期", &title).unwrap();
    sheet.merge_range(1, 2, 1, 3, "血压", &title).unwrap();
    sheet.write_string(2, 2, "收缩压").unwrap();
    sheet.write_string(2, 3, "舒张压").unwrap();
    sheet.merge_range(1, 4, 2, 4, "体重（kg）", &title).unwrap();
    sheet.merge_range(1, 5, 2, 5, "接诊时间", &title).unwrap();
    sheet.write_string(3, 0, VALID).unwrap();
    sheet.write_datetime_with_format(3, 1, ExcelDateTime::from_ymd(2012, 3, 5).unwrap(), &day).unwrap();
    sheet.write_number(3, 2, 140.0).unwrap();
    sheet.write_number(3, 3, 90.0).unwrap();
    sheet.write_number(3, 4, 0.1 + 50.2).unwrap();
    let moment = ExcelDateTime::from_ymd(2012, 3, 5).unwrap().and_hms(8, 30, 0).unwrap();
    sheet.write_datetime_with_format(3, 5, moment, &stamp).unwrap();
    let form = visit();
    let register = knowing(&format!("王芳,女,1949-12-31,{VALID},龙潭村\n"), &form);
    let found = read_bytes(&book.save_to_buffer().unwrap(), &form, &register, &options());
    assert_eq!(found.faults, []);
    assert_eq!((found.sheets[0].header_row, found.records[0].at), (3, Date::constant(2012, 3, 5)));
    assert_eq!(value(&found, 0, "sbp"), &Value::Integer(140));
    assert_eq!(value(&found, 0, "weight").to_string(), "50.3");
    assert_eq!(value(&found, 0, "seen_at"), &Value::DateTime(Date::constant(2012, 3, 5).at(8, 30, 0, 0)));
}

#[test]
fn a_serial_number_without_date_format_and_a_failed_formula() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, header) in (0..).zip(["姓名", "性别", "出生日期", "村", "农业户口"]) {
        sheet.write_string(0, column, header).unwrap();
    }
    for (row, name) in [(1, "李小"), (2, "王芳")] {
        sheet.write_string(row, 0, name).unwrap();
        sheet.write_number(row, 1, 1.0).unwrap();
        sheet.write_number(row, 2, 40_973.0).unwrap();
        sheet.write_string(row, 3, "龙潭村").unwrap();
        sheet.write_boolean(row, 4, true).unwrap();
    }
    sheet.write_formula(2, 1, rust_xlsxwriter::Formula::new("VLOOKUP(1,X1:X2,1)").set_result("#N/A")).unwrap();
    let form = resident();
    let found = read_bytes(&book.save_to_buffer().unwrap(), &form, &Register::new(&form), &options());
    assert_eq!(places(&found.faults), [at("IMPORT-0203", 3, "性别")]);
    let good = qianmo_exchange::Options { good_rows: true, ..options() };
    let found = read_bytes(&book.save_to_buffer().unwrap(), &form, &Register::new(&form), &good);
    assert_eq!(value(&found, 0, "birth_date"), &Value::Date(Date::constant(2012, 3, 5)));
    assert_eq!((value(&found, 0, "sex"), value(&found, 0, "agricultural")), (&Value::text("1"), &Value::Bool(true)));
}

#[test]
fn a_file_that_is_no_spreadsheet_is_named_and_nothing_panics() {
    let form = resident();
    let code = |bytes: &[u8]| {
        let found = read_bytes(bytes, &form, &Register::new(&form), &options());
        assert_eq!(found.records, []);
        found.faults[0].code
    };
    assert_eq!(code(b"PK\x03\x04broken"), "IMPORT-0001");
    assert_eq!(code(b"\xd0\xcf\x11\xe0broken"), "IMPORT-0001");
    assert_eq!(code(b"\x89PNG\r\n\x1a\n\x00\x00"), "IMPORT-0001");
    assert_eq!(code(&[b"\xd0\xd5\xc3\xfb,".as_slice(), &[0xff, 0xff]].concat()), "IMPORT-0003");
    let book = crate::support::xlsx(&[("一", &[&["姓名", "性别"], &["李小", "男"]])]);
    for cut in (0..book.len()).step_by(97) {
        let found = read_bytes(&book[..cut], &form, &Register::new(&form), &options());
        assert!(!found.faults.is_empty(), "cut at {cut}");
    }
}
