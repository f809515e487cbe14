//! Returns: what is owed, the table, handing in, deciding, differences.

use qianmo_core::{Part, Period};
use qianmo_desk::{CellSource, ReturnCell, ReturnRow, ReturnSheet};
use qianmo_store::{Cut, Deed, Role};
use serde_json::{Value as Json, json};

use crate::indicators::noted;
use crate::support::{COUNTY, OTHER_TOWNSHIP, TOWNSHIP, Town, VILLAGE, area};

/// A quarterly return of routine work.
const QUARTER: &str = "R13_hypertension";

fn sheet(cut: i64, rows: &[(&str, Option<&str>, &str)]) -> ReturnSheet {
    let source = |id: &str| CellSource { indicator: id.into(), area: area(TOWNSHIP), period: Period::Quarter(2026, 3), part: Part::Value };
    let row = |(code, indicator, text): &(&str, Option<&str>, &str)| ReturnRow {
        code: (*code).into(),
        label: format!("项目{code}"),
        level: 0,
        indicator: indicator.map(Into::into),
        cells: vec![ReturnCell { text: (*text).into(), source: indicator.map(source) }],
    };
    ReturnSheet {
        cut: Cut(cut),
        title: "季报".into(),
        headings: vec!["数值".into()],
        rows: rows.iter().map(row).collect(),
        notes: vec!["核对未通过".into()],
    }
}

fn told(town: &Town, cut: i64, managed: &str) {
    let rows = [("", None, ""), ("a1", Some("hypertension.in_care"), "120"), ("a3", Some("hypertension.managed"), managed)];
    *town.figures.sheet.lock().unwrap() = Some(sheet(cut, &rows));
}

async fn submit(town: &Town, who: &str, cut: i64) -> Json {
    let new = json!({"return": QUARTER, "area": TOWNSHIP.to_string(), "period": "2026Q3", "cut": cut});
    town.post("/filings").by(who).json(new).gives(201).await
}

#[tokio::test]
async fn the_board_says_what_is_owed_and_how_far_it_has_come() {
    let town = Town::new();
    told(&town, 7, "100");
    let board = |who: &'static str, query: String| town.get(&format!("/returns/board?{query}")).by(who);
    town.get(&format!("/returns/board?area={TOWNSHIP}&month=2026-10")).refused(401, "SERVER-0101").await;
    let find = |board: &Json| board["items"].as_array().unwrap().iter().find(|line| line["return"] == QUARTER).cloned();
    let line = find(&board("public_health", format!("area={TOWNSHIP}&month=2026-10")).gives(200).await).unwrap();
    assert_eq!((line["period"].as_str(), line["due"].as_str(), line["state"].as_str()), (Some("2026Q3"), Some("2026-10-05"), Some("open")));
    assert_eq!(
        (line["overdue"].as_bool(), line["may_file"].as_bool(), line["may_approve"].as_bool()),
        (Some(true), Some(true), Some(false))
    );
    let filed = submit(&town, "public_health", 7).await;
    let line = find(&board("health_office", format!("area={TOWNSHIP}&month=2026-10")).gives(200).await).unwrap();
    assert_eq!((line["state"].as_str(), line["overdue"].as_bool(), &line["filing"]), (Some("submitted"), Some(false), &filed["id"]));
    assert_eq!(line["may_approve"], true);
    // Not owed in November; nothing is owed by villages.
    assert!(find(&board("public_health", format!("area={TOWNSHIP}&month=2026-11")).gives(200).await).is_none());
    assert_eq!(board("village_doctor", format!("area={VILLAGE}&month=2026-10")).gives(200).await["items"], json!([]));
    board("public_health", format!("area={TOWNSHIP}&month=2026")).refused(422, "SERVER-0103").await;
    board("public_health", format!("area={OTHER_TOWNSHIP}&month=2026-10")).refused(403, "ACCESS-0104").await;
}

