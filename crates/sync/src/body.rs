//! Records as bodies of the wire, and back.

use std::collections::BTreeMap;
use std::sync::Arc;

use qianmo_core::{Action, AreaCode, Date, Decimal, Fault, Form, Kind, Record, RecordId, Subject, SubjectId, Value};
use qianmo_wire::sync::RecordBody;
use serde::Deserialize as _;
use serde_json::{Map, Value as Json};

/// A record read from a body, and what else the body tells.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// The record; worker and device as told.
    pub record: Record,
    /// Up to which position its writer knew the village.
    pub seen: Option<i64>,
    /// What it corrects, as its writer knew it.
    pub base: Option<Base>,
}

/// What a correction starts from.
#[derive(Debug, Clone, PartialEq)]
pub struct Base {
    /// Date of the service.
    pub at: Date,
    /// The area.
    pub area: AreaCode,
    /// Field values.
    pub values: BTreeMap<Arc<str>, Value>,
}

/// Reads one record. Values become what the form's fields say; a value that can't is kept as text, for the form's check to name it.
/// A form version of 0 is the newest; a resident is filled in where the subject is it.
///
/// Errors: `SYNC-0101` with what can't be read and why.
pub fn read<'f>(body: &Json, form: &dyn Fn(&str) -> Option<&'f Form>) -> Result<Told, Fault> {
    let body = RecordBody::deserialize(body).map_err(|error| unreadable("record", &error.to_string()))?;
    let form = form(&body.form);
    let kind_of = |field: &str| form.and_then(|form| form.field(field)).map(|field| field.kind.kind());
    let action = match (&body.supersedes, &body.voids) {
        (Some(_), Some(_)) => return Err(unreadable("voids", "supersedes")),
        (Some(target), None) => Action::Supersede(record_id("supersedes", target)?),
        (None, Some(target)) => Action::Void { record: record_id("voids", target)?, reason: body.reason.clone().unwrap_or_default() },
        (None, None) => Action::State,
    };
    let subject = subject_id("subject", &body.subject)?;
    let mut resident = body.resident.as_deref().map(|text| subject_id("resident", text)).transpose()?;
    if body.kind == "resident" && resident.is_none() {
        resident = Some(subject);
    }
    let read_values = |told: &Map<String, Json>| {
        let mut values = BTreeMap::new();
        for (field, raw) in told {
            let value = value(raw, kind_of(field));
            if !value.is_null() {
                let name = form.and_then(|form| form.field(field)).map_or_else(|| Arc::from(field.as_str()), |field| field.id.clone());
                values.insert(name, value);
            }
        }
        values
    };
    let base = match &body.base {
        Some(base) => Some(Base { at: date(&base.at)?, area: area(&base.area)?, values: read_values(&base.values) }),
        None => None,
    };
    let record = Record {
        id: record_id("id", &body.id)?,
        form: form.map_or_else(|| Arc::from(body.form.as_str()), |form| form.id.clone()),
        form_version: if body.form_version == 0 { form.map_or(0, |form| form.version) } else { body.form_version },
        subject: Subject { kind: body.kind.as_str().into(), id: subject },
        resident,
        area: area(&body.area)?,
        organisation: body.organisation.as_deref().map(|text| subject_id("organisation", text)).transpose()?,
        worker: body.worker.as_deref().map(Arc::from),
        device: body.device.as_deref().map(Arc::from),
        at: date(&body.at)?,
        recorded_at: body.recorded_at,
        action,
        values: read_values(&body.values),
    };
    Ok(Told { record, seen: body.seen, base })
}

/// The id that a body tells, as far as it can be read; for the answer.
#[must_use]
pub fn told_id(body: &Json) -> String {
    body.get("id").and_then(Json::as_str).unwrap_or_default().chars().take(64).collect()
}

/// A record as a body.
#[must_use]
pub fn write(record: &Record) -> RecordBody {
    let values = record.values.iter().filter(|(_, value)| !value.is_null()).map(|(field, value)| (field.to_string(), json(value)));
    RecordBody { values: values.collect(), ..head(record) }
}

/// A record without its values as a body.
pub(crate) fn head(record: &Record) -> RecordBody {
    let (supersedes, voids, reason) = match &record.action {
        Action::State => (None, None, None),
        Action::Supersede(target) => (Some(target.to_string()), None, None),
        Action::Void { record, reason } => (None, Some(record.to_string()), Some(reason.clone())),
    };
    RecordBody {
        id: record.id.to_string(),
        form: record.form.to_string(),
        form_version: record.form_version,
        kind: record.subject.kind.to_string(),
        subject: record.subject.id.to_string(),
        resident: record.resident.filter(|resident| *resident != record.subject.id).map(|id| id.to_string()),
        area: record.area.to_string(),
        organisation: record.organisation.map(|id| id.to_string()),
        worker: record.worker.as_deref().map(str::to_owned),
        device: record.device.as_deref().map(str::to_owned),
        at: record.at.to_string(),
        recorded_at: record.recorded_at,
        supersedes,
        voids,
        reason,
        ..RecordBody::default()
    }
}

fn json(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(b) => Json::Bool(*b),
        Value::Integer(n) => Json::from(*n),
        Value::Text(text) => Json::from(&**text),
        Value::Decimal(d) => Json::from(d.to_string()),
        Value::Date(date) => Json::from(date.to_string()),
        Value::DateTime(at) => Json::from(at.to_string()),
    }
}

fn value(raw: &Json, kind: Option<Kind>) -> Value {
    match (raw, kind) {
        (Json::Null, _) => Value::Null,
        (Json::Bool(b), _) => Value::Bool(*b),
        (Json::Number(n), Some(Kind::Decimal)) => decimal(&n.to_string()),
        (Json::Number(n), _) => n.as_i64().map_or_else(|| Value::text(&n.to_string()), Value::Integer),
        (Json::String(text), Some(Kind::Decimal)) => decimal(text),
        (Json::String(text), Some(Kind::Date)) => text.parse().map_or_else(|_| Value::text(text), Value::Date),
        (Json::String(text), Some(Kind::DateTime)) => text.parse().map_or_else(|_| Value::text(text), Value::DateTime),
        (Json::String(text), _) => Value::text(text),
        (other, _) => Value::text(&other.to_string()),
    }
}

fn decimal(text: &str) -> Value {
    text.parse::<Decimal>().map_or_else(|_| Value::text(text), Value::Decimal)
}

fn date(text: &str) -> Result<Date, Fault> {
    text.parse().map_err(|_| unreadable("at", text))
}

fn area(text: &str) -> Result<AreaCode, Fault> {
    text.parse().map_err(|_| unreadable("area", text))
}

fn record_id(place: &str, text: &str) -> Result<RecordId, Fault> {
    text.parse().map_err(|_| unreadable(place, text))
}

fn subject_id(place: &str, text: &str) -> Result<SubjectId, Fault> {
    text.parse().map_err(|_| unreadable(place, text))
}

fn unreadable(place: &str, why: &str) -> Fault {
    let why: String = why.chars().take(80).collect();
    Fault::new("SYNC-0101").with("field", place).with("why", why)
}
