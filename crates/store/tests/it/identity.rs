//! Who somebody is: changing a password, the second factor, identities elsewhere, sessions in a list; on every database.

use std::collections::BTreeSet;

use qianmo_core::pack::Sensitivity;
use qianmo_core::{Area, AreaKind, Date};
use qianmo_store::{
    AccountName, Actor, Attempt, Deed, Enrolment, ExternalIdentity, Grant, LoginRules, NewWorker, PasswordHash, Programmes, Role,
    SessionId, SessionRules, Store, Token, Trail,
};
use totp_rs::{Builder, Secret};

use crate::accounts::{MINUTE, NOW, PASSWORD, admin, code, hash, name, worker};
use crate::support::{VILLAGE_A, VILLAGE_B, area, subject, township};

const RULES: LoginRules = LoginRules { failures_max: 3, locked_ms: 10 * MINUTE };

fn attempt(store: &dyn Store) -> Attempt {
    store.accounts().attempt("wang", PASSWORD).unwrap()
}

fn admit(store: &mut dyn Store, attempt: &Attempt, now: i64) -> Result<Token, &'static str> {
    store.accounts_mut().admit(attempt, None, now, RULES).map_err(|fault| fault.code)
}

fn alive(store: &dyn Store, token: &Token) -> bool {
    store.accounts().session(token, NOW, SessionRules::default()).unwrap().is_some()
}

/// What the app shows at a time.
pub(crate) fn shown(secret: &str, now: i64) -> String {
    let totp = Builder::new().with_secret(Secret::try_from_base32(secret).unwrap()).build().unwrap();
    totp.generate(u64::try_from(now / 1000).unwrap()).to_string()
}

pub(crate) fn workers_and_devices_are_listed_by_area(store: &mut dyn Store) {
    store.put_areas(&township()).unwrap();
    let team = Area { code: area(VILLAGE_A + 1_000), kind: AreaKind::Village, parent: Some(area(VILLAGE_A)), ..township()[1].clone() };
    store.put_areas(std::slice::from_ref(&team)).unwrap();
    for (text, code) in [("a-one", VILLAGE_A), ("b-two", VILLAGE_B), ("c-three", team.code.number()), ("d-four", 530_523_100_000)] {
        let new = NewWorker { area: area(code), ..worker(text) };
        store.accounts_mut().add_worker(&admin(), NOW, &new).unwrap();
        let invited = store.accounts_mut().enrolment_code(&admin(), NOW, &name(text), NOW + 1).unwrap();
        let phone = Enrolment { shown: text.to_owned(), public_key: vec![1] };
        store.accounts_mut().enrol(&invited, &phone, NOW).unwrap();
    }
    let below = |areas: &[u64], after: Option<&str>, count| -> Vec<String> {
        let areas: Vec<_> = areas.iter().map(|code| area(*code)).collect();
        let found = store.accounts().workers_below(&areas, after.map(name).as_ref(), count).unwrap();
        found.iter().map(|worker| worker.name.to_string()).collect()
    };
    assert_eq!(below(&[VILLAGE_A], None, 9), ["a-one", "c-three"]);
    assert_eq!(below(&[530_523_100_000], None, 2), ["a-one", "b-two"]);
    assert_eq!(below(&[530_523_100_000], Some("b-two"), 9), ["c-three", "d-four"]);
    assert_eq!(below(&[VILLAGE_B, VILLAGE_A, VILLAGE_A], None, 9), ["a-one", "b-two", "c-three"]);
    assert_eq!(below(&[], None, 9), Vec::<String>::new());
    assert_eq!(below(&[110_101_000_000], None, 9), Vec::<String>::new(), "an area that the tree doesn't have");

    let all = store.accounts().devices(None, None, 9).unwrap();
    let names = |devices: &[qianmo_store::Device]| -> Vec<String> { devices.iter().map(|device| device.worker.to_string()).collect() };
    assert_eq!(names(&all), ["a-one", "b-two", "c-three", "d-four"]);
    let rest = store.accounts().devices(None, Some((&all[1].worker, all[1].id)), 1).unwrap();
    assert_eq!(names(&rest), ["c-three"]);
    assert_eq!(names(&store.accounts().devices(Some(&[area(VILLAGE_A)]), None, 9).unwrap()), ["a-one", "c-three"]);
    assert_eq!(store.accounts().devices(Some(&[]), None, 9).unwrap(), []);
}

