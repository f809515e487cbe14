//! What becomes of each record of a batch.

use std::sync::Arc;

use qianmo_core::{AreaCode, Fault, Record, Value};
use qianmo_store::{Areas, ArrivalState, ArrivalsAsked, Limits, SqliteStore, Store, Writer};
use qianmo_sync::{RECORDS_MAX, SenderKind};
use qianmo_wire::sync::State::{Accepted, Already, Merged, Quarantined, Unreadable};
use serde_json::{Value as Json, json};

use crate::support::*;

fn open(store: &dyn Store) -> Vec<(u128, ArrivalState)> {
    let asked = ArrivalsAsked { areas: &Areas::All, state: None, since: 0, arrivals_max: 100 };
    store.arrivals().list(&asked).unwrap().iter().map(|one| (one.what.record.0.as_u128(), one.what.state)).collect()
}

#[test]
fn what_is_right_is_written_and_what_is_wrong_is_kept_beside_it_with_its_reason() {
    let mut it = store();
    let batch = [
        visit(1, &json!({"sbp": 130, "dbp": 80, "weight": "60.5"})),
        visit(2, &json!({"sbp": 80, "dbp": 130})),
        json!({"id": "x", "form": "p.visit"}),
        visit(3, &json!({"sbp": 130, "height": 170})),
        with(visit(4, &json!({})), "form", "p.none"),
        with(visit(5, &json!({})), "form_version", 9),
        with(visit(6, &json!({})), "area", "530523100999"),
        with(visit(7, &json!({})), "kind", "household"),
        with(visit(8, &json!({})), "resident", person(1).to_string()),
        with(visit(9, &json!({})), "at", "2026-11-23"),
        visit(10, &json!({"note": "a\u{0}b"})),
        visit(11, &json!({"sbp": 210, "dbp": 80})),
        Json::from("not a record"),
    ];
    let outcomes = intake("wang", "phone-1").receive_into(&mut it.store, &batch).unwrap();
    let expected: [(_, &[&str]); 13] = [
        (Accepted, &[]),
        (Quarantined, &["FORM-0201"]),
        (Unreadable, &["SYNC-0101"]),
        (Quarantined, &["FORM-0101"]),
        (Quarantined, &["SYNC-0201"]),
        (Quarantined, &["SYNC-0202"]),
        (Quarantined, &["SYNC-0203"]),
        (Quarantined, &["SYNC-0204"]),
        (Quarantined, &["SYNC-0205"]),
        (Quarantined, &["FORM-0108"]),
        (Quarantined, &["SYNC-0206"]),
        (Accepted, &[]),
        (Unreadable, &["SYNC-0101"]),
    ];
    for (at, (outcome, (state, reasons))) in outcomes.iter().zip(expected).enumerate() {
        assert_eq!((outcome.state, codes(outcome)), (state, reasons.to_vec()), "{at}");
        assert_eq!(outcome.arrival.is_some(), state == Quarantined, "{at}");
        assert!(outcome.reasons.iter().all(|reason| reason.title != reason.code), "{at}: no words");
    }
    assert_eq!((outcomes[0].position, outcomes[11].position), (Some(1), Some(2)));
    assert_eq!(outcomes[11].questions[0].code, "FORM-0301");
    assert_eq!((outcomes[2].id.as_str(), outcomes[12].id.as_str()), ("x", ""));
    assert_eq!(in_force(&it.store), [1, 11]);
    assert_eq!(open(&it.store).len(), 9);
    it.store.verify().unwrap();
}

