//! Role × area × sensitivity × grant × reason: every combination against a table written out by hand.

use qianmo_core::pack::Sensitivity;
use qianmo_store::Role;

use crate::world::{self, *};

/// What a role sees with a grant up to `restricted` for all programmes at the place, and a reason: of a routine clinical, a sensitive and a restricted
/// record about a resident, an administrative one, and an organisation's. `+` everybody's, `c` own clients', `n` named residents', `-` nobody's.
const TABLE: [(Role, &str); 11] = [
    (Role::VillageDoctor, "++n++"),
    (Role::PublicHealth, "+++++"),
    (Role::Clinician, "+cc++"),
    (Role::HealthOffice, "---++"),
    (Role::CountyAnalyst, "-----"),
    (Role::DiseaseControl, "-----"),
    (Role::Supervision, "----+"),
    (Role::Committee, "-----"),
    (Role::Resident, "nnnn-"),
    (Role::Auditor, "-----"),
    (Role::Administrator, "-----"),
];
const THINGS: [(&str, Sensitivity); 5] = [
    ("visit.note", Sensitivity::Routine),
    ("quiet.note", Sensitivity::Sensitive),
    ("closed.note", Sensitivity::Restricted),
    ("base.sheet", Sensitivity::Routine),
    ("base.clinic", Sensitivity::Routine),
];
const LEVELS: [Sensitivity; 3] = [Sensitivity::Routine, Sensitivity::Sensitive, Sensitivity::Restricted];

fn record<'a>(form: &'a str, at: &'a str) -> Seen<'a> {
    let resident = (form != "base.clinic").then(|| person(1));
    Seen { resident, ..Seen::of(form, at) }
}

#[test]
fn each_role_sees_what_the_table_says_and_nothing_else() {
    let mut cases = 0;
    for (role, row) in TABLE {
        for (mark, (form, sensitivity)) in row.chars().zip(THINGS) {
            for granted in LEVELS {
                for reason in [REASON, None, Some("   "), Some("随访")] {
                    for (at, places) in [(VILLAGE, [true, false, false]), (TOWN, [true, true, false]), (COUNTY, [true, true, true])] {
                        for (place, near) in [VILLAGE, NEXT_VILLAGE, FAR_VILLAGE].into_iter().zip(places) {
                            for (named, client) in [(false, false), (false, true), (true, false)] {
                                let mut grant = grant(role, at, granted);
                                grant.residents = named.then(|| [person(1)].into());
                                let sight = access(&[grant]).sight(reason, false);
                                let mut seen = record(form, place);
                                let wrote = [form];
                                seen.wrote = if client { &wrote } else { &[] };
                                let own = role == Role::Resident;
                                let whose = match mark {
                                    '+' => !named || form != "base.clinic",
                                    'c' => client || named,
                                    'n' => named,
                                    _ => false,
                                };
                                let bound =
                                    own || (sensitivity == Sensitivity::Routine || (reason == REASON && at_most(sensitivity, granted)));
                                let expected = whose && bound && (near || own);
                                assert_eq!(
                                    opens(&sight, &seen),
                                    expected,
                                    "{role:?} at {at} up to {granted:?}, {reason:?}: {form} in {place}, named {named}, client {client}"
                                );
                                cases += 1;
                            }
                        }
                    }
                }
            }
        }
    }
    assert_eq!(cases, 11 * 5 * 3 * 4 * 9 * 3);
}

fn at_most(a: Sensitivity, b: Sensitivity) -> bool {
    LEVELS.iter().position(|level| *level == a) <= LEVELS.iter().position(|level| *level == b)
}

#[test]
fn programmes_bound_what_is_seen_but_not_ones_own_record() {
    for (role, _) in TABLE {
        let mut one = grant(role, COUNTY, Sensitivity::Restricted);
        one.programmes = only(&["visit"]);
        one.residents = (role == Role::Resident).then(|| [person(1)].into());
        let forms = world::forms(&access(&[one]).sight(REASON, false));
        assert!(forms.iter().all(|form| form.starts_with("visit.")), "{role:?}: {forms:?}");
    }
}

