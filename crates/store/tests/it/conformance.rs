//! What every store does, written against the trait alone. A new implementation adds one line per test at the end.

use qianmo_core::{Action, Date, Fault, Record, Value};
use qianmo_store::{ActionRef, Appended, Cut, Keys, Options, Order, Scan, Sealing, Store, Submission, Suite};

use crate::support::{VILLAGE_A, VILLAGE_B, area, id, kinds, record, subject, supersede, township, void};

fn in_force(store: &dyn Store, what: &Scan<'_>) -> Vec<u128> {
    let mut ids = Vec::new();
    store
        .scan(what, &mut |row| {
            ids.push(row.id.0.as_u128());
            Ok(())
        })
        .unwrap();
    ids
}

fn refused(store: &mut dyn Store, batch: &[Record]) -> Fault {
    let (cut, before) = (store.cut().unwrap(), in_force(store, &Scan::default()));
    let fault = store.append(batch).unwrap_err();
    assert_eq!(store.cut().unwrap(), cut, "a refused batch leaves nothing");
    assert_eq!(in_force(store, &Scan::default()), before);
    fault
}

pub(crate) fn a_record_comes_back_as_it_was_written(store: &mut dyn Store) {
    let mut full = record(7);
    full.organisation = Some(subject(99));
    full.device = Some("phone-3".into());
    full.values.insert("note".into(), Value::text("说“好”\"\\\n"));
    let bare = Record { resident: None, worker: None, ..record(8) };
    store.append(&[full.clone(), bare.clone()]).unwrap();
    assert_eq!(store.record(id(7)).unwrap().unwrap().record(&kinds).unwrap(), full);
    assert_eq!(store.record(id(8)).unwrap().unwrap().record(&kinds).unwrap(), bare);
    assert_eq!(store.record(id(9)).unwrap(), None);
}

pub(crate) fn writing_a_batch_twice_is_the_same_as_once(store: &mut dyn Store) {
    let batch = [record(1), record(2), supersede(3, 1), void(4, 2), record(1)];
    let first = store.append(&batch).unwrap();
    assert_eq!(first, Appended { cut: Cut(4), written: 4, already: 1, awaited: false });
    assert_eq!(store.append(&batch).unwrap(), Appended { cut: Cut(4), written: 0, already: 5, awaited: false });
    assert_eq!(store.append(&[]).unwrap(), Appended { cut: Cut(4), written: 0, already: 0, awaited: false });
}

pub(crate) fn the_same_id_with_another_content_is_refused(store: &mut dyn Store) {
    store.append(&[record(1), record(3), supersede(2, 1)]).unwrap();
    let mut others = vec![record(1); 7];
    others[0].values.insert("weight".into(), Value::Integer(51));
    others[1].at = Date::constant(2013, 1, 1);
    others[2].worker = None;
    others[3].area = area(VILLAGE_B);
    others[4].organisation = Some(subject(4));
    others[5].form = "population.household".into();
    others[6].recorded_at += 1;
    for other in others {
        let fault = refused(store, &[record(9), other]);
        assert_eq!(fault.code, "STORE-0101");
        assert_eq!(fault.param("record"), Some(&*id(1).to_string()));
    }
    assert_eq!(refused(store, &[supersede(2, 3)]).code, "STORE-0101");
}

pub(crate) fn a_correction_names_a_record_that_can_be_corrected(store: &mut dyn Store) {
    store.append(&[record(1), record(2), supersede(3, 1), void(4, 2)]).unwrap();
    assert_eq!(refused(store, &[supersede(9, 77)]).code, "STORE-0102");
    assert_eq!(refused(store, &[void(9, 77)]).code, "STORE-0102");
    assert_eq!(refused(store, &[record(8), supersede(9, 1)]).code, "STORE-0103");
    assert_eq!(refused(store, &[supersede(9, 2)]).code, "STORE-0103");
    assert_eq!(refused(store, &[void(9, 4)]).code, "STORE-0104");
    let other_form = Record { form: "population.household".into(), ..supersede(9, 3) };
    assert_eq!(refused(store, &[other_form]).code, "STORE-0104");
    let talkative = Record { values: record(1).values, ..void(9, 3) };
    assert_eq!(refused(store, &[talkative]).code, "STORE-0105");
    store.append(&[record(10), supersede(11, 10), void(12, 11)]).unwrap();
}

