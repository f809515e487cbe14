//! The programmes as screens get them.

use crate::support::Town;

#[tokio::test]
async fn whoever_is_logged_in_reads_the_programmes() {
    let town = Town::new();
    for path in ["/packs", "/packs/hypertension", "/packs/rules"] {
        town.get(path).refused(401, "SERVER-0101").await;
    }
    let list = town.get("/packs").by("committee").gives(200).await;
    let lines = list["items"].as_array().unwrap();
    assert_eq!(lines.len(), crate::support::packs().packs.len());
    let line = lines.iter().find(|line| line["id"] == "tuberculosis").unwrap();
    assert_eq!((line["sensitivity"].as_str(), line["forms"].as_u64() > Some(1)), (Some("sensitive"), true));
}

#[tokio::test]
async fn a_programme_has_everything_screens_are_made_of() {
    let town = Town::new();
    let pack = town.get("/packs/hypertension").by("village_doctor").gives(200).await;
    let find = |list: &str, id: &str| pack[list].as_array().unwrap().iter().find(|one| one["id"] == id).unwrap().clone();
    let form = find("forms", "hypertension.followup");
    let field = form["fields"].as_array().unwrap().iter().find(|field| field["kind"] == "integer").unwrap();
    assert!(field["unit"].is_string() && field["range"][0].is_string(), "{field}");
    let choice = form["fields"].as_array().unwrap().iter().find(|field| field["kind"] == "choice").unwrap();
    assert!(choice["choices"][0]["name"].is_string(), "{choice}");
    assert!(form["checks"].as_array().unwrap().iter().all(|check| check["message"].is_string() && check["fields"].is_array()));
    let rate = find("indicators", "hypertension.standard_rate");
    assert_eq!((rate["unit"].as_str(), rate["rate"].as_bool(), rate["scale"].as_str()), (Some("%"), Some(true), Some("100")));
    assert!(rate["source"].is_string() && rate["verified"].is_boolean() && rate["meaning"].is_string());
    assert_eq!(rate["targets"][0]["value"], "76.00");
    assert!(!find("rosters", "L10")["columns"].as_array().unwrap().is_empty());
    let form = find("returns", "R13_hypertension");
    assert_eq!((form["frequency"].as_str(), form["rows"][0]["part"].is_string()), (Some("quarter"), true));
    assert!(pack["services"].as_array().unwrap().iter().all(|service| service["urgency"].as_u64() > Some(0)));
    town.get("/packs/hypertensionn").by("village_doctor").refused(404, "SERVER-0104").await;
}

#[tokio::test]
async fn what_the_client_has_is_not_sent_again() {
    let town = Town::new();
    for path in ["/packs", "/packs/hypertension", "/packs/rules"] {
        let first = town.get(path).by("resident").send().await;
        let tag = first.header("etag").to_owned();
        assert!(tag.starts_with("W/\"") && first.header("cache-control").contains("no-cache"), "{path} {tag}");
        let again = town.get(path).by("resident").header("if-none-match", &tag).send().await;
        assert_eq!((again.status, again.body.len(), again.header("etag")), (304, 0, &*tag), "{path}");
        assert_eq!(town.get(path).by("resident").header("if-none-match", "W/\"old\"").send().await.status, 200);
    }
}

#[tokio::test]
async fn the_compiled_rules_are_those_of_the_packs() {
    let town = Town::new();
    let rules = town.get("/packs/rules").by("village_doctor").send().await;
    let read = qianmo_wire::programme::read(&rules.body).unwrap();
    assert_eq!(read.packs.len(), crate::support::packs().packs.len());
}

#[tokio::test]
async fn a_programme_comes_as_a_booklet() {
    let town = Town::new();
    town.get("/packs/hypertension/booklet?format=docx").refused(401, "SERVER-0101").await;
    for (format, kind) in [("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"), ("pdf", "application/pdf")]
    {
        let answer = town.get(&format!("/packs/hypertension/booklet?format={format}")).by("committee").send().await;
        assert_eq!((answer.status, answer.header("content-type")), (200, kind));
        assert_eq!(answer.header("content-disposition"), format!("attachment; filename=\"hypertension.{format}\""));
        assert_eq!(answer.text(), format!("booklet hypertension {format}"));
    }
    town.get("/packs/alchemy/booklet?format=docx").by("committee").refused(404, "SERVER-0104").await;
    town.get("/packs/hypertension/booklet?format=odt").by("committee").refused(422, "SERVER-0103").await;
    town.get("/packs/hypertension/booklet").by("committee").refused(422, "SERVER-0103").await;
}
