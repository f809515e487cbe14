//! What lies beside the log: seen where its area and form are, released after mending, dismissed with a reason.

use qianmo_core::{Action, Value};
use qianmo_store::{ArrivalId, ArrivalState, Deed, Sight, Store, Trail};
use qianmo_sync::{Arrived, Release, dismiss, release};
use qianmo_wire::sync::State;
use serde_json::{Value as Json, json};

use crate::support::*;

fn arrival(store: &dyn Store, record: u128) -> ArrivalId {
    store.arrivals().of_record(id(record)).unwrap()[0].what.id
}

fn mend(store: &dyn Store, record: u128, changes: Json) -> Release {
    Release { id: arrival(store, record), changes: Some(changes), note: "电话核实".into() }
}

#[test]
fn a_mended_record_is_released_as_its_writers_and_what_waited_follows() {
    let mut it = store();
    let batch = [visit(1, &json!({"sbp": 5, "dbp": 80})), correcting(visit(11, &json!({"sbp": 131, "dbp": 80})), 1)];
    intake("wang", "phone-1").receive_into(&mut it.store, &batch).unwrap();
    let officer = intake("office", "desk");
    let everywhere = sight(&[VILLAGE_A, VILLAGE_B]);
    let wrong = mend(&it.store, 1, json!({"values": {"sbp": 6}}));
    let outcome = release(&mut it.store, &officer, &everywhere, &wrong).unwrap();
    assert_eq!((outcome.state, codes(&outcome)), (State::Quarantined, vec!["FORM-0104"]));
    assert_eq!(it.store.arrivals().get(wrong.id).unwrap().unwrap().what.state, ArrivalState::Open);
    let right = mend(&it.store, 1, json!({"values": {"sbp": 130}}));
    let outcome = release(&mut it.store, &officer, &everywhere, &right).unwrap();
    assert_eq!((outcome.state, outcome.position), (State::Accepted, Some(1)));
    let log = log(&it.store);
    assert_eq!(log.len(), 2, "the correction that waited came after it");
    assert_eq!((&log[0].values["sbp"], log[0].worker.as_deref()), (&Value::Integer(130), Some("wang")));
    assert_eq!(log[1].action, Action::Supersede(id(1)));
    let trail = it.store.trail(&Trail { deeds: &[Deed::Arrival], ..Trail::default() }).unwrap();
    let words: Vec<_> = trail.iter().filter_map(|line| line.entry.detail.clone()).collect();
    assert!(words.iter().any(|words| words.contains("released") && words.contains("电话核实")), "{words:?}");
    // Its sender learns of it, and sending it again changes nothing.
    let told = it.store.arrivals().told_to("wang", 0, 10).unwrap();
    let told: Vec<_> = told.iter().map(|one| (one.what.record, one.what.state)).collect();
    assert_eq!(told, [(id(1), ArrivalState::Released), (id(11), ArrivalState::Merged)], "the correction knew the record as it was sent");
    let again = intake("wang", "phone-1").receive_into(&mut it.store, &batch).unwrap();
    assert_eq!(states(&again), [State::Released, State::Merged]);
    assert_eq!(release(&mut it.store, &officer, &everywhere, &right).unwrap_err().code, "SYNC-0402");
    it.store.verify().unwrap();
}

#[test]
fn a_dismissal_has_a_reason_and_its_sender_sees_it() {
    let mut it = store();
    let bad = [visit(1, &json!({"sbp": 5}))];
    intake("wang", "p").receive_into(&mut it.store, &bad).unwrap();
    let (rules, everywhere, by) = (rules(TOWNSHIP), sight(&[VILLAGE_A]), actor("office", "desk"));
    let which = arrival(&it.store, 1);
    let mut say = |sight: &Sight, reason: &str| dismiss(&mut it.store, &by, NOW, (sight, &rules), which, reason);
    assert_eq!(say(&everywhere, " ").unwrap_err().code, "SYNC-0403");
    assert_eq!(say(&sight(&[VILLAGE_B]), "重复").unwrap_err().code, "SYNC-0401");
    say(&everywhere, "重复").unwrap();
    assert_eq!(say(&everywhere, "重复").unwrap_err().code, "SYNC-0402");
    let again = intake("wang", "p").receive_into(&mut it.store, &bad).unwrap();
    assert_eq!(again[0].state, State::Dismissed);
    let told = it.store.arrivals().told_to("wang", 0, 10).unwrap();
    assert_eq!((told[0].note.as_deref(), told[0].decided_by.as_deref()), (Some("重复"), Some("office")));
    let nobody = it.store.arrivals_mut().dismiss(&by, NOW, ArrivalId(uuid::Uuid::nil()), "x");
    assert_eq!(nobody.unwrap_err().code, "STORE-0701");
}