pub(crate) fn the_past_can_be_read_as_of_a_cut(store: &mut dyn Store) {
    let first = store.append(&[record(1), record(2)]).unwrap().cut;
    let second = store.append(&[supersede(3, 1)]).unwrap().cut;
    let third = store.append(&[void(4, 2), record(5)]).unwrap().cut;
    let as_of = |cut| in_force(store, &Scan { cut, ..Scan::default() });
    assert_eq!(as_of(Some(Cut::START)), []);
    assert_eq!(as_of(Some(first)), [1, 2]);
    assert_eq!(as_of(Some(second)), [2, 3]);
    assert_eq!(as_of(Some(third)), [3, 5]);
    assert_eq!(as_of(None), [3, 5]);
    let fault = store.scan(&Scan { cut: Some(Cut(6)), ..Scan::default() }, &mut |_| Ok(())).unwrap_err();
    assert_eq!(fault.code, "STORE-0106");
}

pub(crate) fn a_scan_filters_by_form_and_area_and_keeps_its_order(store: &mut dyn Store) {
    let household = |number, place| Record { form: "population.household".into(), area: area(place), ..record(number) };
    let batch = [record(13), household(12, VILLAGE_A), record(11), household(10, VILLAGE_B), record(3)];
    store.append(&batch).unwrap();
    let areas = [area(VILLAGE_B)];
    assert_eq!(in_force(store, &Scan { areas: Some(&areas), ..Scan::default() }), [10]);
    assert_eq!(in_force(store, &Scan { forms: Some(&["population.household"]), ..Scan::default() }), [12, 10]);
    assert_eq!(in_force(store, &Scan { forms: Some(&["nobody.knows"]), ..Scan::default() }), []);
    assert_eq!(in_force(store, &Scan::default()), [13, 12, 11, 10, 3]);
    // Household before resident; subjects 0 and 2; then subject 1, and subject 3 twice by date.
    assert_eq!(in_force(store, &Scan { order: Order::Subject, ..Scan::default() }), [10, 12, 11, 3, 13]);
}

pub(crate) fn the_callback_may_read_and_its_fault_ends_the_scan(store: &mut dyn Store) {
    store.append(&[record(1), record(2), record(3)]).unwrap();
    let mut seen = 0;
    let fault = store
        .scan(&Scan::default(), &mut |row| {
            seen += 1;
            assert!(store.record(row.id)?.is_some());
            if seen == 2 { Err(Fault::new("STORE-0107")) } else { Ok(()) }
        })
        .unwrap_err();
    assert_eq!((fault.code, seen), ("STORE-0107", 2));
}

pub(crate) fn a_history_is_the_chain_from_any_of_its_links(store: &mut dyn Store) {
    store.append(&[record(1), record(2), supersede(3, 1), supersede(5, 3), void(6, 5)]).unwrap();
    for link in [1, 3, 5, 6] {
        let chain: Vec<u128> = store.history(id(link)).unwrap().iter().map(|row| row.head().id.0.as_u128()).collect();
        assert_eq!(chain, [1, 3, 5, 6], "from {link}");
    }
    assert_eq!(store.history(id(2)).unwrap().len(), 1);
    assert_eq!(store.history(id(77)).unwrap(), []);
    assert_eq!(store.history(id(6)).unwrap()[3].head().action, Action::Void { record: id(5), reason: "重复登记".into() });
    let about: Vec<i64> = store.records_of(subject(1)).unwrap().iter().map(|row| row.seq).collect();
    assert_eq!(about, [1, 5], "records 1 and 6 are about subject 1");
}

pub(crate) fn the_log_is_read_on_from_a_position(store: &mut dyn Store) {
    store.append(&[record(1), supersede(2, 1)]).unwrap();
    let read = |since| {
        let mut rows = Vec::new();
        let reached = store
            .scan_log(since, &mut |row| {
                rows.push((row.seq, row.action == ActionRef::Supersede(id(1))));
                Ok(())
            })
            .unwrap();
        (rows, reached)
    };
    assert_eq!(read(Cut::START), (vec![(1, false), (2, true)], Cut(2)));
    assert_eq!(read(Cut(1)), (vec![(2, true)], Cut(2)));
    assert_eq!(read(Cut(2)), (vec![], Cut(2)));
}

