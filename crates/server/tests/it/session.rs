//! Logging in and out, who one is, one's other sessions, password and second factor.

use serde_json::{Value, json};
use totp_rs::{Builder, Secret};

use crate::support::{COUNTY, PASSWORD, TOWNSHIP, Town, VILLAGE, resident_id};

fn texts(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect()
}

fn right<'a>(me: &'a Value, name: &str) -> Option<&'a Value> {
    me["rights"].as_array().unwrap().iter().find(|right| right["right"] == name).map(|right| &right["areas"])
}

fn programme<'a>(me: &'a Value, id: &str) -> Option<&'a Value> {
    me["programmes"].as_array().unwrap().iter().find(|programme| programme["id"] == id)
}

#[tokio::test]
async fn a_stranger_is_told_to_log_in() {
    let town = Town::new();
    for path in
        ["/session", "/session/all", "/session/second-factor", "/session/devices", "/workers", "/devices", "/areas", "/audit", "/settings"]
    {
        let answer = town.get(path).refused(401, "SERVER-0101").await;
        assert_eq!(answer.header("content-type"), "application/problem+json");
    }
    town.get("/session").bearer("not-a-token").refused(401, "SERVER-0101").await;
}

#[tokio::test]
async fn a_login_gives_a_session_until_its_end() {
    let town = Town::new();
    town.post("/session").json(json!({"name": "auditor", "password": "wrong-horse-9"})).refused(401, "STORE-0501").await;
    town.post("/session").json(json!({"name": "nobody", "password": "wrong-horse-9"})).refused(401, "STORE-0501").await;
    town.post("/session").json(json!({"name": "auditor", "password": PASSWORD, "admin": true})).refused(422, "SERVER-0103").await;
    let answer = town.post("/session").json(json!({"name": "auditor", "password": PASSWORD})).send().await;
    assert_eq!(answer.status, 200);
    let cookie = answer.header("set-cookie").to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
    let token = answer.json()["token"].as_str().unwrap().to_owned();
    assert_eq!(town.get("/session").bearer(&token).gives(200).await["name"], "auditor");
    town.delete("/session").bearer(&token).gives(204).await;
    town.get("/session").bearer(&token).refused(401, "SERVER-0101").await;
}

#[tokio::test]
async fn a_session_says_what_may_be_done_where() {
    let town = Town::new();
    let me = town.get("/session").by("public_health").gives(200).await;
    assert_eq!((&me["roles"], &me["areas"]), (&json!(["public_health"]), &json!([TOWNSHIP.to_string()])));
    assert_eq!(right(&me, "enrol_devices"), Some(&json!([TOWNSHIP.to_string()])));
    assert_eq!(right(&me, "manage_accounts"), None);
    assert_eq!((&me["exposes"], &me["due"]), (&json!(true), &json!(true)));
    let population = programme(&me, "population").unwrap();
    assert!(texts(&population["read"]).contains(&"population.resident"));
    assert!(texts(&population["write"]).contains(&"population.resident"));
    let hiv = programme(&me, "hiv").unwrap();
    assert!(texts(&hiv["read"]).is_empty() && !texts(&hiv["read_with_reason"]).is_empty(), "restricted forms ask for a reason");

    let me = town.get("/session").by("administrator").gives(200).await;
    assert_eq!(
        (&me["programmes"], &me["exposes"], &me["due"]),
        (&json!([]), &json!(false), &json!(false)),
        "who manages accounts reads nothing"
    );
    assert_eq!(right(&me, "manage_accounts"), Some(&json!([TOWNSHIP.to_string()])));

    let me = town.get("/session").by("village_doctor").gives(200).await;
    assert_eq!((&me["areas"], &me["rights"]), (&json!([VILLAGE.to_string()]), &json!([])));
    assert!(programme(&me, "hiv").is_none(), "beyond the grant's sensitivity");

    let me = town.get("/session").by("resident").gives(200).await;
    assert_eq!(me["residents"], json!([resident_id(1).to_string()]));
    assert!(programme(&me, "population").is_some_and(|programme| programme["numbers"] == false));

    let me = town.get("/session").by("county_administrator").gives(200).await;
    assert_eq!(right(&me, "backup"), Some(&json!([COUNTY.to_string()])));
}

#[tokio::test]
async fn a_first_password_opens_nothing_but_its_own_change() {
    let town = Town::new();
    let new = json!({"name": "li_mei", "shown": "李梅", "area": VILLAGE.to_string()});
    let first = town.post("/workers").by("administrator").json(new).gives(201).await;
    let password = first["password"].as_str().unwrap();
    let login = town.post("/session").json(json!({"name": "li_mei", "password": password})).gives(200).await;
    assert_eq!(login["must_change"], true);
    let token = login["token"].as_str().unwrap();
    town.get("/areas").bearer(token).refused(403, "SERVER-0111").await;
    assert_eq!(town.get("/session").bearer(token).gives(200).await["must_change"], true);
    let change = |old: &str, new: &str| json!({"old": old, "new": new});
    town.put("/session/password").bearer(token).json(change("wrong-horse-9", "river-lamp-77")).refused(401, "STORE-0501").await;
    town.put("/session/password").bearer(token).json(change(password, "12345678")).refused(422, "STORE-0507").await;
    town.put("/session/password").bearer(token).json(change(password, password)).refused(422, "STORE-0514").await;
    let other = town.post("/session").json(json!({"name": "li_mei", "password": password})).gives(200).await;
    town.put("/session/password").bearer(token).json(change(password, "river-lamp-77")).gives(204).await;
    town.get("/areas").bearer(token).gives(200).await;
    town.get("/session").bearer(other["token"].as_str().unwrap()).refused(401, "SERVER-0101").await;
    town.post("/session").json(json!({"name": "li_mei", "password": password})).refused(401, "STORE-0501").await;
}

