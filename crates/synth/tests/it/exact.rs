//! What the figures say is what the records add up to.

use std::collections::BTreeSet;

use qianmo_core::{Decimal, ResidentNumber, SubjectId, Value};

use crate::toy::{FIGURES, changed, figures, made, of, options, packs, value};

#[test]
fn draws_and_shares_come_out_exactly() {
    let (records, township) = made(&packs(), &figures(&[]), &options()).unwrap();
    let people = of(&records, "toy.resident");
    let adults: Vec<_> = people.iter().filter(|person| !value(person, "poor").is_null()).collect();
    assert_eq!((people.len(), adults.len()), (126, 120));
    assert_eq!(adults.iter().filter(|person| value(person, "sex") == Value::text("2")).count(), 61);
    assert_eq!(adults.iter().filter(|person| value(person, "poor") == Value::Bool(true)).count(), 30);
    let payments = of(&records, "toy.payment");
    let paid: Decimal = payments.iter().map(|payment| value(payment, "amount").as_decimal().unwrap()).sum();
    assert_eq!((payments.len(), paid), (30, Decimal::new(123_456, 2)));
    assert!(payments.iter().all(|payment| value(payment, "amount").as_decimal() > Some(Decimal::ZERO)));
    assert_eq!(of(&records, "toy.visit").len(), 25 * 2 + 6);
    assert_eq!(township.records["toy.visit"], 56);
    assert_eq!(township.areas.len(), 6, "county, township, four villages");
}

#[test]
fn a_visit_belongs_to_a_poor_resident_and_is_counted_in_his_village() {
    let (records, _) = made(&packs(), &figures(&[]), &options()).unwrap();
    let homes: std::collections::BTreeMap<SubjectId, _> = of(&records, "toy.resident").iter().map(|r| (r.subject.id, *r)).collect();
    let visits = of(&records, "toy.visit");
    let drawn: BTreeSet<_> = visits
        .iter()
        .filter(|visit| homes[&visit.resident.unwrap()].values.contains_key("poor"))
        .collect::<Vec<_>>()
        .iter()
        .map(|v| v.resident)
        .collect();
    assert_eq!(drawn.len(), 25, "without repetition");
    for visit in &visits {
        let home = homes[&visit.resident.unwrap()];
        assert_eq!(visit.area, home.area);
        assert_eq!(&*visit.subject.kind, "visit");
        assert_ne!(Some(visit.subject.id), visit.resident);
    }
    let clinics = of(&records, "toy.clinic");
    for visit in visits {
        let clinic = clinics.iter().find(|clinic| clinic.area == visit.area).unwrap();
        assert_eq!(visit.organisation, Some(clinic.subject.id), "the clinic of the village");
        assert!(visit.worker.is_some());
    }
}

#[test]
fn every_household_has_someone_and_children_live_with_their_mother() {
    let (records, _) = made(&packs(), &figures(&[]), &options()).unwrap();
    let people = of(&records, "toy.resident");
    let lived_in: BTreeSet<String> = people.iter().map(|person| value(person, "household").to_string()).collect();
    assert_eq!(lived_in.len(), 40);
    let households: BTreeSet<String> = of(&records, "toy.household").iter().map(|household| household.subject.id.to_string()).collect();
    assert_eq!(lived_in, households);
    let surname = |text: &Value| text.as_text().unwrap().chars().next();
    for child in people.iter().filter(|person| value(person, "poor").is_null()) {
        let same = people.iter().filter(|person| value(person, "household") == value(child, "household"));
        assert!(same.clone().count() >= 2 && same.map(|person| surname(&value(person, "name"))).collect::<BTreeSet<_>>().len() == 1);
    }
}

#[test]
fn resident_numbers_fit_sex_and_birth_and_none_is_twice() {
    let (records, _) = made(&packs(), &figures(&[]), &options()).unwrap();
    let mut seen = BTreeSet::new();
    for person in of(&records, "toy.resident") {
        let Some(text) = value(person, "id_number").as_text().map(str::to_owned) else { continue };
        let number: ResidentNumber = text.parse().unwrap();
        assert_eq!(Value::Date(number.birth_date()), value(person, "birth_date"));
        assert_eq!(Value::text(number.sex().code()), value(person, "sex"));
        assert!(seen.insert(text));
    }
    assert_eq!(seen.len(), 120);
}