pub(crate) fn areas_and_settings_are_kept(store: &mut dyn Store) {
    assert_eq!(store.areas().unwrap().iter().count(), 0);
    store.put_areas(&township()).unwrap();
    let mut renamed = township()[1].clone();
    renamed.name = "新村".into();
    store.put_areas(std::slice::from_ref(&renamed)).unwrap();
    let tree = store.areas().unwrap();
    assert_eq!(tree.iter().count(), 3);
    assert_eq!(tree.get(area(VILLAGE_A)), Some(&renamed));
    assert_eq!(tree.get(area(VILLAGE_B)), Some(&township()[2]));
    let mut orphan = township()[1].clone();
    orphan.parent = Some(area(1));
    assert_eq!(store.put_areas(&[orphan]).unwrap_err().code, "CORE-0103");
    assert_eq!(store.areas().unwrap().get(area(VILLAGE_A)), Some(&renamed));

    assert_eq!(store.setting("root").unwrap(), None);
    store.set_setting("root", "530523100000").unwrap();
    store.set_setting("root", "530523000000").unwrap();
    assert_eq!(store.setting("root").unwrap().as_deref(), Some("530523000000"));
    let secret = store.secret().unwrap();
    assert_eq!((secret.len(), store.secret().unwrap()), (32, secret));
    store.verify().unwrap();
}

pub(crate) fn every_deed_stands_in_the_chain(store: &mut dyn Store) {
    crate::audit::every_deed_stands_in_the_chain(store);
}

pub(crate) fn an_anchor_fixes_what_came_before(store: &mut dyn Store) {
    crate::audit::an_anchor_fixes_what_came_before(store);
}

pub(crate) fn an_account_is_made_once_and_found_by_name(store: &mut dyn Store) {
    crate::accounts::an_account_is_made_once_and_found_by_name(store);
}

pub(crate) fn a_login_gives_a_session_that_ends(store: &mut dyn Store) {
    crate::accounts::a_login_gives_a_session_that_ends(store);
}

pub(crate) fn wrong_passwords_lock_the_account_for_a_while(store: &mut dyn Store) {
    crate::accounts::wrong_passwords_lock_the_account_for_a_while(store);
}

pub(crate) fn grants_hold_between_their_days_until_taken(store: &mut dyn Store) {
    crate::accounts::grants_hold_between_their_days_until_taken(store);
}

pub(crate) fn a_device_is_enrolled_with_a_code_once(store: &mut dyn Store) {
    crate::accounts::a_device_is_enrolled_with_a_code_once(store);
}

pub(crate) fn a_group_answers_each_caller_for_itself(store: &mut dyn Store) {
    store.append(&[record(1)]).unwrap();
    let other = Record { recorded_at: 7, ..record(1) };
    let ours = [record(2), supersede(3, 2)];
    let clash = [record(8), other];
    let theirs = [void(4, 3), record(5)];
    let late = [supersede(9, 3)];
    let again = [record(5)];
    let on_refused = [supersede(10, 8)];
    let group =
        [&ours[..], &clash, &theirs, &late, &again, &on_refused, &[]].map(|records| Submission { records, ..Submission::default() });
    let answers: Vec<Result<(i64, usize, usize), &str>> = store
        .append_group(&group)
        .unwrap()
        .into_iter()
        .map(|answer| answer.map(|done| (done.cut.0, done.written, done.already)).map_err(|fault| fault.code))
        .collect();
    let expected = [Ok((3, 2, 0)), Err("STORE-0101"), Ok((5, 2, 0)), Err("STORE-0103"), Ok((5, 0, 1)), Err("STORE-0102"), Ok((5, 0, 0))];
    assert_eq!(answers, expected);
    assert_eq!(in_force(store, &Scan::default()), [1, 5]);
    assert_eq!(store.cut().unwrap(), Cut(5));
    assert_eq!(store.record(id(8)).unwrap(), None);
    let bad = [&late[..], &clash].map(|records| Submission { records, ..Submission::default() });
    assert!(store.append_group(&bad).unwrap().iter().all(Result::is_err));
    store.append(&[record(6)]).unwrap();
    store.verify().unwrap();
}

