//! Cells and the rows behind them: what is seen, and what isn't.

use qianmo_core::{Cell, Decimal, Kind, Value};
use qianmo_desk::{Change, Row, Rows, RowsColumn};
use qianmo_store::{Audited, Cut, Deed, Store, Trail};
use serde_json::Value as Json;

use crate::support::{COUNTY, OTHER_VILLAGE, TOWNSHIP, Town, VILLAGE, VILLAGE_2, resident_id};

/// Rows about residents with these numbers.
pub(crate) fn rows(numbers: &[u128]) -> Rows {
    let row = |number: &u128| Row {
        subject: resident_id(*number),
        resident: Some(resident_id(*number)),
        values: vec![Value::text(&format!("居民{number}")), Value::Integer(3), Value::Null, Value::Decimal(Decimal::new(125, 1))],
    };
    let column = |id: &str, kind| RowsColumn { id: id.into(), name: format!("{id}列"), kind };
    Rows {
        cut: Cut(9),
        columns: vec![column("name", Kind::Text), column("visits", Kind::Integer), column("on", Kind::Date), column("rate", Kind::Decimal)],
        rows: numbers.iter().map(row).collect(),
    }
}

/// What was noted of some deeds.
pub(crate) fn noted(town: &Town, deeds: &[Deed]) -> Vec<Audited> {
    town.store().trail(&Trail { deeds, ..Trail::default() }).unwrap()
}

fn places(cells: &Json) -> Vec<String> {
    let text = |cell: &Json| {
        format!("{} {} {}", cell["indicator"].as_str().unwrap(), cell["area"].as_str().unwrap(), cell["period"].as_str().unwrap())
    };
    cells["items"].as_array().unwrap().iter().map(text).collect()
}

#[tokio::test]
async fn cells_one_may_not_see_are_left_out() {
    let town = Town::new();
    let all = "indicators=hypertension.managed,tuberculosis.referred,hiv.tested_pregnant,no.such";
    let asked = format!("/indicators/cells?{all}&areas={VILLAGE},{OTHER_VILLAGE},999999999999&periods=2026-10");
    town.get(&asked).refused(401, "SERVER-0101").await;
    let seen = |who: &'static str| {
        let asked = town.get(&asked).by(who);
        async move { places(&asked.gives(200).await) }
    };
    let at = |id: &str, area: u64| format!("{id} {area} 2026-10");
    let (routine, sensitive, restricted) = ("hypertension.managed", "tuberculosis.referred", "hiv.tested_pregnant");
    assert_eq!(seen("village_doctor").await, [at(routine, VILLAGE), at(sensitive, VILLAGE)]);
    assert_eq!(seen("public_health").await.len(), 3);
    assert!(seen("public_health").await.contains(&at(restricted, VILLAGE)));
    assert_eq!(seen("health_office").await, [at(routine, VILLAGE)]);
    assert_eq!(seen("other_doctor").await, [at(routine, OTHER_VILLAGE), at(sensitive, OTHER_VILLAGE)]);
    for nobody in ["county_analyst", "committee", "resident", "auditor", "administrator"] {
        assert!(seen(nobody).await.is_empty(), "{nobody}");
    }
}

#[tokio::test]
async fn cells_come_with_value_unit_target_and_the_year_before() {
    let town = Town::new();
    let key = |area: u64, period: &str| ("hypertension.standard_rate".to_owned(), area, period.to_owned());
    let cell = |above: i64, below: i64| Cell { numerator: Decimal::from(above), denominator: Some(Decimal::from(below)) };
    town.figures.cells.lock().unwrap().insert(key(TOWNSHIP, "2026"), cell(322, 332));
    town.figures.cells.lock().unwrap().insert(key(TOWNSHIP, "2025"), cell(1, 3));
    town.figures.cells.lock().unwrap().insert(key(VILLAGE, "2026"), cell(0, 0));
    let asked = format!(
        "/indicators/cells?indicators=hypertension.standard_rate&children_of={TOWNSHIP}&periods=2026&year_before=true&provenance=true"
    );
    let cells = town.get(&asked).by("public_health").gives(200).await;
    assert_eq!(places(&cells).len(), 3);
    let first = &cells["items"][0];
    assert_eq!((first["area"].as_str(), first["value"].as_str()), (Some("530523100000"), Some("96.99")));
    assert_eq!(
        (first["numerator"].as_str(), first["denominator"].as_str(), first["text"].as_str()),
        (Some("322"), Some("332"), Some("96.99%"))
    );
    assert_eq!((first["year_before"]["period"].as_str(), first["year_before"]["value"].as_str()), (Some("2025"), Some("33.33")));
    assert_eq!((first["target"]["value"].as_str(), first["target"]["met"].as_bool()), (Some("76.00"), Some(true)));
    let words = first["provenance"].as_str().unwrap();
    assert!(words.contains("青石镇，2026年：322 ÷ 332 × 100 = 96.99%"), "{words}");
    let zero = cells["items"].as_array().unwrap().iter().find(|cell| cell["area"] == "530523100201").unwrap();
    assert_eq!((zero["text"].as_str(), zero.get("value"), zero["target"].get("met")), (Some("—"), None, None));
    let english = town.get(&asked).by("public_health").header("accept-language", "en").gives(200).await;
    assert!(english["items"][0]["provenance"].as_str().unwrap().contains("data up to record"));
}

