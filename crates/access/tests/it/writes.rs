//! Who writes what.

use qianmo_access::Written;
use qianmo_core::pack::Sensitivity;
use qianmo_store::{Grant, Role};

use crate::world::*;

fn written<'a>(form: &'a str, at: &str, home: Option<&str>) -> Written<'a> {
    let resident = (!matches!(form, "base.clinic" | "visit.village" | "closed.stock")).then(|| person(1));
    Written { form, area: area(at), resident, home: home.map(area) }
}

fn refused(grants: &[Grant], record: &Written<'_>) -> Option<&'static str> {
    access(grants).may_write(record).err().map(|fault| fault.code)
}

#[test]
fn who_cares_writes_in_their_area_about_anybody_without_a_reason() {
    let doctor = [grant(Role::VillageDoctor, VILLAGE, Sensitivity::Sensitive)];
    assert_eq!(refused(&doctor, &written("visit.note", VILLAGE, Some(VILLAGE))), None);
    assert_eq!(refused(&doctor, &written("quiet.note", VILLAGE, Some(FAR_VILLAGE))), None, "somebody from elsewhere is served, too");
    assert_eq!(refused(&doctor, &written("visit.note", NEXT_VILLAGE, Some(VILLAGE))), Some("ACCESS-0104"));
    assert_eq!(refused(&doctor, &written("closed.note", VILLAGE, Some(VILLAGE))), Some("ACCESS-0102"));
    assert_eq!(refused(&doctor, &written("visit.nothing", VILLAGE, None)), Some("ACCESS-0102"));
    let clinician = [grant(Role::Clinician, TOWN, Sensitivity::Restricted)];
    assert_eq!(refused(&clinician, &written("closed.note", TOWN, Some(VILLAGE))), None, "the first record makes a client");
}

#[test]
fn nobody_moves_a_stranger_into_their_village() {
    let doctor = [grant(Role::VillageDoctor, VILLAGE, Sensitivity::Routine)];
    assert_eq!(refused(&doctor, &written("base.sheet", VILLAGE, None)), None, "a newborn, a newcomer nobody knows");
    assert_eq!(refused(&doctor, &written("base.sheet", VILLAGE, Some(VILLAGE))), None);
    assert_eq!(refused(&doctor, &written("base.sheet", VILLAGE, Some(NEXT_VILLAGE))), Some("ACCESS-0107"));
    let centre = [grant(Role::PublicHealth, TOWN, Sensitivity::Routine)];
    assert_eq!(refused(&centre, &written("base.sheet", VILLAGE, Some(NEXT_VILLAGE))), None);
    assert_eq!(refused(&centre, &written("base.sheet", VILLAGE, Some(FAR_VILLAGE))), Some("ACCESS-0107"));
    let both = [grant(Role::VillageDoctor, VILLAGE, Sensitivity::Routine), grant(Role::VillageDoctor, NEXT_VILLAGE, Sensitivity::Routine)];
    assert_eq!(refused(&both, &written("base.sheet", VILLAGE, Some(NEXT_VILLAGE))), None);
}

#[test]
fn restricted_programmes_are_written_for_assigned_residents() {
    let mut named = grant(Role::VillageDoctor, VILLAGE, Sensitivity::Restricted);
    assert_eq!(refused(&[named.clone()], &written("closed.note", VILLAGE, Some(VILLAGE))), Some("ACCESS-0102"));
    named.residents = Some([person(1)].into());
    assert_eq!(refused(&[named.clone()], &written("closed.note", VILLAGE, Some(VILLAGE))), None);
    named.residents = Some([person(2)].into());
    assert_eq!(refused(&[named], &written("closed.note", VILLAGE, Some(VILLAGE))), Some("ACCESS-0102"));
}

#[test]
fn offices_write_what_tells_no_illness() {
    let clerk = [grant(Role::HealthOffice, TOWN, Sensitivity::Restricted)];
    let supervisor = [grant(Role::Supervision, TOWN, Sensitivity::Restricted)];
    for (form, by_clerk, by_supervisor) in [
        ("base.sheet", true, false),
        ("base.clinic", true, true),
        ("quiet.benefit", true, false),
        ("visit.village", false, true),
        ("base.death", false, false),
        ("visit.note", false, false),
        ("closed.note", false, false),
    ] {
        let record = written(form, VILLAGE, None);
        assert_eq!((refused(&clerk, &record).is_none(), refused(&supervisor, &record).is_none()), (by_clerk, by_supervisor), "{form}");
    }
    for role in [Role::CountyAnalyst, Role::Committee, Role::Auditor, Role::Administrator] {
        for form in ["base.sheet", "base.clinic", "visit.note", "base.consent"] {
            assert_eq!(refused(&[grant(role, COUNTY, Sensitivity::Restricted)], &written(form, VILLAGE, None)), Some("ACCESS-0102"));
        }
    }
}

#[test]
fn residents_answer_for_themselves() {
    let mut own = grant(Role::Resident, VILLAGE, Sensitivity::Routine);
    own.residents = Some([person(1)].into());
    assert_eq!(refused(&[own.clone()], &written("base.consent", VILLAGE, Some(VILLAGE))), None);
    assert_eq!(refused(&[own.clone()], &written("visit.note", VILLAGE, Some(VILLAGE))), Some("ACCESS-0102"));
    own.residents = Some([person(2)].into());
    assert_eq!(refused(&[own], &written("base.consent", VILLAGE, Some(VILLAGE))), Some("ACCESS-0102"));
}
