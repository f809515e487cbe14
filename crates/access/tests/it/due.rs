//! Due lines, numbers and the rows behind them: nothing shows through what it was joined with.

use qianmo_access::{DueWindow, RowsSeen, Wording};
use qianmo_core::pack::Sensitivity;
use qianmo_store::{Role, Whose};

use crate::world::*;

fn services(windows: &[DueWindow]) -> Vec<&str> {
    let mut found: Vec<&str> = windows.iter().flat_map(|window| window.services.iter().map(|id| &**id)).collect();
    found.sort_unstable();
    found
}

#[test]
fn due_lines_follow_the_records_they_are_made_of() {
    let doctor = access(&[grant(Role::VillageDoctor, VILLAGE, Sensitivity::Restricted)]);
    assert_eq!(services(&doctor.due(None)), ["visit.yearly"], "a routine service that reads sensitive records is sensitive");
    assert_eq!(services(&doctor.due(REASON)), ["quiet.yearly", "visit.careful", "visit.yearly"]);
    let mut named = grant(Role::VillageDoctor, VILLAGE, Sensitivity::Restricted);
    named.residents = Some([person(1)].into());
    assert_eq!(services(&access(&[named]).due(REASON)), ["closed.yearly", "quiet.yearly", "visit.careful", "visit.yearly"]);
    for role in [Role::HealthOffice, Role::CountyAnalyst, Role::Auditor, Role::Administrator] {
        assert!(access(&[grant(role, COUNTY, Sensitivity::Restricted)]).due(REASON).is_empty(), "{role:?}");
    }
}

#[test]
fn clients_are_known_by_the_records_of_the_same_sensitivity() {
    let windows = access(&[grant(Role::Clinician, TOWN, Sensitivity::Restricted)]).due(REASON);
    let of = |service: &str| windows.iter().find(|window| window.services.contains(service)).unwrap();
    assert_eq!(of("visit.yearly").whose, Whose::Everybody);
    assert!(of("visit.yearly").client_forms.is_empty());
    assert_eq!(of("quiet.yearly").whose, Whose::ClientsOf(name("li")));
    assert!(of("quiet.yearly").client_forms.contains("quiet.note") && !of("quiet.yearly").client_forms.contains("closed.note"));
    assert_eq!(of("closed.yearly").client_forms.iter().map(|form| &**form).collect::<Vec<_>>(), ["closed.note"]);
}

#[test]
fn a_committee_gets_appointments_without_what_they_are_for() {
    let windows = access(&[grant(Role::Committee, VILLAGE, Sensitivity::Routine)]).due(None);
    assert!(windows.iter().all(|window| window.wording == Wording::Appointment && window.whose == Whose::Everybody));
    assert_eq!(services(&windows), ["closed.yearly", "quiet.yearly", "visit.careful", "visit.yearly"]);
}

#[test]
fn a_number_is_as_sensitive_as_all_it_reads() {
    let of = |role, sensitivity| access(&[grant(role, TOWN, sensitivity)]);
    let counts = [
        (Sensitivity::Routine, vec!["base.people", "visit.people"]),
        (Sensitivity::Sensitive, vec!["base.people", "quiet.people", "visit.people", "visit.quiet"]),
        (Sensitivity::Restricted, vec!["base.people", "closed.people", "quiet.people", "visit.hidden", "visit.people", "visit.quiet"]),
    ];
    for (sensitivity, expected) in counts {
        for role in Role::all() {
            let access = of(role, sensitivity);
            let counting = matches!(
                role,
                Role::VillageDoctor
                    | Role::PublicHealth
                    | Role::Clinician
                    | Role::HealthOffice
                    | Role::CountyAnalyst
                    | Role::DiseaseControl
                    | Role::Supervision
            );
            let numbers = access.numbers(area(NEXT_VILLAGE));
            let found: Vec<&str> = numbers.iter().map(|id| &**id).collect();
            assert_eq!(found, if counting { expected.clone() } else { Vec::new() }, "{role:?} {sensitivity:?}");
            assert_eq!(access.number("visit.people", area(VILLAGE)), counting, "{role:?}");
            assert!(!access.number("visit.people", area(FAR_VILLAGE)));
            assert!(access.numbers(area(FAR_VILLAGE)).is_empty() && access.numbers(area(COUNTY)).is_empty());
            assert_eq!(access.programme("closed", area(TOWN)), counting && sensitivity == Sensitivity::Restricted);
        }
    }
    let mut named = grant(Role::VillageDoctor, VILLAGE, Sensitivity::Restricted);
    named.residents = Some([person(1)].into());
    assert!(access(&[named]).numbers(area(VILLAGE)).is_empty(), "a grant for single people counts nobody else");
}

