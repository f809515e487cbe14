//! Each kind of bad input: the code, the row, the column, and that nothing is half imported.

use qianmo_core::{Place, Value};
use qianmo_exchange::{Map, Options, Register, import};

use crate::support::{VALID, at, knowing, options, places, read, read_bytes, resident, township, village, visit, xlsx};

/// Reads one row of residents beside a good one.
fn row(name: &str, sex: &str, birth: &str, number: &str, place: &str) -> Vec<(&'static str, u32, String)> {
    let text = format!("姓名,性别,出生日期,身份证号,村\n李小,男,2012-03-05,,大河村\n{name},{sex},{birth},{number},{place}\n");
    let found = read(&text, &resident());
    assert_eq!((found.rows, found.new, found.refused, found.records.len()), (2, 1, 1, 0), "{text}");
    places(&found.faults)
}

#[test]
fn dates_that_the_calendar_lacks_or_that_are_unclear() {
    assert_eq!(row("王芳", "女", "2012年2月31日", "", "龙潭村"), [at("IMPORT-0201", 3, "出生日期")]);
    assert_eq!(row("王芳", "女", "49.12.31", "", "龙潭村"), [at("IMPORT-0202", 3, "出生日期")]);
    assert_eq!(row("王芳", "女", "去年", "", "龙潭村"), [at("IMPORT-0202", 3, "出生日期")]);
}

#[test]
fn numbers_of_residents_that_are_wrong() {
    let found = read("姓名,性别,出生日期,身份证号,村\n王芳,女,1949-12-31,110105194912310021,龙潭村\n", &resident());
    assert_eq!(places(&found.faults), [at("FORM-0106", 2, "身份证号")]);
    assert_eq!(found.faults[0].param("why"), Some("CORE-0203"));
    let form = visit();
    let found = read("身份证号,日期,收缩压\n110105194912310021,2012-3-5,120\n", &form);
    assert_eq!(places(&found.faults)[0], at("FORM-0106", 2, "身份证号"));
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (column, header) in (0..).zip(["身份证号", "日期", "收缩压"]) {
        sheet.write_string(0, column, header).unwrap();
    }
    sheet.write_number(1, 0, 110_105_194_912_310_020.0).unwrap();
    sheet.write_string(1, 1, "2012-3-5").unwrap();
    sheet.write_number(1, 2, 120.0).unwrap();
    let found = read_bytes(&book.save_to_buffer().unwrap(), &form, &Register::new(&form), &options());
    assert_eq!(places(&found.faults)[0], at("IMPORT-0204", 2, "身份证号"));
}

#[test]
fn what_the_form_refuses_is_put_into_its_column() {
    assert_eq!(row("", "女", "1949-12-31", "", "龙潭村"), [at("FORM-0102", 3, "姓名")]);
    assert_eq!(row("王芳", "女性", "1949-12-31", "", "龙潭村"), [at("FORM-0105", 3, "性别")]);
    let form = visit();
    let register = knowing(&format!("王芳,女,1949-12-31,{VALID},龙潭村\n"), &form);
    let text = format!(
        "身份证号,日期,收缩压,舒张压,体重\n{VALID},2012-3-5,高,80,50\n{VALID},2012-3-6,300,80,50\n\
         {VALID},2012-3-7,80,120,50\n{VALID},2012-3-8,120,80,50.25\n{VALID},2014-3-8,120,80,50\n{VALID},2012-3-9,210,80,50\n"
    );
    let found = read_bytes(text.as_bytes(), &form, &register, &options());
    assert_eq!(
        places(&found.faults),
        [
            at("FORM-0103", 2, "收缩压"),
            at("FORM-0104", 3, "收缩压"),
            at("FORM-0201", 4, ""),
            at("FORM-0107", 5, "体重"),
            at("FORM-0108", 6, "日期"),
        ]
    );
    assert_eq!(places(&found.asked), [at("FORM-0301", 7, "收缩压")]);
}

#[test]
fn villages_that_are_unknown_or_missing() {
    assert_eq!(row("王芳", "女", "1949-12-31", "", "龙坛村"), [at("IMPORT-0205", 3, "村")]);
    assert_eq!(row("王芳", "女", "1949-12-31", "", ""), [at("IMPORT-0106", 3, "村")]);
    let mut areas: Vec<_> = township().iter().cloned().collect();
    areas.push(qianmo_core::Area { code: village(203), ..areas[1].clone() });
    let tree = qianmo_core::AreaTree::new(areas).unwrap();
    let form = resident();
    let text = "姓名,性别,出生日期,村\n李小,男,2012-03-05,龙潭村\n";
    let found = import(text.as_bytes(), &form, &Map::default(), &Register::new(&form), &tree, &options());
    assert_eq!(places(&found.faults), [at("IMPORT-0206", 2, "村")]);
}

