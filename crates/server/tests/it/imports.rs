//! Imports: a resident list from a spreadsheet, looked at first, then written as any batch.

use serde_json::{Value as Json, json};

use crate::support::{OTHER_VILLAGE, TOWNSHIP, Town, VILLAGE};

const PATH: &str = "/imports?form=population.resident";
/// Two good rows, one with a number that isn't one, one in a village of another township.
const LIST: &str = "姓名,性别,出生日期,公民身份号码,常住类型,联系电话,村,备忘\n\
    王秀英,女,1950-03-07,53052319500307002X,户籍,13900001111,上寨村,\n\
    李明,男,1961-05-02,,户籍,13900002222,下寨村,老户\n\
    张三,男,1970-01-01,530523197001010011x,户籍,,上寨村,\n\
    赵远,男,1980-02-03,,户籍,,东坡村,\n";

fn csv<'t>(town: &'t Town, path: &str, worker: &str, text: &str) -> crate::support::Ask<'t> {
    town.post(path).by(worker).body("text/csv", text.as_bytes())
}

fn counts(body: &Json) -> [u64; 4] {
    ["rows", "new", "already", "refused"].map(|name| body[name].as_u64().unwrap())
}

fn remark(body: &Json, row: u64) -> &Json {
    body["remarks"].as_array().unwrap().iter().find(|remark| remark["row"] == row).unwrap_or_else(|| panic!("{body}"))
}

#[tokio::test]
async fn a_list_is_looked_at_row_by_row_before_it_is_written() {
    let town = Town::new();
    let looked = csv(&town, &format!("{PATH}&dry_run=true"), "public_health", LIST).gives(200).await;
    assert_eq!((counts(&looked), &looked["written"]), ([4, 2, 0, 2], &json!(false)), "{looked}");
    assert_eq!(looked["sheets"][0]["unmatched"], json!(["备忘"]));
    let columns = looked["sheets"][0]["columns"].as_array().unwrap();
    assert!(columns.contains(&json!({"header": "公民身份号码", "field": "id_number"})), "{columns:?}");
    assert!(columns.contains(&json!({"header": "村", "field": "@village"})), "{columns:?}");
    assert_eq!(remark(&looked, 4)["column"], "公民身份号码");
    assert_eq!(remark(&looked, 5)["code"], "ACCESS-0104", "{looked}");
    assert_eq!(town.get("/residents?q=%E7%8E%8B").by("public_health").gives(200).await["items"], json!([]));

    let refused = csv(&town, PATH, "public_health", LIST).gives(200).await;
    assert_eq!((counts(&refused), &refused["written"]), ([4, 2, 0, 2], &json!(false)), "one bad row keeps all out");
    assert_eq!(town.get("/residents?q=%E7%8E%8B").by("public_health").gives(200).await["items"], json!([]));

    let written = csv(&town, &format!("{PATH}&good_rows=true"), "public_health", LIST).gives(200).await;
    assert_eq!((counts(&written), &written["written"]), ([4, 2, 0, 2], &json!(true)), "{written}");
    let found = town.get("/residents?q=%E7%8E%8B").by("public_health").gives(200).await;
    assert_eq!((found["items"].as_array().unwrap().len(), &found["items"][0]["name"]), (1, &json!("王秀英")));
    assert_eq!(town.get("/arrivals").by("public_health").gives(200).await["items"], json!([]), "bad rows aren't kept beside the log");

    let again = csv(&town, &format!("{PATH}&good_rows=true"), "public_health", LIST).gives(200).await;
    assert_eq!(counts(&again), [4, 0, 2, 2], "{again}");
    let trail = town.get("/audit?worker=public_health&deeds=read").by("auditor").gives(200).await;
    assert!(trail.to_string().contains("import population.resident: 4 rows, 2 new, 0 already, 2 refused"), "{trail}");
}

#[tokio::test]
async fn headers_that_are_not_recognised_can_be_mapped() {
    let town = Town::new();
    let list = "户主或成员,性别,生日\n王秀英,女,1950-03-07\n";
    let map =
        json!({"columns": {"户主或成员": "name", "生日": "birth_date"}, "constants": {"@village": "上寨村", "residence_type": "户籍"}})
            .to_string();
    let map: String = map.bytes().fold(String::new(), |text, byte| text + &format!("%{byte:02X}"));
    let written = csv(&town, &format!("{PATH}&map={map}"), "public_health", list).gives(200).await;
    assert_eq!((counts(&written), &written["written"]), ([1, 1, 0, 0], &json!(true)), "{written}");
    csv(&town, &format!("{PATH}&map=%7B%22columns%22%3A%7B%22a%22%3A%22colour%22%7D%7D"), "public_health", list)
        .refused(422, "IMPORT-0012")
        .await;
    csv(&town, &format!("{PATH}&map=%7B%22date_order%22%3A%22random%22%7D"), "public_health", list).refused(422, "IMPORT-0011").await;
    csv(&town, &format!("{PATH}&map=%7B"), "public_health", list).refused(422, "SERVER-0103").await;
}

#[tokio::test]
async fn nobody_imports_what_they_may_not_see_or_write() {
    let town = Town::new();
    town.post(PATH).body("text/csv", LIST.as_bytes()).refused(401, "SERVER-0101").await;
    for nobody in ["administrator", "county_administrator", "auditor", "committee", "county_analyst", "supervision"] {
        csv(&town, PATH, nobody, LIST).refused(403, "ACCESS-0102").await;
    }
    csv(&town, "/imports?form=hiv.followup", "public_health", LIST).refused(403, "ACCESS-0103").await;
    csv(&town, "/imports?form=colour", "public_health", LIST).refused(422, "SERVER-0103").await;
    csv(&town, &format!("{PATH}&area={OTHER_VILLAGE}"), "public_health", LIST).refused(403, "ACCESS-0104").await;
    csv(&town, &format!("{PATH}&area={TOWNSHIP}&at=yesterday"), "public_health", LIST).refused(422, "SERVER-0103").await;
    let own = csv(&town, &format!("{PATH}&dry_run=true"), "village_doctor", LIST).gives(200).await;
    assert_eq!(counts(&own), [4, 1, 0, 3], "{own}");
    town.resident(7, "赵远", OTHER_VILLAGE);
    let stranger = "姓名,性别,出生日期,常住类型\n赵远,女,1950-03-07,户籍\n";
    let told = csv(&town, &format!("{PATH}&area={VILLAGE}&dry_run=true"), "village_doctor", stranger).gives(200).await;
    assert_eq!(counts(&told), [1, 1, 0, 0], "one of the same name elsewhere isn't told of");
}

#[tokio::test]
async fn what_is_no_spreadsheet_is_said_so() {
    let town = Town::new();
    let file = |kind: &str, bytes: &[u8]| town.post(PATH).by("public_health").body(kind, bytes);
    file("application/json", b"{}").refused(415, "SERVER-0107").await;
    file("application/octet-stream", b"PK\x03\x04 no spreadsheet").refused(422, "IMPORT-0001").await;
    file("text/csv", b"").refused(422, "IMPORT-0002").await;
    file("text/csv", "甲,乙\n1,2\n".as_bytes()).refused(422, "IMPORT-0101").await;
    file("text/csv", &vec![b'x'; (20 << 20) + 1]).refused(413, "SERVER-0106").await;
}
