//! Pulling villages, the round trip, the sending side's steps, and a device's signature.

use std::collections::BTreeMap;

use qianmo_core::AreaCode;
use qianmo_store::{Limits, Sight, SqliteStore, Writer};
use qianmo_sync::peer::{Effect, Next, Place, Transport, run};
use qianmo_sync::{Intake, Peer, Puller, Serving, device, exchange};
use qianmo_wire::sync::{Answer, AreasBody, Cursor, Exchange, State};
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value as Json, json};

use crate::support::*;

fn in_b(body: Json) -> Json {
    with(body, "area", VILLAGE_B.to_string())
}

fn pull(it: &Kept, sight: &Sight, cursors: &BTreeMap<AreaCode, Cursor>, bytes: u64) -> qianmo_sync::Pulled {
    let rules = rules(TOWNSHIP);
    Puller { store: &it.store, rules: &rules, sight, home: None }.pull(cursors, bytes).unwrap()
}

fn positions(village: &qianmo_wire::sync::Village) -> Vec<i64> {
    village.records.iter().map(|record| record.position.unwrap()).collect()
}

#[test]
fn a_village_gets_the_history_of_who_moves_in_and_is_told_who_leaves() {
    let mut it = store();
    let (a, b) = (area(VILLAGE_A), area(VILLAGE_B));
    let first = [in_b(sheet(1, &json!({"name": "王"}))), in_b(visit(11, &json!({}))), visit(2, &json!({}))];
    intake("wang", "p").receive_into(&mut it.store, &first).unwrap();
    let both = sight(&[VILLAGE_A, VILLAGE_B]);
    let start = pull(&it, &both, &BTreeMap::new(), 1 << 20);
    assert_eq!(start.villages.iter().map(positions).collect::<Vec<_>>(), [vec![3], vec![1, 2]]);
    let cursors: BTreeMap<AreaCode, Cursor> = [(a, start.villages[0].cursor), (b, start.villages[1].cursor)].into();
    assert!(pull(&it, &both, &cursors, 1 << 20).villages.is_empty(), "nothing new");
    // Person 1 moves to A: the visit made in B comes along; B is told.
    let moves = with(sheet(21, &json!({"name": "王"})), "at", "2026-11-21");
    intake("wang", "p").receive_into(&mut it.store, &[moves]).unwrap();
    let next = pull(&it, &both, &cursors, 1 << 20);
    assert_eq!(next.villages.iter().map(positions).collect::<Vec<_>>(), [vec![1, 2, 4], vec![]]);
    assert_eq!((next.villages[0].left.len(), &next.villages[1].left), (0, &vec![person(1).to_string()]));
    // A new grant backfills; one that sees another part begins anew.
    let alone = pull(&it, &sight(&[VILLAGE_A]), &[(a, next.villages[0].cursor)].into(), 1 << 20);
    assert!(alone.villages.is_empty());
    let masked = Sight { exposed: false, ..sight(&[VILLAGE_A]) };
    let anew = pull(&it, &masked, &[(a, next.villages[0].cursor)].into(), 1 << 20);
    assert!(anew.villages[0].anew && positions(&anew.villages[0]) == [1, 2, 3, 4]);
}

#[test]
fn a_page_is_cut_by_bytes_and_goes_on_where_it_ended() {
    let mut it = store();
    let batch: Vec<Json> = (1..=40).map(|n| visit(n, &json!({"note": "一二三四五六七八九十"}))).collect();
    intake("wang", "p").receive_into(&mut it.store, &batch).unwrap();
    let sight = sight(&[VILLAGE_A]);
    let (mut cursors, mut got, mut pages) = (BTreeMap::new(), Vec::new(), 0);
    loop {
        let pulled = pull(&it, &sight, &cursors, 2000);
        for village in &pulled.villages {
            got.extend(positions(village));
            cursors.insert(area(VILLAGE_A), village.cursor);
        }
        pages += 1;
        if !pulled.more {
            break;
        }
    }
    assert_eq!(got, (1..=40).collect::<Vec<i64>>());
    assert!((6..20).contains(&pages), "{pages}");
}

