//! The shipped packs: what their markings mean for who sees what.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use qianmo_access::{Access, Guard, RowsSeen};
use qianmo_core::consent::Processing;
use qianmo_core::form::Known;
use qianmo_core::pack::{Packs, Sensitivity};
use qianmo_store::{Role, Whose};

use crate::world::*;

fn files(folder: &Path, root: &Path, found: &mut Vec<(String, String)>) {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            files(&path, root, found);
        } else if let Ok(text) = std::fs::read_to_string(&path) {
            found.push((path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/"), text));
        }
    }
}

pub(crate) static PACKS: LazyLock<Packs> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs");
    let mut found = Vec::new();
    files(&root, &root, &mut found);
    let loaded = qianmo_packs::load(&found);
    assert!(loaded.faults.is_empty(), "{:#?}", loaded.faults);
    let dead = loaded.dead_fields();
    assert!(!dead.iter().any(|fault| fault.param("form").is_some_and(|form| form.ends_with(".consent"))), "{dead:#?}");
    loaded.packs
});
static SHIPPED: LazyLock<Arc<Guard>> = LazyLock::new(|| Arc::new(Guard::new(&PACKS)));

fn shipped(role: Role, sensitivity: Sensitivity) -> Access {
    Access::new(name("li"), &[grant(role, TOWN, sensitivity)], SHIPPED.clone(), &tree(), today())
}

#[test]
fn no_administrative_form_tells_an_illness_or_a_choice() {
    let mut marked = 0;
    for pack in &PACKS.packs {
        for form in pack.forms.iter().filter(|form| pack.administrative.contains(&form.id)) {
            marked += 1;
            assert_ne!(pack.sensitivity, Sensitivity::Restricted, "{}", form.id);
            for field in form.columns() {
                assert!(!field.choice_fact, "{}.{}", form.id, field.id);
                let label = format!("{} {}", field.name, field.id);
                let personal = matches!(&*form.subject, "resident" | "household");
                for word in ["诊断", "病种", "病情", "症状", "死因", "妊娠", "避孕", "icd", "diagnos"] {
                    assert!(!personal || !label.contains(word), "{}.{label}", form.id);
                }
            }
        }
    }
    assert!(marked > 30, "{marked}");
}

#[test]
fn views_that_join_guarded_records_are_guarded() {
    let mut raised: BTreeMap<&str, Sensitivity> = BTreeMap::new();
    for pack in &PACKS.packs {
        for view in &pack.views {
            let guarded = SHIPPED.view(&view.id).unwrap();
            assert_eq!(guarded.pack, pack.id);
            assert!(qianmo_access::at_most(pack.sensitivity, guarded.sensitivity), "{}", view.id);
            if guarded.sensitivity != pack.sensitivity {
                raised.insert(&view.id, guarded.sensitivity);
            }
        }
    }
    assert!(!raised.is_empty() && raised.len() < PACKS.views().count() / 2, "{raised:#?}");
}

#[test]
fn a_clerk_and_a_supervisor_reach_no_illness() {
    for role in [Role::HealthOffice, Role::Supervision] {
        let access = shipped(role, Sensitivity::Restricted);
        let sight = access.sight(REASON, true);
        let sight = if role == Role::Supervision { access.sight(REASON, false) } else { sight };
        assert!(!sight.windows.is_empty());
        for form in forms(&sight) {
            let guarded = SHIPPED.form(&form).unwrap();
            assert!(guarded.administrative || (role == Role::Supervision && guarded.impersonal), "{role:?} {form}");
        }
        for view in PACKS.views().filter(|view| access.rows_of_view(&view.id, area(VILLAGE), REASON) != RowsSeen::Nothing) {
            let guarded = SHIPPED.view(&view.id).unwrap();
            assert!(guarded.administrative || (role == Role::Supervision && guarded.impersonal), "{role:?} {}", view.id);
        }
    }
}

