//! A small township for the tests of sight: residents with sheets, visits, pregnancies, a household, a clinic, three villages; from a seed.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::civil::date;
use qianmo_core::{Action, AreaCode, Record, RecordId, Subject, SubjectId, Value};
use qianmo_store::{
    AccountName, Areas, DirectoryPolicy, Keys, Mask, Masks, Options, Policy, PostgresStore, Sealing, Sheet, Sight, SqliteStore, Store,
    Suite, Whose, Window,
};
use uuid::Uuid;

use crate::server::Schema;
use crate::support::{VILLAGE_A, area};

pub(crate) const SHEET: &str = "population.resident";
/// Says that two entries are one person.
pub(crate) const MERGE: &str = "population.merge";
pub(crate) const VISIT: &str = "hypertension.followup";
pub(crate) const ANTENATAL: &str = "maternal_health.antenatal";
pub(crate) const CLINIC: &str = "population.organisation";
pub(crate) const HOUSEHOLD: &str = "population.household";
pub(crate) const FORMS: [&str; 5] = [SHEET, VISIT, ANTENATAL, CLINIC, HOUSEHOLD];
pub(crate) const WORKERS: [&str; 3] = ["wang", "li", "zhao"];

pub(crate) fn village(number: u64) -> AreaCode {
    area(VILLAGE_A + number)
}

pub(crate) fn person(number: u128) -> SubjectId {
    SubjectId(Uuid::from_u128(0x9000 + number))
}

/// A record of a form about somebody, where and on which day of 2024.
pub(crate) fn entry(number: u128, form: &str, who: SubjectId, place: u64, day: i64) -> Record {
    let kind = match form {
        ANTENATAL => "pregnancy",
        CLINIC => "organisation",
        HOUSEHOLD => "household",
        _ => "resident",
    };
    Record {
        id: RecordId(Uuid::from_u128(number)),
        form: form.into(),
        form_version: 1,
        subject: Subject { kind: kind.into(), id: who },
        resident: (kind == "resident").then_some(who),
        area: village(place),
        organisation: None,
        worker: Some("wang".into()),
        device: None,
        at: date(2024, 1, 1).checked_add(jiff::Span::new().days(day)).unwrap(),
        recorded_at: 1_700_000_000_000,
        action: Action::State,
        values: BTreeMap::new(),
    }
}

/// A person's sheet.
pub(crate) fn sheet(number: u128, who: SubjectId, name: &str, place: u64, day: i64) -> Record {
    let values = BTreeMap::from([("name".into(), Value::text(name))]);
    Record { values, ..entry(number, SHEET, who, place, day) }
}

pub(crate) fn with(mut record: Record, field: &str, value: &str) -> Record {
    record.values.insert(field.into(), Value::text(value));
    record
}

pub(crate) fn instead(record: Record, of: u128) -> Record {
    Record { action: Action::Supersede(RecordId(Uuid::from_u128(of))), ..record }
}

pub(crate) fn withdrawn(record: Record, of: u128) -> Record {
    let action = Action::Void { record: RecordId(Uuid::from_u128(of)), reason: "错人".into() };
    Record { action, values: BTreeMap::new(), ..record }
}

pub(crate) fn directory() -> DirectoryPolicy {
    let mut policy = DirectoryPolicy::default();
    let field = |name: &str| Some(name.into());
    let fields = Sheet {
        locates: true,
        name: field("name"),
        birth: field("birth_date"),
        sex: field("sex"),
        number: field("number"),
        phone: field("phone"),
        household: field("household"),
        merged_into: None,
    };
    policy.sheet(SHEET, fields);
    policy.sheet(MERGE, Sheet { merged_into: field("merged_into"), ..Sheet::default() });
    policy
}

pub(crate) fn masks() -> Masks {
    let mut masks = Masks::default();
    masks.field(SHEET, "number", Mask::ResidentNumber);
    masks.field(SHEET, "phone", Mask::Phone);
    masks
}

/// Everything in clear, or numbers, phones and all about pregnancies sealed; `name` sealed, too.
pub(crate) fn options(suite: Option<Suite>, name: bool) -> Options {
    let sealing = suite.map(|suite| {
        let dir = tempfile::tempdir().unwrap();
        let mut policy = Policy::default();
        for (field, index) in [("number", "resident_number"), ("phone", "phone")] {
            policy.field(SHEET, field);
            policy.index(SHEET, field, index);
        }
        policy.whole(ANTENATAL);
        policy.kind("pregnancy");
        if name {
            policy.field(SHEET, "name");
            policy.field(SHEET, "birth_date");
        }
        Sealing::new(Keys::create(&dir.path().join("keys"), suite).unwrap(), policy)
    });
    let masks = if sealing.is_some() { Masks::default() } else { masks() };
    Options { sealing, masks, directory: directory(), ..Options::default() }
}

/// Where stores of one kind lie, to be opened again and again.
pub(crate) enum Place {
    Folder(tempfile::TempDir),
    Server(Schema),
}

impl Place {
    pub(crate) fn open(&self, options: &Options) -> Box<dyn Store> {
        match self {
            Self::Folder(dir) if dir.path().join("qianmo.db").exists() => Box::new(SqliteStore::open_with(dir.path(), options).unwrap()),
            Self::Folder(dir) => Box::new(SqliteStore::create_with(dir.path(), options).unwrap()),
            Self::Server(schema) => match PostgresStore::create(&schema.url, area(VILLAGE_A), options) {
                Ok(store) => Box::new(store),
                Err(_) => Box::new(PostgresStore::open(&schema.url, None, options).unwrap()),
            },
        }
    }

