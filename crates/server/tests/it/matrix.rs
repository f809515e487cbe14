//! The access matrix: every endpoint of the OpenAPI document × every worker × every place × every sensitivity, with and without a reason.
//!
//! Each village has one resident a sensitivity, with a name, a phone and a record of a programme of that sensitivity; each indicator and area has
//! a number of its own. All of these are canaries. What each worker may see is written down here by hand, from the table of roles and not
//! from the program; any other canary in any answer, on any path, is a leak. So is an answer that tells what is hidden from what
//! isn't there.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::Method;
use qianmo_core::pack::Sensitivity;
use qianmo_core::{Cell, Decimal, Value};
use qianmo_desk::{Row, Rows, RowsColumn};
use qianmo_store::{NewDraft, Store};
use serde_json::{Value as Json, json};

use crate::support::{COUNTY, NOW, OTHER_TOWNSHIP, OTHER_VILLAGE, OTHER_VILLAGE_2, TOWNSHIP, Town, VILLAGE, VILLAGE_2, packs, resident_id};

const VILLAGES: [u64; 4] = [VILLAGE, VILLAGE_2, OTHER_VILLAGE, OTHER_VILLAGE_2];
const AREAS: [u64; 7] = [COUNTY, TOWNSHIP, VILLAGE, VILLAGE_2, OTHER_TOWNSHIP, OTHER_VILLAGE, OTHER_VILLAGE_2];
const LEVELS: [Sensitivity; 3] = [Sensitivity::Routine, Sensitivity::Sensitive, Sensitivity::Restricted];
/// A programme, form and indicator of each sensitivity.
const PROGRAMMES: [(&str, &str, &str); 3] = [
    ("health_record", "health_record.examination", "hypertension.managed"),
    ("folic_acid", "folic_acid.issue", "maternal_health.hospital_delivery_rate"),
    ("hiv", "hiv.followup", "hiv.tested_pregnant"),
];
const WORKERS: [&str; 14] = [
    "village_doctor",
    "public_health",
    "clinician",
    "health_office",
    "county_analyst",
    "disease_control",
    "supervision",
    "committee",
    "resident",
    "auditor",
    "administrator",
    "county_administrator",
    "other_doctor",
    "other_administrator",
];
const REASON: &str = "随访复核档案";
const DRAFT: &str = "未写完的随访小结";
const PERIOD: &str = "2026";

/// Something that must be seen by those only who may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Canary {
    /// Who lives there: name and id of a resident.
    Person(usize, usize),
    /// Their record of the programme of that sensitivity.
    Record(usize, usize),
    /// The whole phone number.
    Phone(usize, usize),
    /// The number of the indicator of that sensitivity in an area.
    Number(usize, usize),
    /// A draft of the public health doctor's: nobody else's business.
    Draft,
}

fn number(village: usize, level: usize) -> u128 {
    // The one of `resident` is 1: village 0, routine.
    1 + (village * 3 + level) as u128
}

fn name(village: usize, level: usize) -> String {
    const FAMILY: [&str; 4] = ["欧阳", "司徒", "诸葛", "慕容"];
    const GIVEN: [&str; 3] = ["明溪", "映雪", "怀瑾"];
    format!("{}{}", FAMILY[village], GIVEN[level])
}

fn phone(village: usize, level: usize) -> String {
    format!("1395550{}{}77", village + 1, level + 1)
}

fn count(place: usize, level: usize) -> u64 {
    7_000_013 + (place as u64) * 10_010 + (level as u64) * 1_000_003
}

/// Whether a village lies in an area: both by index.
fn inside(place: usize, village: usize) -> bool {
    match AREAS[place] {
        COUNTY => true,
        TOWNSHIP => village < 2,
        OTHER_TOWNSHIP => village >= 2,
        code => VILLAGES[village] == code,
    }
}