#[test]
fn arrivals_are_seen_as_records_are_and_numbers_only_by_who_asked() {
    let mut it = store();
    let batch = [
        sheet(1, &json!({"phone": "13900001111"})),
        with(visit(2, &json!({"sbp": 5})), "area", VILLAGE_B.to_string()),
        with(visit(3, &json!({"secret": "x"})), "form", "p.none"),
    ];
    intake("wang", "p").receive_into(&mut it.store, &batch).unwrap();
    let rules = rules(TOWNSHIP);
    let list = |sight: &Sight| Arrived { store: &it.store, sight, rules: &rules }.list(None, 0, 10).unwrap().0;
    let in_a = list(&Sight { exposed: false, ..sight(&[VILLAGE_A]) });
    let records: Vec<&str> = in_a.iter().map(|one| one.record.as_str()).collect();
    assert_eq!(records, [id(1).to_string(), id(3).to_string()]);
    assert_eq!(in_a[0].sent.as_ref().unwrap()["values"]["phone"], "***");
    assert_eq!(in_a[1].sent.as_ref().unwrap()["values"]["secret"], "***", "what no form knows isn't shown");
    assert_eq!(list(&sight(&[VILLAGE_A]))[0].sent.as_ref().unwrap()["values"]["phone"], "13900001111");
    assert!(list(&Sight::default()).is_empty());
    let everything = sight(&[VILLAGE_A, VILLAGE_B]);
    let arrived = Arrived { store: &it.store, sight: &everything, rules: &rules };
    let (page, next) = arrived.list(Some(ArrivalState::Open), 0, 2).unwrap();
    let (rest, end) = arrived.list(Some(ArrivalState::Open), next.unwrap(), 2).unwrap();
    assert_eq!((page.len(), rest.len(), end), (2, 1, None));
    assert_eq!(arrived.get(ArrivalId(uuid::Uuid::nil())).unwrap_err().code, "SYNC-0401");
}

#[test]
fn a_mended_record_keeps_its_id_unless_another_has_it() {
    let mut it = store();
    intake("wang", "p").receive_into(&mut it.store, &[visit(1, &json!({"sbp": 5})), visit(2, &json!({}))]).unwrap();
    intake("li", "q").receive_into(&mut it.store, &[visit(2, &json!({"note": "x"}))]).unwrap();
    let (officer, everywhere) = (intake("office", "desk"), sight(&[VILLAGE_A]));
    let other = mend(&it.store, 1, json!({"id": id(9).to_string(), "values": {"sbp": null}}));
    assert_eq!(release(&mut it.store, &officer, &everywhere, &other).unwrap_err().code, "SYNC-0404");
    let free = mend(&it.store, 2, json!({"id": id(8).to_string()}));
    assert_eq!(release(&mut it.store, &officer, &everywhere, &free).unwrap().state, State::Accepted);
    assert_eq!(in_force(&it.store), [2, 8]);
}

#[test]
fn numbers_that_come_back_masked_are_as_they_were() {
    let mut it = store();
    let base = sheet(1, &json!({"name": "王", "phone": "13900001111", "job": "农"}));
    intake("wang", "p").receive_into(&mut it.store, &[base]).unwrap();
    let batch = [
        correcting(sheet(11, &json!({"name": "王", "phone": "139****1111", "job": "工"})), 1),
        sheet(21, &json!({"name": "王", "phone": "139****1111"})),
    ];
    let outcomes = intake("li", "q").receive_into(&mut it.store, &batch).unwrap();
    assert_eq!(states(&outcomes), [State::Accepted, State::Accepted]);
    let log = log(&it.store);
    assert_eq!((&log[1].values["phone"], log[2].values.get("phone")), (&Value::text("13900001111"), None));
    assert_eq!(states(&intake("li", "q").receive_into(&mut it.store, &batch).unwrap()), [State::Already, State::Already]);
}