pub(crate) fn a_grant_may_be_limited_to_residents(store: &mut dyn Store) {
    store.accounts_mut().add_worker(&admin(), NOW, &worker("wang")).unwrap();
    let day = Date::constant(2026, 3, 1);
    let grant = |residents: Option<BTreeSet<_>>| Grant {
        worker: name("wang"),
        role: Role::VillageDoctor,
        area: area(VILLAGE_A),
        programmes: Programmes::All,
        sensitivity: Sensitivity::Restricted,
        residents,
        from: day,
        to: None,
    };
    let two = grant(Some([subject(1), subject(2)].into()));
    let id = store.accounts_mut().give(&admin(), NOW, &two).unwrap();
    let nobody = grant(Some(BTreeSet::new()));
    store.accounts_mut().give(&admin(), NOW + 1, &nobody).unwrap();
    let on = |store: &dyn Store| store.accounts().grants_on(&name("wang"), day).unwrap();
    assert_eq!(on(store), [two.clone(), nobody.clone()]);
    assert_eq!(store.accounts().grant(id).unwrap(), Some(two));
    let three: BTreeSet<_> = [subject(3)].into();
    store.accounts_mut().assign(&admin(), NOW + 2, id, Some(&three)).unwrap();
    assert_eq!(on(store)[0].residents, Some(three));
    store.accounts_mut().assign(&admin(), NOW + 3, id, None).unwrap();
    assert_eq!(on(store)[0].residents, None);
    store.accounts_mut().take(&admin(), NOW + 4, id).unwrap();
    assert_eq!(on(store), [nobody], "at the next question");
    assert_eq!(store.accounts().grant(id).unwrap(), None);
    assert_eq!(code(store.accounts_mut().assign(&admin(), NOW, id, None)), "STORE-0509");
    let trail = store.trail(&Trail { deeds: &[Deed::Grant], ..Trail::default() }).unwrap();
    assert_eq!(trail.len(), 5);
    assert!(trail[0].entry.detail.as_deref().unwrap().ends_with(&format!("[{} {}]", subject(1).0, subject(2).0)));
    store.verify().unwrap();
}

pub(crate) fn a_worker_changes_the_password_knowing_the_old_one(store: &mut dyn Store) {
    let me = Actor::worker("wang");
    store.accounts_mut().add_worker(&admin(), NOW, &worker("wang")).unwrap();
    let right = attempt(store);
    let (here, there) = (admit(store, &right, NOW).unwrap(), admit(store, &right, NOW).unwrap());
    let change = |store: &dyn Store, old, new| store.accounts().attempt_change(&name("wang"), old, new);
    assert_eq!(code(change(store, PASSWORD, PASSWORD)), "STORE-0514");
    assert_eq!(code(change(store, PASSWORD, "12345678")), "STORE-0507");
    let good = change(store, PASSWORD, "另一个很长的密码").unwrap();
    let wrong = change(store, "不知道旧的密码", "另一个很长的密码").unwrap();
    for _ in 0..3 {
        assert_eq!(code(store.accounts_mut().change_password(&me, NOW, &wrong, Some(&here), RULES)), "STORE-0501");
    }
    assert_eq!(code(store.accounts_mut().change_password(&me, NOW, &good, Some(&here), RULES)), "STORE-0502");
    let later = NOW + 10 * MINUTE;
    assert!(store.accounts().worker(&name("wang")).unwrap().unwrap().must_change);
    store.accounts_mut().change_password(&me, later, &good, Some(&here), RULES).unwrap();
    assert!(!store.accounts().worker(&name("wang")).unwrap().unwrap().must_change);
    assert_eq!((alive(store, &here), alive(store, &there)), (true, false));
    assert_eq!(admit(store, &right, later), Err("STORE-0501"));
    assert_eq!(code(store.accounts_mut().change_password(&me, later, &good, None, RULES)), "STORE-0501", "the old one is old now");
    let back = change(store, "另一个很长的密码", PASSWORD).unwrap();
    store.accounts_mut().change_password(&me, later, &back, None, RULES).unwrap();
    assert!(!alive(store, &here));
    store.accounts_mut().set_password(&admin(), later, &name("wang"), &hash(), true).unwrap();
    assert!(store.accounts().worker(&name("wang")).unwrap().unwrap().must_change, "reset by an administrator");
    store.accounts_mut().enable(&admin(), later, &name("wang"), false).unwrap();
    let late = change(store, PASSWORD, "第三个很长的密码").unwrap();
    assert_eq!(code(store.accounts_mut().change_password(&me, later, &late, None, RULES)), "STORE-0503");
    store.verify().unwrap();
}