#[test]
fn record_ids_are_version_7_unique_and_written_after_the_service() {
    let (records, _) = made(&packs(), &figures(&[]), &options()).unwrap();
    let ids: BTreeSet<_> = records.iter().map(|record| record.id).collect();
    assert_eq!(ids.len(), records.len());
    for record in &records {
        assert_eq!(record.id.0.get_version_num(), 7);
        let days = record.recorded_at.div_euclid(86_400_000);
        let at = jiff::civil::date(1970, 1, 1).until(record.at).unwrap().get_days();
        assert_eq!(days, i64::from(at));
        assert_eq!(u128::try_from(record.recorded_at).ok(), Some(record.id.0.as_u128() >> 80));
    }
}

#[test]
fn the_same_seed_gives_the_same_township_and_another_group_changes_nothing() {
    let (first, _) = made(&packs(), &figures(&[]), &options()).unwrap();
    let (again, _) = made(&packs(), &figures(&[]), &options()).unwrap();
    assert_eq!(first, again);
    let (other, _) = made(&packs(), &figures(&[]), &qianmo_synth::Options { seed: 8, ..options() }).unwrap();
    assert_ne!(first, other);
    let (more_visits, _) = made(&packs(), &figures(&["visited=12"]), &options()).unwrap();
    assert_eq!(of(&first, "toy.resident"), of(&more_visits, "toy.resident"), "who lives there doesn't hang on the visits");
}

#[test]
fn a_date_in_a_field_with_a_clock_gets_an_hour_of_work() {
    let (records, _) = made(&packs(), &figures(&[]), &options()).unwrap();
    let begun = of(&records, "toy.visit").into_iter().filter_map(|visit| match value(visit, "begun_at") {
        Value::DateTime(at) => Some((visit.at, at)),
        _ => None,
    });
    let begun: Vec<_> = begun.collect();
    assert_eq!(begun.len(), 50);
    assert!(begun.iter().all(|(day, at)| at.date() == *day && (8..17).contains(&at.hour())));
}

#[test]
fn figures_that_no_pack_knows_are_named() {
    let text = format!("{FIGURES}dog_licences,犬证,7,,\n");
    let figures = qianmo_synth::Figures::read("玩具.csv", text.as_bytes()).unwrap();
    let (_, township) = made(&packs(), &figures, &options()).unwrap();
    assert_eq!(township.unused, ["dog_licences"]);
}

#[test]
fn the_sinks_fault_ends_the_run() {
    let full = qianmo_core::Fault::new("STORE-0001");
    let stopped = qianmo_synth::generate(&packs(), &figures(&[]), &options(), &mut |_| Err(full.clone()));
    assert_eq!(stopped.unwrap_err(), [full]);
}

#[test]
fn a_pool_can_be_drawn_from_by_its_size() {
    let half = changed("count = \"visited\"", "count = \"round(n / 2)\"");
    let (records, _) = made(&half, &figures(&[]), &options()).unwrap();
    assert_eq!(of(&records, "toy.visit").len(), 15 * 2 + 6);
}

#[test]
fn who_shares_a_parent_can_be_linked() {
    let text = "[[group]]\nid = \"twins_visited\"\nfrom = [\"newborns\"]\nlink = { to = \"mothers_visits\", shared = true }\n";
    let before = "[[group]]\nid = \"mothers_visits\"\nfrom = [\"people\"]\nonly = \"woman\"\nsteps = [{ set = \"mother_born\", expr = \"birth_date\" }]\n";
    let packs = changed("[[group]]\nid = \"twins_visited\"\nfrom = [\"newborns\"]\n", &format!("{before}{text}"));
    let (records, _) = made(&packs, &figures(&[]), &options()).unwrap();
    assert_eq!(of(&records, "toy.visit").len(), 56);
}