/// The table of roles, by hand: may this worker see this canary?
fn may(worker: &str, canary: Canary, reason: bool) -> bool {
    // Where a worker works: indexes of villages, and of areas.
    let villages: &[usize] = match worker {
        "village_doctor" => &[0],
        "public_health" | "clinician" | "health_office" => &[0, 1],
        "other_doctor" => &[2],
        _ => &[],
    };
    let own = |village: usize, level: usize| worker == "resident" && (village, level) == (0, 0);
    match canary {
        // The register of residents is routine and administrative.
        Canary::Person(village, level) => villages.contains(&village) || own(village, level),
        Canary::Record(village, level) => {
            own(village, level)
                || villages.contains(&village)
                    && match (worker, level) {
                        ("health_office", _) => false,
                        (_, 0) => true,
                        // Granted up to restricted, and up to sensitive; the clinician has no clients among them.
                        ("public_health", _) | ("village_doctor" | "other_doctor", 1) => reason,
                        _ => false,
                    }
        }
        Canary::Draft => worker == "public_health",
        // Unmasked only on the one path that is audited for it: see `exposing`.
        Canary::Phone(..) => false,
        Canary::Number(place, level) => {
            let code = AREAS[place];
            match worker {
                "village_doctor" => code == VILLAGE && level <= 1,
                "other_doctor" => code == OTHER_VILLAGE && level <= 1,
                "public_health" => [TOWNSHIP, VILLAGE, VILLAGE_2].contains(&code),
                "clinician" => [TOWNSHIP, VILLAGE, VILLAGE_2].contains(&code) && level <= 1,
                "health_office" => [TOWNSHIP, VILLAGE, VILLAGE_2].contains(&code) && level == 0,
                "supervision" => level == 0,
                // Granted two programmes by name, none of these.
                _ => false,
            }
        }
    }
}

/// Whether an answer to this request may hold whole phone numbers of whom the worker may see.
fn exposing(worker: &str, path: &str, canary: Canary) -> bool {
    let Canary::Phone(village, level) = canary else { return false };
    let exposes = ["village_doctor", "public_health", "clinician", "health_office", "resident", "other_doctor"].contains(&worker);
    let own = worker == "resident" && path == "/residents/{id}/copy";
    (own || path == "/residents/{id}/identity" && exposes) && may(worker, Canary::Person(village, level), true)
}

struct World {
    town: Town,
    /// Texts by canary.
    canaries: BTreeMap<Canary, Vec<String>>,
}

fn world() -> World {
    let town = Town::new();
    let mut canaries: BTreeMap<Canary, Vec<String>> = BTreeMap::new();
    for (v, village) in VILLAGES.into_iter().enumerate() {
        for (level, (_, form, _)) in PROGRAMMES.into_iter().enumerate() {
            let id = resident_id(number(v, level));
            let (name, phone) = (name(v, level), phone(v, level));
            let values = [("name", Value::text(&name)), ("sex", Value::text("2")), ("phone", Value::text(&phone))];
            let profile = town.record(1000 + number(v, level), "population.resident", "resident", id, village, &values);
            let kind = packs().form(form).unwrap().subject.to_string();
            let record = town.record(2000 + number(v, level), form, &kind, id, village, &[]);
            canaries.insert(Canary::Person(v, level), vec![name, id.to_string(), profile.id.to_string()]);
            canaries.insert(Canary::Record(v, level), vec![record.id.to_string()]);
            canaries.insert(Canary::Phone(v, level), vec![phone]);
            town.store().append(&[profile, record]).unwrap();
        }
    }
    for (place, code) in AREAS.into_iter().enumerate() {
        for (level, (_, _, indicator)) in PROGRAMMES.into_iter().enumerate() {
            let cell = Cell { numerator: Decimal::from(count(place, level)), denominator: Some(Decimal::from(count(place, level) + 7)) };
            town.figures.cells.lock().unwrap().insert((indicator.to_owned(), code, PERIOD.to_owned()), cell);
            canaries.insert(Canary::Number(place, level), vec![count(place, level).to_string()]);
        }
    }
    canaries.insert(Canary::Draft, vec![DRAFT.to_owned()]);
    World { town, canaries }
}