#[tokio::test]
async fn the_county_sees_the_townships_below_and_only_its_programmes() {
    let town = Town::new();
    let board = town.get(&format!("/returns/board?area={COUNTY}&month=2026-10&below=true")).by("county_analyst").gives(200).await;
    let lines = board["items"].as_array().unwrap();
    let areas: std::collections::BTreeSet<&str> = lines.iter().map(|line| line["area"].as_str().unwrap()).collect();
    assert_eq!(areas.len(), 3, "county and two townships");
    assert!(lines.iter().all(|line| line["return"] == "R12"), "{lines:?}");
}

#[tokio::test]
async fn the_table_leaves_out_what_one_may_not_see() {
    let town = Town::new();
    let rows = [("a1", Some("hypertension.in_care"), "120"), ("z1", Some("tuberculosis.referred"), "3")];
    *town.figures.sheet.lock().unwrap() = Some(sheet(7, &rows));
    let path = format!("/returns/{QUARTER}?area={TOWNSHIP}&period=2026Q3");
    town.get(&path).refused(401, "SERVER-0101").await;
    let whole = town.get(&path).by("public_health").gives(200).await;
    assert_eq!((whole["cut"].as_i64(), whole["rows"].as_array().unwrap().len(), whole["partial"].as_bool()), (Some(7), 2, Some(false)));
    assert_eq!(whole["rows"][0]["cells"][0]["source"]["indicator"], "hypertension.in_care");
    assert_eq!(whole["rows"][0]["cells"][0]["source"]["part"], "value");
    let part = town.get(&path).by("health_office").gives(200).await;
    assert_eq!((part["rows"].as_array().unwrap().len(), part["partial"].as_bool()), (1, Some(true)));
    assert_eq!((&whole["notes"], &part["notes"]), (&json!(["核对未通过"]), &json!([])));
    town.get(&path).by("county_analyst").refused(404, "SERVER-0104").await;
    town.get(&format!("/returns/R99?area={TOWNSHIP}&period=2026Q3")).by("public_health").refused(404, "SERVER-0104").await;
    town.get(&format!("/returns/{QUARTER}?area={TOWNSHIP}&period=2026-09")).by("public_health").refused(422, "SERVER-0404").await;
    town.get(&format!("{path}&cut=-1")).by("public_health").refused(422, "SERVER-0103").await;
}

#[tokio::test]
async fn files_of_returns_need_the_whole_and_publishing_a_right() {
    let town = Town::new();
    let file =
        |who: &'static str, id: &str, more: &str| town.get(&format!("/returns/{id}/file?area={TOWNSHIP}&period=2026Q3&{more}")).by(who);
    let taken = file("public_health", QUARTER, "format=pdf").send().await;
    assert_eq!((taken.status, taken.header("content-type")), (200, "application/pdf"));
    assert!(taken.text().contains("published: false"));
    assert_eq!(noted(&town, &[Deed::Export]).len(), 1);
    file("public_health", QUARTER, "format=pdf&published=true").refused(403, "ACCESS-0102").await;
    assert!(file("health_office", QUARTER, "format=xlsx&published=true").send().await.text().contains("published: true"));
    file("public_health", QUARTER, "format=docx").refused(422, "SERVER-0403").await;
    file("county_analyst", QUARTER, "format=pdf").refused(404, "SERVER-0104").await;
    assert_eq!(noted(&town, &[Deed::Export]).len(), 2);
}

