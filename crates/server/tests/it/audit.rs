//! The audit trail, for auditors and for residents, and the daily anchor.

use qianmo_store::{Actor, Anchor, Deed, Entry, Store as _};
use serde_json::{Value, json};

use crate::support::{COUNTY, NOW, OTHER_VILLAGE, TOWNSHIP, Town, VILLAGE, area, resident_id};

fn seqs(page: &Value) -> Vec<i64> {
    page["items"].as_array().unwrap().iter().map(|item| item["seq"].as_i64().unwrap()).collect()
}

fn reading(by: &str, place: u64, resident: u128, reason: &str) -> Entry {
    let entry = Entry::new(NOW, &Actor::worker(by), Deed::Read).with(reason);
    Entry { area: Some(area(place)), resident: Some(resident_id(resident)), ..entry }
}

#[tokio::test]
async fn auditors_read_the_trail_with_filters() {
    let town = Town::new();
    let readings = [reading("public_health", VILLAGE, 1, "季度随访"), reading("other_doctor", OTHER_VILLAGE, 2, "核对名单")];
    town.store().note(&readings).unwrap();
    for role in ["public_health", "administrator", "resident"] {
        town.get("/audit").by(role).refused(403, "ACCESS-0102").await;
    }
    let read = town.get("/audit?deeds=read&order=asc").by("auditor").gives(200).await;
    assert_eq!(seqs(&read).len(), 2);
    let newest = town.get("/audit?deeds=read").by("auditor").gives(200).await;
    assert_eq!(seqs(&newest), seqs(&read).into_iter().rev().collect::<Vec<_>>(), "the newest first unless asked otherwise");
    let one = &read["items"][0];
    assert_eq!((&one["worker"], &one["detail"], &one["area"]), (&json!("public_health"), &json!("季度随访"), &json!(VILLAGE.to_string())));
    let who: Vec<_> = (0..2).map(|place| read["items"][place]["resident"].as_str().unwrap().to_owned()).collect();
    assert!(who[0] != who[1] && who.iter().all(|who| who.starts_with('~')), "{who:?}");
    assert!(!read.to_string().contains(&resident_id(1).to_string()), "an auditor isn't told whose record it was");
    let about = town.get(&format!("/audit?resident={}", resident_id(2))).by("auditor").gives(200).await;
    assert_eq!((&about["items"][0]["worker"], &about["items"][0]["resident"]), (&json!("other_doctor"), &json!(who[1])));
    let grants = town.get("/audit?deeds=grant").by("auditor").gives(200).await.to_string();
    assert!(grants.contains("[~") && !grants.contains(&resident_id(1).to_string()), "{grants}");
    let township = town.get(&format!("/audit?deeds=read,unmask&area={TOWNSHIP}")).by("auditor").gives(200).await;
    assert_eq!(seqs(&township).len(), 1);
    assert_eq!(seqs(&town.get("/audit?deeds=read&from=2026-11-23").by("auditor").gives(200).await), Vec::<i64>::new());
    assert_eq!(seqs(&town.get("/audit?deeds=read&from=2026-11-22&to=2026-11-22").by("auditor").gives(200).await).len(), 2);
    for wrong in ["order=random", "deeds=dance", "from=yesterday", "after=x", "limit=501", "resident=x"] {
        let answer = town.get(&format!("/audit?{wrong}")).by("auditor").send().await;
        assert_eq!(answer.status, 422, "{wrong}");
    }
}

#[tokio::test]
async fn the_trail_is_read_page_by_page_without_gaps() {
    let town = Town::new();
    let token = town.token("auditor");
    for order in ["asc", "desc"] {
        let (mut all, mut after): (Vec<i64>, String) = (Vec::new(), String::new());
        loop {
            let page = town.get(&format!("/audit?limit=7&order={order}{after}")).bearer(&token).gives(200).await;
            all.extend(seqs(&page));
            let Some(next) = page["next"].as_str() else { break };
            after = format!("&after={next}");
        }
        let count = i64::try_from(all.len()).unwrap();
        if order == "desc" {
            all.reverse();
        }
        assert_eq!(all, (1..=count).collect::<Vec<_>>(), "{order}");
        assert!(count > 28, "accounts and grants of fourteen people");
    }
}

#[tokio::test]
async fn who_audits_a_part_sees_the_entries_of_its_areas() {
    let town = Town::new();
    town.give("committee", qianmo_store::Role::Auditor, TOWNSHIP);
    town.store().note(&[reading("public_health", VILLAGE, 1, "季度随访"), reading("other_doctor", OTHER_VILLAGE, 2, "核对名单")]).unwrap();
    let read = town.get("/audit").by("committee").gives(200).await;
    let items = read["items"].as_array().unwrap();
    assert!(items.iter().any(|item| item["deed"] == "read"));
    let below = [TOWNSHIP.to_string(), VILLAGE.to_string(), crate::support::VILLAGE_2.to_string()];
    assert!(items.iter().all(|item| below.iter().any(|code| item["area"] == *code)), "{read}");
    town.get(&format!("/audit?area={COUNTY}")).by("committee").refused(403, "ACCESS-0104").await;
    town.get("/audit/anchor").by("committee").refused(403, "ACCESS-0102").await;
}

#[tokio::test]
async fn a_resident_sees_who_has_read_their_record() {
    let town = Town::new();
    town.store().note(&[reading("public_health", VILLAGE, 1, "季度随访"), reading("village_doctor", VILLAGE, 2, "核对名单")]).unwrap();
    let own = town.get("/audit/own").by("resident").gives(200).await;
    let items = own["items"].as_array().unwrap();
    assert_eq!(items.len(), 1);
    assert_eq!((&items[0]["by"], &items[0]["from"]), (&json!("public_health 同志"), &json!("青石镇")));
    assert_eq!((&items[0]["reason"], &items[0]["resident"]), (&json!("季度随访"), &json!(resident_id(1).to_string())));
    town.get(&format!("/audit/own?resident={}", resident_id(2))).by("resident").refused(404, "SERVER-0104").await;
    town.get("/audit/own").by("public_health").refused(404, "SERVER-0104").await;
}

#[tokio::test]
async fn a_days_anchor_stays_the_same() {
    let town = Town::new();
    town.get("/audit/anchor").by("administrator").refused(403, "ACCESS-0102").await;
    let first = town.get("/audit/anchor?day=2026-11-22").by("auditor").gives(200).await;
    town.store().note(&[reading("public_health", VILLAGE, 1, "季度随访")]).unwrap();
    let second = town.get("/audit/anchor").by("county_administrator").gives(200).await;
    assert_eq!(first, second);
    let anchor: Anchor = first["line"].as_str().unwrap().parse().unwrap();
    assert_eq!((first["seq"].as_i64(), first["hash"].as_str().map(str::len)), (Some(anchor.seq), Some(64)));
    assert!(town.store().verify_with(&[anchor]).is_ok());
    town.get("/audit/anchor?day=2026-11-23").by("auditor").refused(422, "SERVER-0308").await;
    town.get("/audit/anchor?day=today").by("auditor").refused(422, "SERVER-0103").await;
}
