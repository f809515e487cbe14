//! Enrolment codes and devices.

use qianmo_store::{Code, DeviceId, Enrolment, Store as _};
use serde_json::json;

use crate::support::{TOWNSHIP, Town, VILLAGE};
use qianmo_server::Clock as _;

/// Enrols a device of a worker as the device itself would.
fn enrol(town: &Town, worker: &str) -> DeviceId {
    let mut store = town.store();
    let now = town.clock.now_ms();
    let code = store.accounts_mut().enrolment_code(&qianmo_store::Actor::default(), now, &worker.parse().unwrap(), now + 1000).unwrap();
    store.accounts_mut().enrol(&code, &Enrolment { shown: format!("{worker} 的手机"), public_key: vec![7; 32] }, now).unwrap()
}

#[tokio::test]
async fn a_code_enrols_one_device_for_a_while() {
    let town = Town::new();
    let path = "/workers/village_doctor/enrolment-codes";
    town.post(path).json(json!({})).refused(401, "SERVER-0101").await;
    town.post(path).by("clinician").json(json!({})).refused(403, "ACCESS-0102").await;
    town.post(path).by("other_administrator").json(json!({})).refused(404, "SERVER-0104").await;
    town.post(path).by("public_health").json(json!({"minutes": 0})).refused(422, "SERVER-0103").await;
    town.post(path).by("public_health").json(json!({"minutes": 1441})).refused(422, "SERVER-0103").await;
    let code = town.post(path).by("public_health").json(json!({"minutes": 10})).gives(201).await;
    assert_eq!(code["until"], "2026-11-22T02:10:00Z");
    let typed = Code::typed(code["code"].as_str().unwrap());
    let phone = Enrolment { shown: "手机".into(), public_key: vec![1; 32] };
    assert!(town.store().accounts_mut().enrol(&typed, &phone, town.clock.now_ms()).is_ok());
    assert_eq!(town.store().accounts_mut().enrol(&typed, &phone, town.clock.now_ms()).unwrap_err().code, "STORE-0508");
}

#[tokio::test]
async fn nobody_enrols_a_device_as_somebody_with_more_rights() {
    let town = Town::new();
    let ask = |name: &str| town.post(&format!("/workers/{name}/enrolment-codes")).by("public_health").json(json!({}));
    ask("administrator").refused(403, "SERVER-0303").await;
    ask("health_office").refused(403, "SERVER-0303").await;
    ask("public_health").gives(201).await;
    town.give("village_doctor", qianmo_store::Role::VillageDoctor, crate::support::OTHER_VILLAGE);
    ask("village_doctor").refused(403, "SERVER-0303").await;
    town.post("/workers/health_office/enrolment-codes").by("administrator").json(json!({})).gives(201).await;
}

#[tokio::test]
async fn devices_are_listed_and_revoked_where_one_enrols_them() {
    let town = Town::new();
    let (doctor, clinician, other) = (enrol(&town, "village_doctor"), enrol(&town, "clinician"), enrol(&town, "other_doctor"));
    town.get("/devices").by("village_doctor").refused(403, "ACCESS-0102").await;
    town.get("/devices?area=530523101000").by("public_health").refused(403, "ACCESS-0104").await;
    town.get("/devices?after=x").by("public_health").refused(422, "SERVER-0103").await;
    let first = town.get("/devices?limit=1").by("public_health").gives(200).await;
    assert_eq!(first["items"][0]["worker"], "clinician");
    let next = first["next"].as_str().unwrap();
    let second = town.get(&format!("/devices?limit=1&after={next}")).by("public_health").gives(200).await;
    assert_eq!((&second["items"][0]["id"], &second["next"]), (&json!(doctor.to_string()), &serde_json::Value::Null));
    let village = town.get(&format!("/devices?area={VILLAGE}")).by("public_health").gives(200).await;
    assert_eq!(village["items"].as_array().unwrap().len(), 1);
    assert_eq!(town.get(&format!("/devices?area={TOWNSHIP}")).by("public_health").gives(200).await["items"].as_array().unwrap().len(), 2);
    assert_eq!(town.get("/session/devices").by("clinician").gives(200).await["items"][0]["id"], clinician.to_string());

    let wipe = json!({"wipe": true});
    let revoke = |id: DeviceId| town.post(&format!("/devices/{id}/revoke"));
    revoke(other).by("public_health").json(wipe.clone()).refused(404, "SERVER-0104").await;
    revoke(doctor).by("clinician").json(wipe.clone()).refused(404, "SERVER-0104").await;
    revoke(doctor).by("public_health").json(json!({})).refused(422, "SERVER-0103").await;
    revoke(doctor).by("public_health").json(wipe).gives(204).await;
    revoke(clinician).by("clinician").json(json!({"wipe": false})).gives(204).await;
    let list = town.get("/devices").by("public_health").gives(200).await;
    let state = |place: usize| (list["items"][place]["revoked_at"].is_string(), list["items"][place]["wipe"] == true);
    assert_eq!((state(0), state(1)), ((true, false), (true, true)));
    let trail = town.get("/audit?deeds=device").by("auditor").gives(200).await;
    assert!(trail["items"].as_array().unwrap().iter().any(|entry| entry["detail"] == format!("revoke and wipe {doctor}")));
}
