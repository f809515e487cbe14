//! A township of three villages, three small programmes and records about people made from small numbers.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::date;
use qianmo_core::pack::Packs;
use qianmo_core::{Action, Area, AreaCode, AreaKind, Date, Record, RecordId, Subject, SubjectId, Value};
use qianmo_desk::{DueLists, LiveDue, LiveLimits};
use qianmo_store::{RowRef, Scan, SqliteStore, Store};

pub(crate) const TOWN: u64 = 530_523_100_000;
pub(crate) const A: u64 = 530_523_100_201;
pub(crate) const B: u64 = 530_523_100_202;
pub(crate) const C: u64 = 530_523_100_203;
pub(crate) const TODAY: Date = date(2025, 6, 15);

const FORMS: [(&str, &str, &str, &str); 10] = [
    (
        "base.resident",
        "居民档案",
        "resident",
        "profile locates name:text:name birth_date:date sex:choice id_number:text:resident_number phone:text:phone",
    ),
    ("base.merge", "重复档案合并", "resident", "merged_into:ref"),
    ("base.consent", "知情同意", "resident", "purpose:text answer:choice"),
    ("care.enrolment", "建档", "illness", "level:integer"),
    ("care.followup", "随访", "illness", "sbp:integer mode:choice next:date"),
    ("care.closing", "结案", "illness", "cured:bool"),
    ("base.death", "死亡登记", "resident", "cause:text"),
    ("care.exam", "体检", "resident", "height:decimal weight:decimal grade:choice tags:choices"),
    ("care.report", "月报", "organisation", "profile locates name:text:name zero:bool"),
    ("guard.case", "个案", "resident", "stage:choice"),
];

const BASE: &str = r#"
[[stop]]
form = "base.death"
services = "all"
reason = "已死亡"
"#;

const CONSENT: &str = r#"
source = "测试"

[consent]
form = "base.consent"
purpose = "purpose"
answer = "answer"
given = "1"
refused = "2"
withdrawn = "3"

[[purpose]]
id = "base.committee"
name = "请村干部通知"
name_en = "Committee"
meaning = "只说时间"
allows = ["committee_reminder"]

[[purpose]]
id = "base.visits"
name = "上门随访"
name_en = "Visits"
meaning = "不同意的不上门"
services = ["care.visit"]
unasked = "goes_on"
"#;

const CARE: &str = r#"
[[stop]]
form = "care.closing"
when = "cured"
services = "pack"
reason = "已结案"

[[service]]
id = "care.yearly"
name = "老年人体检"
name_en = "Yearly check"
meaning = "65岁及以上每年体检一次"
source = "测试"
after = "base.resident"
when = "years(birth_date, today) >= 65"
every = "year"
by = ["care.exam"]
urgency = 6

[[service]]
id = "care.visit"
name = "随访"
name_en = "Visit"
meaning = "三个月随访一次"
source = "测试"
after = "care.enrolment"
every = "3 months"
open = "2 months"
due = "3 months"
close = "4 months"
by = ["care.followup"]
urgency = 4

[[service]]
id = "care.recheck"
name = "两周内复查"
name_en = "Recheck"
meaning = "血压高，两周内复查"
source = "测试"
after = "care.followup"
when = "sbp >= 140"
due = "14 days"
by = ["care.followup"]
urgency = 1

[[service]]
id = "care.zero"
name = "零报告"
name_en = "Zero report"
meaning = "每月报告"
source = "测试"
after = "care.report"
every = "month"
by = ["care.report"]
urgency = 7

[[service]]
id = "care.after_case"
name = "个案后体检"
name_en = "Check after a case"
meaning = "有个案的体检一次"
source = "测试"
after = "guard.case"
due = "1 month"
by = ["care.exam"]
urgency = 5
"#;

const GUARD: &str = r#"
[[service]]
id = "guard.call"
name = "个案联系"
name_en = "Call"
meaning = "每月联系"
source = "测试"
after = "guard.case"
every = "month"
by = ["guard.case"]
urgency = 3
"#;