#[tokio::test]
async fn a_return_goes_from_submission_to_approval() {
    let town = Town::new();
    told(&town, 7, "100");
    let filed = submit(&town, "public_health", 7).await;
    assert_eq!((filed["state"].as_str(), filed["cut"].as_i64(), filed["from"].as_str()), (Some("submitted"), Some(7), Some("2026-07-01")));
    assert_eq!((filed["filed_by"].as_str(), filed["filed_at"].as_str()), (Some("public_health"), Some("2026-11-22T02:00:00Z")));
    let again = json!({"return": QUARTER, "area": TOWNSHIP.to_string(), "period": "2026Q3", "cut": 7});
    town.post("/filings").by("public_health").json(again).refused(409, "STORE-0602").await;
    let path = format!("/filings/{}", filed["id"].as_str().unwrap());
    let steps = format!("{path}/steps");
    let approve = json!({"state": "approved", "expected": "submitted"});
    town.post(&steps).by("public_health").json(approve.clone()).refused(403, "ACCESS-0102").await;
    town.post(&steps).by("county_analyst").json(approve.clone()).refused(404, "SERVER-0104").await;
    let done = town.post(&steps).by("health_office").json(approve.clone()).gives(200).await;
    assert_eq!((done["state"].as_str(), done["steps"].as_array().unwrap().len()), (Some("approved"), 2));
    assert_eq!(done["sheet"]["rows"][2]["cells"][0]["text"], "100");
    town.post(&steps).by("health_office").json(approve).refused(409, "STORE-0603").await;
    assert_eq!(noted(&town, &[Deed::Filing]).len(), 2);
    town.get(&path).by("other_doctor").refused(404, "SERVER-0104").await;
    town.get("/filings/00000000-0000-0000-0000-000000000000").by("public_health").refused(404, "SERVER-0104").await;
    town.get("/filings/x").by("public_health").refused(404, "SERVER-0104").await;
}

#[tokio::test]
async fn a_return_is_sent_back_with_a_reason_and_handed_in_anew() {
    let town = Town::new();
    told(&town, 7, "100");
    let filed = submit(&town, "public_health", 7).await;
    let steps = format!("/filings/{}/steps", filed["id"].as_str().unwrap());
    let back = |comment: &str| json!({"state": "returned", "expected": "submitted", "comment": comment});
    town.post(&steps).by("health_office").json(back(" ")).refused(422, "STORE-0605").await;
    let done = town.post(&steps).by("health_office").json(back("在管人数与上季度相差太大，请核对")).gives(200).await;
    assert_eq!(
        (done["state"].as_str(), done["steps"][1]["comment"].as_str()),
        (Some("returned"), Some("在管人数与上季度相差太大，请核对"))
    );
    told(&town, 9, "98");
    submit(&town, "public_health", 9).await;
    let list = town.get(&format!("/filings?area={TOWNSHIP}&return={QUARTER}")).by("public_health").gives(200).await;
    let states: Vec<&str> = list["items"].as_array().unwrap().iter().map(|one| one["state"].as_str().unwrap()).collect();
    assert_eq!(states.len(), 2);
    assert!(states.contains(&"submitted") && states.contains(&"returned"));
    town.post("/filings").by("public_health").json(json!({"return": QUARTER})).refused(422, "SERVER-0103").await;
}

#[tokio::test]
async fn nobody_approves_what_they_handed_in() {
    let town = Town::new();
    told(&town, 7, "100");
    let filed = submit(&town, "health_office", 7).await;
    let steps = format!("/filings/{}/steps", filed["id"].as_str().unwrap());
    let approve = json!({"state": "approved", "expected": "submitted"});
    town.post(&steps).by("health_office").json(approve.clone()).refused(422, "SERVER-0406").await;
    town.give("public_health", Role::HealthOffice, TOWNSHIP);
    town.post(&steps).by("public_health").json(approve).gives(200).await;
}

