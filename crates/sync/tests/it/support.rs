//! A small township: two villages, a person sheet and a visit, and batches written short.

use std::sync::Arc;

use qianmo_core::pack::Packs;
use qianmo_core::{Action, Area, AreaCode, AreaKind, AreaTree, Date, Fault, Kind, Record, RecordId, SubjectId};
use qianmo_store::{Actor, Areas, Cut, DirectoryPolicy, Mask, Masks, Options, Sheet, Sight, SqliteStore, Store, Whose, Window};
use qianmo_sync::{Intake, Rules, Sender};
use qianmo_wire::sync::{Outcome, State};
use serde_json::{Value as Json, json};
use uuid::Uuid;

pub(crate) const COUNTY: u64 = 530_523_000_000;
pub(crate) const TOWNSHIP: u64 = 530_523_100_000;
pub(crate) const VILLAGE_A: u64 = 530_523_100_201;
pub(crate) const VILLAGE_B: u64 = 530_523_100_202;
pub(crate) const TODAY: Date = jiff::civil::date(2026, 11, 22);
/// Noon of that day, UTC.
pub(crate) const NOW: i64 = 1_795_348_800_000;

const PACK: &str = r#"
id = "p"
name = "试点"
name_en = "trial"
norm = "试点办法，2020"
in_force_from = 2020-01-01
author = "测试"
order = 1
[[subject]]
id = "pregnancy"
name = "孕次"
"#;
const PERSON: &str = r#"
id = "p.person"
name = "档案"
name_en = "sheet"
version = 2
subject = "resident"
source = "试点办法，2020，一"
profile = true
locates = true
field = [
  { id = "name", name = "姓名", name_en = "name", type = "text", required = true, identifies = "name" },
  { id = "birth_date", name = "出生日期", name_en = "born", type = "date" },
  { id = "phone", name = "电话", name_en = "phone", type = "text", identifies = "phone" },
  { id = "job", name = "职业", name_en = "job", type = "text" },
]
"#;
const VISIT: &str = r#"
id = "p.visit"
name = "随访"
name_en = "visit"
version = 1
subject = "resident"
source = "试点办法，2020，二"
field = [
  { id = "sbp", name = "收缩压", name_en = "sbp", type = "integer", unit = "mmHg", range = [60, 280], usual = [90, 200] },
  { id = "dbp", name = "舒张压", name_en = "dbp", type = "integer", unit = "mmHg", range = [30, 160] },
  { id = "weight", name = "体重", name_en = "weight", type = "decimal", decimals = 1, unit = "kg" },
  { id = "note", name = "备注", name_en = "note", type = "text" },
]
[[check]]
require = "sbp > dbp"
message = "收缩压应高于舒张压"
[[check]]
require = "resident.birth_date is null or at >= resident.birth_date"
message = "随访不能早于出生"
"#;
const MERGE: &str = r#"
id = "p.merge"
name = "重复档案合并"
name_en = "merge"
version = 1
subject = "resident"
source = "试点办法，2020，四"
field = [{ id = "merged_into", name = "合并到", name_en = "merged into", type = "ref", to = "resident", required = true }]
"#;
const BIRTH: &str = r#"
id = "p.antenatal"
name = "产检"
name_en = "antenatal"
version = 1
subject = "pregnancy"
source = "试点办法，2020，三"
field = [{ id = "weeks", name = "孕周", name_en = "weeks", type = "integer" }]
"#;

pub(crate) fn area(number: u64) -> AreaCode {
    AreaCode::from_number(number).unwrap()
}

pub(crate) fn packs() -> Arc<Packs> {
    let files = [
        ("p/pack.toml", PACK),
        ("p/forms/person.toml", PERSON),
        ("p/forms/visit.toml", VISIT),
        ("p/forms/antenatal.toml", BIRTH),
        ("p/forms/merge.toml", MERGE),
    ];
    let files: Vec<(String, String)> = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    let loaded = qianmo_packs::load(&files);
    let faults: Vec<String> = loaded.faults.iter().map(ToString::to_string).collect();
    assert!(faults.is_empty(), "{faults:#?}");
    Arc::new(loaded.packs)
}

pub(crate) fn areas(root: u64) -> Vec<Area> {
    let node = |code: u64, kind, parent: Option<u64>| Area {
        code: area(code),
        name: format!("第{code}"),
        kind,
        parent: parent.filter(|parent| *parent >= root.min(TOWNSHIP)).map(area),
        valid_from: jiff::civil::date(2000, 1, 1),
        valid_to: None,
    };
    let mut all = vec![
        node(TOWNSHIP, AreaKind::Township, (root == COUNTY).then_some(COUNTY)),
        node(VILLAGE_A, AreaKind::Village, Some(TOWNSHIP)),
        node(VILLAGE_B, AreaKind::Village, Some(TOWNSHIP)),
    ];
    if root == COUNTY {
        all.push(node(COUNTY, AreaKind::County, None));
    }
    all
}