impl World {
    /// A draft, begun anew: one of the questions deletes it.
    fn put_draft(&self) {
        let (mut store, owner) = (self.town.store(), "public_health".parse().unwrap());
        let new = NewDraft { kind: "form", key: "canary", title: DRAFT, body: &format!("\"{DRAFT}\""), over: None };
        store.drafts_mut().delete(&owner, "form", "canary", None).unwrap();
        store.drafts_mut().save(&owner, NOW, &new).unwrap();
    }

    /// Rows behind numbers of one sensitivity in one area: what the real engine would give.
    fn put_rows(&self, place: usize, level: usize) {
        let mut rows = Rows {
            columns: vec![RowsColumn { id: "name".into(), name: "姓名".into(), kind: qianmo_core::Kind::Text }],
            ..Rows::default()
        };
        for village in (0..VILLAGES.len()).filter(|village| inside(place, *village)) {
            let id = resident_id(number(village, level));
            rows.rows.push(Row { subject: id, resident: Some(id), values: vec![Value::text(&name(village, level))] });
        }
        *self.town.figures.rows.lock().unwrap() = rows;
    }

    /// Sends a request; gives status and text.
    async fn ask(&self, worker: &str, method: &Method, path: &str, body: Option<&Json>, reason: bool) -> (u16, String) {
        let mut ask = self.town.ask(method.clone(), path).by(worker);
        if reason {
            ask = ask.reason(REASON);
        }
        if let Some(body) = body {
            ask = ask.json(body.clone());
        }
        let answer = ask.send().await;
        (answer.status, answer.text())
    }

    fn leaks(&self, worker: &str, template: &str, asked: &str, text: &str, reason: bool) -> Vec<String> {
        let mut found = Vec::new();
        for (canary, texts) in &self.canaries {
            if may(worker, *canary, reason) || exposing(worker, template, *canary) {
                continue;
            }
            // An auditor follows who looked at whom, by ids that say nothing by themselves.
            let named_only = worker == "auditor" && template == "/audit" && matches!(canary, Canary::Person(..));
            let texts = if named_only { &texts[..1] } else { &texts[..] };
            // What the question itself names is known to whoever asks.
            if let Some(told) = texts.iter().find(|told| text.contains(told.as_str()) && !asked.contains(told.as_str())) {
                found.push(format!("{worker} {asked} reason={reason}: {canary:?} {told}"));
            }
        }
        found
    }
}

/// What stands for each named part of a path.
fn candidates(path: &str) -> Vec<String> {
    let mut all = Vec::new();
    let unknown = "0195aaaa-bbbb-7ccc-8ddd-eeeeffff0000".to_owned();
    if path.contains("/drafts/") {
        return vec!["form/canary".to_owned(), "form/other".to_owned()];
    }
    if path.contains("/workers/") {
        return ["village_doctor", "other_doctor", "nobody"].map(str::to_owned).to_vec();
    }
    if path.contains("/areas/") {
        return AREAS.iter().map(ToString::to_string).collect();
    }
    if path.contains("/packs/") {
        return PROGRAMMES.iter().map(|(pack, _, _)| (*pack).to_owned()).collect();
    }
    if path.contains("/indicators/") {
        return PROGRAMMES.iter().map(|(_, _, indicator)| (*indicator).to_owned()).collect();
    }
    let packs = packs();
    if path.contains("/rosters/") {
        for (pack, _, _) in PROGRAMMES {
            all.extend(packs.pack(pack).unwrap().rosters.iter().take(1).map(|roster| roster.id.to_string()));
        }
        return all;
    }
    if path.contains("/returns/") {
        return packs.packs.iter().flat_map(|pack| &pack.returns).take(2).map(|form| form.id.to_string()).collect();
    }
    for village in 0..VILLAGES.len() {
        for level in 0..LEVELS.len() {
            let town_record = |n: u128| format!("{}", uuid::Uuid::from_u128(0x0195_0000_0000_7000_8000_0000_0000_0000 + n));
            if path.contains("/records/") {
                all.push(town_record(1000 + number(village, level)));
                all.push(town_record(2000 + number(village, level)));
            } else {
                all.push(resident_id(number(village, level)).to_string());
            }
        }
    }
    all.push(unknown);
    all
}