#[test]
fn case_lists_need_programmes_by_name_and_always_a_reason() {
    for role in [Role::CountyAnalyst, Role::DiseaseControl] {
        let mut one = grant(role, COUNTY, Sensitivity::Sensitive);
        one.programmes = only(&["visit", "quiet", "closed"]);
        let access = access(&[one]);
        assert!(access.sight(None, false).windows.is_empty(), "{role:?}");
        let sight = access.sight(REASON, false);
        assert!(opens(&sight, &Seen::of("visit.note", FAR_VILLAGE)) && opens(&sight, &Seen::of("quiet.note", FAR_VILLAGE)));
        assert!(!opens(&sight, &Seen::of("closed.note", FAR_VILLAGE)), "above the grant's sensitivity");
        let fault = access.require_form("visit.note", None).unwrap_err();
        assert_eq!((fault.code, fault.param("least")), ("ACCESS-0103", Some("4")));
    }
}

#[test]
fn a_record_is_judged_by_where_it_was_made_or_where_its_resident_sits() {
    let sight = access(&[grant(Role::VillageDoctor, VILLAGE, Sensitivity::Routine)]).sight(None, false);
    assert!(opens(&sight, &Seen { area: FAR_VILLAGE, ..Seen::of("visit.note", VILLAGE) }), "moved in");
    assert!(opens(&sight, &Seen { home: FAR_VILLAGE, ..Seen::of("visit.note", VILLAGE) }), "served here");
    assert!(!opens(&sight, &Seen::of("visit.note", FAR_VILLAGE)));
}

#[test]
fn a_client_of_a_lesser_programme_is_none_of_a_greater() {
    let grants = [grant(Role::Clinician, TOWN, Sensitivity::Restricted)];
    let sight = access(&grants).sight(REASON, false);
    let restricted = Seen { wrote: &["quiet.note", "visit.note"], ..Seen::of("closed.note", VILLAGE) };
    assert!(!opens(&sight, &restricted));
    let mut quiet = grants[0].clone();
    quiet.programmes = only(&["quiet"]);
    let mut others = grants[0].clone();
    others.programmes = only(&["closed", "base", "visit"]);
    others.sensitivity = Sensitivity::Sensitive;
    let sight = access(&[quiet, others]).sight(REASON, false);
    assert!(!forms(&sight).contains("closed.note"));
}

#[test]
fn unmasked_is_only_what_may_be() {
    for (role, _) in TABLE {
        let mut one = grant(role, VILLAGE, Sensitivity::Restricted);
        one.programmes = only(&["base", "visit"]);
        one.residents = (role == Role::Resident).then(|| [person(1)].into());
        let access = access(&[one]);
        assert!(!access.sight(REASON, false).exposed);
        let exposed = access.sight(REASON, true);
        let may = matches!(
            role,
            Role::VillageDoctor | Role::PublicHealth | Role::Clinician | Role::HealthOffice | Role::DiseaseControl | Role::Resident
        );
        assert_eq!((exposed.exposed, !exposed.windows.is_empty()), (may, may), "{role:?}");
    }
    let mut analyst = grant(Role::CountyAnalyst, COUNTY, Sensitivity::Routine);
    analyst.programmes = only(&["visit"]);
    let sight = access(&[analyst, grant(Role::VillageDoctor, VILLAGE, Sensitivity::Routine)]).sight(REASON, true);
    assert!(opens(&sight, &Seen::of("visit.note", VILLAGE)));
    assert!(!opens(&sight, &Seen::of("visit.note", FAR_VILLAGE)), "an analyst's rows stay masked whatever else is granted");
}

#[test]
fn grants_of_others_and_of_other_days_and_places_give_nothing() {
    let right = grant(Role::PublicHealth, TOWN, Sensitivity::Routine);
    assert!(!access(std::slice::from_ref(&right)).sight(None, false).windows.is_empty());
    let mut others = vec![right.clone(); 4];
    others[0].worker = name("wang");
    others[1].from = day("2026-11-23");
    others[2].to = Some(day("2026-11-21"));
    others[3].area = area("530524100000");
    assert!(access(&others).sight(None, false).windows.is_empty());
    let mut edges = vec![right.clone(), right];
    edges[0].from = today();
    edges[0].to = None;
    edges[1].to = Some(today());
    for edge in edges {
        assert!(!access(&[edge]).sight(None, false).windows.is_empty());
    }
}

#[test]
fn the_only_root_is_everything() {
    let sight = access(&[grant(Role::PublicHealth, COUNTY, Sensitivity::Routine)]).sight(None, false);
    assert!(sight.windows.iter().all(|window| window.areas == qianmo_store::Areas::All));
    assert_eq!(sight.windows.len(), 1, "one condition in the query: {:?}", sight.windows);
}
