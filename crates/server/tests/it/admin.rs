//! Accounts of workers and their grants, and the settings.

use qianmo_store::Store as _;
use serde_json::{Value, json};

use crate::support::{COUNTY, OTHER_TOWNSHIP, OTHER_VILLAGE, PASSWORD, TOWNSHIP, Town, VILLAGE, VILLAGE_2, area, resident_id};

fn names(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap()).collect()
}

fn new(name: &str, place: u64) -> Value {
    json!({"name": name, "shown": "李梅", "area": place.to_string()})
}

#[tokio::test]
async fn accounts_are_listed_by_those_who_manage_them_page_by_page() {
    let town = Town::new();
    town.get("/workers").by("public_health").refused(403, "ACCESS-0102").await;
    let all = town.get("/workers").by("administrator").gives(200).await;
    assert!(names(&all).contains(&"village_doctor") && !names(&all).contains(&"other_doctor"));
    assert!(!names(&all).contains(&"auditor"), "the county's accounts are the county's business");
    let village = town.get(&format!("/workers?area={VILLAGE}")).by("administrator").gives(200).await;
    assert_eq!(names(&village), ["committee", "resident", "village_doctor"]);
    town.get(&format!("/workers?area={OTHER_VILLAGE}")).by("administrator").refused(403, "ACCESS-0104").await;
    town.get("/workers?area=no").by("administrator").refused(422, "CORE-0101").await;
    town.get("/workers?limit=0").by("administrator").refused(422, "SERVER-0103").await;
    town.get("/workers?colour=red").by("administrator").refused(422, "SERVER-0103").await;

    town.get("/workers?after=Not%20A%20Name").by("administrator").refused(422, "SERVER-0103").await;
    let (mut seen, mut after): (Vec<String>, String) = (Vec::new(), String::new());
    loop {
        let page = town.get(&format!("/workers?limit=2{after}")).by("county_administrator").gives(200).await;
        assert!(names(&page).len() <= 2);
        seen.extend(names(&page).into_iter().map(str::to_owned));
        let Some(next) = page["next"].as_str() else { break };
        after = format!("&after={next}");
    }
    assert_eq!(seen.len(), 14);
    assert!(seen.is_sorted());
}

#[tokio::test]
async fn an_account_elsewhere_is_as_one_that_does_not_exist() {
    let town = Town::new();
    let elsewhere = town.get("/workers/other_doctor").by("administrator").refused(404, "SERVER-0104").await;
    let nowhere = town.get("/workers/nobody_at_all").by("administrator").refused(404, "SERVER-0104").await;
    assert_eq!(elsewhere.text(), nowhere.text());
    town.get("/workers/Not%20A%20Name").by("administrator").refused(404, "SERVER-0104").await;
    town.get("/workers/village_doctor").by("village_doctor").refused(403, "ACCESS-0102").await;
    for path in ["grants", "identities"] {
        town.get(&format!("/workers/other_doctor/{path}")).by("administrator").refused(404, "SERVER-0104").await;
    }
    town.put("/workers/other_doctor/enabled").by("administrator").json(json!({"enabled": false})).refused(404, "SERVER-0104").await;
    town.post("/workers/other_doctor/password").by("administrator").refused(404, "SERVER-0104").await;
    town.post("/workers/other_doctor/enrolment-codes").by("administrator").json(json!({})).refused(404, "SERVER-0104").await;
}

#[tokio::test]
async fn an_account_is_opened_with_a_password_to_be_changed() {
    let town = Town::new();
    town.post("/workers").by("village_doctor").json(new("li_mei", VILLAGE)).refused(403, "ACCESS-0102").await;
    town.post("/workers").by("administrator").json(new("li_mei", OTHER_VILLAGE)).refused(403, "ACCESS-0104").await;
    town.post("/workers").by("administrator").json(new("Li Mei", VILLAGE)).refused(422, "STORE-0505").await;
    town.post("/workers").by("administrator").json(new("village_doctor", VILLAGE)).refused(409, "STORE-0504").await;
    let nameless = json!({"name": "li_mei", "shown": " ", "area": VILLAGE.to_string()});
    town.post("/workers").by("administrator").json(nameless).refused(422, "SERVER-0302").await;
    let assigned = json!({"name": "li_mei", "shown": "李梅", "area": VILLAGE.to_string(), "enabled": true});
    town.post("/workers").by("administrator").json(assigned).refused(422, "SERVER-0103").await;
    let first = town.post("/workers").by("administrator").json(new("li_mei", VILLAGE)).gives(201).await;
    let again = town.post("/workers").by("administrator").json(new("li_ming", VILLAGE)).gives(201).await;
    assert_ne!(first["password"], again["password"]);
    let body = town.get("/workers/li_mei").by("administrator").gives(200).await;
    assert_eq!((&body["shown"], &body["area"], &body["must_change"]), (&json!("李梅"), &json!(VILLAGE.to_string()), &json!(true)));
    let trail = town.get("/audit?deeds=account&worker=administrator").by("auditor").gives(200).await;
    assert!(trail["items"].as_array().unwrap().iter().any(|entry| entry["detail"] == "add li_mei"), "{trail}");
}