pub(crate) fn sessions_are_listed_and_ended_one_by_one(store: &mut dyn Store) {
    for text in ["wang", "li"] {
        store.accounts_mut().add_worker(&admin(), NOW, &worker(text)).unwrap();
    }
    let right = attempt(store);
    let (first, second) = (admit(store, &right, NOW).unwrap(), admit(store, &right, NOW + 1).unwrap());
    let list = |store: &dyn Store, now| store.accounts().sessions_of(&name("wang"), now, SessionRules::default()).unwrap();
    let all = list(store, NOW + 2);
    assert_eq!(all.iter().map(|session| session.began_at).collect::<Vec<_>>(), [NOW + 1, NOW]);
    let id: SessionId = all[1].id.to_string().parse().unwrap();
    assert_eq!(store.accounts().session(&first, NOW, SessionRules::default()).unwrap().unwrap().id, id);
    assert_eq!(code(store.accounts_mut().end_session(&admin(), &name("li"), id, NOW + 2)), "STORE-0509", "not that account's");
    store.accounts_mut().end_session(&admin(), &name("wang"), id, NOW + 2).unwrap();
    assert_eq!((alive(store, &first), alive(store, &second)), (false, true));
    assert_eq!(code(store.accounts_mut().end_session(&admin(), &name("wang"), id, NOW + 3)), "STORE-0509");
    assert_eq!(code("guess".parse::<SessionId>()), "STORE-0509");
    assert_eq!(list(store, NOW + 2).len(), 1);
    assert_eq!(list(store, NOW + 61 * MINUTE), [], "idle");
    store.accounts_mut().enable(&admin(), NOW, &name("wang"), false).unwrap();
    assert_eq!(list(store, NOW + 2), [], "a disabled account has none");
}

