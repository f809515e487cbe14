//! Rosters on screen and as files.

use qianmo_store::Deed;

use crate::indicators::{noted, rows};
use crate::support::{TOWNSHIP, Town, VILLAGE, VILLAGE_2, resident_id};

/// A routine roster, and one of a sensitive programme.
const ROUTINE: &str = "L10";
const SENSITIVE: &str = "L04";

fn path(id: &str, area: u64, more: &str) -> String {
    format!("/rosters/{id}{}area={area}&period=2026{}", if more.contains("file") { "/file?" } else { "?" }, more.replace("file", ""))
}

#[tokio::test]
async fn rows_are_shown_to_whom_they_are_for() {
    let town = Town::new();
    *town.figures.rows.lock().unwrap() = rows(&[1, 2]);
    town.get(&path(ROUTINE, VILLAGE, "")).refused(401, "SERVER-0101").await;
    assert_eq!(town.get(&path(ROUTINE, VILLAGE, "")).by("village_doctor").gives(200).await["count"], 2);
    for (who, id, area) in [
        ("village_doctor", "L99", VILLAGE),
        ("village_doctor", ROUTINE, VILLAGE_2),
        ("health_office", ROUTINE, TOWNSHIP),
        ("county_analyst", ROUTINE, TOWNSHIP),
        ("health_office", SENSITIVE, TOWNSHIP),
        ("committee", ROUTINE, VILLAGE),
    ] {
        town.get(&path(id, area, "")).by(who).reason("核对本月名单").refused(404, "SERVER-0104").await;
    }
    town.get("/rosters/L10?area=1&period=2026").by("village_doctor").refused(422, "CORE-0101").await;
    town.get(&format!("/rosters/L10?area={VILLAGE}&period=soon")).by("village_doctor").refused(422, "CORE-0301").await;
}

#[tokio::test]
async fn sensitive_rosters_need_a_reason_and_are_noted() {
    let town = Town::new();
    *town.figures.rows.lock().unwrap() = rows(&[1, 2]);
    town.get(&path(SENSITIVE, VILLAGE, "")).by("village_doctor").refused(403, "ACCESS-0103").await;
    town.get(&path(SENSITIVE, VILLAGE, "")).by("village_doctor").reason("安排产后访视").gives(200).await;
    let read = noted(&town, &[Deed::Read]);
    assert_eq!(read.iter().map(|one| one.entry.resident).collect::<Vec<_>>(), [Some(resident_id(1)), Some(resident_id(2))]);
}

#[tokio::test]
async fn a_file_is_taken_away_with_the_right_and_noted() {
    let town = Town::new();
    *town.figures.rows.lock().unwrap() = rows(&[1, 2]);
    // A village doctor has no right to take lists away.
    town.get(&path(ROUTINE, VILLAGE, "file&format=xlsx")).by("village_doctor").refused(403, "ACCESS-0102").await;
    town.get(&path(ROUTINE, TOWNSHIP, "file&format=exe")).by("public_health").refused(422, "SERVER-0403").await;
    town.get(&path(ROUTINE, VILLAGE, "file&format=xlsx")).by("other_doctor").refused(404, "SERVER-0104").await;
    assert!(noted(&town, &[Deed::Export, Deed::Unmask]).is_empty());
    let file = town.get(&path(ROUTINE, TOWNSHIP, "file&format=xlsx")).by("public_health").send().await;
    assert_eq!((file.status, file.header("content-type")), (200, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"));
    assert!(file.header("content-disposition").starts_with("attachment"), "{}", file.header("content-disposition"));
    assert!(file.text().contains("exposed: false") && file.text().contains("seen: Everybody"), "{}", file.text());
    let entries = noted(&town, &[Deed::Export]);
    assert_eq!((entries.len(), entries[0].entry.resident, entries[0].entry.area.unwrap().number()), (1, None, TOWNSHIP));
}

#[tokio::test]
async fn unmasked_files_name_in_the_audit_whom_they_show() {
    let town = Town::new();
    *town.figures.rows.lock().unwrap() = rows(&[1, 2]);
    let file = town.get(&path(ROUTINE, TOWNSHIP, "file&format=csv&unmasked=true")).by("public_health").send().await;
    assert!(file.status == 200 && file.text().contains("exposed: true"), "{}", file.text());
    assert_eq!(noted(&town, &[Deed::Export]).len(), 1);
    let shown = noted(&town, &[Deed::Unmask]);
    assert_eq!(shown.iter().map(|one| one.entry.resident).collect::<Vec<_>>(), [Some(resident_id(1)), Some(resident_id(2))]);
}

#[tokio::test]
async fn who_may_export_but_not_unmask_gets_it_masked_only() {
    let town = Town::new();
    *town.figures.rows.lock().unwrap() = rows(&[1]);
    let ask = |more: &str| town.get(&path("L07", TOWNSHIP, more)).by("county_analyst").reason("抽查接种名单");
    assert_eq!(ask("file&format=csv").send().await.status, 200);
    ask("file&format=csv&unmasked=true").refused(403, "ACCESS-0102").await;
    assert!(noted(&town, &[Deed::Unmask]).is_empty());
}