#[test]
fn the_same_batch_again_gets_the_same_answer() {
    let mut it = store();
    let batch = [
        visit(1, &json!({"sbp": 130, "dbp": 80})),
        visit(2, &json!({"sbp": 80, "dbp": 130})),
        correcting(visit(11, &json!({"sbp": 131, "dbp": 80})), 1),
        visit(3, &json!({})),
    ];
    let first = intake("wang", "phone-1").receive_into(&mut it.store, &batch).unwrap();
    assert_eq!(states(&first), [Accepted, Quarantined, Accepted, Accepted]);
    // Later, after somebody lost the right to write, and with a clock that ran.
    let mut later = intake("wang", "phone-1");
    later.may = Arc::new(|_: &Record, _: Option<AreaCode>| Err(Fault::new("ACCESS-0104")));
    later.now += 1_000_000;
    let new = visit(4, &json!({}));
    let again: Vec<Json> = batch.iter().cloned().chain([new]).collect();
    let second = later.receive_into(&mut it.store, &again).unwrap();
    assert_eq!(states(&second), [Already, Quarantined, Already, Already, Quarantined]);
    for (a, b) in first.iter().zip(&second) {
        assert_eq!((a.position, &a.arrival, &a.reasons), (b.position, &b.arrival, &b.reasons));
    }
    assert_eq!(codes(&second[4]), ["ACCESS-0104"]);
    assert_eq!((log(&it.store).len(), open(&it.store).len()), (3, 2));
    // A part of it that was there, with something new.
    let mixed = intake("wang", "phone-1").receive_into(&mut it.store, &[batch[3].clone(), visit(5, &json!({}))]).unwrap();
    assert_eq!((states(&mixed), mixed[0].position, mixed[1].position), (vec![Already, Accepted], Some(3), Some(4)));
}

#[test]
fn who_wrote_is_said_by_the_session_and_a_wrong_clock_counts_for_nothing() {
    let mut it = store();
    let ahead = with(with(with(visit(1, &json!({})), "worker", "li"), "device", "x"), "recorded_at", NOW + 1_000_000);
    let before = with(visit(2, &json!({})), "recorded_at", 5);
    let told = visit(3, &json!({}));
    intake("wang", "phone-1").receive_into(&mut it.store, &[ahead, before, told]).unwrap();
    let log = log(&it.store);
    assert!(log.iter().all(|record| record.worker.as_deref() == Some("wang") && record.device.as_deref() == Some("phone-1")));
    assert_eq!(log.iter().map(|record| record.recorded_at).collect::<Vec<_>>(), [NOW, NOW, NOW - 1000]);
}

#[test]
fn a_server_is_believed_who_wrote_but_its_names_are_not_ours() {
    let mut it = store();
    let mut county = intake("township", "server");
    county.rules = rules(COUNTY);
    county.sender.kind = SenderKind::Server { home: area(TOWNSHIP) };
    let batch =
        [with(visit(1, &json!({})), "worker", "wang"), with(visit(2, &json!({})), "worker", "li@530523000000"), visit(3, &json!({}))];
    county.receive_into(&mut it.store, &batch).unwrap();
    let workers: Vec<Option<String>> = log(&it.store).iter().map(|record| record.worker.as_deref().map(str::to_owned)).collect();
    let expected = ["wang@530523100000", "li", "@530523100000"].map(|name| Some(name.to_owned()));
    assert_eq!(workers, expected);
}

#[test]
fn a_correction_waits_for_what_it_corrects_wherever_that_is() {
    let mut it = store();
    let good = json!({"sbp": 130, "dbp": 80});
    // Before its target in the same batch: put right.
    let outcomes = intake("wang", "p").receive_into(&mut it.store, &[correcting(visit(11, &good), 1), visit(1, &good)]).unwrap();
    assert_eq!((states(&outcomes), outcomes[0].position, outcomes[1].position), (vec![Accepted, Accepted], Some(2), Some(1)));
    // The target comes in a later batch; a correction of the correction, too.
    let early = [correcting(visit(22, &good), 12), correcting(visit(12, &good), 2)];
    let outcomes = intake("wang", "p").receive_into(&mut it.store, &early).unwrap();
    assert_eq!(outcomes.iter().map(codes).collect::<Vec<_>>(), [["SYNC-0210"], ["SYNC-0209"]]);
    intake("li", "q").receive_into(&mut it.store, &[visit(2, &good)]).unwrap();
    assert_eq!(in_force(&it.store), [11, 22]);
    assert!(open(&it.store).iter().all(|(_, state)| *state == ArrivalState::Released));
    let again = intake("wang", "p").receive_into(&mut it.store, &early).unwrap();
    assert!(again.iter().all(|outcome| outcome.state == qianmo_wire::sync::State::Released && outcome.position.is_some()));
    let by_wang = log(&it.store).iter().filter(|record| record.worker.as_deref() == Some("wang")).count();
    assert_eq!(by_wang, 4, "what waited is still its writer's");
    // The target stands beside the log in the same batch.
    let bad = [visit(3, &json!({"sbp": 1})), correcting(visit(13, &good), 3)];
    let outcomes = intake("wang", "p").receive_into(&mut it.store, &bad).unwrap();
    assert_eq!(outcomes.iter().map(codes).collect::<Vec<_>>(), [["FORM-0104"], ["SYNC-0210"]]);
    // A circle ends.
    let circle = [correcting(visit(31, &good), 32), correcting(visit(32, &good), 31)];
    let outcomes = intake("wang", "p").receive_into(&mut it.store, &circle).unwrap();
    assert_eq!(states(&outcomes), [Quarantined, Quarantined]);
}

