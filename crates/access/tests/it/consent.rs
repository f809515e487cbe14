//! Consent, refusal and withdrawal have effect on the day they are given.

use std::collections::BTreeMap;

use qianmo_access::{Answer, Answered, Rules, State, Wording};
use qianmo_core::consent::Processing;
use qianmo_core::pack::Sensitivity;
use qianmo_core::{Action, Date, Record, RecordId, Subject, Value};
use qianmo_store::Role;
use uuid::Uuid;

use crate::world::*;

fn answered(purpose: &str, at: &str, answer: Answer) -> Answered {
    Answered { purpose: purpose.into(), at: day(at), answer, until: None }
}

fn state(answers: &[Answered], purpose: &str, on: &str) -> State {
    rules().standing(answers, day(on)).state(purpose).unwrap()
}

fn rules() -> &'static Rules {
    GUARD.consent()
}

#[test]
fn the_latest_answer_counts_from_its_day_on() {
    let answers = [
        answered("base.passed_on", "2026-09-01", Answer::Withdrawn),
        answered("base.passed_on", "2026-03-01", Answer::Given),
        answered("base.passed_on", "2026-01-01", Answer::Refused),
        answered("base.contract", "2026-10-01", Answer::Refused),
    ];
    for (on, expected) in [
        ("2025-12-31", State::Unasked),
        ("2026-01-01", State::Refused),
        ("2026-02-28", State::Refused),
        ("2026-03-01", State::Given),
        ("2026-08-31", State::Given),
        ("2026-09-01", State::Withdrawn),
    ] {
        assert_eq!(state(&answers, "base.passed_on", on), expected, "{on}");
        let allowed = rules().standing(&answers, day(on)).allows(Processing::CommitteeReminder);
        assert_eq!(allowed, expected == State::Given, "{on}");
    }
    assert_eq!(rules().standing(&answers, today()).state("base.other"), None);
}

#[test]
fn of_two_answers_on_one_day_the_one_against_counts() {
    let mut answers = [
        answered("base.passed_on", "2026-03-01", Answer::Given),
        answered("base.passed_on", "2026-03-01", Answer::Refused),
        answered("base.passed_on", "2026-03-01", Answer::Withdrawn),
    ];
    for _ in 0..3 {
        answers.rotate_left(1);
        assert_eq!(state(&answers, "base.passed_on", "2026-03-01"), State::Withdrawn);
    }
    assert_eq!(state(&answers[..2], "base.passed_on", "2026-03-01"), State::Refused);
}

#[test]
fn consent_given_for_a_time_ends_after_its_last_day() {
    let mut given = answered("base.passed_on", "2026-03-01", Answer::Given);
    given.until = Some(day("2026-03-31"));
    assert_eq!(state(std::slice::from_ref(&given), "base.passed_on", "2026-03-31"), State::Given);
    assert_eq!(state(&[given], "base.passed_on", "2026-04-01"), State::Expired);
}

#[test]
fn a_service_stops_when_the_consent_it_rests_on_is_refused_or_withdrawn() {
    assert!(!rules().unasked().stops("visit.yearly"), "the contract itself is the consent");
    assert_eq!(rules().unasked().state("base.contract"), Some(State::Unasked));
    for answer in [Answer::Refused, Answer::Withdrawn] {
        let standing = rules().standing(&[answered("base.contract", "2026-10-01", answer)], today());
        assert!(standing.stops("visit.yearly") && !standing.stops("quiet.yearly"), "{answer:?}");
        assert_eq!(standing.stopped().iter().map(|id| &**id).collect::<Vec<_>>(), ["visit.yearly"]);
    }
    let again = [answered("base.contract", "2026-10-01", Answer::Withdrawn), answered("base.contract", "2026-10-02", Answer::Given)];
    assert!(!rules().standing(&again, today()).stops("visit.yearly"));
}

#[test]
fn a_committee_is_told_only_of_those_who_agreed() {
    let committee = access(&[grant(Role::Committee, VILLAGE, Sensitivity::Routine)]).due(None);
    let doctor = access(&[grant(Role::VillageDoctor, VILLAGE, Sensitivity::Routine)]).due(None);
    let agreed = rules().standing(&[answered("base.passed_on", "2026-03-01", Answer::Given)], today());
    let (told, own) = (&committee[0], &doctor[0]);
    assert_eq!((told.wording, own.wording), (Wording::Appointment, Wording::Full));
    assert!(!rules().unasked().shows(told, "visit.yearly") && agreed.shows(told, "visit.yearly"));
    assert!(rules().unasked().shows(own, "visit.yearly"), "the doctor needs no such consent");
    assert!(!agreed.shows(own, "closed.yearly"), "not in the window");
    let withdrawn = [answered("base.passed_on", "2026-03-01", Answer::Given), answered("base.contract", "2026-10-01", Answer::Withdrawn)];
    assert!(!rules().standing(&withdrawn, today()).shows(told, "visit.yearly"));
    assert!(!rules().standing(&withdrawn, today()).shows(own, "visit.yearly"));
}

fn record(n: u128, who: u128, at: Date, values: &[(&str, Value)]) -> Record {
    Record {
        id: RecordId(Uuid::from_u128(n)),
        form: "base.consent".into(),
        form_version: 1,
        subject: Subject { kind: "resident".into(), id: person(who) },
        resident: Some(person(who)),
        area: area(VILLAGE),
        organisation: None,
        worker: None,
        device: None,
        at,
        recorded_at: 0,
        action: Action::State,
        values: values.iter().map(|(field, value)| ((*field).into(), value.clone())).collect::<BTreeMap<_, _>>(),
    }
}

#[test]
fn records_become_standings() {
    let text = |text: &str| Value::Text(text.into());
    let until = Value::Date(day("2026-12-31"));
    let records = [
        record(1, 1, day("2026-03-01"), &[("purpose", text("base.passed_on")), ("answer", text("1")), ("until", until)]),
        record(2, 2, day("2026-03-01"), &[("purpose", text("base.contract")), ("answer", text("3"))]),
        record(3, 3, day("2026-03-01"), &[("purpose", text("base.contract")), ("answer", text("9"))]),
        Record { form: "visit.note".into(), ..record(4, 4, day("2026-03-01"), &[]) },
    ];
    let standings = rules().standings(&records, today());
    assert_eq!(standings.keys().copied().collect::<Vec<_>>(), [person(1), person(2)], "unreadable answers are none");
    assert!(standings[&person(1)].allows(Processing::CommitteeReminder));
    assert!(standings[&person(2)].stops("visit.yearly"));
    assert!(!rules().standings(&records, day("2027-01-01"))[&person(1)].allows(Processing::CommitteeReminder));
    assert_eq!(rules().form().map(|form| &**form), Some("base.consent"));
    let states: Vec<_> = standings[&person(2)].states().map(|(purpose, state)| (&**purpose, state)).collect();
    assert_eq!(states, [("base.contract", State::Withdrawn), ("base.passed_on", State::Unasked)]);
}