fn form_text((id, name, subject, fields): (&str, &str, &str, &str)) -> String {
    use std::fmt::Write as _;
    let mut text =
        format!("id = \"{id}\"\nname = \"{name}\"\nname_en = \"{id}\"\nversion = 1\nsubject = \"{subject}\"\nsource = \"测试\"\n");
    let (flags, fields): (Vec<&str>, Vec<&str>) = fields.split(' ').partition(|word| !word.contains(':'));
    for flag in flags {
        writeln!(text, "{flag} = true").unwrap();
    }
    for field in fields {
        let mut parts = field.split(':');
        let (field, kind) = (parts.next().unwrap(), parts.next().unwrap());
        let label = match field {
            "sbp" => "收缩压",
            "weight" => "体重",
            "height" => "身高",
            other => other,
        };
        write!(text, "[[field]]\nid = \"{field}\"\nname = \"{label}\"\nname_en = \"{field}\"\ntype = \"{kind}\"\n").unwrap();
        text += match (kind, field) {
            ("choice" | "choices", _) => "choices = [[\"1\", \"甲等\"], [\"2\", \"乙等\"], [\"3\", \"丙等\"]]\n",
            ("ref", _) => "to = \"resident\"\n",
            ("decimal", _) => "decimals = 1\nunit = \"kg\"\n",
            (_, "sbp") => "unit = \"mmHg\"\nrange = [60, 280]\nusual = [90, 200]\n",
            _ => "",
        };
        if let Some(identifies) = parts.next() {
            writeln!(text, "identifies = \"{identifies}\"").unwrap();
        }
    }
    if id == "care.exam" {
        text += "[[derived]]\nid = \"index\"\nname = \"指数\"\nname_en = \"index\"\ntype = \"decimal\"\ndecimals = 1\n\
                 value = \"weight * 10000 / (height * height)\"\nmeaning = \"体重除以身高的平方\"\nsource = \"测试\"\n";
    }
    text
}

pub(crate) fn packs() -> Arc<Packs> {
    let pack = |id: &str, rest: &str| {
        let text = format!(
            "id = \"{id}\"\nname = \"{id}项目\"\nname_en = \"{id}\"\nnorm = \"n\"\nin_force_from = 2012-01-01\nauthor = \"a\"\n{rest}"
        );
        (format!("{id}/pack.toml"), text)
    };
    let mut files = vec![
        pack("base", ""),
        pack("guard", "needs = [\"base\"]\nsensitivity = \"restricted\"\n"),
        pack("care", "needs = [\"base\", \"guard\"]\n[[subject]]\nid = \"illness\"\nname = \"病程\"\n"),
        ("base/consent.toml".to_owned(), CONSENT.to_owned()),
        ("base/schedule.toml".to_owned(), BASE.to_owned()),
        ("care/schedule.toml".to_owned(), CARE.to_owned()),
        ("guard/schedule.toml".to_owned(), GUARD.to_owned()),
    ];
    for form in FORMS {
        let (pack, name) = form.0.split_once('.').unwrap();
        files.push((format!("{pack}/forms/{name}.toml"), form_text(form)));
    }
    let loaded = qianmo_packs::load(&files);
    assert!(loaded.faults.is_empty(), "{:#?}", loaded.faults);
    Arc::new(loaded.packs)
}

pub(crate) fn area(number: u64) -> AreaCode {
    AreaCode::from_number(number).unwrap()
}

pub(crate) fn areas() -> Vec<Area> {
    let one = |code: u64, name: &str, kind, parent: Option<u64>| Area {
        code: area(code),
        name: name.into(),
        kind,
        parent: parent.map(area),
        valid_from: date(2000, 1, 1),
        valid_to: None,
    };
    vec![
        one(TOWN, "某镇", AreaKind::Township, None),
        one(A, "甲村", AreaKind::Village, Some(TOWN)),
        one(B, "乙村", AreaKind::Village, Some(TOWN)),
        one(C, "丙村", AreaKind::Village, Some(TOWN)),
    ]
}

pub(crate) fn person(number: u128) -> SubjectId {
    SubjectId(uuid::Uuid::from_u128(0xabcd_0000 + number))
}

pub(crate) fn illness(number: u128) -> SubjectId {
    SubjectId(uuid::Uuid::from_u128(0x1111_0000 + number))
}

/// A data folder that makes its own record ids.
pub(crate) struct World {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) store: SqliteStore,
    pub(crate) packs: Arc<Packs>,
    next: u128,
}

pub(crate) fn values(text: &[(&str, Value)]) -> BTreeMap<Arc<str>, Value> {
    text.iter().map(|(field, value)| ((*field).into(), value.clone())).collect()
}