#[test]
fn two_corrections_of_one_record_are_merged_field_by_field() {
    let mut it = store();
    let base = json!({"sbp": 130, "dbp": 80, "weight": "60", "note": "a"});
    intake("wang", "p").receive_into(&mut it.store, &[visit(1, &base)]).unwrap();
    let first = correcting(visit(11, &json!({"sbp": 140, "dbp": 80, "weight": "61", "note": "a"})), 1);
    let second = correcting(visit(21, &json!({"sbp": 130, "dbp": 90, "weight": "62"})), 1);
    intake("wang", "p").receive_into(&mut it.store, &[first]).unwrap();
    let outcomes = intake("li", "q").receive_into(&mut it.store, std::slice::from_ref(&second)).unwrap();
    assert_eq!((outcomes[0].state, codes(&outcomes[0]), outcomes[0].position), (Merged, vec!["SYNC-0301"], Some(3)));
    let merged = log(&it.store).pop().unwrap();
    let values: Vec<String> = merged.values.iter().map(|(field, value)| format!("{field}={value}")).collect();
    assert_eq!(values, ["dbp=90", "sbp=140", "weight=62"], "the first changed sbp, the second dbp and took note out, both weight");
    assert_eq!(merged.action, qianmo_core::Action::Supersede(id(11)));
    let notice = &outcomes[0].notices[0];
    assert_eq!((notice.first.worker.as_deref(), notice.second.worker.as_deref()), (Some("wang"), Some("li")));
    let both: Vec<&str> = notice.fields.iter().filter(|field| field.both).map(|field| field.field.as_str()).collect();
    assert_eq!(both, ["weight"]);
    for worker in ["wang", "li"] {
        assert_eq!(it.store.arrivals().told_to(worker, 0, 10).unwrap().len(), 1, "{worker} is told");
    }
    let again = intake("li", "q").receive_into(&mut it.store, &[second]).unwrap();
    assert_eq!(again, outcomes);
    // A correction by who knows only what they sent keeps what the other changed; one that knows the merged record just follows it.
    let on = correcting(visit(31, &json!({"sbp": 130, "dbp": 91, "weight": "62"})), 21);
    assert_eq!(states(&intake("li", "q").receive_into(&mut it.store, &[on]).unwrap()), [Merged]);
    let merged = log(&it.store).pop().unwrap();
    assert_eq!((&merged.values["sbp"], &merged.values["dbp"]), (&Value::Integer(140), &Value::Integer(91)));
    let base = json!({"at": "2026-11-20", "area": VILLAGE_A.to_string(), "values": {"sbp": 140, "dbp": 91, "weight": "62"}});
    let back = with(correcting(visit(41, &json!({"sbp": 130, "dbp": 91, "weight": "62"})), 31), "base", base);
    assert_eq!(states(&intake("li", "q").receive_into(&mut it.store, &[back]).unwrap()), [Accepted]);
    assert_eq!(in_force(&it.store), [41]);
    assert_eq!(log(&it.store).pop().unwrap().values["sbp"], Value::Integer(130));
}

