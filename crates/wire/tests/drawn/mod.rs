//! People drawn at random, with records of every form that schedules read: values by the fields' kinds, dates in the last years.
//!
//! They are nobody and add up to nothing; each has more programmes than a real villager, so that every rule is asked.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::ToSpan as _;
use qianmo_core::pack::Packs;
use qianmo_core::schedule::Planner;
use qianmo_core::{Action, AreaCode, Date, Field, FieldType, Form, Record, RecordId, Subject, SubjectId, Value};
use rust_decimal::Decimal;
use uuid::Uuid;

/// The day on which they are asked about.
pub(crate) const TODAY: Date = jiff::civil::date(2025, 6, 15);

/// A plain row of numbers.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    fn below(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % below.max(1)
    }

    fn number(&mut self, low: i64, high: i64) -> i64 {
        low + i64::try_from(self.below(usize::try_from((high - low).max(0) + 1).unwrap())).unwrap()
    }

    fn day_before(&mut self, day: Date, within: i64) -> Date {
        day.saturating_sub(self.number(0, within).days())
    }
}

/// The forms that people are drawn with.
pub(crate) struct Drawn<'p> {
    sheet: &'p Form,
    dose: Option<&'p Form>,
    others: Vec<&'p Form>,
}

impl<'p> Drawn<'p> {
    pub(crate) fn of(packs: &'p Packs) -> Self {
        let planner = Planner::new(packs);
        let sheet = packs.person_sheet().unwrap();
        let someone = |form: &&Form| !["organisation", "area", "household"].contains(&&*form.subject) && form.id != sheet.id;
        Self {
            sheet,
            dose: packs.form("immunization.dose"),
            others: packs.forms().filter(|form| planner.form(&form.id).is_some()).filter(someone).collect(),
        }
    }

    /// One resident with all records: the sheet, doses for a child, and of other forms more for the young and old.
    pub(crate) fn person(&self, number: u32, dice: &mut Dice) -> Vec<Record> {
        let resident = SubjectId(Uuid::from_u128(u128::from(number) + 1));
        let born = dice.day_before(TODAY, 365 * 95);
        let age = (i64::from(TODAY.year()) - i64::from(born.year())).max(0);
        let (doses, others) = match age {
            0..7 => (10, 6),
            7..60 => (0, 8),
            _ => (0, 16),
        };
        let mut forms = vec![self.sheet];
        forms.extend(self.dose.into_iter().cycle().take(doses));
        forms.extend((0..others).map(|_| self.others[dice.below(self.others.len())]));
        let mut records = Vec::new();
        for (place, form) in forms.into_iter().enumerate() {
            let own = &*form.subject == "resident";
            let subject = if own { resident } else { episode(resident, &form.subject) };
            let at = if place == 0 { born } else { dice.day_before(TODAY, 365 * 3).max(born) };
            let mut values = Self::values(form, at, dice);
            if place == 0 {
                values.insert("birth_date".into(), Value::Date(born));
            }
            records.push(Record {
                id: RecordId(Uuid::from_u128(u128::from(number) * 64 + u128::try_from(place).unwrap())),
                form: form.id.clone(),
                form_version: form.version,
                subject: Subject { kind: form.subject.clone(), id: subject },
                resident: Some(resident),
                area: AreaCode::from_number(990_101_100_200).unwrap(),
                organisation: None,
                worker: None,
                device: None,
                at,
                recorded_at: i64::from(number),
                action: Action::State,
                values,
            });
        }
        records
    }

    fn values(form: &Form, at: Date, dice: &mut Dice) -> BTreeMap<Arc<str>, Value> {
        let mut values = BTreeMap::new();
        for field in &form.fields {
            if dice.below(7) > 0 || field.required {
                values.insert(field.id.clone(), value(field, at, dice));
            }
        }
        values
    }
}

/// The subject of somebody's one episode of a kind.
fn episode(resident: SubjectId, kind: &str) -> SubjectId {
    let mark = kind.bytes().fold(7_u128, |mark, byte| mark.wrapping_mul(131).wrapping_add(byte.into())) % (1 << 40);
    SubjectId(Uuid::from_u128((mark << 64) | resident.0.as_u128()))
}

fn value(field: &Field, at: Date, dice: &mut Dice) -> Value {
    let bounds = field.usual.or(field.range);
    let (low, high) = bounds.map_or((0, 150), |(low, high)| (whole(low), whole(high)));
    match &field.kind {
        FieldType::Text => Value::text(&format!("文字{}", dice.below(100))),
        FieldType::Integer => Value::Integer(dice.number(low, high)),
        FieldType::Decimal(scale) => Value::Decimal(Decimal::new(dice.number(low * 10, high * 10), 1).round_dp(*scale)),
        FieldType::Date => Value::Date(dice.day_before(at.saturating_add(60.days()), 300)),
        FieldType::DateTime => Value::DateTime(at.at(i8::try_from(dice.below(24)).unwrap(), 30, 0, 0)),
        FieldType::Bool => Value::Bool(dice.below(2) == 1),
        FieldType::Choice if !field.choices.is_empty() => Value::Text(field.choices[dice.below(field.choices.len())].code.clone()),
        FieldType::Choices if !field.choices.is_empty() => {
            Value::text(&format!("|{}|", field.choices[dice.below(field.choices.len())].code))
        }
        FieldType::Choice | FieldType::Choices => Value::Null,
        FieldType::Ref(_) => Value::text(&Uuid::from_u128(u128::try_from(dice.below(1000)).unwrap()).to_string()),
    }
}

fn whole(number: Decimal) -> i64 {
    i64::try_from(number.trunc()).unwrap_or(150)
}

/// The packs of the repository: names and texts.
pub(crate) fn shipped(folder: &std::path::Path) -> Vec<(String, String)> {
    fn read(root: &std::path::Path, folder: &std::path::Path, files: &mut Vec<(String, String)>) {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                read(root, &path, files);
            } else {
                let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
                files.push((name, std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    let mut files = Vec::new();
    read(folder, folder, &mut files);
    files.sort();
    files
}