#[tokio::test]
async fn what_is_known_of_a_worker_is_changed_in_place() {
    let town = Town::new();
    let ask = |name: &str, by: &str, change: Value| town.patch(&format!("/workers/{name}")).by(by).json(change);
    let clinic = resident_id(900).to_string();
    let changed = ask("clinician", "administrator", json!({"shown": "李梅", "organisation": clinic})).gives(200).await;
    assert_eq!(
        (&changed["shown"], &changed["organisation"], &changed["area"]),
        (&json!("李梅"), &json!(clinic), &json!(TOWNSHIP.to_string()))
    );
    let moved = ask("clinician", "administrator", json!({"area": VILLAGE.to_string(), "organisation": null})).gives(200).await;
    assert_eq!((&moved["shown"], moved.get("organisation"), &moved["area"]), (&json!("李梅"), None, &json!(VILLAGE.to_string())));
    town.get("/session").by("clinician").gives(200).await;
    ask("clinician", "administrator", json!({"shown": " "})).refused(422, "SERVER-0302").await;
    ask("clinician", "administrator", json!({"enabled": false})).refused(422, "SERVER-0103").await;
    ask("clinician", "administrator", json!({"area": OTHER_VILLAGE.to_string()})).refused(403, "ACCESS-0104").await;
    ask("clinician", "public_health", json!({})).refused(403, "ACCESS-0102").await;
    ask("other_doctor", "administrator", json!({})).refused(404, "SERVER-0104").await;
    ask("administrator", "administrator", json!({})).refused(403, "SERVER-0304").await;
    let trail = town.get("/audit?deeds=account&worker=administrator").by("auditor").gives(200).await;
    let said: Vec<&str> = trail["items"].as_array().unwrap().iter().map(|entry| entry["detail"].as_str().unwrap()).collect();
    assert_eq!(said, ["change clinician: organisation area", "change clinician: shown organisation"], "the newest first");
}

#[tokio::test]
async fn a_closed_or_reset_account_is_out_at_once() {
    let town = Town::new();
    town.get("/session").by("clinician").gives(200).await;
    town.put("/workers/clinician/enabled").by("administrator").json(json!({"enabled": false})).gives(204).await;
    town.get("/session").by("clinician").refused(401, "SERVER-0101").await;
    town.post("/session").json(json!({"name": "clinician", "password": PASSWORD})).refused(401, "STORE-0503").await;
    town.put("/workers/clinician/enabled").by("administrator").json(json!({"enabled": true})).gives(204).await;
    town.post("/session").json(json!({"name": "clinician", "password": PASSWORD})).gives(200).await;

    town.get("/session").by("committee").gives(200).await;
    let reset = town.post("/workers/committee/password").by("administrator").gives(200).await;
    town.get("/session").by("committee").refused(401, "SERVER-0101").await;
    let login = json!({"name": "committee", "password": reset["password"]});
    assert_eq!(town.post("/session").json(login).gives(200).await["must_change"], true);

    town.get("/session").by("village_doctor").gives(200).await;
    town.delete("/workers/village_doctor/sessions").by("administrator").gives(204).await;
    town.get("/session").by("village_doctor").refused(401, "SERVER-0101").await;
    town.delete("/workers/village_doctor/second-factor").by("administrator").refused(404, "STORE-0513").await;
}