#[test]
fn the_later_date_of_service_wins_and_what_can_t_be_merged_is_kept() {
    let mut it = store();
    intake("wang", "p")
        .receive_into(&mut it.store, &[visit(1, &json!({"sbp": 130, "dbp": 80, "note": "a"})), visit(2, &json!({"sbp": 150, "dbp": 90}))])
        .unwrap();
    let newer = with(correcting(visit(11, &json!({"sbp": 130, "dbp": 80, "note": "b"})), 1), "at", "2026-11-21");
    let older = with(correcting(visit(21, &json!({"sbp": 130, "dbp": 80, "note": "c"})), 1), "at", "2026-11-19");
    intake("wang", "p").receive_into(&mut it.store, &[newer]).unwrap();
    intake("li", "q").receive_into(&mut it.store, &[older]).unwrap();
    let merged = log(&it.store).pop().unwrap();
    assert_eq!((&merged.values["note"], merged.at.day()), (&Value::text("b"), 21));
    // Each alone is right, both together aren't.
    intake("wang", "p").receive_into(&mut it.store, &[correcting(visit(12, &json!({"sbp": 100, "dbp": 90})), 2)]).unwrap();
    let outcomes = intake("li", "q").receive_into(&mut it.store, &[correcting(visit(22, &json!({"sbp": 150, "dbp": 110})), 2)]).unwrap();
    assert_eq!(codes(&outcomes[0]), ["SYNC-0212", "FORM-0201"]);
    // A withdrawal met a correction, and a withdrawal another.
    let outcomes = intake("li", "q").receive_into(&mut it.store, &[voiding(32, 2)]).unwrap();
    assert_eq!(codes(&outcomes[0]), ["SYNC-0211"]);
    intake("wang", "p").receive_into(&mut it.store, &[voiding(42, 12)]).unwrap();
    let outcomes = intake("li", "q").receive_into(&mut it.store, &[voiding(52, 12), correcting(visit(62, &json!({})), 12)]).unwrap();
    assert_eq!((states(&outcomes), codes(&outcomes[1])), (vec![Merged, Quarantined], vec!["SYNC-0211"]));
    let again = intake("li", "q").receive_into(&mut it.store, &[voiding(52, 12)]).unwrap();
    assert_eq!((again[0].state, again[0].position), (Merged, None));
    let outcomes = intake("li", "q")
        .receive_into(
            &mut it.store,
            &[voiding(72, 42), with(correcting(sheet(82, &json!({"name": "王"})), 1), "subject", person(1).to_string())],
        )
        .unwrap();
    assert_eq!(outcomes.iter().map(codes).collect::<Vec<_>>(), [["SYNC-0213"], ["SYNC-0213"]]);
    it.store.verify().unwrap();
}

#[test]
fn two_people_who_edit_one_sheet_are_told_and_identifying_values_stay_hidden() {
    let mut it = store();
    let first = with(sheet(1, &json!({"name": "王", "job": "农", "phone": "1390000"})), "seen", 0);
    intake("wang", "p").receive_into(&mut it.store, &[first]).unwrap();
    let second = with(sheet(11, &json!({"name": "王", "job": "工", "phone": "1380000"})), "seen", 0);
    let outcomes = intake("li", "q").receive_into(&mut it.store, std::slice::from_ref(&second)).unwrap();
    assert_eq!(outcomes[0].state, Merged);
    let fields = &outcomes[0].notices[0].fields;
    let told: Vec<_> = fields.iter().map(|field| (field.field.as_str(), field.first.as_deref(), field.second.as_deref())).collect();
    assert_eq!(told, [("job", Some("农"), Some("工")), ("phone", None, None)]);
    assert_eq!(log(&it.store).pop().unwrap().action, qianmo_core::Action::State, "profiles are completed where they are read");
    assert_eq!(intake("li", "q").receive_into(&mut it.store, &[second]).unwrap(), outcomes);
    let knew = with(sheet(21, &json!({"name": "王", "job": "商"})), "seen", 2);
    assert_eq!(states(&intake("zhao", "r").receive_into(&mut it.store, &[knew]).unwrap()), [Accepted]);
}

