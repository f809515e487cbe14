//! Cells, headers and rows that are all right in the ways people write them.

use qianmo_core::{Date, Decimal, Value};
use qianmo_exchange::{Map, Register, import};

use crate::support::{VALID, knowing, options, read, read_bytes, resident, township, value, village, visit};

#[test]
fn a_table_of_residents_becomes_records() {
    let found = read(
        "２０１２年居民花名册,,,,,,\n\n序号,姓 名,性别,出生日期（年月日）,身份证号,所在村,联系电话\n\
         1,王　芳,女,1949年12月31日,１１０１０５１９４９１２３１００２ｘ,龙潭,１３８００１３８０００\n\
         2,李小,1.男,2012.3.5,,大河村,—\n合计,2,,,,,\n填表人：张三,,,,,,\n",
        &resident(),
    );
    assert_eq!((found.faults.as_slice(), found.rows, found.new), (&[][..], 2, 2));
    assert_eq!(found.sheets[0].header_row, 3);
    let first = &found.records[0];
    assert_eq!((first.at, first.area, first.resident), (crate::support::TODAY, village(201), Some(first.subject.id)));
    assert_eq!((&*first.form, &*first.subject.kind, first.worker.as_deref()), ("population.resident", "resident", Some("li")));
    assert_eq!(value(&found, 0, "name"), &Value::text("王芳"));
    assert_eq!(value(&found, 0, "id_number"), &Value::text(VALID));
    assert_eq!(value(&found, 0, "birth_date"), &Value::Date(Date::constant(1949, 12, 31)));
    assert_eq!(value(&found, 0, "phone"), &Value::text("13800138000"));
    assert_eq!(value(&found, 1, "sex"), &Value::text("1"));
    assert!(!found.records[1].values.contains_key("phone"), "a dash is nothing");
}

#[test]
fn a_header_of_two_rows_with_merged_groups_is_joined() {
    let form = visit();
    let register = knowing(&format!("王芳,女,1949-12-31,{VALID},龙潭村\n"), &form);
    let text = format!(
        "高血压随访登记表,,,,,,\n身份证号,随访日期,血压,,体检,,备注\n,,收缩压(mmHg),舒张压,体重（kg）,症状,\n\
         {VALID},2012/3/5,１４０,90mmHg,\"1,050.5\",头痛、头晕,无\n"
    );
    let found = read_bytes(text.as_bytes(), &form, &register, &options());
    assert_eq!(found.faults, []);
    assert_eq!(found.sheets[0].header_row, 3);
    assert_eq!(found.records[0].at, Date::constant(2012, 3, 5));
    assert_eq!(found.records[0].area, village(201), "where the resident sits");
    assert_eq!(value(&found, 0, "sbp"), &Value::Integer(140));
    assert_eq!(value(&found, 0, "dbp"), &Value::Integer(90));
    assert_eq!(value(&found, 0, "weight"), &Value::Decimal(Decimal::new(10505, 1)));
    assert_eq!(value(&found, 0, "symptoms"), &Value::text("|1|2|"));
}

#[test]
fn headers_may_be_ids_synonyms_or_another_order_and_strangers_are_named() {
    let found = read(&format!("村,id_number,sex,birth_date,姓名*,爱好\n530523100202,{VALID},2,19491231,王芳,唱歌\n"), &resident());
    assert_eq!(found.faults, []);
    assert_eq!(found.sheets[0].unmatched, ["爱好"]);
    assert_eq!(found.records[0].area, village(202));
}

#[test]
fn a_map_names_headers_constants_and_the_order_of_dates() {
    let form = resident();
    let map = "date_order = \"day-first\"\n[columns]\n\"出生年月\" = \"birth_date\"\n\"来源\" = \"@ignore\"\n\"建卡日\" = \"@at\"\n\
               [constants]\nsex = \"女\"\n\"@village\" = \"大河\"\n";
    let map = Map::read(map, "map.toml", &form).unwrap();
    let text = "姓名,出生年月,建卡日,来源\n王芳,31/12/1949,5/3/2012,公安\n";
    let found = import(text.as_bytes(), &form, &map, &Register::new(&form), &township(), &options());
    assert_eq!(found.faults, []);
    assert_eq!(found.sheets[0].unmatched, <[&str; 0]>::default());
    assert_eq!((found.records[0].at, found.records[0].area), (Date::constant(2012, 3, 5), village(202)));
    assert_eq!(value(&found, 0, "birth_date"), &Value::Date(Date::constant(1949, 12, 31)));
    assert_eq!(value(&found, 0, "sex"), &Value::text("2"));
}

#[test]
fn a_day_for_all_rows_and_a_village_for_all_rows_can_be_said() {
    let form = visit();
    let register = knowing(&format!("王芳,女,1949-12-31,{VALID},龙潭村\n"), &form);
    let day = Date::constant(2012, 6, 1);
    let options = qianmo_exchange::Options { at: Some(day), area: Some(village(0)), ..options() };
    let found = read_bytes(format!("身份证号,收缩压\n{VALID},120\n").as_bytes(), &form, &register, &options);
    assert_eq!(found.faults, []);
    assert_eq!((found.records[0].at, found.records[0].area), (day, village(0)));
}