pub(crate) fn rules(root: u64) -> Arc<Rules> {
    Arc::new(Rules::new(packs(), Arc::new(AreaTree::new(areas(root)).unwrap())))
}

/// What somebody may: everything.
#[expect(clippy::unnecessary_wraps, reason = "as it is asked for")]
pub(crate) fn anything(_: &Record, _: Option<AreaCode>) -> Result<(), Fault> {
    Ok(())
}

pub(crate) fn actor(worker: &str, device: &str) -> Actor {
    Actor { worker: Some(worker.into()), device: Some(device.into()) }
}

/// The intake of a worker on a device.
pub(crate) fn intake(worker: &str, device: &str) -> Intake {
    Intake {
        rules: rules(TOWNSHIP),
        sender: Sender::person(actor(worker, device), area(VILLAGE_A)),
        may: Arc::new(anything),
        today: TODAY,
        now: NOW,
    }
}

pub(crate) fn id(number: u128) -> RecordId {
    RecordId(Uuid::from_u128(number))
}

pub(crate) fn person(number: u128) -> SubjectId {
    SubjectId(Uuid::from_u128(0xabcd_0000 + number))
}

/// A visit of person `number % 10`.
pub(crate) fn visit(number: u128, values: &Json) -> Json {
    json!({"id": id(number).to_string(), "form": "p.visit", "form_version": 1, "kind": "resident",
        "subject": person(number % 10).to_string(), "area": VILLAGE_A.to_string(), "at": "2026-11-20", "recorded_at": NOW - 1000,
        "values": values})
}

/// A sheet of person `number % 10`.
pub(crate) fn sheet(number: u128, values: &Json) -> Json {
    let mut body = visit(number, values);
    body["form"] = "p.person".into();
    body["form_version"] = 2.into();
    body
}

pub(crate) fn with(mut body: Json, member: &str, value: impl Into<Json>) -> Json {
    body[member] = value.into();
    body
}

pub(crate) fn correcting(body: Json, target: u128) -> Json {
    with(body, "supersedes", id(target).to_string())
}

pub(crate) fn voiding(number: u128, target: u128) -> Json {
    with(with(visit(number, &json!({})), "voids", id(target).to_string()), "reason", "重复")
}

pub(crate) struct Kept {
    pub(crate) store: SqliteStore,
    pub(crate) dir: tempfile::TempDir,
}

/// With a directory of residents.
pub(crate) fn options() -> Options {
    let mut directory = DirectoryPolicy::default();
    directory.sheet("p.person", Sheet { locates: true, name: Some("name".into()), birth: Some("birth_date".into()), ..Sheet::default() });
    let mut masks = Masks::default();
    masks.field("p.person", "phone", Mask::Phone);
    Options { directory, masks, ..Options::default() }
}

/// Everything in these areas, unmasked.
pub(crate) fn sight(areas: &[u64]) -> Sight {
    let areas = Areas::Only(Arc::new(areas.iter().copied().map(area).collect()));
    let forms = Arc::new(["p.person", "p.visit", "p.antenatal"].into_iter().map(Arc::from).collect());
    Sight { windows: vec![Window { areas, forms, whose: Whose::Everybody }], exposed: true }
}

/// A store, in memory where the system has such a place.
pub(crate) fn store() -> Kept {
    let memory = std::path::Path::new("/dev/shm");
    let dir = if memory.is_dir() { tempfile::tempdir_in(memory).unwrap() } else { tempfile::tempdir().unwrap() };
    Kept { store: SqliteStore::create_with(dir.path(), &options()).unwrap(), dir }
}

pub(crate) fn states(outcomes: &[Outcome]) -> Vec<State> {
    outcomes.iter().map(|outcome| outcome.state).collect()
}

pub(crate) fn codes(outcome: &Outcome) -> Vec<&str> {
    outcome.reasons.iter().map(|reason| reason.code.as_str()).collect()
}

#[expect(clippy::unnecessary_wraps, reason = "as it is asked for")]
pub(crate) fn kinds(field: &str) -> Option<Kind> {
    match field {
        "sbp" | "dbp" | "weeks" => Some(Kind::Integer),
        "weight" => Some(Kind::Decimal),
        "birth_date" => Some(Kind::Date),
        _ => Some(Kind::Text),
    }
}

/// The whole log.
pub(crate) fn log(store: &dyn Store) -> Vec<Record> {
    let mut records = Vec::new();
    store
        .scan_log(Cut::START, &mut |row| {
            records.push(row.to_row().record(&kinds).unwrap());
            Ok(())
        })
        .unwrap();
    records
}

/// Ids in force.
pub(crate) fn in_force(store: &dyn Store) -> Vec<u128> {
    let all = log(store);
    let gone: Vec<RecordId> = all
        .iter()
        .filter_map(|record| match &record.action {
            Action::Supersede(old) | Action::Void { record: old, .. } => Some(*old),
            Action::State => None,
        })
        .collect();
    let stands = |record: &&Record| !matches!(record.action, Action::Void { .. }) && !gone.contains(&record.id);
    all.iter().filter(stands).map(|record| record.id.0.as_u128()).collect()
}
