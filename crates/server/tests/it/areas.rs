//! The division tree, outlines for maps, organisations.

use qianmo_core::Value as Field;
use qianmo_store::Store as _;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{COUNTY, OTHER_TOWNSHIP, OTHER_VILLAGE, TOWNSHIP, Town, VILLAGE, VILLAGE_2};

fn village(code: u64, parent: u64, name: &str) -> Value {
    json!({"code": format!("{code:012}"), "name": name, "kind": "village", "parent": parent.to_string(), "valid_from": "2026-01-01"})
}

#[tokio::test]
async fn everybody_reads_the_tree_once() {
    let town = Town::new();
    let answer = town.get("/areas").by("committee").send().await;
    assert_eq!((answer.status, answer.json()["items"].as_array().unwrap().len()), (200, 7));
    let tag = answer.header("etag").to_owned();
    let again = town.get("/areas").by("committee").header("if-none-match", &tag).send().await;
    assert_eq!((again.status, again.body.len(), again.header("etag")), (304, 0, tag.as_str()));
    let node = town.get(&format!("/areas/{TOWNSHIP}")).by("village_doctor").gives(200).await;
    assert_eq!((&node["ancestors"], &node["reached"]), (&json!([COUNTY.to_string()]), &json!(false)));
    assert_eq!(node["children"].as_array().unwrap().len(), 2);
    town.get("/areas/530523999999").by("committee").refused(404, "SERVER-0104").await;
    town.get("/areas/nowhere").by("committee").refused(404, "SERVER-0104").await;
}

#[tokio::test]
async fn the_tree_is_changed_where_one_may() {
    let town = Town::new();
    let put = |by: &str, items: Value| town.put("/areas").by(by).json(json!({"items": items}));
    let new = 530_523_100_203;
    put("public_health", json!([village(new, TOWNSHIP, "新寨村")])).refused(403, "ACCESS-0102").await;
    put("administrator", json!([village(530_523_101_203, OTHER_TOWNSHIP, "北坡村")])).refused(403, "ACCESS-0104").await;
    put("administrator", json!([village(OTHER_VILLAGE, TOWNSHIP, "东坡村")])).refused(403, "ACCESS-0104").await;
    put("administrator", json!([village(VILLAGE_2, OTHER_TOWNSHIP, "下寨村")])).refused(403, "ACCESS-0104").await;
    let root = json!([{"code": "530524000000", "name": "别县", "kind": "county", "valid_from": "2026-01-01"}]);
    put("county_administrator", root).refused(403, "ACCESS-0104").await;
    put("administrator", json!([])).refused(422, "SERVER-0103").await;
    let several = put("administrator", json!([village(1, TOWNSHIP, ""), village(new, TOWNSHIP, "新"), village(new, TOWNSHIP, "新")]));
    let problems = several.refused(422, "SERVER-0103").await.json()["problems"].clone();
    assert_eq!(
        (&problems[0]["field"], &problems[1]["code"], &problems[1]["field"]),
        (&json!("items[0]"), &json!("CORE-0102"), &json!("items[2]"))
    );
    put("administrator", json!([village(TOWNSHIP, VILLAGE, "青石镇")])).refused(422, "CORE-0103").await;

    put("administrator", json!([village(new, TOWNSHIP, "新寨村")])).gives(204).await;
    let node = town.get(&format!("/areas/{new}")).by("public_health").gives(200).await;
    assert_eq!((&node["area"]["name"], &node["reached"]), (&json!("新寨村"), &json!(true)), "grants reach it from now on");
    let trail = town.get("/audit?deeds=setting&worker=administrator").by("auditor").gives(200).await;
    assert_eq!(trail["items"][0]["detail"], format!("areas: {new}"));
}

fn outlines(code: u64, ring: &Value) -> Value {
    let feature = json!({"type": "Feature", "properties": {"code": code.to_string(), "owner": "某某"}, "geometry": {"type": "Polygon", "coordinates": [ring]}});
    json!({"type": "FeatureCollection", "features": [feature]})
}

