//! The person page, the preview of a merge, the resident's own copy.

use jiff::civil::date;
use qianmo_core::{Decimal, SubjectId, Value};
use qianmo_desk::{
    Age, Clash, DueSight, OnePerson, PersonAsked, PersonPage, Standing, merge_preview, merge_values, own_copy, person_page, readings,
    rows_about,
};
use qianmo_store::{Actor, Deed, Entry, Masks, Reader, Row, Store};

use crate::world::{A, B, TODAY, World, area, illness, person, values};

fn nobody(_: SubjectId) -> Option<String> {
    None
}

fn rows(world: &World, number: u128) -> Vec<Row> {
    rows_about(&Reader::whole(&world.store), &OnePerson::alone(person(number))).unwrap()
}

fn asked<'a>(world: &'a World, number: u128, rows: &'a [Row]) -> PersonAsked<'a> {
    PersonAsked { packs: &world.packs, resident: person(number), rows, on: TODAY, name_of: &nobody, english: false }
}

fn page(world: &World, number: u128) -> PersonPage {
    person_page(&asked(world, number, &rows(world, number))).unwrap()
}

fn text(text: &str) -> Value {
    Value::text(text)
}

fn decimal(number: &str) -> Value {
    Value::Decimal(number.parse::<Decimal>().unwrap())
}

#[test]
fn a_card_says_who_somebody_is_by_the_sheets_together() {
    let mut world = World::new();
    world.resident(1, A, date(2020, 1, 1), date(1950, 3, 1));
    let mut second = world.record("base.resident", person(1), Some(person(1)), date(2024, 5, 1), B);
    second.values = values(&[("phone", text("13800000000")), ("birth_date", Value::Date(date(1950, 6, 16)))]);
    world.write(second);
    let card = page(&world, 1).card;
    assert_eq!((card.name.as_str(), card.sex.as_str()), ("居民1", "乙等"), "labels of codes");
    assert_eq!((card.birth, card.area), (Some(date(1950, 6, 16)), Some(area(B))), "what is known later wins");
    assert_eq!(card.age, Some(Age { years: 74, months: 11, days: 30 }));
    let labels: Vec<&str> = card.fields.iter().map(|field| field.label.as_str()).collect();
    assert_eq!(labels, ["name", "birth_date", "sex", "phone"], "in the order of the form");
    assert_eq!(Age::on(date(2024, 2, 29), date(2025, 2, 28)), Some(Age { years: 0, months: 11, days: 30 }));
    assert_eq!(Age::on(TODAY, date(2025, 6, 14)), None, "not born yet");
    let nothing = person_page(&asked(&world, 1, &[])).unwrap();
    assert!(nothing.card.name.is_empty() && nothing.timeline.is_empty(), "what isn't seen isn't there");
}

#[test]
fn a_timeline_tells_each_fact_once_with_what_became_of_it() {
    let mut world = World::new();
    world.resident(1, A, date(2020, 1, 1), date(1950, 3, 1));
    let exam = world.about(
        "care.exam",
        1,
        A,
        date(2025, 3, 1),
        &[("height", decimal("160.0")), ("weight", decimal("64.0")), ("grade", text("2")), ("tags", text("|1|3|"))],
    );
    let followup = world.episode("care.followup", 1, A, date(2025, 4, 1), &[("sbp", Value::Integer(210))]);
    let corrected =
        world.correct(exam, A, &[("height", decimal("160.0")), ("weight", decimal("46.0")), ("grade", text("1")), ("tags", text("|1|3|"))]);
    world.void(followup);
    let timeline = page(&world, 1).timeline;
    let told: Vec<&str> = timeline.iter().map(|entry| &*entry.form).collect();
    assert_eq!(told, ["care.followup", "care.exam", "base.resident"], "the newest service first");
    assert!(
        matches!(&timeline[0].standing, Standing::Withdrawn { reason, worker, .. } if reason == "记错了" && worker.as_deref() == Some("wang"))
    );
    assert!(timeline[0].fields[0].unusual, "210 mmHg");
    assert_eq!((timeline[0].fields[0].text.as_str(), timeline[0].fields[0].unit.as_str()), ("210", "mmHg"));
    let exam_entry = &timeline[1];
    assert_eq!((exam_entry.id, &exam_entry.standing), (corrected, &Standing::Corrected));
    assert_eq!((exam_entry.form_name.as_str(), exam_entry.pack_name.as_str()), ("体检", "care项目"));
    let shown: Vec<(&str, &str)> = exam_entry.fields.iter().map(|field| (field.label.as_str(), field.text.as_str())).collect();
    assert_eq!(shown, [("身高", "160.0"), ("体重", "46.0"), ("grade", "甲等"), ("tags", "甲等、丙等"), ("指数", "18.0")]);
    assert!(exam_entry.fields[4].derived);
    let [version] = exam_entry.versions.as_slice() else { panic!("one earlier version") };
    let changed: Vec<(&str, &str, &str)> =
        version.changed.iter().map(|change| (change.label.as_str(), change.before.as_str(), change.after.as_str())).collect();
    assert_eq!((version.id, changed), (exam, vec![("体重", "64.0", "46.0"), ("grade", "乙等", "甲等")]));
}