struct Line<'a> {
    store: &'a SqliteStore,
    writer: &'a Writer,
    intake: Intake,
    sight: Sight,
    areas: AreasBody,
    fails: usize,
}

impl Transport for Line<'_> {
    fn exchange(&mut self, request: &Exchange) -> Result<Answer, qianmo_core::Fault> {
        if self.fails > 0 {
            self.fails -= 1;
            return Err(qianmo_core::Fault::new("TEST-0001"));
        }
        let serving = Serving { intake: &self.intake, sight: &self.sight, programme: "abc", areas: &self.areas, wipe: true };
        exchange(self.store, self.writer, &serving, request)
    }
}

#[derive(Default)]
struct Pocket {
    outbox: Vec<Json>,
    refused: usize,
    held: Vec<i64>,
    programme: Option<String>,
    areas: usize,
    news: usize,
    wiped: bool,
}

impl Place for Pocket {
    fn outbox(&self, records_max: usize) -> Result<Vec<Json>, qianmo_core::Fault> {
        Ok(self.outbox.iter().take(records_max).cloned().collect())
    }

    fn take(&mut self, effects: Vec<Effect>, _: &Peer) -> Result<(), qianmo_core::Fault> {
        for effect in effects {
            match effect {
                Effect::Done(outcome) => self.outbox.retain(|body| body["id"] != outcome.id.as_str()),
                Effect::Refused(outcome) => {
                    self.refused += 1;
                    self.outbox.retain(|body| body["id"] != outcome.id.as_str());
                }
                Effect::Village(village) => self.held.extend(positions(&village)),
                Effect::Forget(_) => self.held.clear(),
                Effect::Arrival(_) => self.news += 1,
                Effect::Areas(areas) => self.areas = areas.areas.len(),
                Effect::Programme(hash) => self.programme = Some(hash),
            }
        }
        Ok(())
    }

    fn wipe(&mut self, _: &Peer) -> Result<(), qianmo_core::Fault> {
        (self.wiped, self.held) = (true, Vec::new());
        Ok(())
    }
}

#[test]
fn a_phone_pushes_and_pulls_in_one_trip_and_a_revoked_one_empties_itself_after_sending() {
    let it = store();
    let (writer, thread) = Writer::start(Box::new(SqliteStore::open_with(it.dir.path(), &options()).unwrap()), Limits::default()).unwrap();
    let intake = intake("wang", "phone-1");
    let areas = qianmo_sync::exchange::areas(intake.rules.areas());
    let mut line = Line { store: &it.store, writer: &writer, intake, sight: sight(&[VILLAGE_A]), areas, fails: 0 };
    let (mut peer, mut pocket) = (Peer::default(), Pocket::default());
    pocket.outbox = vec![visit(1, &json!({})), visit(2, &json!({"sbp": 5})), json!({"id": "?"})];
    assert_eq!(run(&mut peer, &mut pocket, &mut line).unwrap(), 2, "the second trip finds nothing more");
    assert_eq!((pocket.outbox.len(), pocket.refused, &pocket.held[..], pocket.news), (0, 1, &[1][..], 1));
    assert_eq!((pocket.areas, pocket.programme.as_deref()), (3, Some("abc")));
    peer.has_programme("abc");
    let Next::Send(request) = peer.next(&[]) else { panic!("a phone at work asks") };
    assert_eq!(request.pull.as_ref().unwrap().programme, "abc");
    // Failures make smaller batches; what was not sent stays.
    pocket.outbox = (3..=12).map(|n| visit(n, &json!({}))).collect();
    line.fails = 8;
    for _ in 0..8 {
        assert_eq!(run(&mut peer, &mut pocket, &mut line).unwrap_err().code, "TEST-0001");
    }
    assert_eq!((peer.batch_max(), pocket.outbox.len()), (1, 10));
    run(&mut peer, &mut pocket, &mut line).unwrap();
    assert!(pocket.outbox.is_empty() && pocket.held.len() == 11);
    // A taken grant: the village is forgotten.
    line.sight = sight(&[VILLAGE_B]);
    run(&mut peer, &mut pocket, &mut line).unwrap();
    assert!(pocket.held.is_empty() && !peer.villages.contains_key(&VILLAGE_A.to_string()));
    line.intake.sender.revoked = true;
    pocket.outbox = vec![visit(20, &json!({}))];
    run(&mut peer, &mut pocket, &mut line).unwrap();
    assert!(pocket.wiped && pocket.outbox.is_empty() && peer.is_revoked());
    assert_eq!(it.store.arrivals_open(), 2, "the last record lies with the township");
    drop(line);
    thread.stop().unwrap();
}