/// The questions that a list or number is asked with.
fn queries(path: &str) -> Vec<(String, Option<(usize, usize)>)> {
    let mut all = Vec::new();
    let area_and =
        |rest: &str| -> Vec<(String, Option<(usize, usize)>)> { AREAS.iter().map(|code| (format!("?area={code}{rest}"), None)).collect() };
    match path {
        "/residents" => {
            for village in 0..VILLAGES.len() {
                for level in 0..LEVELS.len() {
                    all.push((format!("?q={}", encoded(&name(village, level))), None));
                    all.push((format!("?q={}", phone(village, level)), None));
                }
            }
            all.push((format!("?q={}", encoded("欧")), None));
            all.push(("?q=om".into(), None));
        }
        "/indicators/cells" => {
            for (_, _, indicator) in PROGRAMMES {
                for code in AREAS {
                    all.push((format!("?indicators={indicator}&areas={code}&periods={PERIOD}"), None));
                }
            }
            let areas = AREAS.map(|code| code.to_string()).join(",");
            let indicators = PROGRAMMES.map(|(_, _, indicator)| indicator).join(",");
            all.push((format!("?indicators={indicators}&areas={areas}&periods={PERIOD}"), None));
        }
        "/indicators/{id}/rows" | "/rosters/{id}" | "/rosters/{id}/file" => {
            for (place, code) in AREAS.into_iter().enumerate() {
                for level in 0..LEVELS.len() {
                    let rest = match path {
                        "/indicators/{id}/rows" => "&part=numerator",
                        "/rosters/{id}/file" => "&format=csv",
                        _ => "",
                    };
                    all.push((format!("?area={code}&period={PERIOD}{rest}"), Some((place, level))));
                }
            }
        }
        "/residents/{id}/merge" => {
            let kept = |(village, level)| (format!("?kept={}", resident_id(number(village, level))), None);
            all.extend([(0, 0), (0, 2), (2, 1)].map(kept));
        }
        "/packs/{id}/booklet" => all.push(("?format=docx".into(), None)),
        "/imports" => all.push(("?form=population.resident&dry_run=true".into(), None)),
        "/due" | "/due/totals" | "/signals" => all = area_and(""),
        "/documents/summary" | "/documents/summary/file" => all = area_and("&year=2026&format=md"),
        "/returns/board" => all = area_and("&month=2026-10"),
        "/returns/{id}/file" => all = area_and("&period=2026&format=xlsx"),
        "/returns/{id}" => all = area_and("&period=2026"),
        _ => all.push((String::new(), None)),
    }
    all
}

fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |text, byte| text + &format!("%{byte:02X}"))
}