#[test]
fn refusing_a_number_doesnt_tell_whether_it_exists() {
    let access = access(&[grant(Role::PublicHealth, TOWN, Sensitivity::Routine)]);
    let hidden = access.require_number("closed.people", area(TOWN)).unwrap_err();
    let missing = access.require_number("closed.nobody", area(TOWN)).unwrap_err();
    assert_eq!((hidden.code, &hidden), ("ACCESS-0102", &missing));
    let outside = access.require_number("visit.people", area(FAR_VILLAGE)).unwrap_err();
    assert_eq!((outside.code, outside.param("area")), ("ACCESS-0104", Some(FAR_VILLAGE)));
    assert_eq!(access.require_area(area("999999999999")).unwrap_err().code, "ACCESS-0104");
    assert_eq!(access.require_number("visit.people", area(TOWN)), Ok(()));
}

#[test]
fn rows_behind_a_number_need_the_sight_of_all_it_reads() {
    let health = |sensitivity| access(&[grant(Role::PublicHealth, TOWN, sensitivity)]);
    let routine = health(Sensitivity::Routine);
    assert_eq!(routine.rows_of_indicator("visit.people", area(VILLAGE), None), RowsSeen::Everybody);
    assert_eq!(routine.rows_of_indicator("visit.quiet", area(VILLAGE), REASON), RowsSeen::Nothing);
    assert_eq!(routine.rows_of_indicator("visit.people", area(FAR_VILLAGE), None), RowsSeen::Nothing);
    let sensitive = health(Sensitivity::Sensitive);
    assert_eq!(sensitive.rows_of_view("visit_quiet", area(VILLAGE), None), RowsSeen::Nothing);
    assert_eq!(sensitive.rows_of_view("visit_quiet", area(VILLAGE), REASON), RowsSeen::Everybody);
    assert_eq!(sensitive.rows_of_view("visit_hidden", area(VILLAGE), REASON), RowsSeen::Nothing);
    assert_eq!(sensitive.rows_of_roster("L92", area(VILLAGE), REASON), RowsSeen::Everybody);
    assert_eq!(sensitive.require_rows_of_roster("L92", area(VILLAGE), None).unwrap_err().code, "ACCESS-0103");
    assert_eq!(sensitive.require_rows_of_roster("L99", area(VILLAGE), REASON).unwrap_err().code, "ACCESS-0102");
    assert_eq!(sensitive.require_rows_of_indicator("visit.hidden", area(VILLAGE), REASON).unwrap_err().code, "ACCESS-0102");
    let mut only_visits = grant(Role::PublicHealth, TOWN, Sensitivity::Sensitive);
    only_visits.programmes = only(&["visit"]);
    assert_eq!(
        access(&[only_visits]).rows_of_view("visit_quiet", area(VILLAGE), REASON),
        RowsSeen::Everybody,
        "the view's own programme counts"
    );
}

#[test]
fn rows_are_those_of_clients_named_people_or_without_illness() {
    let clinician = access(&[grant(Role::Clinician, TOWN, Sensitivity::Sensitive)]);
    let RowsSeen::Only(windows) = clinician.rows_of_view("visit_quiet", area(VILLAGE), REASON) else { panic!("clients") };
    assert_eq!((windows.len(), &windows[0].whose), (1, &Whose::ClientsOf(name("li"))));
    assert!(windows[0].forms.contains("quiet.note") && !windows[0].forms.contains("visit.note"));
    let clerk = access(&[grant(Role::HealthOffice, TOWN, Sensitivity::Restricted)]);
    assert_eq!(clerk.rows_of_view("base_people", area(VILLAGE), REASON), RowsSeen::Everybody);
    for clinical in ["visit_people", "quiet_people", "closed_people"] {
        assert_eq!(clerk.rows_of_view(clinical, area(VILLAGE), REASON), RowsSeen::Nothing);
    }
    let supervisor = access(&[grant(Role::Supervision, TOWN, Sensitivity::Restricted)]);
    assert_eq!(supervisor.rows_of_view("base_people", area(VILLAGE), REASON), RowsSeen::Nothing);
    let mut own = grant(Role::Resident, VILLAGE, Sensitivity::Routine);
    own.residents = Some([person(1)].into());
    let RowsSeen::Only(windows) = access(&[own]).rows_of_view("closed_people", area(FAR_VILLAGE), None) else { panic!("own") };
    assert_eq!(windows[0].whose, Whose::Residents(std::sync::Arc::new([person(1)].into())));
}
