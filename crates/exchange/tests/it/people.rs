//! Who a row is about, and whether it is told twice.

use qianmo_core::Date;
use qianmo_exchange::{Options, Register};

use crate::support::{VALID, at, delivery, form, household, knowing, options, places, read, read_bytes, resident, value, village, visit};

fn people() -> String {
    format!("王芳,女,1949-12-31,{VALID},龙潭村\n李小,男,2012-03-05,,大河村\n赵一,男,2010-01-01,,大河村\n赵一,男,2010-01-01,,龙潭村\n")
}

#[test]
fn residents_are_found_by_number_by_name_and_birth_date_or_by_id() {
    let form = visit();
    let register = knowing(&people(), &form);
    let known = read_bytes(format!("身份证号,日期,收缩压\n{VALID},2012-3-5,120\n").as_bytes(), &form, &register, &options());
    let id = known.records[0].subject.id;
    let text = format!(
        "居民编号,身份证号,姓名,出生日期,日期,收缩压\n{id},,,,2012-3-6,121\n,,王芳,1949-12-31,2012-3-7,122\n\
         ,,李小,2012-3-5,2012-3-8,123\n"
    );
    let found = read_bytes(text.as_bytes(), &form, &register, &options());
    assert_eq!(found.faults, []);
    assert_eq!([0, 1].map(|i| found.records[i].subject.id), [id, id]);
    assert_eq!(found.records[2].area, village(202));
}

#[test]
fn a_row_about_nobody_known_is_refused() {
    let form = visit();
    let text = "居民编号,身份证号,姓名,出生日期,日期,收缩压\n\
                ,110105194912310038,,,2012-3-5,120\n,,钱二,1950-1-1,2012-3-5,120\n,,王芳,,2012-3-5,120\n\
                ,,赵一,2010-1-1,2012-3-5,120\nx,,,,2012-3-5,120\n00000000-0000-8000-8000-000000000000,,,,2012-3-5,120\n";
    let found = read_bytes(text.as_bytes(), &form, &knowing(&people(), &form), &options());
    assert_eq!(
        places(&found.faults),
        [
            at("IMPORT-0301", 2, "身份证号"),
            at("IMPORT-0301", 3, "姓名"),
            at("IMPORT-0303", 4, "姓名"),
            at("IMPORT-0302", 5, "姓名"),
            at("IMPORT-0301", 6, "居民编号"),
            at("IMPORT-0301", 7, "居民编号"),
        ]
    );
    let masked = found.faults[0].param("who").unwrap();
    assert!(!masked.contains("19491231"), "a stranger's number is masked: {masked}");
}

#[test]
fn a_resident_twice_in_the_file_is_reported_with_the_first_row() {
    let text = format!("姓名,性别,出生日期,身份证号,村\n王芳,女,1949-12-31,{VALID},龙潭村\n王芳,女,1949-12-31,{VALID},大河村\n");
    let found = read(&text, &resident());
    assert_eq!(places(&found.faults), [at("IMPORT-0304", 3, "")]);
    assert_eq!(found.faults[0].param("first"), Some("2"));
    assert_eq!((found.new, found.refused, found.records.len()), (1, 1, 0));
}

#[test]
fn an_import_repeated_finds_everything_recorded() {
    let form = resident();
    let text = format!("姓名,性别,出生日期,身份证号,村\n{}", people());
    let first = read(&text, &form);
    let mut register = Register::new(&form);
    first.records.iter().for_each(|record| register.push(&form, record));
    let tomorrow = Options { today: Date::constant(2013, 1, 11), ..options() };
    let second = read_bytes(text.as_bytes(), &form, &register, &tomorrow);
    assert_eq!((second.faults.as_slice(), second.new, second.already), (&[][..], 0, 4));
    let again = read(&text, &form);
    assert_eq!(again.records, first.records, "the same ids without a store, too");
    let elsewhere = Options { salt: "another folder", ..options() };
    let other = read_bytes(text.as_bytes(), &form, &Register::new(&form), &elsewhere);
    assert_ne!(other.records[0].subject.id, first.records[0].subject.id);
}

#[test]
fn a_resident_recorded_in_other_words_is_reported_not_doubled() {
    let form = resident();
    let mut register = Register::new(&form);
    let text = |phone: &str| format!("姓名,性别,出生日期,身份证号,村,联系电话\n王芳,女,1949-12-31,{VALID},龙潭村,{phone}\n");
    read(&text("13800138000"), &form).records.iter().for_each(|record| register.push(&form, record));
    let moved = text("13800138000").replace("龙潭村", "大河村");
    let found = read_bytes(moved.as_bytes(), &form, &register, &options());
    assert_eq!(places(&found.faults), [at("IMPORT-0305", 2, "身份证号")], "another village is another content");
    let found = read_bytes(text("13900139000").as_bytes(), &form, &register, &options());
    assert_eq!(places(&found.faults), [at("IMPORT-0305", 2, "身份证号")]);
}