#[tokio::test]
async fn outlines_are_kept_for_maps() {
    let town = Town::new();
    let path = format!("/areas/{TOWNSHIP}/outlines");
    town.get(&path).by("committee").refused(404, "SERVER-0104").await;
    let square = json!([[98.5, 24.5], [98.6, 24.5], [98.6, 24.6], [98.5, 24.5]]);
    let put = |by: &str, body: Value| town.put(&path).by(by).body("application/geo+json", body.to_string().as_bytes());
    put("village_doctor", outlines(VILLAGE, &square)).refused(403, "ACCESS-0102").await;
    put("other_administrator", outlines(VILLAGE, &square)).refused(403, "ACCESS-0104").await;
    put("administrator", outlines(OTHER_VILLAGE, &square)).refused(422, "SERVER-0307").await;
    put("administrator", outlines(VILLAGE, &json!([[98.5, 24.5], [98.6, 24.5], [98.6, 24.6], [98.5, 24.7]])))
        .refused(422, "SERVER-0307")
        .await;
    put("administrator", outlines(VILLAGE, &json!([[985.0, 24.5], [98.6, 24.5], [98.6, 24.6], [985.0, 24.5]])))
        .refused(422, "SERVER-0307")
        .await;
    put("administrator", json!({"type": "Point"})).refused(422, "SERVER-0103").await;
    town.put(&path).by("administrator").body("application/geo+json", b"{").refused(422, "SERVER-0102").await;
    town.put(&path).by("administrator").body("text/plain", b"{}").refused(415, "SERVER-0107").await;
    put("administrator", outlines(VILLAGE, &square)).gives(204).await;
    let answer = town.get(&path).by("committee").send().await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/geo+json"));
    assert_eq!(answer.json()["features"][0]["geometry"]["coordinates"], json!([square]));
    assert!(!answer.text().contains("某某"), "nothing but code and outline is kept");
    let again = town.get(&path).by("committee").header("if-none-match", answer.header("etag")).send().await;
    assert_eq!(again.status, 304);
}

#[tokio::test]
async fn organisations_are_seen_as_last_registered() {
    let town = Town::new();
    let (clinic, other) = (qianmo_core::SubjectId(Uuid::from_u128(0xc1)), qianmo_core::SubjectId(Uuid::from_u128(0xc2)));
    let registered = |number, id, place, name: &str| {
        let values = [("name", Field::text(name)), ("kind", Field::text("3"))];
        town.record(number, "population.organisation", "organisation", id, place, &values)
    };
    let records = [
        registered(1, clinic, VILLAGE, "上寨村卫生室"),
        registered(2, other, OTHER_VILLAGE, "东坡村卫生室"),
        registered(3, clinic, VILLAGE, "上寨村中心卫生室"),
    ];
    town.store().append(&records).unwrap();
    let list = town.get("/organisations").by("public_health").gives(200).await;
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    assert_eq!(list["items"][0]["values"]["name"], "上寨村中心卫生室");
    let all = town.get("/organisations").by("supervision").gives(200).await;
    assert_eq!(all["items"].as_array().unwrap().len(), 2);
    assert_eq!(town.get("/organisations").by("committee").gives(200).await["items"], json!([]));
    town.get(&format!("/organisations?area={OTHER_VILLAGE}")).by("public_health").refused(403, "ACCESS-0104").await;
    town.get("/organisations?after=x").by("public_health").refused(422, "SERVER-0103").await;
    let one = town.get(&format!("/organisations/{clinic}")).by("public_health").gives(200).await;
    assert_eq!(one["area"], VILLAGE.to_string());
    town.get(&format!("/organisations/{other}")).by("public_health").refused(404, "SERVER-0104").await;
    town.get("/organisations/x").by("public_health").refused(404, "SERVER-0104").await;
}

#[tokio::test]
async fn a_desk_registers_an_organisation_as_a_record_and_changes_it_by_correcting() {
    let town = Town::new();
    let (id, subject) = (uuid::Uuid::now_v7().to_string(), uuid::Uuid::now_v7().to_string());
    let record = json!({"id": id, "form": "population.organisation", "kind": "organisation", "subject": subject, "area": VILLAGE.to_string(),
        "at": "2026-11-20", "values": {"name": "上寨村卫生室", "kind": "3"}});
    town.post("/records").by("committee").json(record).gives(202).await;
    let other = json!({"id": uuid::Uuid::now_v7().to_string(), "form": "population.organisation", "kind": "organisation", "subject": subject,
        "area": VILLAGE.to_string(), "at": "2026-11-20", "values": {"name": "上寨村卫生室", "kind": "3"}});
    let written = town.post("/records").by("health_office").json(other).gives(201).await;
    let correction = json!({"values": {"name": "上寨村甲级卫生室", "grade": "1"}});
    let path = format!("/records/{}/correction", written["id"].as_str().unwrap());
    town.post(&path).by("health_office").json(correction).gives(201).await;
    let list = town.get("/organisations").by("health_office").gives(200).await;
    assert_eq!((list["items"].as_array().unwrap().len(), &list["items"][0]["values"]["name"]), (1, &json!("上寨村甲级卫生室")), "{list}");
}