#[test]
fn what_a_form_no_longer_has_is_shown_as_it_was_kept() {
    let mut world = World::new();
    world.about("care.exam", 1, A, date(2025, 3, 1), &[("shoe_size", Value::Integer(42))]);
    let mut gone = world.record("care.exam", person(1), Some(person(1)), date(2025, 3, 2), A);
    (gone.form, gone.values) = ("old.form".into(), values(&[("note", text("旧"))]));
    world.write(gone);
    let timeline = page(&world, 1).timeline;
    assert_eq!((timeline[0].form_name.as_str(), timeline[0].fields[0].text.as_str()), ("old.form", "旧"));
    assert_eq!((timeline[1].fields[0].label.as_str(), timeline[1].fields[0].text.as_str()), ("shoe_size", "42"));
}

#[test]
fn measurements_become_trends_with_what_is_usual() {
    let mut world = World::new();
    world.resident(1, A, date(2020, 1, 1), date(1950, 3, 1));
    for (month, sbp) in [(3, 150), (1, 160), (2, 155)] {
        world.episode("care.followup", 1, A, date(2025, month, 1), &[("sbp", Value::Integer(sbp))]);
    }
    let wrong = world.episode("care.followup", 1, A, date(2025, 4, 1), &[("sbp", Value::Integer(99))]);
    world.void(wrong);
    world.about("care.exam", 1, A, date(2025, 3, 1), &[("weight", decimal("60.0"))]);
    let trends = page(&world, 1).trends;
    assert_eq!(trends.len(), 1, "one weight is no trend: {trends:?}");
    let points: Vec<(i8, Decimal)> = trends[0].points.iter().map(|point| (point.at.month(), point.value)).collect();
    assert_eq!(points, [(1, 160.into()), (2, 155.into()), (3, 150.into())]);
    assert_eq!((trends[0].label.as_str(), trends[0].usual), ("收缩压", Some((90.into(), 200.into()))));
}

#[test]
fn episodes_have_a_beginning_and_an_end() {
    let mut world = World::new();
    world.resident(1, A, date(2020, 1, 1), date(1950, 3, 1));
    world.episode("care.enrolment", 1, A, date(2025, 1, 10), &[]);
    world.episode("care.followup", 1, A, date(2025, 4, 1), &[]);
    let [open] = page(&world, 1).episodes.try_into().unwrap();
    assert_eq!((open.subject, open.kind_name.as_str(), open.begun, open.latest), (illness(1), "病程", date(2025, 1, 10), date(2025, 4, 1)));
    assert_eq!((open.ended, open.records), (None, 2));
    world.episode("care.closing", 1, A, date(2025, 5, 1), &[("cured", Value::Bool(false))]);
    assert_eq!(page(&world, 1).episodes[0].ended, None, "the stop has a condition");
    world.episode("care.closing", 1, A, date(2025, 6, 1), &[("cured", Value::Bool(true))]);
    let closed = page(&world, 1);
    assert_eq!(closed.episodes[0].ended, Some((date(2025, 6, 1), "已结案".to_owned())));
    assert_eq!(closed.card.ended, None, "the person isn't");
    world.about("base.death", 1, A, date(2025, 6, 2), &[]);
    let dead = page(&world, 1).card;
    assert_eq!(dead.ended, Some((date(2025, 6, 2), "已死亡".to_owned())));
    assert_eq!(dead.age.unwrap().years, 75);
}