#[test]
fn checks_know_the_person_from_the_log_and_from_the_batch_itself() {
    let mut it = store();
    let born = sheet(1, &json!({"name": "王", "birth_date": "2026-11-21"}));
    let outcomes = intake("wang", "p").receive_into(&mut it.store, &[born, visit(11, &json!({})), visit(2, &json!({}))]).unwrap();
    assert_eq!((states(&outcomes), codes(&outcomes[1])), (vec![Accepted, Quarantined, Accepted], vec!["FORM-0201"]));
    let outcomes = intake("wang", "p").receive_into(&mut it.store, &[visit(21, &json!({}))]).unwrap();
    assert_eq!(codes(&outcomes[0]), ["FORM-0201"]);
}

#[test]
fn an_episode_stays_with_whom_it_began() {
    let mut it = store();
    let check = |number: u128, whose: u128| {
        let body = with(with(visit(number, &json!({"weeks": 12})), "form", "p.antenatal"), "kind", "pregnancy");
        with(with(body, "subject", person(777).to_string()), "resident", person(whose).to_string())
    };
    let outcomes = intake("wang", "p").receive_into(&mut it.store, &[check(1, 1), check(2, 2)]).unwrap();
    assert_eq!((outcomes[0].state, codes(&outcomes[1])), (Accepted, vec!["SYNC-0205"]));
    let outcomes = intake("wang", "p").receive_into(&mut it.store, &[check(3, 2), check(4, 1)]).unwrap();
    assert_eq!(states(&outcomes), [Quarantined, Accepted]);
}

#[test]
fn an_id_is_taken_once() {
    let mut it = store();
    let batch = [visit(1, &json!({"sbp": 130})), visit(1, &json!({"sbp": 130})), visit(1, &json!({"sbp": 131}))];
    let outcomes = intake("wang", "p").receive_into(&mut it.store, &batch).unwrap();
    assert_eq!((states(&outcomes), codes(&outcomes[2])), (vec![Accepted, Accepted, Quarantined], vec!["SYNC-0208"]));
    let outcomes = intake("li", "q").receive_into(&mut it.store, &[visit(1, &json!({"sbp": 132})), visit(2, &json!({}))]).unwrap();
    assert_eq!((states(&outcomes), codes(&outcomes[0])), (vec![Quarantined, Accepted], vec!["SYNC-0208"]));
    assert_eq!(outcomes[0].position, None);
}

#[test]
fn what_a_revoked_device_sends_is_kept_for_the_township() {
    let mut it = store();
    let was = visit(1, &json!({}));
    intake("wang", "p").receive_into(&mut it.store, std::slice::from_ref(&was)).unwrap();
    let mut revoked = intake("wang", "p");
    revoked.sender.revoked = true;
    let outcomes = revoked.receive_into(&mut it.store, &[was, visit(2, &json!({}))]).unwrap();
    assert_eq!((states(&outcomes), codes(&outcomes[1])), (vec![Already, Quarantined], vec!["SYNC-0207"]));
}

#[test]
fn who_may_write_is_asked_with_where_the_person_sits_and_of_what_is_corrected() {
    let mut it = store();
    let born = with(sheet(1, &json!({"name": "王"})), "area", VILLAGE_B.to_string());
    intake("li", "q").receive_into(&mut it.store, &[born.clone(), with(visit(11, &json!({})), "area", VILLAGE_B.to_string())]).unwrap();
    let mut in_a = intake("wang", "p");
    in_a.may = Arc::new(|record: &Record, home: Option<AreaCode>| {
        let outside = [Some(record.area), home].into_iter().flatten().any(|place| place != area(VILLAGE_A));
        if outside { Err(Fault::new("ACCESS-0104")) } else { Ok(()) }
    });
    let to_a = sheet(21, &json!({"name": "王"}));
    let correction = correcting(visit(31, &json!({})), 11);
    let outcomes = in_a.receive_into(&mut it.store, &[to_a, correction, sheet(2, &json!({"name": "李"}))]).unwrap();
    assert_eq!(states(&outcomes), [Quarantined, Quarantined, Accepted]);
}