pub(crate) fn an_arrival_is_kept_once_and_decided_on_once(store: &mut dyn Store) {
    crate::arrivals::an_arrival_is_kept_once_and_decided_on_once(store);
}

macro_rules! conformance {
    ($open:expr; $($test:ident)*) => {
        $(#[test]
        fn $test() {
            let Some((mut store, _kept)) = $open else { return };
            super::$test(&mut store);
        })*
    };
}

use crate::drafts::drafts_are_kept_for_their_owner;
use crate::filings::{a_return_goes_its_way_step_by_step, filings_are_listed_by_area_and_period};
use crate::identity::{
    a_grant_may_be_limited_to_residents, a_second_factor_is_asked_for_once_confirmed, a_worker_changes_the_password_knowing_the_old_one,
    an_identity_elsewhere_is_one_worker_here, sessions_are_listed_and_ended_one_by_one, workers_and_devices_are_listed_by_area,
};

macro_rules! suite {
    ($name:ident, $open:expr) => {
        mod $name {
            conformance! { $open;
                a_record_comes_back_as_it_was_written
                writing_a_batch_twice_is_the_same_as_once
                the_same_id_with_another_content_is_refused
                a_correction_names_a_record_that_can_be_corrected
                the_past_can_be_read_as_of_a_cut
                a_scan_filters_by_form_and_area_and_keeps_its_order
                the_callback_may_read_and_its_fault_ends_the_scan
                a_history_is_the_chain_from_any_of_its_links
                the_log_is_read_on_from_a_position
                areas_and_settings_are_kept
                a_group_answers_each_caller_for_itself
                every_deed_stands_in_the_chain
                an_anchor_fixes_what_came_before
                an_account_is_made_once_and_found_by_name
                a_login_gives_a_session_that_ends
                wrong_passwords_lock_the_account_for_a_while
                grants_hold_between_their_days_until_taken
                a_device_is_enrolled_with_a_code_once
                an_arrival_is_kept_once_and_decided_on_once
                workers_and_devices_are_listed_by_area
                a_grant_may_be_limited_to_residents
                a_worker_changes_the_password_knowing_the_old_one
                sessions_are_listed_and_ended_one_by_one
                a_second_factor_is_asked_for_once_confirmed
                an_identity_elsewhere_is_one_worker_here
                a_return_goes_its_way_step_by_step
                filings_are_listed_by_area_and_period
                drafts_are_kept_for_their_owner
            }
        }
    };
}

#[expect(clippy::unnecessary_wraps, reason = "the suite asks: a server may be skipped")]
fn embedded() -> Option<(qianmo_store::SqliteStore, tempfile::TempDir)> {
    let dir = tempfile::tempdir().unwrap();
    Some((qianmo_store::SqliteStore::create(dir.path()).unwrap(), dir))
}

/// The same with the names of residents and everything of households sealed.
fn sealed(suite: Suite) -> Options {
    let dir = tempfile::tempdir().unwrap();
    let mut policy = crate::seal::policy();
    policy.whole("population.household");
    Options { sealing: Some(Sealing::new(Keys::create(&dir.path().join("keys"), suite).unwrap(), policy)), ..Options::default() }
}

#[expect(clippy::unnecessary_wraps, reason = "the suite asks: a server may be skipped")]
fn embedded_sealed() -> Option<(qianmo_store::SqliteStore, tempfile::TempDir)> {
    let dir = tempfile::tempdir().unwrap();
    Some((qianmo_store::SqliteStore::create_with(dir.path(), &sealed(Suite::Aes256Gcm)).unwrap(), dir))
}

fn server_sealed() -> Option<(qianmo_store::PostgresStore, crate::server::Schema)> {
    let schema = crate::server::Schema::new()?;
    Some((qianmo_store::PostgresStore::create(&schema.url, area(VILLAGE_A), &sealed(Suite::Sm4Gcm)).unwrap(), schema))
}

suite!(sqlite, super::embedded());
suite!(sqlite_sealed, super::embedded_sealed());
suite!(postgres, crate::server::fresh());
suite!(postgres_sealed, super::server_sealed());