impl World {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut store = SqliteStore::create(folder.path()).unwrap();
        store.put_areas(&areas()).unwrap();
        Self { folder, store, packs: packs(), next: 1 }
    }

    pub(crate) fn lists(&self) -> Arc<DueLists> {
        Arc::new(DueLists::new(self.packs.clone()))
    }

    pub(crate) fn live(&self) -> LiveDue {
        self.live_within(LiveLimits::default())
    }

    pub(crate) fn live_within(&self, limits: LiveLimits) -> LiveDue {
        let folder = self.folder.path().to_owned();
        let open = move || Ok(Box::new(SqliteStore::open(&folder)?) as Box<dyn Store + Send>);
        LiveDue::new(self.lists(), TODAY, Box::new(open), limits)
    }

    /// A record, not yet written.
    pub(crate) fn record(&mut self, form: &str, subject: SubjectId, resident: Option<SubjectId>, at: Date, area: u64) -> Record {
        self.next += 1;
        let kind = self.packs.form(form).unwrap().subject.clone();
        Record {
            id: RecordId(uuid::Uuid::from_u128(self.next)),
            form: form.into(),
            form_version: 1,
            subject: Subject { kind, id: subject },
            resident,
            area: self::area(area),
            organisation: None,
            worker: Some("wang".into()),
            device: None,
            at,
            recorded_at: 1_700_000_000_000 + i64::try_from(self.next).unwrap(),
            action: Action::State,
            values: BTreeMap::new(),
        }
    }

    pub(crate) fn write(&mut self, record: Record) -> RecordId {
        let id = record.id;
        self.store.append(&[record]).unwrap();
        id
    }

    /// A person's sheet.
    pub(crate) fn resident(&mut self, number: u128, area: u64, at: Date, birth: Date) -> RecordId {
        let mut record = self.record("base.resident", person(number), Some(person(number)), at, area);
        record.values =
            values(&[("name", Value::text(&format!("居民{number}"))), ("birth_date", Value::Date(birth)), ("sex", Value::text("2"))]);
        self.write(record)
    }

    pub(crate) fn about(&mut self, form: &str, number: u128, area: u64, at: Date, filled: &[(&str, Value)]) -> RecordId {
        let mut record = self.record(form, person(number), Some(person(number)), at, area);
        record.values = values(filled);
        self.write(record)
    }

    pub(crate) fn episode(&mut self, form: &str, number: u128, area: u64, at: Date, filled: &[(&str, Value)]) -> RecordId {
        let mut record = self.record(form, illness(number), Some(person(number)), at, area);
        record.values = values(filled);
        self.write(record)
    }

    /// Where the latest sheet in force puts somebody today.
    pub(crate) fn home(&self, number: u128) -> Option<u64> {
        let mut home: Option<(Date, u64)> = None;
        let what = Scan { forms: Some(&["base.resident"]), ..Scan::default() };
        let each = &mut |row: &RowRef<'_>| {
            if row.subject == person(number) && row.at() <= TODAY && home.is_none_or(|held| held.0 <= row.at()) {
                home = Some((row.at(), row.area.number()));
            }
            Ok(())
        };
        self.store.scan(&what, each).unwrap();
        home.map(|(_, area)| area)
    }

    /// Says that one entry is another one.
    pub(crate) fn merge(&mut self, given_up: u128, kept: u128, area: u64) -> RecordId {
        self.about("base.merge", given_up, area, TODAY, &[("merged_into", Value::text(&person(kept).to_string()))])
    }

    pub(crate) fn void(&mut self, id: RecordId) -> RecordId {
        let target = self.store.record(id).unwrap().unwrap().head().clone();
        self.next += 1;
        let action = Action::Void { record: id, reason: "记错了".into() };
        let record = Record {
            id: RecordId(uuid::Uuid::from_u128(self.next)),
            action,
            values: BTreeMap::new(),
            recorded_at: 1_700_000_000_000 + i64::try_from(self.next).unwrap(),
            ..target
        };
        self.write(record)
    }

    /// Corrects a record: other values, or another place.
    pub(crate) fn correct(&mut self, id: RecordId, area: u64, filled: &[(&str, Value)]) -> RecordId {
        let target = self.store.record(id).unwrap().unwrap().head().clone();
        self.next += 1;
        let record = Record {
            id: RecordId(uuid::Uuid::from_u128(self.next)),
            action: Action::Supersede(id),
            values: values(filled),
            area: self::area(area),
            recorded_at: 1_700_000_000_000 + i64::try_from(self.next).unwrap(),
            ..target
        };
        self.write(record)
    }
}
