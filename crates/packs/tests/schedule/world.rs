//! A small world to ask schedules in: three forms of a person, some of a programme, and a `schedule.toml` per test.

#![allow(clippy::format_push_string, reason = "texts of a test")]

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;
use qianmo_core::schedule::{Fact, Item, Planner, Wanted};
use qianmo_core::{Action, AreaCode, Fault, Record, RecordId, Subject, SubjectId, Value};
use qianmo_packs::{Loaded, load};

const FORMS: [(&str, &str, &str, &str); 12] = [
    ("base.resident", "居民档案", "resident", "profile locates name:text birth:date sex:choice town:bool"),
    ("base.death", "死亡登记", "resident", "cause:text"),
    ("base.departure", "迁出", "resident", "away:bool"),
    ("base.decline", "谢绝", "resident", "service:text wishes:bool"),
    ("care.enrolment", "建档", "illness", "level:integer"),
    ("care.followup", "随访", "illness", "sbp:integer mode:choice next:date"),
    ("care.closing", "结案", "illness", "why:text"),
    ("care.exam", "体检", "resident", "grade:integer"),
    ("care.dose", "接种", "resident", "vaccine:choice"),
    ("care.ban", "禁忌", "resident", "vaccine:choice until:date"),
    ("care.clinic", "机构", "organisation", "profile locates open:bool"),
    ("care.report", "报告", "organisation", "zero:bool"),
];

fn form_text(id: &str, name: &str, subject: &str, fields: &str) -> String {
    let mut text =
        format!("id = \"{id}\"\nname = \"{name}\"\nname_en = \"{id}\"\nversion = 1\nsubject = \"{subject}\"\nsource = \"测试\"\n");
    for word in fields.split(' ') {
        match word.split_once(':') {
            None => text += &format!("{word} = true\n"),
            Some((field, kind)) => {
                text += &format!("[[field]]\nid = \"{field}\"\nname = \"{field}\"\nname_en = \"{field}\"\ntype = \"{kind}\"\n");
                if kind == "choice" {
                    text += "choices = [[\"1\", \"一\"], [\"2\", \"二\"], [\"3\", \"三\"], [\"A\", \"甲\"], [\"A-I\", \"甲灭\"], [\"B\", \"乙\"], [\"L\", \"活\"]]\n";
                }
            }
        }
    }
    text
}

/// The files of the world with this schedule.
pub(crate) fn files(schedule: &str) -> Vec<(String, String)> {
    let mut files = Vec::new();
    for pack in ["base", "care"] {
        let mut text =
            format!("id = \"{pack}\"\nname = \"{pack}\"\nname_en = \"{pack}\"\nnorm = \"n\"\nin_force_from = 2012-01-01\nauthor = \"a\"\n");
        if pack == "care" {
            text += "needs = [\"base\"]\n[[subject]]\nid = \"illness\"\nname = \"病程\"\n";
        }
        files.push((format!("{pack}/pack.toml"), text));
    }
    for (id, name, subject, fields) in FORMS {
        let (pack, form) = id.split_once('.').unwrap();
        files.push((format!("{pack}/forms/{form}.toml"), form_text(id, name, subject, fields)));
    }
    files.push(("care/schedule.toml".to_owned(), schedule.to_owned()));
    files
}

/// What loading that schedule says.
pub(crate) fn loaded(schedule: &str) -> Loaded {
    load(&files(schedule))
}

/// Codes and places within the schedule, `line:column CODE name=value…`.
pub(crate) fn faults(faults: &[Fault]) -> Vec<String> {
    let shown = |fault: &Fault| {
        let place = fault.place.to_string();
        let params: Vec<String> = fault.params.iter().map(|(name, value)| format!(" {name}={value}")).collect();
        format!("{} {}{}", place.trim_start_matches("care/schedule.toml:"), fault.code, params.concat())
    };
    faults.iter().map(shown).collect()
}

/// People and what is known of them.
pub(crate) struct World {
    pub(crate) planner: Planner,
    pub(crate) records: Vec<Record>,
}

pub(crate) fn date(text: &str) -> Date {
    text.parse().unwrap_or_else(|_| panic!("{text} is no date"))
}