#[test]
fn a_merge_is_previewed_with_what_speaks_against_it() {
    let mut world = World::new();
    for (number, at) in [(1, date(2020, 1, 1)), (2, date(2024, 1, 1))] {
        let mut sheet = world.record("base.resident", person(number), Some(person(number)), at, A);
        sheet.values = values(&[
            ("name", text(if number == 1 { "王小丫" } else { "王小y" })),
            ("birth_date", Value::Date(date(1950, 3, 1))),
            ("sex", text("2")),
            ("id_number", text(if number == 1 { "53052319500301002X" } else { "530523195003010038" })),
        ]);
        world.write(sheet);
    }
    world.about("care.exam", 1, A, date(2025, 3, 1), &[]);
    world.about("care.exam", 2, A, date(2025, 3, 1), &[]);
    world.episode("care.enrolment", 2, A, date(2025, 1, 10), &[]);
    let (kept, given_up) = (rows(&world, 1), rows(&world, 2));
    let preview = merge_preview(&asked(&world, 1, &kept), &asked(&world, 2, &given_up)).unwrap();
    assert_eq!((preview.kept.name.as_str(), preview.given_up.name.as_str()), ("王小丫", "王小y"));
    let differences: Vec<(&str, &str, &str)> =
        preview.differences.iter().map(|change| (&*change.field, change.before.as_str(), change.after.as_str())).collect();
    assert_eq!(differences, [("name", "王小y", "王小丫"), ("id_number", "530523195003010038", "53052319500301002X")]);
    assert_eq!(preview.clashes, [Clash::Number]);
    let moving: Vec<(&str, usize)> = preview.moving.iter().map(|(form, _, count)| (&**form, *count)).collect();
    assert_eq!((moving, preview.left_out), (vec![("care.enrolment", 1), ("care.exam", 1)], 1));
    assert_eq!(preview.twice.iter().map(|(form, _, at)| (&**form, *at)).collect::<Vec<_>>(), [("care.exam", date(2025, 3, 1))]);

    let live = world.live();
    let sight = DueSight::everything();
    let after = live.if_merged(person(2), person(1), &sight).unwrap();
    assert!(after.iter().any(|line| line.due.item.subject == illness(2)), "the episode would come along");
    assert!(!live.person(person(1), &sight).unwrap().iter().any(|line| line.due.item.subject == illness(2)), "nothing was done yet");

    let (form, filled) = merge_values(&world.packs, person(1)).unwrap();
    let mut merge = world.record(&form, person(2), Some(person(2)), TODAY, A);
    merge.values = filled;
    let merge = world.write(merge);
    assert_eq!(live.person(person(2), &sight).unwrap(), after);
    let one = live.one(person(2)).unwrap();
    assert_eq!(one, OnePerson { kept: person(1), given_up: vec![person(2)] });
    let both = rows_about(&Reader::whole(&world.store), &one).unwrap();
    let page = person_page(&asked(&world, 1, &both)).unwrap();
    assert_eq!((page.card.name.as_str(), page.card.given_up.as_slice()), ("王小丫", [person(2)].as_slice()));
    assert_eq!(
        page.timeline.iter().filter(|entry| entry.recorded_about == Some(person(2))).count(),
        4,
        "told as recorded about the other entry"
    );
    let codes = |kept: u128, given_up: u128| {
        let (kept_rows, other_rows) = (rows(&world, kept), rows(&world, given_up));
        merge_preview(&asked(&world, kept, &kept_rows), &asked(&world, given_up, &other_rows)).map(drop).map_err(|fault| fault.code)
    };
    assert_eq!(codes(1, 1), Err("DESK-0201"));
    assert_eq!((codes(1, 2), codes(2, 1)), (Err("DESK-0202"), Err("DESK-0202")));
    assert_eq!(merge_values(&qianmo_core::pack::Packs::default(), person(1)).unwrap_err().code, "DESK-0203");
    world.void(merge);
    assert_eq!(live.one(person(2)).unwrap(), OnePerson::alone(person(2)));
}