#[test]
fn every_fault_of_a_row_is_reported_at_once() {
    assert_eq!(
        row("", "人", "2012-2-31", "12", "无名村"),
        [
            at("IMPORT-0201", 3, "出生日期"),
            at("IMPORT-0205", 3, "村"),
            at("FORM-0102", 3, "姓名"),
            at("FORM-0105", 3, "性别"),
            at("FORM-0106", 3, "身份证号"),
        ]
    );
}

#[test]
fn headers_that_lack_or_double_something() {
    assert_eq!(read("", &resident()).faults[0].code, "IMPORT-0002");
    assert_eq!(read("一段说明文字\n又一段\n", &resident()).faults[0].code, "IMPORT-0101");
    let codes =
        |text: &str, form: &qianmo_core::Form| -> Vec<&'static str> { read(text, form).faults.iter().map(|fault| fault.code).collect() };
    assert_eq!(codes("姓名,出生日期\n王芳,1949-12-31\n", &resident()), ["IMPORT-0102", "IMPORT-0106"]);
    assert_eq!(codes("身份证号,日期,收缩压,收缩压\n,,1,2\n", &visit()), ["IMPORT-0103"]);
    assert_eq!(codes("姓名,收缩压\n王芳,120\n", &visit()), ["IMPORT-0104", "IMPORT-0105"]);
    let found = read("身份证号,日期,收缩压\n,,120\n", &visit());
    assert_eq!(places(&found.faults), [at("IMPORT-0105", 2, "日期")], "a row without its date");
    let found = read("姓名,性别,出生日期,村\n", &resident());
    assert_eq!((found.rows, found.faults.len()), (0, 0), "a header alone is an empty list");
}

#[test]
fn maps_that_name_what_is_not_there() {
    let form = resident();
    let read = |text: &str| Map::read(text, "map.toml", &form).map(|_| ()).unwrap_err();
    let faults = read("[columns]\n\"住址\" = \"adress\"\n\"生日\" = \"birth_dat\"\n[colums]\n");
    assert_eq!(faults.iter().map(|fault| fault.code).collect::<Vec<_>>(), ["IMPORT-0012", "IMPORT-0012", "IMPORT-0011"]);
    assert_eq!(faults[1].param("suggestion"), Some("birth_date"));
    assert_eq!(faults[0].place, Place::Text { file: "map.toml".into(), line: 2, column: 9 });
    assert_eq!(read("[columns\n")[0].code, "IMPORT-0011");
    assert_eq!(read("date_order = \"backwards\"\n")[0].code, "IMPORT-0011");
    let map = Map::read("[columns]\n\"生日\" = \"birth_date\"\n", "map.toml", &form).unwrap();
    let text = "姓名,性别,出生日期,村\n李小,男,2012-03-05,龙潭村\n";
    let found = import(text.as_bytes(), &form, &map, &Register::new(&form), &township(), &options());
    assert_eq!(found.faults.iter().map(|fault| fault.code).collect::<Vec<_>>(), ["IMPORT-0013"]);
    assert_eq!(found.records, []);
}

#[test]
fn the_good_rows_are_taken_only_when_asked_for() {
    let text = "姓名,性别,出生日期,村\n李小,男,2012-03-05,龙潭村\n王芳,女,2012-2-31,龙潭村\n";
    let form = resident();
    let options = Options { good_rows: true, ..options() };
    let found = read_bytes(text.as_bytes(), &form, &Register::new(&form), &options);
    assert_eq!((found.new, found.refused, found.records.len(), found.faults.len()), (1, 1, 1, 1));
    assert_eq!(found.records[0].values["name"], Value::text("李小"));
}

#[test]
fn each_sheet_is_read_and_faults_name_it() {
    let header: &[&str] = &["姓名", "性别", "出生日期", "村"];
    let book = xlsx(&[
        ("填表说明", &[&["请先填姓名"]]),
        ("龙潭", &[header, &["李小", "男", "2012-03-05", "龙潭村"]]),
        ("大河", &[&["大河村花名册"], header, &["王芳", "女", "2012-02-30", "大河村"], &["合计", "1", "", ""]]),
    ]);
    let form = resident();
    let found = read_bytes(&book, &form, &Register::new(&form), &Options { file: "居民.xlsx", ..options() });
    assert_eq!((found.rows, found.skipped.as_slice()), (2, &["填表说明".to_owned()][..]));
    let Place::Sheet { file, sheet, row, column } = &found.faults[0].place else { unreachable!("a fault of a cell has a sheet") };
    assert_eq!((file.as_str(), sheet.as_str(), *row, column.as_str()), ("居民.xlsx", "大河", 3, "出生日期"));
    let only = read_bytes(&book, &form, &Register::new(&form), &Options { sheet: Some("龙潭"), ..options() });
    assert_eq!((only.rows, only.faults.len()), (1, 0));
}