fn subject(name: &str) -> SubjectId {
    SubjectId(uuid_of(name))
}

fn uuid_of(name: &str) -> uuid::Uuid {
    let number = name.bytes().fold(7_u128, |number, byte| number.wrapping_mul(31) + u128::from(byte));
    uuid::Uuid::from_u128(number)
}

impl World {
    pub(crate) fn new(schedule: &str) -> Self {
        let loaded = loaded(schedule);
        assert_eq!(faults(&loaded.faults), [""; 0], "{schedule}");
        Self { planner: Planner::new(&loaded.packs), records: Vec::new() }
    }

    /// Adds a record: `form` of `subject` (an episode as `resident/episode`) on a day, with values `sbp=150 mode=1`.
    pub(crate) fn with(mut self, form: &str, about: &str, at: &str, values: &str) -> Self {
        let (_, _, kind, fields) = FORMS.iter().find(|(id, ..)| *id == form).unwrap();
        let (resident, name) = about.split_once('/').map_or((about, about), |(resident, _)| (resident, about));
        let value = |word: &str| -> (Arc<str>, Value) {
            let (field, text) = word.split_once('=').unwrap();
            let kind = fields.split(' ').find_map(|word| word.strip_prefix(field)?.strip_prefix(':')).unwrap();
            let value = match kind {
                "integer" => Value::Integer(text.parse().unwrap()),
                "date" => Value::Date(date(text)),
                "bool" => Value::Bool(text == "yes"),
                _ => Value::text(text),
            };
            (field.into(), value)
        };
        let number = self.records.len();
        self.records.push(Record {
            id: RecordId(uuid::Uuid::from_u128(number as u128 + 1)),
            form: form.into(),
            form_version: 1,
            subject: Subject { kind: (*kind).into(), id: subject(name) },
            resident: (*kind != "organisation").then(|| subject(resident)),
            area: AreaCode::from_number(990_101_100_200 + number as u64 % 2).unwrap(),
            organisation: None,
            worker: None,
            device: None,
            at: date(at),
            recorded_at: i64::try_from(number).unwrap(),
            action: Action::State,
            values: values.split_whitespace().map(value).collect::<BTreeMap<_, _>>(),
        });
        self
    }

    pub(crate) fn items(&self, on: &str) -> Vec<Item> {
        let facts: Vec<Fact<'_>> = self.records.iter().filter_map(|record| Fact::of(&self.planner, record)).collect();
        self.planner.items(&facts, date(on), Wanted::All)
    }

    /// The items of a service (or `service#dose`) on a day, in short: `state opens..due..closes`.
    pub(crate) fn ask(&self, service: &str, on: &str) -> String {
        let (id, dose) = service.split_once('#').map_or((service, None), |(id, dose)| (id, dose.parse::<u32>().ok()));
        let shown = |item: &Item| {
            let day = |date: Option<Date>| date.map_or_else(|| "?".to_owned(), |date| date.to_string());
            let lapses = item.lapses.map(|date| format!("..{date}")).unwrap_or_default();
            format!("{} {}..{}..{}{lapses}", item.state, day(item.opens), day(item.due), day(item.closes))
        };
        let wanted = |item: &&Item| &*item.service == id && (dose.is_none() || item.dose == dose);
        self.items(on).iter().filter(wanted).map(shown).collect::<Vec<_>>().join("; ")
    }

    /// Only the states.
    pub(crate) fn state(&self, service: &str, on: &str) -> String {
        let words = self.ask(service, on);
        words.split("; ").map(|item| item.split(' ').next().unwrap_or("")).collect::<Vec<_>>().join(" ")
    }

    /// Checks the state on each of these days.
    pub(crate) fn check(&self, service: &str, days: &[(&str, &str)]) {
        for (on, state) in days {
            assert_eq!(&self.state(service, on), state, "{service} on {on}");
        }
    }

    pub(crate) fn why(&self, service: &str, on: &str) -> String {
        let items = self.items(on);
        let of = items.iter().filter(|item| &*item.service == service);
        of.map(|item| self.planner.explain(item, date(on))).collect::<Vec<_>>().join("; ")
    }
}
