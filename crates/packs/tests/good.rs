//! Packs without a fault: what they become.

mod common;

use qianmo_core::numbers::Part;
use qianmo_core::pack::{Make, Repeat, Sensitivity, Step, Term};
use qianmo_core::{Calendar, Date, Decimal, Place, Value};
use qianmo_packs::load;

fn date(year: i16, month: i8, day: i8) -> Date {
    jiff::civil::date(year, month, day)
}

#[test]
fn good_packs_have_no_faults_whatever_the_order_of_files() {
    let mut files = common::good();
    files.reverse();
    let loaded = load(&files);
    assert_eq!(loaded.faults, []);
    assert_eq!(loaded.warnings, []);
    let ids: Vec<&str> = loaded.packs.packs.iter().map(|pack| &*pack.id).collect();
    assert_eq!(ids, ["base", "care"]);
    assert_eq!(loaded.packs.packs[1].sensitivity, Sensitivity::Sensitive);
}

#[test]
fn forms_hold_their_fields_and_checks() {
    let packs = load(&common::good()).packs;
    let form = packs.form("care.visit").unwrap();
    assert_eq!((form.fields.len(), form.checks.len(), form.checks[1].ask), (7, 2, true));
    let weight = form.field("weight").unwrap();
    assert_eq!(weight.range, Some((Decimal::new(5, 1), Decimal::from(300))));
    assert_eq!(form.source, "测试规范，2017，二");
    assert!(packs.form("base.resident").unwrap().locates);
    assert!(packs.form("care.choice").unwrap().field("method").unwrap().choice_fact);
}

#[test]
fn indicators_take_scale_source_and_terms() {
    let packs = load(&common::good()).packs;
    let rate = packs.indicator("care.home_rate").unwrap();
    assert_eq!((rate.scale, rate.decimals, rate.source.as_str()), (Decimal::from(100), 2, "测试规范，2017，三"));
    assert_eq!(packs.indicator("care.visits").unwrap().decimals, 0);
    let mean = packs.indicator("care.weight_per_visit").unwrap();
    assert!(matches!(&mean.denominator, Some(Term::Indicators(expr)) if expr.names().len() == 2));
    assert!(!mean.verified);
    assert_eq!(
        packs.pack("care").unwrap().unverified,
        ["体重标准差分值（care/forms/growth.toml:26:1）", "平均体重（care/indicators.toml:23:1）"]
    );
}

#[test]
fn rosters_and_returns_hold_labels_and_parts() {
    let packs = load(&common::good()).packs;
    let roster = packs.roster("L90").unwrap();
    assert_eq!(roster.columns[2].labels.get("2").map(String::as_str), Some("卫生院"));
    assert!((roster.columns[1].width - 8.5).abs() < 1e-9 && (roster.columns[2].width - 10.0).abs() < 1e-9);
    let form = packs.return_form("R90").unwrap();
    assert_eq!((form.calendar, form.frequency.as_str(), form.rows[2].part), (Calendar::Mch, "quarter", Part::Numerator));
    assert_eq!(form.rows[0].indicator, None);
}

#[test]
fn table_cells_have_their_columns_kind_and_an_empty_text_is_unknown() {
    let packs = load(&common::good()).packs;
    let rows = &packs.pack("care").unwrap().tables[0].rows;
    assert_eq!(rows[0], [Value::Integer(1), Value::Decimal(Decimal::new(5, 1)), Value::text("首次"), date(2017, 1, 1).into(), true.into()]);
    assert_eq!(rows[1][1..], [Value::Decimal(Decimal::ONE), Value::text(""), date(2017, 1, 1).into(), Value::Null]);
}

#[test]
fn a_synth_script_holds_its_steps_and_values() {
    let packs = load(&common::good()).packs;
    let synth = &packs.pack("care").unwrap().synth;
    assert_eq!((synth.figures.len(), synth.lets.len(), synth.rules.len(), synth.groups.len()), (3, 1, 1, 2));
    let visited = &synth.groups[0];
    assert_eq!(visited.steps.len(), 5);
    assert!(matches!(&visited.steps[2], Step::Set(name, Make::Share { decimals: 1, min: Some(_), .. }) if &**name == "kilos"));
    assert!(matches!(&visited.records[0].repeat, Repeat::Table(table) if &**table == "care.schedule"));
    let again = &synth.groups[1].records[0];
    assert!(matches!(again.repeat, Repeat::Times(_)));
    let count = again.values.iter().find(|(name, _)| &**name == "count").map(|(_, made)| made.clone());
    assert!(matches!(count, Some(Make::Pick(codes)) if codes[0].0 == Value::Integer(1) && codes[1].0 == Value::Null));
}

#[test]
fn cases_hold_values_as_the_forms_do() {
    let packs = load(&common::good()).packs;
    let case = &packs.pack("care").unwrap().cases[0];
    assert_eq!(case.place, Place::Text { file: "care/cases/edges.toml".into(), line: 1, column: 1 });
    let values = &case.records[1].values;
    assert_eq!(values["signs"], Value::text("|1|2|"));
    assert_eq!(values["started"], Value::DateTime(date(2012, 12, 31).at(8, 30, 0, 0)));
    assert_eq!(values["weight"], Value::Decimal(Decimal::new(605, 1)));
    assert_eq!(case.expect[0].2, Some(Decimal::ONE));
    assert_eq!(case.refused, [(2, "FORM-0201".to_owned())]);
}

#[test]
fn no_files_are_no_packs() {
    let loaded = load(&[]);
    assert!(loaded.packs.packs.is_empty() && loaded.faults.is_empty());
}
