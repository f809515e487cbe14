//! Care of the whole: backups, verification, what an empty server lacks.

use std::sync::{Arc, Mutex, mpsc};

use qianmo_server::OpenStore;
use qianmo_store::{Manifest, SqliteStore, Store};
use serde_json::json;

use crate::support::{Town, VILLAGE, folder, open};

fn with_backups() -> (Town, tempfile::TempDir) {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("backups");
    (Town::configured(|config| config.backups = Some(folder)), place)
}

#[tokio::test]
async fn a_backup_is_made_and_listed_and_can_be_restored() {
    let (town, place) = with_backups();
    town.resident(1, "王秀英", VILLAGE);
    for nobody in ["public_health", "administrator", "auditor", "county_analyst"] {
        town.post("/backups").by(nobody).refused(403, "ACCESS-0102").await;
        town.get("/backups").by(nobody).refused(403, "ACCESS-0102").await;
    }
    assert_eq!(town.get("/backups").by("county_administrator").gives(200).await["items"], json!([]));
    let made = town.post("/backups").by("county_administrator").gives(201).await;
    assert_eq!((&made["name"], &made["cut"]), (&json!("20261122-100000"), &json!(1)));
    assert!(made["bytes"].as_u64().unwrap() > 0);
    town.post("/backups").by("county_administrator").refused(409, "STORE-0002").await;
    town.clock.pass_minutes(1);
    town.post("/backups").by("county_administrator").gives(201).await;
    std::fs::create_dir(place.path().join("backups/unfinished")).unwrap();
    let list = town.get("/backups").by("county_administrator").gives(200).await;
    let names: Vec<_> = list["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect();
    assert_eq!(names.len(), 2);
    assert!(names.contains(&"20261122-100000".to_owned()) && names.contains(&"20261122-100100".to_owned()), "{names:?}");
    let trail = town.get("/audit?deeds=export").by("auditor").gives(200).await;
    assert_eq!(trail["items"][1]["detail"], "backup 1 20261122-100000");

    let restored = place.path().join("restored");
    let manifest: Manifest = qianmo_store::restore(&place.path().join("backups/20261122-100000"), &restored).unwrap();
    assert_eq!(SqliteStore::open(&restored).unwrap().cut().unwrap(), manifest.cut);
}

#[tokio::test]
async fn without_a_place_there_are_no_backups() {
    let town = Town::new();
    town.post("/backups").by("county_administrator").refused(409, "SERVER-0320").await;
    town.get("/backups").by("county_administrator").refused(409, "SERVER-0320").await;
}

#[tokio::test]
async fn what_was_altered_is_told() {
    let town = Town::new();
    town.resident(1, "王秀英", VILLAGE);
    let ask = || town.post("/verification").json(json!({}));
    ask().refused(401, "SERVER-0101").await;
    for nobody in ["public_health", "administrator", "village_doctor"] {
        ask().by(nobody).refused(403, "ACCESS-0102").await;
    }
    let whole = ask().by("auditor").gives(200).await;
    assert_eq!((&whole["whole"], &whole["cut"], whole.get("found")), (&json!(true), &json!(1), None));
    let line = town.get("/audit/anchor").by("auditor").gives(200).await["line"].as_str().unwrap().to_owned();
    let anchored = |line: &str| town.post("/verification").by("county_administrator").json(json!({"anchors": [line]}));
    assert_eq!(anchored(&line).gives(200).await["whole"], true);
    anchored("no anchor").refused(422, "STORE-0406").await;
    let (front, last) = line.split_at(line.len() - 1);
    let other = anchored(&format!("{front}{}", if last == "0" { "1" } else { "0" })).gives(200).await;
    assert_eq!((&other["whole"], &other["found"]["code"]), (&json!(false), &json!("STORE-0405")), "{other}");
    assert!(!other["found"]["hint"].as_str().unwrap().is_empty());
    let trail = town.get("/audit?deeds=read&worker=county_administrator").by("auditor").gives(200).await;
    assert_eq!(trail["items"][0]["detail"], "verification 1: STORE-0405");
}

#[tokio::test]
async fn a_second_verification_is_refused_while_one_runs() {
    let dir = folder();
    let place = dir.path().to_owned();
    let (gate, passing) = mpsc::channel::<()>();
    let passing = Mutex::new(passing);
    // A handle is opened when the gate gives a turn, or is gone.
    let opened: OpenStore = Arc::new(move || {
        let _ = passing.lock().unwrap().recv();
        Ok(Box::new(open(&place)))
    });
    gate.send(()).unwrap();
    let writing = Box::new(open(dir.path()));
    // With one reader, which is open from the start, only what takes long opens another handle.
    let town = Town::over(dir, writing, opened, |config| config.readers = 1).unwrap();
    let ask = || Box::pin(town.post("/verification").by("county_administrator").json(json!({})).send());
    let (mut first, mut second) = (ask(), ask());
    let (answer, other) = tokio::select! {
        answer = &mut first => (answer, second),
        answer = &mut second => (answer, first),
    };
    assert_eq!((answer.status, answer.code().as_str()), (409, "SERVER-0321"));
    drop(gate);
    assert_eq!(other.await.status, 200);
}

#[tokio::test]
async fn who_sets_a_server_up_is_told_what_it_lacks() {
    let (town, _place) = with_backups();
    town.get("/setup").by("administrator").refused(403, "ACCESS-0102").await;
    town.get("/setup").by("public_health").refused(403, "ACCESS-0102").await;
    let before = town.get("/setup").by("county_administrator").gives(200).await;
    assert_eq!(
        (&before["areas"], &before["villages"], &before["workers"], &before["residents"]),
        (&json!(7), &json!(4), &json!(14), &json!(0))
    );
    assert_eq!((&before["organisations"], &before["sealed"], before.get("last_backup")), (&json!(0), &json!(false), None));
    assert_eq!(before["backups_set"], true);
    town.resident(1, "王秀英", VILLAGE);
    town.resident(2, "李明", VILLAGE);
    town.post("/backups").by("county_administrator").gives(201).await;
    let after = town.get("/setup").by("county_administrator").gives(200).await;
    assert_eq!((&after["residents"], &after["packs"]), (&json!(2), &json!(crate::support::packs().packs.len())));
    assert!(after["last_backup"].is_string(), "{after}");
}

#[tokio::test]
async fn a_township_of_its_own_answers_for_its_whole_although_a_county_stands_above() {
    let town = Town::new();
    town.get("/setup").by("administrator").refused(403, "ACCESS-0102").await;
    town.give("administrator", qianmo_store::Role::Administrator, crate::support::OTHER_TOWNSHIP);
    town.get("/setup").by("administrator").gives(200).await;
    town.patch("/settings").by("administrator").json(json!({"quiet_days": 21})).gives(204).await;
    assert_eq!(town.post("/verification").by("administrator").json(json!({})).gives(200).await["whole"], true);
}
