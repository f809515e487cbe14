//! Accounts, logins, grants and devices, on every database.

use std::sync::OnceLock;

use qianmo_core::pack::Sensitivity;
use qianmo_core::{Date, Fault};
use qianmo_store::{
    AccountName, Actor, Code, Deed, Enrolment, Grant, LoginRules, NewWorker, PasswordHash, Programmes, Role, SessionRules, Store, Token,
    Trail,
};

use crate::support::{VILLAGE_A, area, subject};

pub(crate) const PASSWORD: &str = "阡陌交通鸡犬相闻";
pub(crate) const NOW: i64 = 1_700_000_000_000;
pub(crate) const MINUTE: i64 = 60_000;

pub(crate) fn code<T: std::fmt::Debug>(answer: Result<T, Fault>) -> &'static str {
    answer.unwrap_err().code
}

pub(crate) fn name(text: &str) -> AccountName {
    text.parse().unwrap()
}

/// Hashing is slow by intent: once for all tests of a process.
pub(crate) fn hash() -> PasswordHash {
    static HASH: OnceLock<PasswordHash> = OnceLock::new();
    HASH.get_or_init(|| PasswordHash::of(PASSWORD).unwrap()).clone()
}

pub(crate) fn admin() -> Actor {
    Actor::worker("admin")
}

pub(crate) fn worker(text: &str) -> NewWorker {
    NewWorker {
        name: name(text),
        shown: "王医生".into(),
        organisation: Some(subject(9)),
        area: area(VILLAGE_A),
        password: hash(),
        must_change: true,
    }
}

fn log_in(store: &mut dyn Store, text: &str, password: &str, now: i64) -> Result<Token, Fault> {
    let attempt = store.accounts().attempt(text, password)?;
    store.accounts_mut().admit(&attempt, Some("phone-1"), now, LoginRules { failures_max: 3, locked_ms: 10 * MINUTE })
}

fn deeds(store: &dyn Store) -> Vec<Deed> {
    store.trail(&Trail::default()).unwrap().iter().map(|line| line.entry.deed).collect()
}

pub(crate) fn an_account_is_made_once_and_found_by_name(store: &mut dyn Store) {
    for text in ["wang", "li.2", "zhao-x"] {
        store.accounts_mut().add_worker(&admin(), NOW, &worker(text)).unwrap();
    }
    assert_eq!(code(store.accounts_mut().add_worker(&admin(), NOW, &worker("wang"))), "STORE-0504");
    let found = store.accounts().worker(&name("wang")).unwrap().unwrap();
    assert_eq!((found.shown.as_str(), found.organisation, found.area, found.enabled), ("王医生", Some(subject(9)), area(VILLAGE_A), true));
    assert!(found.must_change && found.locked_until.is_none());
    assert_eq!(store.accounts().worker(&name("nobody")).unwrap(), None);
    let names = |after: Option<&str>, count| -> Vec<String> {
        let all = store.accounts().workers(after.map(name).as_ref(), count).unwrap();
        all.iter().map(|worker| worker.name.to_string()).collect()
    };
    assert_eq!(names(None, 2), ["li.2", "wang"]);
    assert_eq!(names(Some("wang"), 2), ["zhao-x"]);
    for text in ["", "a", "Wang", "王", "-x", "a b", &"x".repeat(33)] {
        assert_eq!(code(text.parse::<AccountName>()), "STORE-0505", "{text}");
    }
    let trail = store.trail(&Trail::default()).unwrap();
    assert_eq!(trail.len(), 3, "the refused one left no entry");
    assert_eq!(
        (trail[0].entry.deed, trail[0].entry.actor.clone(), trail[0].entry.detail.as_deref()),
        (Deed::Account, admin(), Some("add wang"))
    );
    store.verify().unwrap();
}