trait Open {
    fn arrivals_open(&self) -> u64;
}

impl Open for SqliteStore {
    fn arrivals_open(&self) -> u64 {
        use qianmo_store::Store as _;
        self.arrivals().open_count(&qianmo_store::Areas::All).unwrap()
    }
}

#[test]
fn a_body_that_can_t_be_read_says_why_and_what_is_unknown_is_passed_over() {
    let code = |text: &str| qianmo_sync::exchange::read(text.as_bytes()).unwrap_err().code;
    assert_eq!(code("{"), "SYNC-0001");
    assert_eq!(code(r#"{"records": 5}"#), "SYNC-0001");
    assert_eq!(code(r#"{"version": 99, "anything": [1]}"#), "SYNC-0002");
    let read = qianmo_sync::exchange::read(br#"{"version": 1, "new": {}, "pull": {"later": 1}}"#).unwrap();
    assert!(read.records.is_empty() && read.pull.is_some());
    let answer: Answer = serde_json::from_str(r#"{"outcomes": [{"id": "x", "state": "of_a_later_program", "more": 1}]}"#).unwrap();
    assert_eq!(answer.outcomes[0].state, State::Unreadable, "kept on the phone until it knows better");
}

#[test]
fn a_device_proves_itself_by_signing_a_challenge() {
    let random = ring::rand::SystemRandom::new();
    let pair = |random| {
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, random).unwrap();
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), random).unwrap()
    };
    let (mine, other) = (pair(&random), pair(&random));
    let base64 = |bytes: &[u8]| base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes);
    let public = device::public_key(&base64(mine.public_key().as_ref())).unwrap();
    assert_eq!(device::public_key(&base64(&public[1..])).unwrap_err().code, "SYNC-0501");
    let challenges = device::Challenges::new("secret");
    let challenge = challenges.make("device-1", NOW, [7; 8]);
    challenges.check("device-1", &challenge, NOW + 299_000).unwrap();
    let wrong = [("device-2", NOW), ("device-1", NOW + 300_000)];
    for (name, now) in wrong {
        assert_eq!(challenges.check(name, &challenge, now).unwrap_err().code, "SYNC-0503");
    }
    assert_eq!(device::Challenges::new("other").check("device-1", &challenge, NOW).unwrap_err().code, "SYNC-0503");
    let longer = challenge.replacen(&(NOW + 300_000).to_string(), &(NOW + 900_000).to_string(), 1);
    assert_eq!(challenges.check("device-1", &longer, NOW).unwrap_err().code, "SYNC-0503");
    let sign = |pair: &EcdsaKeyPair| base64(pair.sign(&random, device::signed_text("device-1", &challenge).as_bytes()).unwrap().as_ref());
    device::verify(&public, "device-1", &challenge, &sign(&mine)).unwrap();
    for (name, signature) in [("device-1", sign(&other)), ("device-2", sign(&mine)), ("device-1", "?".to_owned())] {
        assert_eq!(device::verify(&public, name, &challenge, &signature).unwrap_err().code, "SYNC-0502");
    }
}