#[tokio::test]
async fn nobody_takes_over_an_account_that_reaches_further_or_their_own() {
    let town = Town::new();
    town.post("/workers/administrator/password").by("administrator").refused(403, "SERVER-0304").await;
    town.put("/workers/administrator/enabled").by("administrator").json(json!({"enabled": false})).refused(403, "SERVER-0304").await;
    town.give("health_office", qianmo_store::Role::HealthOffice, COUNTY);
    town.post("/workers/health_office/password").by("administrator").refused(403, "SERVER-0303").await;
    town.delete("/workers/health_office/second-factor").by("administrator").refused(403, "SERVER-0303").await;
    let identity = json!({"issuer": "https://id.example", "subject": "42"});
    town.put("/workers/health_office/identities").by("administrator").json(identity).refused(403, "SERVER-0303").await;
    town.post("/workers/health_office/password").by("county_administrator").gives(200).await;
}

#[tokio::test]
async fn an_identity_is_linked_to_one_account() {
    let town = Town::new();
    let identity = json!({"issuer": "https://id.example", "subject": "42"});
    town.put("/workers/clinician/identities").by("administrator").json(identity.clone()).gives(204).await;
    town.put("/workers/clinician/identities").by("administrator").json(identity.clone()).gives(204).await;
    town.put("/workers/committee/identities").by("administrator").json(identity.clone()).refused(409, "STORE-0515").await;
    let empty = json!({"issuer": "https://id.example", "subject": ""});
    town.put("/workers/committee/identities").by("administrator").json(empty).refused(422, "STORE-0517").await;
    let held = town.get("/workers/clinician/identities").by("administrator").gives(200).await;
    assert_eq!(held["items"], json!([identity]));
    town.post("/workers/committee/identities/end").by("administrator").json(identity.clone()).refused(404, "STORE-0516").await;
    town.post("/workers/clinician/identities/end").by("administrator").json(identity).gives(204).await;
}

#[tokio::test]
async fn a_grant_holds_from_the_next_request_and_ends_with_its_taking() {
    let town = Town::new();
    let path = "/workers/village_doctor/grants";
    assert_eq!(town.get("/session").by("village_doctor").gives(200).await["areas"], json!([VILLAGE.to_string()]));
    let grant = json!({"role": "village_doctor", "area": VILLAGE_2.to_string(), "programmes": ["population"], "from": "2026-11-22"});
    let given = town.post(path).by("administrator").json(grant).gives(201).await;
    let both = json!([VILLAGE.to_string(), VILLAGE_2.to_string()]);
    assert_eq!(town.get("/session").by("village_doctor").gives(200).await["areas"], both);
    let list = town.get(path).by("administrator").gives(200).await;
    let held = list["items"].as_array().unwrap().iter().find(|held| held["id"] == given["id"]).unwrap();
    assert_eq!(
        (&held["programmes"], &held["sensitivity"], &held["from"]),
        (&json!(["population"]), &json!("routine"), &json!("2026-11-22"))
    );
    let id = given["id"].as_str().unwrap();
    town.delete(&format!("/grants/{id}")).by("other_administrator").refused(404, "SERVER-0104").await;
    town.delete(&format!("/grants/{id}")).by("public_health").refused(403, "ACCESS-0102").await;
    town.delete(&format!("/grants/{id}")).by("administrator").gives(204).await;
    assert_eq!(town.get("/session").by("village_doctor").gives(200).await["areas"], json!([VILLAGE.to_string()]));
    town.delete(&format!("/grants/{id}")).by("administrator").refused(404, "SERVER-0104").await;
    town.delete("/grants/none").by("administrator").refused(404, "SERVER-0104").await;
}

