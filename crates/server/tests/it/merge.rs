//! Two entries of one person: looked at, merged by a record, and undone by withdrawing it.

use qianmo_core::Value;
use qianmo_store::Store;
use serde_json::json;

use crate::support::{OTHER_VILLAGE, Town, VILLAGE, resident_id};

#[tokio::test]
async fn a_merge_is_looked_at_done_and_undone() {
    let town = Town::new();
    let (kept, given_up) = (town.resident(1, "王秀英", VILLAGE), town.resident(2, "王秀瑛", VILLAGE));
    let weight = [("weight", Value::Decimal("60".parse().unwrap()))];
    let examined = town.record(3, "health_record.examination", "resident", given_up, VILLAGE, &weight);
    town.store().append(&[examined]).unwrap();
    let path = format!("/residents/{given_up}/merge?kept={kept}");
    let preview = town.get(&path).by("public_health").gives(200).await;
    assert_eq!((&preview["kept"]["name"], &preview["given_up"]["name"]), (&json!("王秀英"), &json!("王秀瑛")));
    assert_eq!((&preview["moving"][0]["form"], &preview["moving"][0]["records"]), (&json!("health_record.examination"), &json!(1)));
    assert_eq!((&preview["left_out"], &preview["clashes"]), (&json!(1), &json!([])));
    assert!(preview["differences"].to_string().contains("王秀瑛"), "{preview}");

    let record = json!({"id": uuid::Uuid::now_v7().to_string(), "form": preview["record"]["form"], "kind": "resident", "subject": given_up.to_string(),
        "area": VILLAGE.to_string(), "at": "2026-11-22", "values": preview["record"]["values"]});
    let written = town.post("/records").by("public_health").json(record).gives(201).await;
    town.get(&path).by("public_health").refused(409, "DESK-0202").await;
    let page = town.get(&format!("/residents/{kept}")).by("public_health").gives(200).await;
    assert_eq!(page["card"]["given_up"], json!([given_up.to_string()]));
    let undo = format!("/records/{}/withdrawal", written["id"].as_str().unwrap());
    town.post(&undo).by("public_health").json(json!({"reason": "不是同一个人"})).gives(201).await;
    town.get(&path).by("public_health").gives(200).await;
}

#[tokio::test]
async fn both_entries_must_be_seen() {
    let town = Town::new();
    let (own, other) = (town.resident(1, "王秀英", VILLAGE), town.resident(7, "赵远", OTHER_VILLAGE));
    let path = |given_up: qianmo_core::SubjectId, kept: qianmo_core::SubjectId| format!("/residents/{given_up}/merge?kept={kept}");
    town.get(&path(own, other)).refused(401, "SERVER-0101").await;
    town.get(&path(own, other)).by("village_doctor").refused(404, "SERVER-0104").await;
    town.get(&path(other, own)).by("village_doctor").refused(404, "SERVER-0104").await;
    town.get(&path(own, resident_id(99))).by("village_doctor").refused(404, "SERVER-0104").await;
    town.get(&path(own, own)).by("village_doctor").refused(409, "DESK-0201").await;
    town.get(&format!("/residents/{own}/merge")).by("village_doctor").refused(422, "SERVER-0103").await;
    town.get(&path(own, own)).by("auditor").refused(404, "SERVER-0104").await;
}