#[tokio::test]
async fn one_sees_and_ends_ones_own_sessions_only() {
    let town = Town::new();
    let login = || async {
        let login = town.post("/session").json(json!({"name": "clinician", "password": PASSWORD})).gives(200).await;
        login["token"].as_str().unwrap().to_owned()
    };
    let (first, second, third) = (login().await, login().await, login().await);
    let list = town.get("/session/all").bearer(&first).gives(200).await;
    let items = list["items"].as_array().unwrap();
    assert_eq!(items.len(), 3);
    assert_eq!(items.iter().filter(|item| item["current"] == true).count(), 1);
    let seconds = town.get("/session/all").bearer(&second).gives(200).await;
    let own = seconds["items"].as_array().unwrap().iter().find(|item| item["current"] == true).unwrap()["id"].as_str().unwrap();
    town.delete(&format!("/session/all/{own}")).by("auditor").refused(404, "STORE-0509").await;
    town.delete("/session/all/anything").bearer(&first).refused(404, "SERVER-0104").await;
    town.delete(&format!("/session/all/{own}")).bearer(&first).gives(204).await;
    town.get("/session").bearer(&second).refused(401, "SERVER-0101").await;
    town.delete("/session/all").bearer(&first).gives(204).await;
    town.get("/session").bearer(&third).refused(401, "SERVER-0101").await;
    town.get("/session").bearer(&first).gives(200).await;
}

#[tokio::test]
async fn what_is_not_asked_in_the_right_way_is_told() {
    let town = Town::new();
    town.delete("/settings").by("auditor").refused(405, "SERVER-0105").await;
    let large = format!("{{\"name\": \"{}\"}}", "a".repeat(2 << 20));
    town.post("/session").body("application/json", large.as_bytes()).refused(413, "SERVER-0106").await;
    town.post("/session").body("application/json", b"{\"name\"").refused(422, "SERVER-0102").await;
    town.post("/session").body("text/plain", b"auditor").refused(415, "SERVER-0107").await;
}

fn shown(secret: &str, now: i64) -> String {
    let totp = Builder::new().with_secret(Secret::try_from_base32(secret).unwrap()).build().unwrap();
    totp.generate(u64::try_from(now / 1000).unwrap()).to_string()
}

#[tokio::test]
async fn a_second_factor_is_asked_for_once_it_is_confirmed() {
    use qianmo_server::Clock as _;
    let town = Town::new();
    let login = |code: Option<&str>| json!({"name": "auditor", "password": PASSWORD, "code": code});
    let password = |word: &str, code: Option<&str>| json!({"password": word, "code": code});
    assert_eq!(town.get("/session/second-factor").by("auditor").gives(200).await["in_force"], false);
    town.post("/session/second-factor").by("auditor").json(password("wrong-horse-9", None)).refused(401, "STORE-0501").await;
    town.post("/session/second-factor/confirm").by("auditor").json(json!({"code": "000000"})).refused(404, "STORE-0513").await;
    let begun = town.post("/session/second-factor").by("auditor").json(password(PASSWORD, None)).gives(200).await;
    let secret = begun["secret"].as_str().unwrap();
    assert!(begun["url"].as_str().unwrap().starts_with("otpauth://totp/"));
    town.post("/session").json(login(None)).gives(200).await;

    let now = shown(secret, town.clock.now_ms());
    let other = if now == "000000" { "111111" } else { "000000" };
    town.post("/session/second-factor/confirm").by("auditor").json(json!({"code": other})).refused(401, "STORE-0510").await;
    let codes = town.post("/session/second-factor/confirm").by("auditor").json(json!({"code": now})).gives(200).await;
    let codes = texts(&codes["codes"]).into_iter().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(codes.len(), 10);
    assert_eq!(town.get("/session/second-factor").by("auditor").gives(200).await["recovery_codes"], 10);
    town.post("/session/second-factor").by("auditor").json(password(PASSWORD, Some(&codes[0]))).refused(409, "STORE-0512").await;

    town.post("/session").json(login(None)).refused(401, "STORE-0511").await;
    town.post("/session").json(login(Some(&now))).refused(401, "STORE-0510").await;
    town.clock.pass_minutes(1);
    let next = shown(secret, town.clock.now_ms());
    town.post("/session").json(login(Some(&next))).gives(200).await;
    town.post("/session").json(login(Some(&codes[1]))).gives(200).await;
    town.post("/session").json(login(Some(&codes[1]))).refused(401, "STORE-0510").await;

    let renewed =
        town.post("/session/second-factor/recovery-codes").by("auditor").json(password(PASSWORD, Some(&codes[2]))).gives(200).await;
    town.post("/session/second-factor/end").by("auditor").json(password(PASSWORD, Some(&codes[3]))).refused(401, "STORE-0510").await;
    let fresh = texts(&renewed["codes"])[0];
    town.post("/session/second-factor/end").by("auditor").json(password(PASSWORD, Some(fresh))).gives(204).await;
    town.post("/session").json(login(None)).gives(200).await;
}
