//! Derived values, what they may read, tables from CSV files, and what came and went with a form's versions.

mod common;

use std::collections::BTreeMap;
use std::sync::Arc;

use common::{check, good};
use qianmo_core::{Decimal, Value, Versions};
use qianmo_packs::load;

#[test]
fn derived_values_read_the_form_the_person_and_a_curve() {
    let packs = load(&good()).packs;
    let form = packs.form("care.growth").unwrap();
    let person = |birth| -> BTreeMap<Arc<str>, Value> {
        [(Arc::from("birth_date"), Value::Date(birth)), (Arc::from("sex"), Value::text("1"))].into()
    };
    let values: BTreeMap<Arc<str>, Value> = [(Arc::from("grams"), Value::Integer(4180))].into();
    let born = jiff::civil::date(2012, 1, 1);
    let made = form.derive(jiff::civil::date(2012, 1, 6), &values, &person(born));
    // On day 5 the median is 3.8 and one deviation 0.38.
    assert_eq!(made, [Value::Integer(5), Value::Decimal(Decimal::ONE)]);
    let late = form.derive(jiff::civil::date(2012, 3, 1), &values, &person(born));
    assert_eq!(late, [Value::Integer(60), Value::Null]);
    assert!(form.asks_the_person());
    assert!(load(&good()).packs.packs[1].unverified.iter().any(|what| what.contains("体重标准差分值")));
}

#[test]
fn versions_are_kept_and_must_fit_the_form() {
    let packs = load(&good()).packs;
    let form = packs.form("care.growth").unwrap();
    assert_eq!(form.field("ward").unwrap().versions, Versions { since: 1, until: 1 });
    assert_eq!(form.checks[0].versions.since, 2);
    for (since, until) in [("since = 2\nmessage", "until = 2"), ("since = 3\nmessage", "until = 1")] {
        let changed = good().into_iter().map(|(path, text)| {
            let text = if path == "care/forms/growth.toml" {
                text.replace("until = 1", until).replace("since = 2\n[", &format!("{}\n[", &since[..9]))
            } else {
                text
            };
            (path, text)
        });
        let codes: Vec<&str> = load(&changed.collect::<Vec<_>>()).faults.iter().map(|fault| fault.code).collect();
        assert_eq!(codes, ["PACK-0118"], "{since} {until}");
    }
}

#[test]
fn what_a_derived_value_may_not_read() {
    let of_today = "PACK-0202 name=today";
    check("care/forms/growth.toml", "\"days(resident.birth_date, at)\"", "\"days(resident.birth_date, ⟦today)\"", &[of_today]);
    let misspelt = "PACK-0202 name=resident.birthdate suggestion=resident.birth_date";
    check("care/forms/growth.toml", "\"at >= resident.birth_date\"", "\"at >= ⟦resident.birthdate\"", &[misspelt]);
    let no_table = "PACK-0302 what=数据表 id=care.curve suggestion=";
    let loaded = load(&common::changed("care/forms/growth.toml", "'care.weight_curve'", "'care.curve'").0);
    assert!(loaded.faults[0].to_string().contains("PACK-0302"), "{no_table}");
    let few = "PACK-0205 name=lms_z expected=4 found=3";
    check(
        "care/forms/growth.toml",
        "\"lms_z('care.weight_curve', resident.sex, age_days, grams / 1000)\"",
        "\"⟦lms_z('care.weight_curve', age_days, grams)\"",
        &[few],
    );
    let kind = "PACK-0206 what=lms_z expected=文字 found=整数";
    check("care/forms/growth.toml", "resident.sex, age_days, grams", "⟦grams, age_days, grams", &[kind]);
    let elsewhere = "PACK-0207 name=lms_z";
    check(
        "care/forms/growth.toml",
        "\"z between -6 and 6 and ward is null\"",
        "\"⟦lms_z('care.weight_curve', '1', 1, 1) > 0 and ward is null\"",
        &[elsewhere],
    );
    let (files, _) = common::changed("care/forms/growth.toml", "id = \"z\"", "id = \"grams\"");
    let codes: Vec<&str> = load(&files).faults.iter().map(|fault| fault.code).collect();
    assert_eq!(codes, ["PACK-0112", "PACK-0202"]);
}

#[test]
fn a_table_from_a_file_says_which_line_is_wrong() {
    let missing = "PACK-0119 file=care/tables/weight.csv";
    let loaded = load(&common::changed("care/tables/weight_curve.toml", "\"weight_curve.csv\"", "\"weight.csv\"").0);
    assert!(loaded.faults.iter().any(|fault| fault.code == "PACK-0119"), "{missing}");
    check("care/tables/weight_curve.csv", "1,10,1,4.3,0.1", "⟦1,10,one,4.3,0.1", &["PACK-0120 found=one expected=数字"]);
    check("care/tables/weight_curve.csv", "1,10,1,4.3,0.1", "⟦1,10,1,4.3", &["PACK-0120 found= expected=5 列的一行"]);
    let loaded = load(&common::changed("care/tables/weight_curve.csv", "sex,key", "sex,days").0);
    assert!(loaded.faults.iter().any(|fault| fault.code == "PACK-0120"));
}
