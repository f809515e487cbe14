//! A pack of one form and two views: moving, merging of profiles, zero denominators, unknown columns.

use std::sync::Arc;

use qianmo_analytics::{Engine, Wanted};
use qianmo_core::pack::Packs;
use qianmo_core::{Cell, Decimal, Numbers, Part, Period, Record, Value};

use crate::support::{EAST, TOWNSHIP, WEST, code, columns, loaded, record, two_villages};

const PACK: &str = r#"
id = "toy"
name = "测试专项"
name_en = "Toy"
norm = "测试"
author = "测试"
in_force_from = 2010-01-01
order = 1
"#;

const PERSON: &str = r#"
id = "toy.person"
name = "人员"
name_en = "Person"
version = 1
subject = "resident"
source = "测试"
profile = true
locates = true
[[field]]
id = "name"
name = "姓名"
name_en = "Name"
type = "text"
identifies = "name"
[[field]]
id = "contact_name"
name = "联系人姓名"
name_en = "Contact person"
type = "text"
identifies = "name"
[[field]]
id = "weight"
name = "体重"
name_en = "Weight"
type = "decimal"
decimals = 1
"#;

const VISIT: &str = r#"
id = "toy.visit"
name = "随访"
name_en = "Visit"
version = 1
subject = "resident"
source = "测试"
[[field]]
id = "good"
name = "满意"
name_en = "Good"
type = "bool"
[[field]]
id = "cost"
name = "费用"
name_en = "Cost"
type = "decimal"
decimals = 2
[[derived]]
id = "dear"
name = "费用较高"
name_en = "Dear"
type = "bool"
value = "cost > 10"
meaning = "费用超过10元"
"#;

const PEOPLE: &str = "-- view: toy_people
-- name: 期末人员
-- grain: one row per person at the end of the period
-- subject: resident
-- column: name text 姓名
-- column: heavy boolean 超重
-- column: weight decimal 体重
-- source: 测试
select p.subject, p.name, p.weight > 80 as heavy, p.weight from toy_person p where $end between p.valid_from and p.valid_to
";

const VISITS: &str = "-- view: toy_visits
-- name: 随访
-- grain: one row per visit
-- subject: resident
-- additive: happened_on
-- column: good boolean 满意
-- column: cost decimal 费用
-- source: 测试
select v.subject, v.at as happened_on, v.good, v.cost from toy_visit v where v.at between $start and $end
";

const INDICATORS: &str = r#"
source = "测试"
[[indicator]]
id = "toy.heavy_rate"
name = "超重率"
name_en = "Heavy"
view = "toy_people"
numerator = "heavy"
denominator = "weight is not null"
unit = "%"
meaning = "称过体重的人里超重的比例。"
[[indicator]]
id = "toy.cost"
name = "费用"
name_en = "Cost"
view = "toy_visits"
numerator = "cost"
unit = "元"
decimals = 2
meaning = "随访费用合计。"
[[indicator]]
id = "toy.good_rate"
name = "满意率"
name_en = "Good"
view = "toy_visits"
numerator = "good"
denominator = "true"
unit = "%"
meaning = "满意的随访比例。"
[[indicator]]
id = "toy.cost_per_person"
name = "人均费用"
name_en = "Cost per person"
numerator = { of = "toy.cost" }
denominator = { of = "toy.heavy_rate.denominator" }
unit = "元"
meaning = "费用除以称过体重的人数。"
"#;

fn files(view: &str) -> Vec<(String, String)> {
    [
        ("toy/pack.toml", PACK),
        ("toy/forms/person.toml", PERSON),
        ("toy/forms/visit.toml", VISIT),
        ("toy/views/toy_people.sql", view),
        ("toy/views/toy_visits.sql", VISITS),
        ("toy/indicators.toml", INDICATORS),
    ]
    .map(|(name, text)| (name.to_owned(), text.to_owned()))
    .to_vec()
}

fn packs() -> Arc<Packs> {
    loaded(&files(PEOPLE))
}

fn decimal(text: &str) -> Value {
    Value::Decimal(text.parse().unwrap())
}

/// Two people in the east, one of whom moves west in July; visits through the year.
fn records() -> Vec<Record> {
    let person = |n, subject, village, at, values: &[(&str, Value)]| record(n, "toy.person", "resident", subject, village, at, values);
    let visit = |n, subject, at, good: Value, cost: &str| {
        record(n, "toy.visit", "resident", subject, EAST, at, &[("good", good), ("cost", decimal(cost))])
    };
    vec![
        person(1, 1, EAST, "2011-01-01", &[("name", Value::text("甲")), ("contact_name", Value::text("乙")), ("weight", decimal("90.0"))]),
        person(2, 2, EAST, "2011-01-01", &[("name", Value::text("乙"))]),
        person(3, 1, WEST, "2012-07-01", &[("weight", decimal("75.5"))]),
        visit(4, 1, "2012-03-31", Value::Bool(true), "10.05"),
        visit(5, 1, "2012-07-01", Value::Null, "0.10"),
        visit(6, 2, "2012-12-31", Value::Bool(false), "3.00"),
    ]
}