#[test]
fn who_makes_two_entries_one_or_takes_it_back_may_write_both_sheets() {
    let mut it = store();
    let born = |number, village: u64| with(sheet(number, &json!({"name": "王"})), "area", village.to_string());
    intake("li", "q").receive_into(&mut it.store, &[born(1, VILLAGE_A), born(2, VILLAGE_B), born(3, VILLAGE_A)]).unwrap();
    let merge = |number: u128, given_up: u128, kept: u128| {
        let body = with(visit(number, &json!({"merged_into": person(kept).to_string()})), "form", "p.merge");
        with(body, "subject", person(given_up).to_string())
    };
    let mut in_a = intake("wang", "p");
    // Of merges themselves anybody may write; of sheets only those of village A.
    in_a.may = Arc::new(|record: &Record, _: Option<AreaCode>| {
        if &*record.form == "p.person" && record.area != area(VILLAGE_A) {
            Err(Fault::new("ACCESS-0104").with("area", record.area))
        } else {
            Ok(())
        }
    });
    let outcomes = in_a.receive_into(&mut it.store, &[merge(41, 2, 1), merge(42, 1, 2), merge(43, 3, 1)]).unwrap();
    assert_eq!(states(&outcomes), [Quarantined, Quarantined, Accepted], "either entry elsewhere is for somebody else");
    assert_eq!(codes(&outcomes[0]), ["ACCESS-0104"]);
    let outcomes = intake("li", "q").receive_into(&mut it.store, &[merge(44, 1, 2)]).unwrap();
    assert_eq!(states(&outcomes), [Accepted]);
    let undo = |number: u128, target: u128, given_up: u128| {
        let mut body = merge(number, given_up, 0);
        body["values"] = json!({});
        with(with(body, "voids", id(target).to_string()), "reason", "不是一个人")
    };
    let outcomes = in_a.receive_into(&mut it.store, &[undo(51, 44, 1), undo(52, 43, 3)]).unwrap();
    assert_eq!(states(&outcomes), [Quarantined, Accepted], "what is taken back names the other entry");
}

#[test]
fn too_many_records_at_once_are_refused_whole() {
    let mut it = store();
    let batch = vec![Json::Null; RECORDS_MAX + 1];
    assert_eq!(intake("wang", "p").receive_into(&mut it.store, &batch).unwrap_err().code, "SYNC-0003");
}

#[test]
fn through_the_writer_many_phones_correct_one_record_and_no_edit_is_lost() {
    let it = store();
    let reader = || SqliteStore::open(it.dir.path()).unwrap();
    let (writer, thread) = Writer::start(Box::new(reader()), Limits::default()).unwrap();
    let base = json!({"sbp": 130, "dbp": 80});
    intake("wang", "p").receive(&reader(), &writer, &[visit(1, &base)]).unwrap();
    let phones: Vec<_> = (0..8_u128)
        .map(|phone| {
            let (writer, reader) = (writer.clone(), reader());
            std::thread::spawn(move || {
                let name = format!("phone-{phone}");
                let mine = (0..5_u128)
                    .map(|n| 100 + 10 * (phone * 5 + n) + 1)
                    .map(|n| correcting(visit(n, &json!({"sbp": 130, "dbp": 80, "note": n.to_string()})), 1));
                mine.map(|body| intake(&name, &name).receive(&reader, &writer, &[body]).unwrap()[0].state).collect::<Vec<_>>()
            })
        })
        .collect();
    let states: Vec<_> = phones.into_iter().flat_map(|phone| phone.join().unwrap()).collect();
    assert_eq!(states.iter().filter(|state| **state == Accepted).count(), 1);
    assert_eq!(states.iter().filter(|state| **state == Merged).count(), 39);
    thread.stop().unwrap();
    let store = reader();
    assert_eq!(store.history(id(1)).unwrap().len(), 41, "one chain");
    assert_eq!(in_force(&store).len(), 1);
    assert_eq!(open(&store).len(), 39);
    store.verify().unwrap();
}