#[test]
fn the_same_visit_twice_is_one_but_two_visits_are_two() {
    let form = visit();
    let register = knowing(&people(), &form);
    let text = format!("身份证号,日期,收缩压\n{VALID},2012-3-5,120\n{VALID},2012-3-6,120\n{VALID},2012-3-5,120\n");
    let found = read_bytes(text.as_bytes(), &form, &register, &options());
    assert_eq!(places(&found.faults), [at("IMPORT-0304", 4, "")]);
    assert_eq!(found.new, 2);
}

#[test]
fn another_name_under_the_number_and_namesakes_are_asked_about() {
    let form = visit();
    let text = format!("身份证号,姓名,日期,收缩压\n{VALID},王方,2012-3-5,120\n");
    let found = read_bytes(text.as_bytes(), &form, &knowing(&people(), &form), &options());
    assert_eq!((found.faults.as_slice(), places(&found.asked)), (&[][..], vec![at("IMPORT-0306", 2, "姓名")]));
    let text = format!("姓名,性别,出生日期,身份证号,村\n王芳,女,1950-12-31,{VALID},龙潭村\n");
    assert_eq!(places(&read(&text, &resident()).asked), [at("IMPORT-0308", 2, "出生日期")]);
    let found = read(&format!("姓名,性别,出生日期,身份证号,村\n{}", people()), &resident());
    assert_eq!(places(&found.asked), [at("IMPORT-0307", 5, "姓名")]);
    assert_ne!(found.records[2].subject, found.records[3].subject, "two people until somebody says otherwise");
}

#[test]
fn a_mother_may_stand_in_a_later_row_but_not_nowhere() {
    let text = |mother: &str| {
        format!("姓名,性别,出生日期,身份证号,村,母亲\n小王,女,2012-1-1,,龙潭村,{mother}\n王芳,女,1949-12-31,{VALID},龙潭村,\n")
    };
    let found = read(&text(VALID), &resident());
    assert_eq!(found.faults, []);
    assert_eq!(value(&found, 0, "mother").as_text(), Some(&*found.records[1].subject.id.to_string()));
    for stranger in ["110105194912310038", "00000000-0000-8000-8000-000000000000", "王大妈"] {
        let found = read(&text(stranger), &resident());
        assert_eq!(places(&found.faults), [at("IMPORT-0207", 2, "母亲")], "{stranger}");
        assert_eq!((found.new, found.refused), (1, 1), "{stranger}");
    }
}

#[test]
fn households_are_known_by_their_number() {
    let form = household();
    let found = read("户编号,村\nA-01,龙潭村\nA-02,龙潭村\nＡ-01,大河村\n", &form);
    assert_eq!(places(&found.faults), [at("IMPORT-0304", 4, "")]);
    let found = read("户编号,村\nA-01,龙潭村\n", &form);
    let mut register = Register::new(&resident());
    found.records.iter().for_each(|record| register.push(&form, record));
    let text = "姓名,性别,出生日期,村,所在户\n李小,男,2012-3-5,龙潭村,A-01\n钱二,男,2012-3-5,龙潭村,A-09\n";
    let found = read_bytes(text.as_bytes(), &resident(), &register, &options());
    assert_eq!(places(&found.faults), [at("IMPORT-0207", 3, "所在户")]);
}

#[test]
fn an_episode_is_joined_or_opened_by_its_resident_and_date() {
    let opening = form("mother.registration", "建册登记", "pregnancy", vec![]);
    let register = knowing(&people(), &delivery());
    let text = |day: &str| format!("身份证号,日期,分娩日期\n{VALID},{day},{day}\n");
    let first = read_bytes(text("2012-3-5").as_bytes(), &delivery(), &register, &options());
    assert_eq!(first.faults, []);
    let mut register = register;
    assert!(register.wants(&opening) && !register.wants(&visit()));
    register.push(&delivery(), &first.records[0]);
    let episode = |day: &str| read_bytes(text(day).as_bytes(), &delivery(), &register, &options()).records[0].subject.id;
    assert_eq!(episode("2012-4-5"), first.records[0].subject.id);
    assert_ne!(episode("2010-4-5"), first.records[0].subject.id);
    let twice = format!("身份证号,日期,分娩日期\n{VALID},2009-3-5,2009-3-5\n{VALID},2009-3-6,2009-3-6\n");
    let found = read_bytes(twice.as_bytes(), &delivery(), &register, &options());
    assert_eq!(places(&found.faults), [at("IMPORT-0304", 3, "")]);
    let undated = format!("身份证号,分娩日期\n{VALID},2009-3-5\n");
    let found = read_bytes(undated.as_bytes(), &delivery(), &register, &options());
    assert_eq!(found.records[0].at, Date::constant(2009, 3, 5), "the date that tells deliveries apart dates the record");
}

#[test]
fn a_record_about_an_area_has_it_as_subject() {
    let year =
        form("population.area_year", "基本情况", "area", vec![crate::support::field("births", "出生数", qianmo_core::FieldType::Integer)]);
    let found = read("村,日期,出生数\n龙潭村,2012-12-31,12\n", &year);
    assert_eq!(found.records[0].subject.id.as_area(), Some(village(201)));
    assert_eq!(found.records[0].resident, None);
}