    /// Every line of the directory's tables as text.
    pub(crate) fn directory(&self) -> Vec<String> {
        let columns = [
            "resident::text, area, arrived, name, birth, sex, household::text, number::text, phone::text, number_tail::text, phone_tail::text",
            "kind, text, area, resident::text",
        ];
        let mut all = Vec::new();
        for (table, columns) in ["resident", "resident_key"].into_iter().zip(columns) {
            match self {
                Self::Folder(dir) => {
                    let raw = rusqlite::Connection::open(dir.path().join("qianmo.db")).unwrap();
                    let columns = columns.replace("::text", "");
                    let quoted: Vec<String> = columns.split(", ").map(|column| format!("quote({column})")).collect();
                    let mut query = raw.prepare(&format!("SELECT {} FROM {table}", quoted.join(" || ' ' || "))).unwrap();
                    all.extend(
                        query.query_map((), |row| row.get::<_, String>(0)).unwrap().map(|text| format!("{table} {}", text.unwrap())),
                    );
                }
                Self::Server(schema) => {
                    let rows = schema.raw().query(&format!("SELECT ({columns})::text FROM {table}"), &[]).unwrap();
                    all.extend(rows.iter().map(|row| format!("{table} {}", row.get::<_, String>(0))));
                }
            }
        }
        all.sort();
        all
    }
}

/// Each database, in clear and sealed, with what it is opened with.
pub(crate) fn places() -> Vec<(Place, Options)> {
    let mut places = Vec::new();
    for (sqlite, server) in [(None, None), (Some(Suite::Aes256Gcm), Some(Suite::Sm4Gcm))] {
        places.push((Place::Folder(tempfile::tempdir().unwrap()), options(sqlite, false)));
        if let Some(schema) = Schema::new() {
            places.push((Place::Server(schema), options(server, false)));
        }
    }
    places
}

/// A window on forms and villages (`None`: all).
pub(crate) fn window(forms: &[&str], villages: Option<&[u64]>, whose: Whose) -> Window {
    let areas = match villages {
        None => Areas::All,
        Some(numbers) => Areas::Only(Arc::new(numbers.iter().map(|number| village(*number)).collect())),
    };
    Window { areas, forms: Arc::new(forms.iter().map(|form| Arc::from(*form)).collect::<BTreeSet<Arc<str>>>()), whose }
}

pub(crate) fn sight(windows: Vec<Window>) -> Sight {
    Sight { windows, exposed: false }
}

pub(crate) fn clients_of(worker: &str) -> Whose {
    Whose::ClientsOf(worker.parse::<AccountName>().unwrap())
}

/// Numbers from a seed: the same on every machine.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    pub(crate) fn one_of<'a, T: ?Sized>(&mut self, all: &[&'a T]) -> &'a T {
        all[usize::try_from(self.below(all.len() as u64)).unwrap()]
    }

    fn some_of<T: Copy>(&mut self, all: &[T]) -> Vec<T> {
        all.iter().copied().filter(|_| self.below(2) == 0).collect()
    }

    /// A log of so many records: statements, corrections, withdrawals about the same few.
    pub(crate) fn log(&mut self, count: u128) -> Vec<Record> {
        let mut log: Vec<Record> = Vec::new();
        let mut open: Vec<usize> = Vec::new();
        for number in 1..=count {
            let form = self.one_of(&FORMS);
            let who = person(u128::from(self.below(6)));
            let subject = match form {
                SHEET | VISIT => who,
                ANTENATAL => SubjectId(Uuid::from_u128(0xA000 + who.0.as_u128())),
                _ => SubjectId(Uuid::from_u128(0xB000 + u128::from(self.below(2)))),
            };
            let (place, day) = (self.below(3), i64::try_from(self.below(300)).unwrap());
            let mut record = entry(number, form, subject, place, day);
            if form == ANTENATAL || self.below(4) > 0 && matches!(form, SHEET | VISIT) {
                record.resident = Some(who);
            } else {
                record.resident = None;
            }
            record.worker = (self.below(5) > 0).then(|| self.one_of(&WORKERS).into());
            if form == SHEET {
                record = with(record, "name", self.one_of(&["王小明", "王明", "李小明", "单田芳", "阿依·古丽"]));
                record = with(record, "phone", self.one_of(&["13900001111", "13900002222", "0875-2121234"]));
            }
            let correct =
                (!open.is_empty() && self.below(4) == 0).then(|| open.swap_remove(usize::try_from(self.below(open.len() as u64)).unwrap()));
            if let Some(target) = correct {
                let old = log[target].clone();
                record.form = old.form.clone();
                record.subject = old.subject.clone();
                record.resident = old.resident;
                if record.form.as_ref() != SHEET {
                    record.values.clear();
                }
                let target = old.id.0.as_u128();
                record = if self.below(3) == 0 { withdrawn(record, target) } else { instead(record, target) };
            }
            if !matches!(record.action, Action::Void { .. }) {
                open.push(log.len());
            }
            log.push(record);
        }
        log
    }

    /// One to three windows.
    pub(crate) fn sight(&mut self) -> Sight {
        let windows = (0..=self.below(3)).map(|_| {
            let forms = self.some_of(&FORMS);
            let villages = self.some_of(&[0, 1, 2]);
            let whose = match self.below(5) {
                0 | 1 => Whose::Everybody,
                2 => Whose::Residents(Arc::new(self.some_of(&[0, 1, 2, 3, 4, 5]).into_iter().map(person).collect())),
                3 => clients_of(self.one_of(&["wang", "li", "nobody"])),
                _ => Whose::Nobody,
            };
            window(&forms, (self.below(4) > 0).then_some(&villages), whose)
        });
        sight(windows.collect())
    }
}