pub(crate) fn a_second_factor_is_asked_for_once_confirmed(store: &mut dyn Store) {
    let wang = name("wang");
    assert_eq!(code(store.accounts_mut().begin_second_factor(&admin(), NOW, &wang, "阡陌")), "STORE-0506");
    store.accounts_mut().add_worker(&admin(), NOW, &worker("wang")).unwrap();
    assert_eq!(code(store.accounts_mut().confirm_second_factor(&admin(), NOW, &wang, "000000")), "STORE-0513");
    assert_eq!(code(store.accounts_mut().renew_recovery_codes(&admin(), NOW, &wang)), "STORE-0513");
    assert_eq!(code(store.accounts_mut().reset_second_factor(&admin(), NOW, &wang)), "STORE-0513");
    let thrown_away = store.accounts_mut().begin_second_factor(&admin(), NOW, &wang, "阡陌").unwrap();
    let new = store.accounts_mut().begin_second_factor(&admin(), NOW, &wang, "阡陌: 镇").unwrap();
    assert!(new.url.starts_with("otpauth://totp/") && new.url.contains(&new.secret) && new.secret != thrown_away.secret);
    assert_eq!(format!("{new:?}"), "NewSecondFactor");
    let begun = store.accounts().second_factor(&wang).unwrap().unwrap();
    assert_eq!((begun.confirmed_at, begun.recovery_codes), (None, 0));
    let plain = attempt(store);
    admit(store, &plain, NOW).expect("not asked for before it is confirmed");
    assert_eq!(code(store.accounts_mut().confirm_second_factor(&admin(), NOW, &wang, &shown(&thrown_away.secret, NOW))), "STORE-0510");
    let typed = shown(&new.secret, NOW);
    let typed = format!("{} {}", &typed[..3], &typed[3..]);
    let recovery = store.accounts_mut().confirm_second_factor(&admin(), NOW, &wang, &typed).unwrap();
    assert_eq!(code(store.accounts_mut().confirm_second_factor(&admin(), NOW, &wang, &typed)), "STORE-0512");
    assert_eq!(code(store.accounts_mut().begin_second_factor(&admin(), NOW, &wang, "阡陌")), "STORE-0512");
    assert_eq!(recovery.iter().map(qianmo_store::Code::expose).collect::<BTreeSet<_>>().len(), 10);
    assert_eq!(store.accounts().second_factor(&wang).unwrap().unwrap().confirmed_at, Some(NOW));

    assert_eq!(admit(store, &plain, NOW), Err("STORE-0511"));
    let with = |store: &dyn Store, code: &str| attempt(store).with_code(code);
    let used = with(store, &typed);
    assert_eq!(admit(store, &used, NOW), Err("STORE-0510"), "the code that confirmed is used up");
    let at = NOW + 31_000;
    let next = with(store, &shown(&new.secret, at));
    admit(store, &next, at).unwrap();
    assert_eq!(admit(store, &next, at), Err("STORE-0510"), "no code is good twice");
    let older = with(store, &shown(&new.secret, NOW));
    assert_eq!(admit(store, &older, at), Err("STORE-0510"), "nor one from before the last used");

    // Two wrong codes so far: a right password without a code doesn't wipe that out.
    assert_eq!(admit(store, &plain, at), Err("STORE-0511"));
    let guess = with(store, "12");
    assert_eq!(admit(store, &guess, at), Err("STORE-0510"));
    assert_eq!(admit(store, &plain, at), Err("STORE-0502"), "locked");
    let at = at + 10 * MINUTE;
    let words = recovery[3].expose().to_uppercase();
    let lost = with(store, &format!("{}-{} {}", &words[..4], &words[4..8], &words[8..]));
    admit(store, &lost, at).unwrap();
    assert_eq!(admit(store, &lost, at), Err("STORE-0510"), "a recovery code is good once");
    assert_eq!(store.accounts().second_factor(&wang).unwrap().unwrap().recovery_codes, 9);
    let fresh = store.accounts_mut().renew_recovery_codes(&admin(), at, &wang).unwrap();
    let stale = with(store, recovery[0].expose());
    assert_eq!(admit(store, &stale, at), Err("STORE-0510"));
    let fresh = with(store, fresh[0].expose());
    let token = admit(store, &fresh, at).unwrap();

    store.accounts_mut().reset_second_factor(&admin(), at, &wang).unwrap();
    assert!(!alive(store, &token), "whoever found the telephone is out");
    assert_eq!(store.accounts().second_factor(&wang).unwrap(), None);
    admit(store, &plain, at).unwrap();
    let logins = store.trail(&Trail { deeds: &[Deed::Login], ..Trail::default() }).unwrap();
    let details: Vec<_> = logins.iter().map(|line| line.entry.detail.as_deref()).collect();
    assert_eq!(details, [None, None, Some("recovery code"), Some("recovery code"), None]);
    store.verify().unwrap();
}