#[tokio::test]
async fn grants_are_given_within_bounds() {
    let town = Town::new();
    let ask = |name: &str, grant: Value| town.post(&format!("/workers/{name}/grants")).by("administrator").json(grant);
    let plain = |role: &str, place: u64| json!({"role": role, "area": place.to_string()});
    ask("administrator", plain("auditor", TOWNSHIP)).refused(403, "ACCESS-0105").await;
    ask("clinician", plain("clinician", COUNTY)).refused(403, "ACCESS-0104").await;
    ask("clinician", plain("clinician", OTHER_TOWNSHIP)).refused(403, "ACCESS-0104").await;
    ask("clinician", plain("clinician", 999_999_999_999)).refused(403, "ACCESS-0104").await;
    ask("clinician", plain("emperor", TOWNSHIP)).refused(422, "SERVER-0103").await;
    ask("other_doctor", plain("village_doctor", TOWNSHIP)).refused(404, "SERVER-0104").await;
    let unknown = json!({"role": "clinician", "area": TOWNSHIP.to_string(), "programmes": ["alchemy"]});
    ask("clinician", unknown).refused(422, "SERVER-0305").await;
    let backwards = json!({"role": "clinician", "area": TOWNSHIP.to_string(), "from": "2026-12-01", "to": "2026-11-01"});
    ask("clinician", backwards).refused(422, "SERVER-0306").await;
    let level = json!({"role": "clinician", "area": TOWNSHIP.to_string(), "sensitivity": "secret"});
    ask("clinician", level).refused(422, "SERVER-0103").await;
    town.post("/workers/clinician/grants").by("village_doctor").json(plain("clinician", TOWNSHIP)).refused(403, "ACCESS-0102").await;
    town.post("/workers/clinician/grants").by("public_health").json(plain("clinician", TOWNSHIP)).refused(403, "ACCESS-0102").await;
}

#[tokio::test]
async fn a_residents_grant_names_residents_of_the_area() {
    let town = Town::new();
    town.resident(1, "王秀英", VILLAGE);
    town.resident(7, "赵远", OTHER_VILLAGE);
    let grant =
        |residents: Value| json!({"role": "resident", "area": VILLAGE.to_string(), "sensitivity": "restricted", "residents": residents});
    let ask = |body: Value| town.post("/workers/committee/grants").by("public_health").json(body);
    ask(json!({"role": "resident", "area": VILLAGE.to_string()})).refused(403, "ACCESS-0106").await;
    ask(grant(json!([resident_id(7).to_string()]))).refused(422, "SERVER-0305").await;
    ask(grant(json!([resident_id(8).to_string()]))).refused(422, "SERVER-0305").await;
    ask(grant(json!(["x"]))).refused(422, "CORE-0401").await;
    let given = ask(grant(json!([resident_id(1).to_string()]))).gives(201).await;
    let me = town.get("/session").by("committee").gives(200).await;
    assert_eq!(me["residents"], json!([resident_id(1).to_string()]));
    let path = format!("/grants/{}/residents", given["id"].as_str().unwrap());
    town.put(&path).by("public_health").json(json!({})).refused(403, "ACCESS-0106").await;
    town.put(&path).by("public_health").json(json!({"residents": [resident_id(7).to_string()]})).refused(422, "SERVER-0305").await;
    town.put(&path).by("public_health").json(json!({"residents": [resident_id(1).to_string()]})).gives(204).await;
    town.delete(&format!("/grants/{}", given["id"].as_str().unwrap())).by("public_health").gives(204).await;
}

#[tokio::test]
async fn settings_are_read_by_all_and_changed_at_the_root() {
    let town = Town::new();
    let before = town.get("/settings").by("committee").gives(200).await;
    assert_eq!(before, json!({"title": "云岭县", "root_area": COUNTY.to_string(), "small_cells_below": 5, "quiet_days": 14}));
    let change = json!({"title": "青石镇卫生院", "root_area": TOWNSHIP.to_string(), "small_cells_below": 10, "quiet_days": 21});
    town.patch("/settings").by("public_health").json(change.clone()).refused(403, "ACCESS-0102").await;
    town.patch("/settings").by("administrator").json(change.clone()).refused(403, "ACCESS-0104").await;
    for (wrong, code) in [
        (json!({"small_cells_below": 2}), "SERVER-0103"),
        (json!({"quiet_days": 2}), "SERVER-0103"),
        (json!({"title": ""}), "SERVER-0103"),
        (json!({"root_area": "530523999999"}), "CORE-0104"),
        (json!({"secret": "x"}), "SERVER-0103"),
    ] {
        let answer = town.patch("/settings").by("county_administrator").json(wrong).send().await;
        assert_eq!(answer.code(), code);
    }
    town.patch("/settings").by("county_administrator").json(change.clone()).gives(204).await;
    assert_eq!(town.get("/settings").by("committee").gives(200).await, change);
    let trail = town.get("/audit?deeds=setting&worker=county_administrator").by("auditor").gives(200).await;
    assert_eq!(trail["items"][0]["detail"], "settings: title root_area small_cells_below quiet_days");
    assert!(town.store().areas().unwrap().get(area(TOWNSHIP)).is_some());
}