#[tokio::test]
async fn what_cannot_be_handed_in_is_refused() {
    let town = Town::new();
    told(&town, 7, "100");
    let new = |id: &str, place: u64, period: &str| json!({"return": id, "area": place.to_string(), "period": period, "cut": 7});
    let post = |who: &'static str, body: Json| town.post("/filings").by(who).json(body);
    town.post("/filings").json(new(QUARTER, TOWNSHIP, "2026Q3")).refused(401, "SERVER-0101").await;
    post("public_health", new(QUARTER, TOWNSHIP, "2027Q1")).refused(422, "SERVER-0405").await;
    post("public_health", new(QUARTER, TOWNSHIP, "2026")).refused(422, "SERVER-0404").await;
    post("public_health", new(QUARTER, OTHER_TOWNSHIP, "2026Q3")).refused(404, "SERVER-0104").await;
    post("village_doctor", new(QUARTER, VILLAGE, "2026Q3")).refused(403, "ACCESS-0102").await;
    // Sees nothing of a sensitive return.
    post("health_office", new("R06", TOWNSHIP, "2026")).refused(404, "SERVER-0104").await;
    assert!(noted(&town, &[Deed::Filing]).is_empty());
}

#[tokio::test]
async fn differences_since_it_was_handed_in_are_told_cell_by_cell() {
    let town = Town::new();
    told(&town, 7, "100");
    let filed = submit(&town, "public_health", 7).await;
    let path = format!("/filings/{}/differences", filed["id"].as_str().unwrap());
    assert_eq!(town.get(&path).by("health_office").gives(200).await["items"], json!([]));
    let rows = [
        ("", None, ""),
        ("a1", Some("hypertension.in_care"), "120"),
        ("a3", Some("hypertension.managed"), "101"),
        ("a9", Some("hypertension.referrals"), "2"),
    ];
    *town.figures.sheet.lock().unwrap() = Some(sheet(12, &rows));
    let told = town.get(&path).by("health_office").gives(200).await;
    assert_eq!((told["filed_cut"].as_i64(), told["cut"].as_i64()), (Some(7), Some(12)));
    assert_eq!(
        told["items"],
        json!([
            {"code": "a3", "label": "项目a3", "heading": "数值", "filed": "100", "now": "101"},
            {"code": "a9", "label": "项目a9", "heading": "数值", "now": "2"},
        ])
    );
    town.get(&path).by("county_analyst").refused(404, "SERVER-0104").await;
}

#[tokio::test]
async fn filings_are_listed_in_pages_without_those_of_others() {
    let town = Town::new();
    told(&town, 7, "100");
    for period in ["2025Q4", "2026Q1", "2026Q2"] {
        let new = json!({"return": QUARTER, "area": TOWNSHIP.to_string(), "period": period, "cut": 7});
        town.post("/filings").by("public_health").json(new).gives(201).await;
        town.clock.pass_ms(1);
    }
    let new = json!({"return": "R10", "area": TOWNSHIP.to_string(), "period": "2026-10", "cut": 7});
    town.post("/filings").by("public_health").json(new).gives(201).await;
    let periods =
        |list: &Json| list["items"].as_array().unwrap().iter().map(|one| one["period"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    let first = town.get(&format!("/filings?area={TOWNSHIP}&limit=2")).by("health_office").gives(200).await;
    assert_eq!(periods(&first), ["2026Q2", "2026Q1"], "the sensitive return isn't counted either");
    let next = first["next"].as_str().unwrap();
    let last = town.get(&format!("/filings?area={TOWNSHIP}&limit=2&after={next}")).by("health_office").gives(200).await;
    assert_eq!((periods(&last), last.get("next")), (vec!["2025Q4".to_owned()], None));
    assert_eq!(
        periods(&town.get(&format!("/filings?area={COUNTY}&period=2026-10&state=submitted")).by("disease_control").gives(200).await),
        ["2026-10"]
    );
    town.get(&format!("/filings?area={TOWNSHIP}&state=lost")).by("public_health").refused(422, "SERVER-0103").await;
    town.get(&format!("/filings?area={TOWNSHIP}&after=x")).by("public_health").refused(422, "SERVER-0402").await;
    town.get(&format!("/filings?area={OTHER_TOWNSHIP}")).by("public_health").refused(403, "ACCESS-0104").await;
}
