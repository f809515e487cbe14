//! What about the data wants looking at.

use jiff::civil::date;
use qianmo_core::Value;
use qianmo_desk::{TwinsBy, UnusualAsked, unusual, village_signals};
use qianmo_store::Reader;

use crate::world::{A, B, C, TODAY, World, area, person, values};

#[test]
fn a_village_that_fell_silent_is_told_with_its_days() {
    let mut world = World::new();
    let mut early = world.record("care.exam", person(1), Some(person(1)), date(2025, 1, 1), A);
    early.recorded_at = 1_750_000_000_000;
    world.write(early);
    let mut late = world.record("care.exam", person(2), Some(person(2)), date(2025, 1, 1), B);
    late.recorded_at = 1_750_000_000_000 + 9 * 86_400_000;
    world.write(late);
    // Comes last, from a phone that was long away: the village was heard of since.
    let mut belated = world.record("care.exam", person(3), Some(person(3)), date(2025, 1, 1), B);
    belated.recorded_at = 1_750_000_000_000;
    world.write(belated);
    let now = 1_750_000_000_000 + 10 * 86_400_000 - 1;
    let told = village_signals(&world.store, &[A, B, C].map(area), now).unwrap();
    let days: Vec<Option<i64>> = told.iter().map(|signal| signal.silent_days).collect();
    assert_eq!(days, [Some(9), Some(0), None]);
    assert!(told.iter().all(|signal| signal.waiting == 0));
}

#[test]
fn entries_of_one_number_or_of_one_name_and_birth_may_be_one_person() {
    let mut world = World::new();
    let sheet = |world: &mut World, number: u128, name: &str, birth, id: Option<&str>| {
        let mut record = world.record(
            "base.resident",
            person(number),
            Some(person(number)),
            date(2020, 1, 1),
            if number.is_multiple_of(2) { A } else { B },
        );
        record.values = values(&[("name", Value::text(name)), ("birth_date", Value::Date(birth)), ("sex", Value::text("2"))]);
        if let Some(id) = id {
            record.values.insert("id_number".into(), Value::text(id));
        }
        world.write(record);
    };
    let (old, other) = (date(1950, 3, 1), date(1960, 3, 1));
    sheet(&mut world, 1, "王一", old, Some("53052319500301002X"));
    sheet(&mut world, 2, "王壹", other, Some("53052319500301002x"));
    sheet(&mut world, 3, "李二", old, Some("530523195003010038"));
    sheet(&mut world, 4, "李二", old, None);
    sheet(&mut world, 5, "张三", old, Some("530523195003010046"));
    sheet(&mut world, 6, "张三", old, Some("530523195003010054"));
    sheet(&mut world, 7, "赵四", old, None);
    sheet(&mut world, 8, "赵四", other, None);
    let live = world.live();
    let told = |villages: &[u64]| {
        let villages: Vec<_> = villages.iter().map(|village| area(*village)).collect();
        let twins = live.twins(&villages).unwrap();
        twins
            .into_iter()
            .map(|twins| (twins.by, twins.entries.into_iter().map(|entry| entry.resident).collect::<Vec<_>>()))
            .collect::<Vec<_>>()
    };
    let expected = [(TwinsBy::Number, vec![person(1), person(2)]), (TwinsBy::NameAndBirth, vec![person(3), person(4)])];
    assert_eq!(told(&[A, B]), expected);
    assert!(told(&[A]).is_empty(), "only what lies in the villages asked for");
    world.merge(4, 3, A);
    assert_eq!(told(&[A, B]), expected[..1], "merged ones are settled");
}

#[test]
fn unusual_values_are_asked_about_again_page_by_page() {
    let mut world = World::new();
    let strange = world.episode("care.followup", 1, A, date(2025, 4, 1), &[("sbp", Value::Integer(230))]);
    for number in 0..5 {
        world.episode("care.followup", number, A, date(2025, 4, 2), &[("sbp", Value::Integer(120))]);
    }
    let withdrawn = world.episode("care.followup", 1, A, date(2025, 4, 3), &[("sbp", Value::Integer(240))]);
    world.void(withdrawn);
    world.episode("care.followup", 1, B, date(2025, 4, 3), &[("sbp", Value::Integer(250))]);
    let reader = Reader::whole(&world.store);
    let mut asked = UnusualAsked { areas: &[area(A)], before: None, rows_max: 3, on: TODAY };
    let mut found = Vec::new();
    loop {
        let (some, next) = unusual(&reader, &world.packs, asked).unwrap();
        found.extend(some);
        let Some(next) = next else { break };
        asked.before = Some(next);
    }
    let [only] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((only.record, only.questions[0].code), (strange, "FORM-0301"));
}