#[tokio::test]
async fn whole_programmes_and_series_are_asked_for_at_once() {
    let town = Town::new();
    let of_pack = crate::support::packs().pack("hypertension").unwrap().indicators.len();
    let cells = town
        .get(&format!("/indicators/cells?packs=hypertension&areas={VILLAGE}&periods=2026&by=month"))
        .by("village_doctor")
        .gives(200)
        .await;
    assert_eq!(places(&cells).len(), of_pack * 12);
    let series = town
        .get(&format!("/indicators/cells?indicators=hypertension.managed&areas={VILLAGE}&periods=2026H1,2026Q1&by=quarter"))
        .by("village_doctor");
    let periods: Vec<String> = places(&series.gives(200).await).iter().map(|place| place.rsplit(' ').next().unwrap().to_owned()).collect();
    assert_eq!(periods, ["2026Q1", "2026Q2"]);
}

#[tokio::test]
async fn the_same_cells_are_not_sent_again_until_numbers_change() {
    let town = Town::new();
    let asked = format!("/indicators/cells?indicators=hypertension.managed,tuberculosis.referred&areas={VILLAGE}&periods=2026");
    let tag = town.get(&asked).by("village_doctor").send().await.header("etag").to_owned();
    assert_eq!(town.get(&asked).by("village_doctor").header("if-none-match", &tag).send().await.status, 304);
    // Who sees less has another answer.
    assert_eq!(town.get(&asked).by("health_office").header("if-none-match", &tag).send().await.status, 200);
    town.figures.change(&Change { cut: Cut(5), ..Change::default() });
    let again = town.get(&asked).by("village_doctor").header("if-none-match", &tag).send().await;
    assert_eq!((again.status, again.json()["cut"].as_i64()), (200, Some(5)));
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_with_a_code() {
    let town = Town::new();
    let ask = |query: String| town.get(&format!("/indicators/cells?{query}")).by("public_health");
    ask(format!("areas={VILLAGE}&periods=2026-13")).refused(422, "CORE-0301").await;
    ask("areas=5305&periods=2026".into()).refused(422, "CORE-0101").await;
    ask(format!("areas={VILLAGE}")).refused(422, "SERVER-0103").await;
    ask(format!("areas={VILLAGE}&periods=2026&area=1")).refused(422, "SERVER-0103").await;
    ask(format!("areas={VILLAGE}&periods=2026&by=day")).refused(422, "SERVER-0103").await;
    let packs: Vec<String> = crate::support::packs().packs.iter().map(|pack| pack.id.to_string()).collect();
    let years: Vec<String> = (1990..2026).map(|year| year.to_string()).collect();
    let areas = format!("{VILLAGE},{VILLAGE_2},{TOWNSHIP},{COUNTY}");
    ask(format!("packs={}&areas={areas}&periods={}&by=month", packs.join(","), years.join(","))).refused(422, "SERVER-0401").await;
}

#[tokio::test]
async fn the_indicators_of_an_area_are_those_whose_numbers_are_seen() {
    let town = Town::new();
    let ids = |who: &'static str, area: u64| {
        let asked = town.get(&format!("/indicators?area={area}")).by(who);
        async move {
            let list = asked.gives(200).await;
            list["items"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        }
    };
    assert_eq!(ids("public_health", TOWNSHIP).await.len(), crate::support::packs().indicators().count());
    let analyst = ids("county_analyst", TOWNSHIP).await;
    assert!(!analyst.is_empty() && analyst.iter().all(|id| id.starts_with("immunization.")), "{analyst:?}");
    assert!(ids("other_doctor", VILLAGE).await.is_empty());
}

#[tokio::test]
async fn rows_behind_a_number_come_in_pages() {
    let town = Town::new();
    *town.figures.rows.lock().unwrap() = rows(&[1, 2, 3]);
    let path = format!("/indicators/hypertension.managed/rows?area={VILLAGE}&period=2026-10");
    town.get(&path).refused(401, "SERVER-0101").await;
    let page = town.get(&format!("{path}&limit=2")).by("village_doctor").gives(200).await;
    assert_eq!((page["count"].as_u64(), page["items"].as_array().unwrap().len(), page["cut"].as_i64()), (Some(3), 2, Some(9)));
    assert_eq!(page["columns"][3], serde_json::json!({"id": "rate", "name": "rate列", "kind": "decimal"}));
    assert_eq!(page["items"][0]["values"], serde_json::json!(["居民1", 3, null, "12.5"]));
    let next = page["next"].as_str().unwrap();
    let last = town.get(&format!("{path}&limit=2&after={next}")).by("village_doctor").gives(200).await;
    assert_eq!((last["items"][0]["resident"].as_str(), last.get("next")), (Some(&*resident_id(3).to_string()), None));
    town.get(&format!("{path}&after=x")).by("village_doctor").refused(422, "SERVER-0402").await;
    town.get(&format!("{path}&limit=501")).by("village_doctor").refused(422, "SERVER-0103").await;
    town.get(&format!("{path}&part=top")).by("village_doctor").refused(422, "SERVER-0103").await;
    assert!(noted(&town, &[Deed::Read]).is_empty(), "routine rows");
}

#[tokio::test]
async fn rows_of_others_answer_as_what_does_not_exist() {
    let town = Town::new();
    *town.figures.rows.lock().unwrap() = rows(&[1]);
    let path = |id: &str, area: u64| format!("/indicators/{id}/rows?area={area}&period=2026-10");
    let nowhere = town.get(&path("hypertension.nothing", VILLAGE)).by("village_doctor").refused(404, "SERVER-0104").await;
    for (who, id, area) in [
        ("other_doctor", "hypertension.managed", VILLAGE),
        ("village_doctor", "hypertension.managed", VILLAGE_2),
        ("village_doctor", "hiv.tested_pregnant", VILLAGE),
        ("health_office", "tuberculosis.referred", VILLAGE),
        ("committee", "hypertension.managed", VILLAGE),
        ("resident", "hypertension.managed", VILLAGE),
        ("village_doctor", "hypertension.managed", 999_999_999_999),
    ] {
        let answer = town.get(&path(id, area)).by(who).refused(404, "SERVER-0104").await;
        assert_eq!(answer.text(), nowhere.text(), "{who} {id}");
    }
    // The number is theirs to see, the people behind it aren't.
    town.get(&path("hypertension.managed", VILLAGE)).by("health_office").refused(403, "ACCESS-0102").await;
}

#[tokio::test]
async fn sensitive_rows_need_a_reason_and_each_reading_is_noted() {
    let town = Town::new();
    *town.figures.rows.lock().unwrap() = rows(&[1, 2, 3]);
    let path = format!("/indicators/tuberculosis.referred/rows?area={VILLAGE}&period=2026-10&limit=2");
    town.get(&path).by("public_health").refused(403, "ACCESS-0103").await;
    assert!(noted(&town, &[Deed::Read]).is_empty());
    town.get(&path).by("public_health").reason("督导核实转诊").gives(200).await;
    let entries = noted(&town, &[Deed::Read]);
    let about: Vec<_> = entries.iter().map(|one| one.entry.resident).collect();
    assert_eq!(about, [Some(resident_id(1)), Some(resident_id(2))], "those on the page");
    let detail = entries[0].entry.detail.as_deref().unwrap();
    assert!(detail.contains("督导核实转诊") && entries[0].entry.actor.worker.as_deref() == Some("public_health"), "{detail}");
}

#[tokio::test]
async fn a_clinician_sees_only_their_own_clients_behind_a_sensitive_number() {
    let town = Town::new();
    *town.figures.rows.lock().unwrap() = rows(&[1, 2, 3]);
    let form = crate::support::packs().pack("tuberculosis").unwrap().forms[0].id.clone();
    for (number, worker) in [(1, "public_health"), (2, "clinician")] {
        town.resident(number, "张三", VILLAGE);
        let mut record = town.record(100 + number, &form, "resident", resident_id(number), VILLAGE, &[]);
        record.worker = Some(worker.into());
        town.store().append(&[record]).unwrap();
    }
    let path = format!("/indicators/tuberculosis.referred/rows?area={TOWNSHIP}&period=2026-10");
    let page = town.get(&path).by("clinician").reason("门诊复查转诊").gives(200).await;
    assert_eq!((page["count"].as_u64(), page["items"][0]["resident"].as_str()), (Some(1), Some(&*resident_id(2).to_string())));
}
