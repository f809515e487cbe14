//! Signals: what about the data wants looking at, as far as one sees.

use jiff::civil::date;
use qianmo_core::{Record, Value};
use qianmo_store::Store;
use serde_json::{Value as Json, json};

use crate::support::{NOW, OTHER_VILLAGE, TOWNSHIP, Town, VILLAGE, VILLAGE_2, resident_id};

const DAY_MS: i64 = 86_400_000;

fn items<'j>(page: &'j Json, kind: &str) -> Vec<&'j Json> {
    page["items"].as_array().unwrap().iter().filter(|item| item["kind"] == kind).collect()
}

fn sheet(town: &Town, number: u128, name: &str, place: u64, days_ago: i64) -> Record {
    let values = [("name", Value::text(name)), ("sex", Value::text("2")), ("birth_date", Value::Date(date(1950, 3, 7)))];
    let record = town.record(number, "population.resident", "resident", resident_id(number), place, &values);
    Record { recorded_at: NOW - days_ago * DAY_MS, ..record }
}

/// A village of twenty days ago with two entries of one name, one of today with an unusual value, and a silent one elsewhere.
fn town() -> Town {
    let town = Town::new();
    let mut all = vec![sheet(&town, 1, "王秀英", VILLAGE, 20), sheet(&town, 2, "王秀英", VILLAGE, 20)];
    all.push(sheet(&town, 3, "李明", VILLAGE_2, 0));
    let values = [("weight", Value::Decimal("150".parse().unwrap()))];
    all.push(town.record(4, "health_record.examination", "resident", resident_id(3), VILLAGE_2, &values));
    town.store().append(&all).unwrap();
    town
}

#[tokio::test]
async fn what_wants_looking_at_is_told_to_who_may_see_it() {
    let town = town();
    town.get("/signals").refused(401, "SERVER-0101").await;
    let all = town.get("/signals").by("public_health").gives(200).await;
    let [quiet] = items(&all, "quiet_village")[..] else { panic!("{all}") };
    assert_eq!((&quiet["code"], &quiet["area"], &quiet["since"]), (&json!("DESK-0301"), &json!(VILLAGE.to_string()), &json!("2026-11-02")));
    assert_eq!(quiet["detail"], "上寨村已有20天没有新记录。");
    let [twins] = items(&all, "same_person")[..] else { panic!("{all}") };
    assert_eq!((&twins["code"], twins["residents"].as_array().unwrap().len()), (&json!("DESK-0304"), 2));
    let [unusual] = items(&all, "unusual_value")[..] else { panic!("{all}") };
    assert_eq!((&unusual["code"], &unusual["residents"][0]["name"]), (&json!("FORM-0301"), &json!("李明")));
    assert!(unusual["detail"].as_str().unwrap().contains("150"), "{unusual}");

    let own = town.get("/signals").by("village_doctor").gives(200).await;
    assert_eq!((items(&own, "quiet_village").len(), items(&own, "same_person").len(), items(&own, "unusual_value").len()), (1, 1, 0));
    let elsewhere = town.get("/signals").by("other_doctor").gives(200).await;
    let [never] = items(&elsewhere, "quiet_village")[..] else { panic!("{elsewhere}") };
    assert_eq!((&never["code"], never.get("since"), &never["area"]), (&json!("DESK-0302"), None, &json!(OTHER_VILLAGE.to_string())));
    assert_eq!(elsewhere["items"].as_array().unwrap().len(), 1);
    // The office sees sheets, and no examination; the county only that villages are quiet; others nothing.
    let office = town.get("/signals").by("health_office").gives(200).await;
    assert_eq!((items(&office, "same_person").len(), items(&office, "unusual_value").len()), (1, 0));
    let county = town.get("/signals").by("county_analyst").gives(200).await;
    assert_eq!((items(&county, "quiet_village").len(), county["items"].as_array().unwrap().len()), (3, 3));
    for nobody in ["committee", "auditor", "administrator", "resident"] {
        assert_eq!(town.get("/signals").by(nobody).gives(200).await["items"], json!([]), "{nobody}");
    }
    let english = town.get("/signals").by("public_health").header("accept-language", "en").gives(200).await;
    assert_eq!(items(&english, "quiet_village")[0]["title"], "A village has been quiet for days");
}

#[tokio::test]
async fn signals_come_in_pages_and_by_kind_and_area() {
    let town = town();
    let (mut seen, mut after) = (Vec::new(), String::new());
    loop {
        let page = town.get(&format!("/signals?limit=1{after}")).by("public_health").gives(200).await;
        assert!(page["items"].as_array().unwrap().len() <= 1);
        seen.extend(page["items"].as_array().unwrap().iter().map(|item| item["kind"].as_str().unwrap().to_owned()));
        let Some(next) = page["next"].as_str() else { break };
        after = format!("&after={next}");
    }
    assert_eq!(seen, ["quiet_village", "same_person", "unusual_value"]);
    let (mut quiet, mut after) = (Vec::new(), String::new());
    loop {
        let page = town.get(&format!("/signals?kinds=quiet_village&limit=2{after}")).by("county_analyst").gives(200).await;
        quiet.extend(page["items"].as_array().unwrap().iter().map(|item| item["area"].clone()));
        let Some(next) = page["next"].as_str() else { break };
        after = format!("&after={next}");
    }
    assert_eq!((quiet.len(), &quiet[2]), (3, &json!(VILLAGE.to_string())), "those that never wrote come first");
    let one = town.get(&format!("/signals?area={VILLAGE_2}")).by("public_health").gives(200).await;
    assert_eq!((one["items"].as_array().unwrap().len(), &one["items"][0]["kind"]), (1, &json!("unusual_value")));
    town.get(&format!("/signals?area={OTHER_VILLAGE}")).by("public_health").refused(403, "ACCESS-0104").await;
    for wrong in ["kinds=colour", "after=x", "after=v.1", "after=p.n.1", "limit=0", "colour=red"] {
        town.get(&format!("/signals?{wrong}")).by("public_health").refused(422, "SERVER-0103").await;
    }
    town.patch("/settings").by("county_administrator").json(json!({"quiet_days": 21})).gives(204).await;
    let later = town.get(&format!("/signals?area={TOWNSHIP}&kinds=quiet_village")).by("public_health").gives(200).await;
    assert_eq!(later["items"], json!([]));
}

#[tokio::test]
async fn entries_of_one_number_are_told_and_merged_ones_are_not() {
    let town = Town::new();
    let with = |number: u128, name: &str| {
        let mut record = sheet(&town, number, name, VILLAGE, 0);
        record.values.insert("id_number".into(), Value::text("530523195003070028"));
        record
    };
    let (first, second) = (with(1, "王秀英"), with(2, "王秀瑛"));
    town.store().append(&[first, second]).unwrap();
    let ask = || town.get("/signals?kinds=same_person").by("public_health");
    let told = ask().gives(200).await;
    assert_eq!((&told["items"][0]["code"], told["items"].as_array().unwrap().len()), (&json!("DESK-0303"), 1));
    assert!(!told.to_string().contains("530523195003070028"), "the number isn't told");
    let merge = town.record(
        9,
        "population.merge",
        "resident",
        resident_id(2),
        VILLAGE,
        &[("merged_into", Value::text(&resident_id(1).to_string()))],
    );
    town.store().append(&[merge]).unwrap();
    assert_eq!(ask().gives(200).await["items"], json!([]));
}