pub(crate) fn a_login_gives_a_session_that_ends(store: &mut dyn Store) {
    store.accounts_mut().add_worker(&admin(), NOW, &worker("wang")).unwrap();
    let rules = SessionRules { whole_ms: 60 * MINUTE, idle_ms: 20 * MINUTE };
    let token = log_in(store, "wang", PASSWORD, NOW).unwrap();
    let worker_of = |store: &dyn Store, token: &Token, minute: i64| {
        store.accounts().session(token, NOW + minute * MINUTE, rules).unwrap().map(|session| session.worker.to_string())
    };
    let session = store.accounts().session(&token, NOW, rules).unwrap().unwrap();
    assert_eq!((session.actor().worker.as_deref(), session.actor().device.as_deref()), (Some("wang"), Some("phone-1")));
    assert_eq!(worker_of(store, &Token::from_client(token.expose()), 19).as_deref(), Some("wang"));
    assert_eq!(worker_of(store, &token, 20), None, "idle");
    store.accounts_mut().seen(&token, NOW + 19 * MINUTE).unwrap();
    assert_eq!(worker_of(store, &token, 38).as_deref(), Some("wang"));
    for minute in [38, 57] {
        store.accounts_mut().seen(&token, NOW + minute * MINUTE).unwrap();
    }
    assert_eq!(worker_of(store, &token, 59).as_deref(), Some("wang"));
    assert_eq!(worker_of(store, &token, 60), None, "over");
    assert_eq!(worker_of(store, &Token::from_client("guess"), 1), None);

    let other = log_in(store, "wang", PASSWORD, NOW).unwrap();
    assert_ne!(token, other);
    store.accounts_mut().log_out(&admin(), &other, NOW).unwrap();
    assert_eq!((worker_of(store, &other, 1), worker_of(store, &token, 38).is_some()), (None, true));
    store.accounts_mut().log_out(&admin(), &other, NOW).unwrap();
    store.accounts_mut().log_out_all(&admin(), &name("wang"), NOW).unwrap();
    assert_eq!(worker_of(store, &token, 38), None);

    let third = log_in(store, "wang", PASSWORD, NOW).unwrap();
    store.accounts_mut().enable(&admin(), NOW, &name("wang"), false).unwrap();
    assert_eq!(worker_of(store, &third, 1), None);
    assert_eq!(code(log_in(store, "wang", PASSWORD, NOW)), "STORE-0503");
    store.accounts_mut().enable(&admin(), NOW, &name("wang"), true).unwrap();
    assert_eq!(worker_of(store, &third, 1), None, "an ended session stays ended");
    let stale = store.accounts().attempt("wang", PASSWORD).unwrap();
    let new = PasswordHash::of("另一个很长的密码").unwrap();
    store.accounts_mut().set_password(&admin(), NOW, &name("wang"), &new, false).unwrap();
    let raced = store.accounts_mut().admit(&stale, None, NOW, LoginRules::default());
    assert_eq!(code(raced), "STORE-0501", "the password was changed while it was checked");
    assert_eq!(code(store.accounts_mut().set_password(&admin(), NOW, &name("nobody"), &new, false)), "STORE-0506");
    let expected = [
        Deed::Account,
        Deed::Login,
        Deed::Login,
        Deed::Logout,
        Deed::Logout,
        Deed::Login,
        Deed::Account,
        Deed::LoginRefused,
        Deed::Account,
        Deed::Account,
        Deed::LoginRefused,
    ];
    assert_eq!(deeds(store), expected);
    store.verify().unwrap();
}

