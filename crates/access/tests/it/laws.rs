//! What holds for any grants: they only ever open what they name, and more of them never show less.

use std::collections::BTreeSet;

use proptest::prelude::*;
use qianmo_access::{RowsSeen, Written};
use qianmo_core::pack::Sensitivity;
use qianmo_store::{Grant, Programmes, Role};

use crate::world::*;

const PLACES: [&str; 6] = [COUNTY, TOWN, VILLAGE, NEXT_VILLAGE, OTHER_TOWN, FAR_VILLAGE];
const FORMS: [&str; 9] = [
    "base.sheet",
    "base.death",
    "base.clinic",
    "visit.note",
    "visit.village",
    "quiet.note",
    "quiet.benefit",
    "closed.note",
    "closed.stock",
];
const LEVELS: [Sensitivity; 3] = [Sensitivity::Routine, Sensitivity::Sensitive, Sensitivity::Restricted];
const PACKS: [&str; 4] = ["base", "visit", "quiet", "closed"];

fn any_grant() -> impl Strategy<Value = Grant> {
    let programmes =
        prop_oneof![Just(Programmes::All), proptest::sample::subsequence(PACKS.to_vec(), 0..=4).prop_map(|packs| only(&packs)),];
    let residents = proptest::option::of(proptest::collection::btree_set((1u128..4).prop_map(person), 0..3));
    let role = proptest::sample::select(Role::all().collect::<Vec<_>>());
    (role, 0..PLACES.len(), programmes, 0usize..3, residents).prop_map(|(role, place, programmes, level, residents)| Grant {
        programmes,
        residents,
        ..grant(role, PLACES[place], LEVELS[level])
    })
}

fn any_record() -> impl Strategy<Value = (usize, usize, usize, Option<u128>, Vec<&'static str>)> {
    let wrote = proptest::sample::subsequence(FORMS.to_vec(), 0..3);
    (0..FORMS.len(), 0..PLACES.len(), 0..PLACES.len(), proptest::option::of(1u128..4), wrote)
}

fn reason() -> impl Strategy<Value = Option<&'static str>> {
    proptest::sample::select(vec![None, REASON])
}

/// Everything that an access shows, as one set.
fn shown(grants: &[Grant], stated: Option<&str>, record: &Seen<'_>) -> BTreeSet<String> {
    let access = access(grants);
    let mut shown = BTreeSet::new();
    for exposed in [false, true] {
        if opens(&access.sight(stated, exposed), record) {
            shown.insert(format!("record {exposed}"));
        }
    }
    for window in access.due(stated) {
        for service in window.services.iter() {
            shown.insert(format!("due {service} {:?} {:?}", window.wording, window.whose));
        }
    }
    for place in PLACES {
        shown.extend(access.numbers(area(place)).iter().map(|id| format!("number {id} {place}")));
        for view in ["base_people", "visit_people", "visit_quiet", "quiet_people", "closed_people"] {
            if access.rows_of_view(view, area(place), stated) != RowsSeen::Nothing {
                shown.insert(format!("rows {view} {place}"));
            }
        }
        for right in qianmo_access::Right::ALL {
            if access.may(right, area(place)) {
                shown.insert(format!("right {right:?} {place}"));
            }
        }
    }
    let written = Written { form: record.form, area: area(record.area), resident: record.resident, home: Some(area(record.home)) };
    if access.may_write(&written).is_ok() {
        shown.insert("write".to_owned());
    }
    shown
}

proptest! {
    #[test]
    fn a_sight_stays_within_its_grants(
        grants in proptest::collection::vec(any_grant(), 0..4),
        (form, made, home, resident, wrote) in any_record(),
        stated in reason(),
        exposed: bool,
    ) {
        let record = Seen { form: FORMS[form], area: PLACES[made], home: PLACES[home], resident: resident.map(person), wrote: &wrote };
        if opens(&access(&grants).sight(stated, exposed), &record) {
            let tree = tree();
            let within = grants.iter().any(|grant| {
                let reaches = |place: &str| tree.ancestors(area(place)).contains(&grant.area);
                let own = grant.role == Role::Resident;
                let there = own || reaches(record.area) || (record.resident.is_some() && reaches(record.home));
                let level = match record.form.split('.').next() {
                    Some("quiet") => 1,
                    Some("closed") => 2,
                    _ => 0,
                };
                let held = LEVELS.iter().position(|level| *level == grant.sensitivity).unwrap();
                let careful = own || (level <= held && (level == 0 || stated.is_some()));
                let named = grant.residents.as_ref().is_none_or(|named| record.resident.is_some_and(|resident| named.contains(&resident)));
                grant.programmes.contain(record.form.split('.').next().unwrap()) && there && careful && named
            });
            prop_assert!(within, "{record:?} through {grants:?}");
        }
    }

    #[test]
    fn more_grants_never_show_less_and_fewer_never_more(
        grants in proptest::collection::vec(any_grant(), 0..4),
        another in any_grant(),
        (form, made, home, resident, wrote) in any_record(),
        stated in reason(),
    ) {
        let record = Seen { form: FORMS[form], area: PLACES[made], home: PLACES[home], resident: resident.map(person), wrote: &wrote };
        let before = shown(&grants, stated, &record);
        let mut more = grants.clone();
        more.push(another);
        let after = shown(&more, stated, &record);
        prop_assert!(before.is_subset(&after), "lost {:?}", before.difference(&after).collect::<Vec<_>>());
        prop_assert!(shown(&grants, None, &record).is_subset(&before), "a reason never hides");
    }
}