pub(crate) fn an_identity_elsewhere_is_one_worker_here(store: &mut dyn Store) {
    for text in ["wang", "li"] {
        store.accounts_mut().add_worker(&admin(), NOW, &worker(text)).unwrap();
    }
    let identity = |subject| ExternalIdentity::new("https://login.example.cn", subject).unwrap();
    for (issuer, subject) in [("", "a"), ("a", ""), ("a", "b\n"), ("a", &*"x".repeat(256))] {
        assert_eq!(code(ExternalIdentity::new(issuer, subject)), "STORE-0517");
    }
    let (one, two) = (identity("248289761001"), identity("248289761002"));
    assert_eq!(code(store.accounts_mut().link(&admin(), NOW, &one, &name("nobody"))), "STORE-0506");
    assert_eq!(code(store.accounts_mut().admit_external(&one, None, NOW)), "STORE-0516");
    for _ in 0..2 {
        store.accounts_mut().link(&admin(), NOW, &one, &name("wang")).unwrap();
    }
    store.accounts_mut().link(&admin(), NOW + 1, &two, &name("wang")).unwrap();
    assert_eq!(code(store.accounts_mut().link(&admin(), NOW, &one, &name("li"))), "STORE-0515");
    assert_eq!(store.accounts().linked(&one).unwrap(), Some(name("wang")));
    assert_eq!(store.accounts().linked(&identity("24828976100")).unwrap(), None);
    assert_eq!(store.accounts().links_of(&name("wang")).unwrap(), [one.clone(), two.clone()]);
    assert_eq!((two.issuer(), two.subject()), ("https://login.example.cn", "248289761002"));

    let token = store.accounts_mut().admit_external(&one, Some("office"), NOW).unwrap();
    let session = store.accounts().session(&token, NOW, SessionRules::default()).unwrap().unwrap();
    assert_eq!((session.worker.as_str(), session.device.as_deref()), ("wang", Some("office")));
    store.accounts_mut().unlink(&admin(), NOW, &one).unwrap();
    assert!(!alive(store, &token));
    assert_eq!(code(store.accounts_mut().unlink(&admin(), NOW, &one)), "STORE-0516");
    assert_eq!(code(store.accounts_mut().admit_external(&one, None, NOW)), "STORE-0516");
    store.accounts_mut().enable(&admin(), NOW, &name("wang"), false).unwrap();
    assert_eq!(code(store.accounts_mut().admit_external(&two, None, NOW)), "STORE-0503");
    let trail = store.trail(&Trail::default()).unwrap();
    let deeds: Vec<_> = trail.iter().skip(2).map(|line| line.entry.deed).collect();
    let (made, admitted, refused) = (Deed::Account, Deed::Login, Deed::LoginRefused);
    assert_eq!(deeds, [refused, made, made, admitted, made, refused, made, refused]);
    assert_eq!(trail[7].entry.actor.worker, None, "nobody here");
    store.verify().unwrap();
}

/// What one handle does holds for the next question on another.
pub(crate) fn a_change_holds_at_the_next_question(writer: &mut dyn Store, reader: &dyn Store) {
    let day = Date::constant(2026, 3, 1);
    writer.accounts_mut().add_worker(&admin(), NOW, &worker("wang")).unwrap();
    let grant = Grant {
        worker: name("wang"),
        role: Role::PublicHealth,
        area: area(VILLAGE_A),
        programmes: Programmes::All,
        sensitivity: Sensitivity::Routine,
        residents: None,
        from: day,
        to: None,
    };
    let id = writer.accounts_mut().give(&admin(), NOW, &grant).unwrap();
    let right = attempt(reader);
    let token = admit(writer, &right, NOW).unwrap();
    let wang: AccountName = name("wang");
    assert_eq!((alive(reader, &token), reader.accounts().grants_on(&wang, day).unwrap()), (true, vec![grant]));
    writer.accounts_mut().take(&admin(), NOW, id).unwrap();
    assert_eq!((alive(reader, &token), reader.accounts().grants_on(&wang, day).unwrap()), (true, vec![]));
    writer.accounts_mut().enable(&admin(), NOW, &wang, false).unwrap();
    assert!(!alive(reader, &token));
}

#[test]
fn a_change_holds_at_the_next_question_on_sqlite() {
    let dir = tempfile::tempdir().unwrap();
    let mut writer = qianmo_store::SqliteStore::create(dir.path()).unwrap();
    a_change_holds_at_the_next_question(&mut writer, &qianmo_store::SqliteStore::open(dir.path()).unwrap());
}

#[test]
fn a_change_holds_at_the_next_question_on_postgres() {
    let Some((mut writer, schema)) = crate::server::fresh() else { return };
    a_change_holds_at_the_next_question(&mut writer, &schema.open());
}