fn wanted() -> Wanted {
    Wanted::periods(&Period::all_of_year(2012))
}

fn cell(numerator: &str, denominator: Option<&str>) -> Cell {
    let number = |text: &str| text.parse::<Decimal>().unwrap();
    Cell { numerator: number(numerator), denominator: denominator.map(number) }
}

#[test]
fn people_count_where_they_sat_and_profiles_merge() {
    let engine = Engine::new(packs()).unwrap();
    assert_eq!(engine.check(), []);
    let areas = two_villages();
    let cube = engine.compute(&columns(engine.packs(), &areas, &records()), &areas, &wanted()).unwrap();
    let at = |id: &str, area: &str, period: &str| cube.cell(id, code(area), period.parse().unwrap());
    assert_eq!(at("toy.heavy_rate", EAST, "2012Q2"), Some(cell("1", Some("1"))), "before the move");
    assert_eq!(at("toy.heavy_rate", WEST, "2012Q2"), Some(cell("0", Some("0"))));
    assert_eq!(at("toy.heavy_rate", EAST, "2012"), Some(cell("0", Some("0"))), "after it");
    assert_eq!(at("toy.heavy_rate", WEST, "2012"), Some(cell("0", Some("1"))), "the later weight counts");
    assert_eq!(at("toy.cost", EAST, "2012"), Some(cell("13.05", None)), "events count where the person sat on their day");
    assert_eq!(at("toy.cost", WEST, "2012"), Some(cell("0.10", None)));
    assert_eq!(at("toy.cost", TOWNSHIP, "2012-07"), Some(cell("0.10", None)));
    assert_eq!(at("toy.good_rate", TOWNSHIP, "2012"), Some(cell("1", Some("3"))), "an unknown answer is not a good one");
    assert_eq!(at("toy.cost_per_person", TOWNSHIP, "2012"), Some(cell("13.15", Some("1"))));
    assert_eq!(at("toy.cost", TOWNSHIP, "2013"), None, "not computed is not zero");
}

#[test]
fn each_village_alone_gives_the_same_cube() {
    let engine = Engine::new(packs()).unwrap();
    let areas = two_villages();
    let all = columns(engine.packs(), &areas, &records());
    let full = engine.compute(&all, &areas, &wanted()).unwrap();
    let mut put_together = engine.compute(&columns(engine.packs(), &areas, &[]), &areas, &wanted()).unwrap();
    for leaf in areas.leaves(code(TOWNSHIP)) {
        let shard = engine.compute(&all.shard(leaf).unwrap(), &areas, &wanted()).unwrap();
        put_together.replace_leaf(leaf, &shard);
    }
    assert!(!full.is_empty() && full == put_together);
}

#[test]
fn drilling_lists_what_was_counted() {
    let engine = Engine::new(packs()).unwrap();
    let areas = two_villages();
    let all = columns(engine.packs(), &areas, &records());
    let drill = |id: &str, part| engine.drill(&all, &areas, id, code(TOWNSHIP), "2012".parse().unwrap(), part);
    let people = drill("toy.heavy_rate", Part::Denominator).unwrap();
    assert_eq!(people[0].rows.len(), 1);
    let label = people[0].column("label").unwrap();
    assert_eq!(people[0].rows[0][label], Value::text("甲"));
    let costs = drill("toy.cost_per_person", Part::Numerator).unwrap();
    assert_eq!(costs[0].rows.len(), 3, "a term over an indicator lists that indicator's rows");
    assert_eq!(drill("toy.cost", Part::Denominator).unwrap_err().code, "ANALYTICS-0202");
    let unknown = drill("toy.heavy_rat", Part::Numerator).unwrap_err();
    assert_eq!((unknown.code, unknown.param("suggestion")), ("ANALYTICS-0201", Some("toy.heavy_rate")));
    let range = "2012".parse::<Period>().unwrap().range(qianmo_core::Calendar::Civil);
    let roster = engine.roster_rows(&all, &areas, "toy_nobody", code(TOWNSHIP), range, None);
    assert_eq!(roster.unwrap_err().code, "ANALYTICS-0203");
}