#[test]
fn a_residents_own_copy_has_everything_and_who_has_read_it() {
    let mut world = World::new();
    world.resident(1, A, date(2020, 1, 1), date(1950, 3, 1));
    world.about("guard.case", 1, A, date(2025, 3, 1), &[("stage", text("2"))]);
    let wrong = world.about("care.exam", 1, A, date(2025, 3, 1), &[("grade", text("2"))]);
    world.correct(wrong, A, &[("grade", text("3"))]);
    let entry = |at, worker: &str, deed, number| Entry { resident: Some(person(number)), ..Entry::new(at, &Actor::worker(worker), deed) };
    world
        .store
        .note(&[
            entry(1_000, "wang", Deed::Read, 1).with("随访前查看"),
            entry(2_000, "li", Deed::Unmask, 1),
            entry(3_000, "li", Deed::Read, 2),
            Entry::new(4_000, &Actor::worker("li"), Deed::Login),
        ])
        .unwrap();
    let name = |account: &str| (account == "wang").then(|| "王医生".to_owned());
    let read = readings(&world.store, &OnePerson::alone(person(1)), &name).unwrap();
    let copy = own_copy(&page(&world, 1), TODAY, read, &name, &nobody);
    let json: serde_json::Value = serde_json::from_str(&copy.json()).unwrap();
    assert_eq!(json["made_on"], "2025-06-15");
    assert_eq!(json["name"], "居民1");
    assert_eq!(
        json["readings"],
        serde_json::json!([
            {"at": 2000, "worker": "li", "deed": "unmask"},
            {"at": 1000, "worker": "王医生", "deed": "read", "reason": "随访前查看"},
        ])
    );
    let records = json["records"].as_array().unwrap();
    assert_eq!(records.len(), 3);
    let exam = records.iter().find(|record| record["form"] == "体检").unwrap();
    assert_eq!((&exam["standing"], &exam["changed"]), (&"corrected".into(), &serde_json::json!([["grade", "乙等", "丙等"]])));
    assert_eq!((&exam["worker"], &exam["fields"][0]["text"]), (&"王医生".into(), &"丙等".into()));
    assert!(records.iter().any(|record| record["programme"] == "guard项目"), "also what is guarded: it is theirs");
}

#[test]
fn masked_numbers_stay_masked_on_the_page() {
    let mut world = World::new();
    let mut sheet = world.record("base.resident", person(1), Some(person(1)), date(2024, 1, 1), A);
    sheet.values = values(&[("name", text("王小丫")), ("id_number", text("53052319500301002X"))]);
    world.write(sheet);
    let mut masks = Masks::default();
    masks.field("base.resident", "id_number", qianmo_store::Mask::ResidentNumber);
    let store = qianmo_store::SqliteStore::open_with(world.folder.path(), &qianmo_store::Options { masks, ..Default::default() }).unwrap();
    let forms = std::sync::Arc::new(world.packs.forms().map(|form| form.id.clone()).collect());
    let window = qianmo_store::Window { areas: qianmo_store::Areas::All, forms, whose: qianmo_store::Whose::Everybody };
    let sight = qianmo_store::Sight { windows: vec![window], exposed: false };
    let rows = rows_about(&Reader::new(&store, &sight), &OnePerson::alone(person(1))).unwrap();
    let page = person_page(&asked(&world, 1, &rows)).unwrap();
    let number = page.card.fields.iter().find(|field| &*field.field == "id_number").unwrap();
    assert!(number.text.contains('*') && !number.text.contains("1950"), "{}", number.text);
}

#[test]
fn a_plan_has_what_is_to_come_and_what_was_done() {
    let mut world = World::new();
    world.resident(1, A, date(2020, 1, 1), date(1950, 3, 1));
    world.episode("care.enrolment", 1, A, date(2025, 6, 1), &[]);
    world.about("care.exam", 1, A, date(2025, 3, 1), &[]);
    let live = world.live();
    let sight = DueSight::everything();
    assert!(live.person(person(1), &sight).unwrap().is_empty());
    let plan: Vec<(String, &str)> =
        live.plan(person(1), &sight).unwrap().iter().map(|line| (line.due.item.service.to_string(), line.due.item.state.word())).collect();
    assert_eq!(plan, [("care.visit".to_owned(), "not_open"), ("care.yearly".to_owned(), "done")]);
    assert!(live.plan(person(1), &DueSight::default()).unwrap().is_empty());
}