#[test]
fn the_secret_of_a_second_factor_is_sealed() {
    let dir = tempfile::tempdir().unwrap();
    let keys = qianmo_store::Keys::create(&dir.path().join("keys"), qianmo_store::Suite::Sm4Gcm).unwrap();
    let data = dir.path().join("data");
    let mut store = qianmo_store::SqliteStore::create_with(&data, &crate::seal::options(keys)).unwrap();
    store.accounts_mut().add_worker(&admin(), NOW, &NewWorker { password: PasswordHash::of(PASSWORD).unwrap(), ..worker("wang") }).unwrap();
    let new = store.accounts_mut().begin_second_factor(&admin(), NOW, &name("wang"), "阡陌").unwrap();
    store.accounts_mut().confirm_second_factor(&admin(), NOW, &name("wang"), &shown(&new.secret, NOW)).unwrap();
    drop(store);
    let raw = rusqlite::Connection::open(data.join("qianmo.db")).unwrap();
    let held: String = raw.query_row("SELECT secret FROM second_factor", (), |row| row.get(0)).unwrap();
    assert!(held.starts_with("#1:") && !held.contains(&new.secret));
    let mut bare = qianmo_store::SqliteStore::open(&data).unwrap();
    let tried = attempt(&bare).with_code("000000");
    assert_eq!(admit(&mut bare, &tried, NOW), Err("STORE-0301"));
}

#[test]
fn a_grant_from_before_is_for_everybody_in_its_area() {
    let grants = |mut store: Box<dyn Store>| {
        let held = store.accounts().grants(&name("wang")).unwrap();
        assert_eq!((held.len(), held[0].1.residents.as_ref()), (1, None));
        store.accounts_mut().begin_second_factor(&admin(), NOW, &name("wang"), "阡陌").unwrap();
    };
    let rows = "INSERT INTO worker (name, shown, area, password, must_change, enabled, failures, created_at) \
                VALUES ('wang', '王', 530523100201, '', 0, 1, 0, 0); \
                INSERT INTO worker_grant (id, worker, role, area, programmes, sensitivity, valid_from, given_at) \
                VALUES (@id, 'wang', 'village_doctor', 530523100201, '*', 0, 0, 0)";
    let dir = tempfile::tempdir().unwrap();
    let raw = rusqlite::Connection::open(dir.path().join("qianmo.db")).unwrap();
    for sql in [
        include_str!("../../src/sqlite/migrations/0001.sql"),
        include_str!("../../src/sqlite/migrations/0002.sql"),
        include_str!("../../src/sqlite/migrations/0003.sql"),
        include_str!("../../src/sqlite/migrations/0004.sql"),
        include_str!("../../src/sqlite/migrations/0005.sql"),
        include_str!("../../src/sqlite/migrations/0006.sql"),
    ] {
        raw.execute_batch(sql).unwrap();
    }
    raw.execute_batch(&rows.replace("@id", "x'00000000000000000000000000000007'")).unwrap();
    raw.execute_batch("PRAGMA user_version = 6; PRAGMA application_id = 0x5169616E").unwrap();
    drop(raw);
    grants(Box::new(qianmo_store::SqliteStore::open(dir.path()).unwrap()));

    let Some(schema) = crate::server::Schema::new() else { return };
    let mut raw = schema.raw();
    raw.batch_execute("CREATE TABLE qianmo (version integer PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())").unwrap();
    for sql in [
        include_str!("../../src/postgres/migrations/0001.sql"),
        include_str!("../../src/postgres/migrations/0002.sql"),
        include_str!("../../src/postgres/migrations/0003.sql"),
        include_str!("../../src/postgres/migrations/0004.sql"),
        include_str!("../../src/postgres/migrations/0005.sql"),
    ] {
        raw.batch_execute(sql).unwrap();
    }
    raw.batch_execute("INSERT INTO qianmo (version) SELECT generate_series(1, 5); INSERT INTO log (county, end_seq) VALUES (530523, 0)")
        .unwrap();
    for table in ["worker", "worker_grant"] {
        raw.batch_execute(&format!("ALTER TABLE {table} ALTER county SET DEFAULT 530523")).unwrap();
    }
    raw.batch_execute(&rows.replace("@id", "'00000000-0000-0000-0000-000000000007'")).unwrap();
    grants(Box::new(schema.open()));
}
