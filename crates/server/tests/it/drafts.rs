//! Drafts: kept for their owner, never overwritten unseen.

use serde_json::json;

use crate::support::Town;

const PATH: &str = "/drafts/form/hypertension.followup:1";

#[tokio::test]
async fn a_draft_is_kept_for_its_owner_alone() {
    let town = Town::new();
    let wanted = json!({"title": "王秀英的随访", "body": {"systolic": 150, "note": "下周再来"}});
    town.get("/drafts").refused(401, "SERVER-0101").await;
    town.get(PATH).by("clinician").refused(404, "SERVER-0104").await;
    let saved = town.put(PATH).by("clinician").json(wanted.clone()).send().await;
    assert_eq!((saved.status, &saved.json()["title"]), (200, &wanted["title"]));
    let read = town.get(PATH).by("clinician").send().await;
    assert_eq!((read.header("etag"), &read.json()["body"]), (saved.header("etag"), &wanted["body"]));
    assert_eq!(read.json()["saved_at"], "2026-11-22T02:00:00Z");
    for other in ["public_health", "administrator", "auditor"] {
        town.get(PATH).by(other).refused(404, "SERVER-0104").await;
        assert_eq!(town.get("/drafts").by(other).gives(200).await["items"], json!([]));
        town.delete(PATH).by(other).gives(204).await;
    }
    let list = town.get("/drafts").by("clinician").gives(200).await;
    assert_eq!((list["items"].as_array().unwrap().len(), &list["items"][0]["kind"]), (1, &json!("form")));
    town.delete(PATH).by("clinician").gives(204).await;
    town.delete(PATH).by("clinician").gives(204).await;
    assert_eq!(town.get("/drafts").by("clinician").gives(200).await["items"], json!([]));
}

#[tokio::test]
async fn two_windows_do_not_overwrite_one_another() {
    let town = Town::new();
    let save = |text: &str| town.put(PATH).by("clinician").json(json!({"title": "", "body": text}));
    let first = save("a").send().await.header("etag").to_owned();
    save("b").refused(412, "STORE-0901").await;
    let second = save("b").header("if-match", &first).send().await;
    assert_eq!(second.status, 200, "{}", second.text());
    save("c").header("if-match", &first).refused(412, "STORE-0901").await;
    save("c").header("if-match", "colour").refused(412, "STORE-0901").await;
    town.delete(PATH).by("clinician").header("if-match", &first).refused(412, "STORE-0901").await;
    // A proxy that compresses makes a weak mark of it.
    let weak = format!("W/{}", second.header("etag"));
    assert_eq!(save("d").header("if-match", &weak).send().await.status, 200);
    assert_eq!(town.get(PATH).by("clinician").gives(200).await["body"], "d");
}

#[tokio::test]
async fn a_draft_has_bounds() {
    let town = Town::new();
    let put = |path: &str, body: serde_json::Value| town.put(path).by("clinician").json(body);
    let body = json!({"title": "x", "body": null});
    put("/drafts/Form/1", body.clone()).refused(422, "SERVER-0103").await;
    put("/drafts/form/a%20b", body.clone()).refused(422, "SERVER-0103").await;
    put(PATH, json!({"title": "长".repeat(121), "body": null})).refused(422, "SERVER-0103").await;
    put(PATH, json!({"title": "x"})).refused(422, "SERVER-0103").await;
    put(PATH, json!({"title": "x", "body": null, "owner": "public_health"})).refused(422, "SERVER-0103").await;
    put(PATH, json!({"title": "x", "body": "x".repeat((1 << 20) + 1)})).refused(413, "SERVER-0106").await;
    put(PATH, json!({"title": "x", "body": "x".repeat(2 << 20)})).refused(413, "SERVER-0106").await;
    put(PATH, json!({"title": "x", "body": "x".repeat((1 << 20) - 2)})).gives(200).await;
    for number in 1..200 {
        put(&format!("/drafts/form/{number}"), body.clone()).gives(200).await;
    }
    put("/drafts/form/more", body).refused(409, "STORE-0902").await;
}