#[test]
fn faults_of_views_name_file_line_and_remedy() {
    for (view, expected, line) in [
        (PEOPLE.replace("p.weight > 80", "p.wieght > 80"), "ANALYTICS-0102", 9),
        (PEOPLE.replace("p.name,", ""), "ANALYTICS-0105", 1),
        (PEOPLE.replace("heavy boolean", "heavy integer"), "ANALYTICS-0105", 1),
        (PEOPLE.replace("p.weight > 80", "no_such_function(p.weight) > 80"), "ANALYTICS-0101", 9),
    ] {
        let engine = Engine::new(loaded(&files(&view))).unwrap();
        let faults = engine.check();
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert_eq!(faults[0].code, expected, "{:?}", faults[0]);
        let qianmo_core::Place::Text { file, line: at, .. } = &faults[0].place else { panic!("no place") };
        assert!(file.ends_with("toy_people.sql"));
        assert_eq!(*at, line);
    }
}

#[test]
fn what_fails_while_running_or_writing_is_a_fault() {
    let areas = two_villages();
    let odd = PEOPLE.replace("p.weight > 80 as heavy", "cast(p.name as bigint) > 80 as heavy");
    let engine = Engine::new(loaded(&files(&odd))).unwrap();
    let all = columns(engine.packs(), &areas, &records());
    assert_eq!(engine.compute(&all, &areas, &wanted()).unwrap_err().code, "ANALYTICS-0902");
    let nowhere = std::path::Path::new("/nonexistent/folder");
    assert_eq!(qianmo_analytics::export(&all, nowhere).unwrap_err().code, "ANALYTICS-0903");
    let interval = PEOPLE.replace("p.name,", "interval '1 day' as name,");
    let faults = Engine::new(loaded(&files(&interval))).unwrap().check();
    assert_eq!(faults[0].code, "ANALYTICS-0104");
}

#[test]
fn a_case_that_is_wrong_says_how() {
    let case = r#"
[[case]]
title = "费用合计"
period = "2012"
[[case.record]]
form = "toy.visit"
subject = "a"
at = 2012-01-01
values = { cost = 5.25 }
[[case.record]]
form = "toy.visit"
subject = "a"
at = 2012-01-02
values = { cost = 5.255 }
[[case.expect]]
indicator = "toy.cost"
numerator = 6
[[case.refused]]
record = 1
code = "FORM-0102"
[[case.derived]]
record = 1
values = { dear = true }
"#;
    let mut texts = files(PEOPLE);
    texts.push(("toy/cases/cost.toml".into(), case.into()));
    let engine = Engine::new(loaded(&texts)).unwrap();
    let (count, faults) = qianmo_analytics::run_cases(&engine).unwrap();
    let codes: Vec<&str> = faults.iter().map(|fault| fault.code).collect();
    assert_eq!((count, codes), (1, vec!["CASE-0103", "CASE-0102", "CASE-0105", "CASE-0101"]));
    assert_eq!(faults[2].param("computed"), Some("否"));
    assert_eq!(faults[3].param("computed"), Some("5.25"));

    let mut unknown = (**engine.packs()).clone();
    unknown.packs[0].cases[0].records[0].form = "toy.nothing".into();
    let engine = Engine::new(Arc::new(unknown)).unwrap();
    let (_, faults) = qianmo_analytics::run_cases(&engine).unwrap();
    assert_eq!(faults[0].code, "CASE-0104");
}

#[test]
fn only_reading_queries_run() {
    let engine = Engine::new(packs()).unwrap();
    let areas = two_villages();
    let all = columns(engine.packs(), &areas, &records());
    let (start, end) = "2012".parse::<Period>().unwrap().range(qianmo_core::Calendar::Civil);
    let count = engine.query(&all, "select count(*) as n from toy_visits", start, end).unwrap();
    assert_eq!(count.rows, [[Value::Integer(3)]]);
    // Derived values are columns, and a time that SQL makes is a time.
    let derived = "select count(*) from toy_visit where dear = (cost > 10) or dear is null and cost is null";
    assert_eq!(engine.query(&all, derived, start, end).unwrap().rows, [[Value::Integer(3)]]);
    let time = engine.query(&all, "select cast(null as timestamp) as a, timestamp '2012-03-01 08:30:00' as b", start, end).unwrap();
    assert_eq!(time.rows[0][1], Value::DateTime(jiff::civil::date(2012, 3, 1).at(8, 30, 0, 0)));
    for bad in ["drop table toy_visit", "select nothing from nowhere", "create table a as select 1"] {
        assert_eq!(engine.query(&all, bad, start, end).unwrap_err().code, "ANALYTICS-0106", "{bad}");
    }
}