/// A body for those that need one; an empty object for others, which is refused before anything else is said.
fn body(path: &str, level: usize, village: usize) -> Json {
    match path {
        "/sync/exchange" => json!({ "version": 1, "pull": { "villages": {} } }),
        "/records" => json!({
            "id": uuid::Uuid::now_v7().to_string(), "form": PROGRAMMES[level].1, "kind": "resident",
            "subject": uuid::Uuid::now_v7().to_string(), "area": VILLAGES[village].to_string(), "at": "2026-11-20", "values": {},
        }),
        "/drafts/{kind}/{key}" => json!({ "title": "别人的草稿", "body": level }),
        _ => json!({}),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_leaks() {
    let world = world();
    let document = serde_json::to_value(qianmo_server::document()).unwrap();
    let mut cases = 0_usize;
    let mut answered: BTreeSet<String> = BTreeSet::new();
    let mut leaks: Vec<String> = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let Some(short) = path.strip_prefix("/api/v1") else { continue };
        // A stream never ends: it has its own tests. Leaving a session would end the test's own.
        if short == "/events" || short.starts_with("/session") {
            continue;
        }
        for method in item.as_object().unwrap().keys().filter_map(|key| Method::from_bytes(key.to_uppercase().as_bytes()).ok()) {
            let places = if short.contains('{') { candidates(short) } else { vec![String::new()] };
            for place in &places {
                let begin = short.find('{').unwrap_or(0);
                let end = short.rfind('}').map_or(0, |end| end + 1);
                let filled = if end > 0 { format!("{}{place}{}", &short[..begin], &short[end..]) } else { short.to_owned() };
                for (query, rows) in queries(short) {
                    if let Some((at, level)) = rows {
                        // The rows of that sensitivity stand behind that indicator or roster only.
                        let of = if short.starts_with("/indicators") { PROGRAMMES[level].2 } else { PROGRAMMES[level].0 };
                        if !place.starts_with(of) {
                            continue;
                        }
                        world.put_rows(at, level);
                    }
                    for worker in WORKERS {
                        for reason in [false, true] {
                            if short.starts_with("/drafts") {
                                world.put_draft();
                            }
                            let sent = (method != Method::GET).then(|| body(short, cases % 3, cases % 4));
                            let asked = format!("{filled}{query}");
                            let (status, text) = world.ask(worker, &method, &asked, sent.as_ref(), reason).await;
                            cases += 1;
                            assert!(status < 500, "{worker} {method} {asked}: {status} {text}");
                            if status < 300 {
                                answered.insert(format!("{method} {short}"));
                            }
                            let question = format!("{asked}{}", sent.map(|sent| sent.to_string()).unwrap_or_default());
                            leaks.extend(world.leaks(worker, short, &question, &text, reason));
                        }
                    }
                }
            }
        }
    }
    assert!(
        leaks.is_empty(),
        "{} leaks in {cases} cases, such as\n{}",
        leaks.len(),
        leaks.iter().take(60).cloned().collect::<Vec<_>>().join("\n")
    );
    // A matrix in which nobody is ever asked or answered would prove nothing.
    assert!(cases > 10_000, "{cases} cases");
    for path in [
        "/residents",
        "/records/{id}",
        "/indicators/cells",
        "/indicators/{id}/rows",
        "/residents/{id}/records",
        "/due",
        "/drafts/{kind}/{key}",
        "/signals",
    ] {
        assert!(answered.contains(&format!("GET {path}")), "nobody was answered at {path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_hidden_looks_like_what_is_not_there() {
    let world = world();
    let unknown = "0195aaaa-bbbb-7ccc-8ddd-eeeeffff0000";
    for worker in WORKERS {
        for (path, canary) in
            [("/records/{id}", 2000), ("/records/{id}/history", 2000), ("/residents/{id}/records", 0), ("/residents/{id}/due", 0)]
        {
            let fill = |id: &str| path.replace("{id}", id);
            let nothing = world.ask(worker, &Method::GET, &fill(unknown), None, false).await;
            for village in 0..VILLAGES.len() {
                for level in 0..LEVELS.len() {
                    let (id, seen) = if canary == 0 {
                        (resident_id(number(village, level)).to_string(), may(worker, Canary::Person(village, level), false))
                    } else {
                        let record = uuid::Uuid::from_u128(0x0195_0000_0000_7000_8000_0000_0000_0000 + canary + number(village, level));
                        (record.to_string(), may(worker, Canary::Record(village, level), false))
                    };
                    let answer = world.ask(worker, &Method::GET, &fill(&id), None, false).await;
                    if seen {
                        assert_eq!(answer.0, 200, "{worker} may see {path} {village} {level}: {}", answer.1);
                    } else {
                        assert_eq!(answer, nothing, "{worker} {path} {village} {level}");
                    }
                }
            }
        }
    }
}