#[test]
fn restricted_programmes_dont_even_show_as_numbers() {
    let sensitive = shipped(Role::PublicHealth, Sensitivity::Sensitive);
    let all = shipped(Role::PublicHealth, Sensitivity::Restricted);
    let (seen, everything) = (sensitive.numbers(area(TOWN)), all.numbers(area(TOWN)));
    assert_eq!(everything.len(), PACKS.indicators().count());
    for pack in PACKS.packs.iter().filter(|pack| pack.sensitivity == Sensitivity::Restricted) {
        assert!(!sensitive.programme(&pack.id, area(TOWN)), "{}", pack.id);
        assert!(pack.indicators.iter().all(|indicator| !seen.contains(&indicator.id)));
        for form in &pack.returns {
            assert!(!sensitive.whole_return(&form.id, area(TOWN)) && all.whole_return(&form.id, area(TOWN)), "{}", form.id);
        }
        for roster in &pack.rosters {
            assert_eq!(sensitive.rows_of_roster(&roster.id, area(TOWN), REASON), RowsSeen::Nothing, "{}", roster.id);
        }
    }
}

#[test]
fn every_form_view_indicator_and_service_is_guarded() {
    for form in PACKS.forms() {
        assert!(SHIPPED.form(&form.id).is_some());
    }
    for indicator in PACKS.indicators() {
        assert!(SHIPPED.indicator(&indicator.id).is_some());
    }
    for schedule in PACKS.packs.iter().map(|pack| &pack.schedule) {
        let ids = schedule.services.iter().map(|service| &service.id).chain(schedule.series.iter().map(|series| &series.id));
        assert!(ids.into_iter().all(|id| SHIPPED.service(id).is_some()));
    }
    let doctor = shipped(Role::VillageDoctor, Sensitivity::Restricted);
    assert!(doctor.sight(REASON, false).windows.iter().all(|window| window.whose == Whose::Everybody));
    assert!(forms(&doctor.sight(REASON, false)).iter().all(|form| {
        let guarded = SHIPPED.form(form).unwrap();
        guarded.sensitivity != Sensitivity::Restricted || guarded.impersonal
    }));
}

#[test]
fn consent_is_asked_for_what_needs_it() {
    let rules = SHIPPED.consent();
    let unasked = rules.unasked();
    for processing in [Processing::Reminder, Processing::CommitteeReminder, Processing::Sharing, Processing::Posting] {
        assert!(rules.purposes().iter().any(|purpose| purpose.allows.contains(&processing)), "{processing:?} can be agreed to");
        assert!(!unasked.allows(processing), "{processing:?} isn't done unasked");
    }
    assert!(unasked.stopped().is_empty(), "nobody loses a service for not having been asked");
    let form = PACKS.form(rules.form().unwrap()).unwrap();
    assert_eq!(&*form.subject, "resident");
    assert!(form.check(&blank(form), &Known::on(today())).refused.iter().all(|fault| fault.code == "FORM-0102"));
}

#[test]
fn the_worked_cases_of_consent_hold() {
    let form = PACKS.form(SHIPPED.consent().form().unwrap()).unwrap();
    let mut asked = 0;
    for case in PACKS.packs.iter().flat_map(|pack| &pack.cases) {
        for (place, record) in case.records.iter().enumerate().filter(|(_, record)| record.form == form.id) {
            asked += 1;
            let mut sheets = case.records.iter().filter(|sheet| PACKS.form(&sheet.form).is_some_and(qianmo_core::Form::is_person_sheet));
            let sheet = sheets.rfind(|sheet| sheet.subject == record.subject).map(|sheet| sheet.values.clone()).unwrap_or_default();
            let filled = qianmo_core::Record { at: record.at, values: record.values.clone(), ..blank(form) };
            let found: Vec<&str> = form.check(&filled, &Known::on(today()).about(&sheet)).refused.iter().map(|fault| fault.code).collect();
            let expected: Vec<&str> = case.refused.iter().filter(|(n, _)| *n == place + 1).map(|(_, code)| &**code).collect();
            assert_eq!(found, expected, "{}: record {}", case.title, place + 1);
        }
    }
    assert!(asked >= 10, "{asked}");
}

fn blank(form: &qianmo_core::Form) -> qianmo_core::Record {
    qianmo_core::Record {
        id: qianmo_core::RecordId(uuid::Uuid::from_u128(1)),
        form: form.id.clone(),
        form_version: form.version,
        subject: qianmo_core::Subject { kind: form.subject.clone(), id: person(1) },
        resident: Some(person(1)),
        area: area(VILLAGE),
        organisation: None,
        worker: None,
        device: None,
        at: today(),
        recorded_at: 0,
        action: qianmo_core::Action::State,
        values: BTreeMap::new(),
    }
}