pub(crate) fn wrong_passwords_lock_the_account_for_a_while(store: &mut dyn Store) {
    store.accounts_mut().add_worker(&admin(), NOW, &worker("wang")).unwrap();
    for _ in 0..2 {
        assert_eq!(code(log_in(store, "wang", "错的密码", NOW)), "STORE-0501");
    }
    log_in(store, "wang", PASSWORD, NOW).unwrap();
    for _ in 0..3 {
        assert_eq!(code(log_in(store, "wang", "错的密码", NOW)), "STORE-0501");
    }
    let fault = log_in(store, "wang", PASSWORD, NOW + 1).unwrap_err();
    assert_eq!((fault.code, fault.param("minutes")), ("STORE-0502", Some("10")));
    assert_eq!(store.accounts().worker(&name("wang")).unwrap().unwrap().locked_until, Some(NOW + 10 * MINUTE));
    log_in(store, "wang", PASSWORD, NOW + 10 * MINUTE).unwrap();
    for stranger in ["nobody", "", "Wang'; --"] {
        assert_eq!(code(log_in(store, stranger, PASSWORD, NOW)), "STORE-0501");
    }
    let trail = store.trail(&Trail { deeds: &[Deed::LoginRefused], ..Trail::default() }).unwrap();
    assert_eq!(trail.len(), 9);
    assert_eq!((trail[0].entry.actor.worker.as_deref(), trail[8].entry.actor.worker.as_deref()), (Some("wang"), None));
}

#[test]
fn simple_passwords_are_refused_and_hashes_are_salted() {
    for simple in ["", "1234567", "12345678", "87654321", "aaaaaaaa", "abcdefgh", &"好".repeat(8), &"ab".repeat(200)] {
        assert_eq!(code(PasswordHash::of(simple)), "STORE-0507", "{simple}");
    }
    assert_ne!(PasswordHash::of(PASSWORD).unwrap(), hash());
    assert_eq!(format!("{:?}", hash()), "PasswordHash");
}

pub(crate) fn grants_hold_between_their_days_until_taken(store: &mut dyn Store) {
    let day = |month, day| Date::constant(2026, month, day);
    store.accounts_mut().add_worker(&admin(), NOW, &worker("wang")).unwrap();
    let doctor = Grant {
        worker: name("wang"),
        role: Role::VillageDoctor,
        area: area(VILLAGE_A),
        programmes: Programmes::Only(["hypertension".into(), "diabetes".into()].into()),
        sensitivity: Sensitivity::Sensitive,
        residents: None,
        from: day(3, 1),
        to: Some(day(6, 30)),
    };
    let auditor = Grant { role: Role::Auditor, programmes: Programmes::All, sensitivity: Sensitivity::Routine, to: None, ..doctor.clone() };
    let id = store.accounts_mut().give(&admin(), NOW, &doctor).unwrap();
    store.accounts_mut().give(&admin(), NOW + 1, &auditor).unwrap();
    let stranger = Grant { worker: name("nobody"), ..doctor.clone() };
    assert_eq!(code(store.accounts_mut().give(&admin(), NOW, &stranger)), "STORE-0506");
    let on = |store: &dyn Store, at| store.accounts().grants_on(&name("wang"), at).unwrap();
    assert_eq!(on(store, day(2, 28)), []);
    assert_eq!(on(store, day(3, 1)), [doctor.clone(), auditor.clone()]);
    assert_eq!(on(store, day(6, 30)), [doctor.clone(), auditor.clone()]);
    assert_eq!(on(store, day(7, 1)), std::slice::from_ref(&auditor));
    assert!(doctor.programmes.contain("diabetes") && !doctor.programmes.contain("hiv") && auditor.programmes.contain("hiv"));
    assert_eq!(store.accounts().grants_on(&name("nobody"), day(3, 1)).unwrap(), []);
    store.accounts_mut().take(&admin(), NOW + 2, id).unwrap();
    assert_eq!(code(store.accounts_mut().take(&admin(), NOW + 3, id)), "STORE-0509");
    assert_eq!(on(store, day(3, 1)), [auditor]);
    store.accounts_mut().enable(&admin(), NOW, &name("wang"), false).unwrap();
    assert_eq!(on(store, day(3, 1)), []);
    assert_eq!(deeds(store), [Deed::Account, Deed::Grant, Deed::Grant, Deed::Grant, Deed::Account]);
    assert!(Role::all().all(|role| Role::from_word(role.word()) == Some(role)));
    store.verify().unwrap();
}

pub(crate) fn a_device_is_enrolled_with_a_code_once(store: &mut dyn Store) {
    store.accounts_mut().add_worker(&admin(), NOW, &worker("wang")).unwrap();
    let phone = Enrolment { shown: "村医手机".into(), public_key: vec![1, 2, 3] };
    assert_eq!(code(store.accounts_mut().enrolment_code(&admin(), NOW, &name("nobody"), NOW)), "STORE-0506");
    let first = store.accounts_mut().enrolment_code(&admin(), NOW, &name("wang"), NOW + 10).unwrap();
    assert_eq!(first.expose().len(), 10);
    assert_eq!(code(store.accounts_mut().enrol(&first, &phone, NOW + 10)), "STORE-0508", "too old");
    let second = store.accounts_mut().enrolment_code(&admin(), NOW, &name("wang"), NOW + 10).unwrap();
    let typed = Code::typed(&format!(" {} {} ", &second.expose()[..5], &second.expose()[5..]));
    let id = store.accounts_mut().enrol(&typed, &phone, NOW + 9).unwrap();
    assert_eq!(code(store.accounts_mut().enrol(&typed, &phone, NOW + 9)), "STORE-0508", "used up");
    let device = store.accounts().device(id).unwrap().unwrap();
    assert_eq!(
        (device.worker.as_str(), device.public_key.as_slice(), device.revoked_at, device.wipe),
        ("wang", &[1, 2, 3][..], None, false)
    );
    assert_eq!(store.accounts().devices_of(&name("wang")).unwrap(), [device]);

    let attempt = store.accounts().attempt("wang", PASSWORD).unwrap();
    let token = store.accounts_mut().admit(&attempt, Some(&id.to_string()), NOW, LoginRules::default()).unwrap();
    store.accounts_mut().revoke_device(&admin(), NOW + 20, id, true).unwrap();
    assert_eq!(store.accounts().session(&token, NOW, SessionRules::default()).unwrap(), None, "its sessions end with it");
    store.accounts_mut().revoke_device(&admin(), NOW + 30, id, true).unwrap();
    let device = store.accounts().device(id).unwrap().unwrap();
    assert_eq!((device.revoked_at, device.wipe), (Some(NOW + 20), true));
    store.accounts_mut().device_seen(id, NOW + 40, false).unwrap();
    store.accounts_mut().device_seen(id, NOW + 50, true).unwrap();
    let device = store.accounts().device(id).unwrap().unwrap();
    assert_eq!((device.seen_at, device.wipe), (NOW + 50, false));
    let stranger = qianmo_store::DeviceId(uuid::Uuid::from_u128(7));
    let token = store.accounts_mut().admit_device(id, NOW + 60).unwrap();
    let session = store.accounts().session(&token, NOW + 60, SessionRules::default()).unwrap().unwrap();
    assert_eq!((session.worker.as_str(), session.device.as_deref()), ("wang", Some(&*id.to_string())), "what it still holds must arrive");
    assert_eq!(store.accounts().device(id).unwrap().unwrap().seen_at, NOW + 60);
    assert_eq!(code(store.accounts_mut().admit_device(stranger, NOW)), "STORE-0509");
    store.accounts_mut().enable(&admin(), NOW, &name("wang"), false).unwrap();
    assert_eq!(code(store.accounts_mut().admit_device(id, NOW)), "STORE-0503");
    assert_eq!(code(store.accounts_mut().revoke_device(&admin(), NOW, stranger, false)), "STORE-0509");
    assert_eq!(code(store.accounts_mut().device_seen(stranger, NOW, false)), "STORE-0509");
    assert_eq!(store.accounts().device(stranger).unwrap(), None);
    store.verify().unwrap();
}
