//! The records of a village as they are handed to a phone: a JSON array of records in force.
//!
//! Each has `id`, `form`, `subject`, `resident` (absent when the subject is it or there is none), `at`, `recorded_at` (UTC
//! milliseconds) and `values`: yes/no and whole numbers as such, decimals, dates and codes as text. Records of forms that no schedule
//! reads are passed over, as are fields that no rule reads and values that aren't of their field's kind.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;

use qianmo_core::pack::Packs;
use qianmo_core::schedule::{Fact, FormNumber, Planner};
use qianmo_core::{Date, Fault, Kind, Record, RecordId, SubjectId, Value};
use serde::de::{DeserializeSeed, Deserializer, Error as _, SeqAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};

/// A record as schedules need it.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    form: FormNumber,
    subject: SubjectId,
    resident: Option<SubjectId>,
    at: Date,
    written: i64,
    id: RecordId,
    values: BTreeMap<Arc<str>, Value>,
}

impl Held {
    /// As schedules see it.
    #[must_use]
    pub fn fact(&self) -> Fact<'_> {
        Fact {
            form: self.form,
            subject: self.subject,
            resident: self.resident,
            at: self.at,
            written: self.written,
            id: self.id,
            values: &self.values,
        }
    }

    /// The resident concerned, or the subject where there is none.
    #[must_use]
    pub fn owner(&self) -> SubjectId {
        self.resident.unwrap_or(self.subject)
    }
}

/// Records as JSON.
#[must_use]
pub fn write(records: &[Record]) -> Vec<u8> {
    let bodies: Vec<Body<'_>> = records.iter().map(Body::of).collect();
    serde_json::to_vec(&bodies).expect("maps have text keys and nothing else fails")
}

/// Reads records; those of one owner stand together.
///
/// Errors: `WIRE-0103` for what isn't an array of records, with the place in the text.
pub fn read(body: &[u8], packs: &Packs, planner: &Planner) -> Result<Vec<Held>, Fault> {
    let numbered = packs.forms().filter_map(|form| Some((form, planner.form(&form.id)?)));
    let forms = numbered.map(|(form, number)| {
        let fields = form.fields.iter().map(|field| (&*field.id, (&field.id, field.kind.kind()))).collect();
        (&*form.id, (number, fields))
    });
    let reader = Reader { forms: forms.collect() };
    let mut json = serde_json::Deserializer::from_slice(body);
    let read = reader.deserialize(&mut json).and_then(|records| json.end().map(|()| records));
    let mut records = read.map_err(|error| Fault::new("WIRE-0103").with("why", error))?;
    records.sort_by_key(Held::owner);
    Ok(records)
}

/// A record on its way.
#[derive(Serialize, Deserialize)]
struct Body<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    form: Cow<'a, str>,
    #[serde(borrow)]
    subject: Cow<'a, str>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    resident: Option<Cow<'a, str>>,
    #[serde(borrow)]
    at: Cow<'a, str>,
    recorded_at: i64,
    #[serde(borrow, default)]
    values: Values<'a>,
}

impl<'a> Body<'a> {
    fn of(record: &'a Record) -> Self {
        let raw = |value: &'a Value| match value {
            Value::Null => Raw::Null,
            Value::Bool(b) => Raw::Bool(*b),
            Value::Integer(n) => Raw::Integer(*n),
            Value::Text(text) => Raw::Text(Cow::Borrowed(text)),
            Value::Decimal(d) => Raw::Text(d.to_string().into()),
            Value::Date(date) => Raw::Text(date.to_string().into()),
            Value::DateTime(at) => Raw::Text(at.to_string().into()),
        };
        Self {
            id: record.id.to_string().into(),
            form: Cow::Borrowed(&record.form),
            subject: record.subject.id.to_string().into(),
            resident: record.resident.map(|resident| resident.to_string().into()),
            at: record.at.to_string().into(),
            recorded_at: record.recorded_at,
            values: Values(record.values.iter().map(|(field, value)| (Cow::Borrowed(&**field), raw(value))).collect()),
        }
    }
}

type Fields<'p> = HashMap<&'p str, (&'p Arc<str>, Kind)>;

/// Reads records straight into what is held of them.
struct Reader<'p> {
    forms: HashMap<&'p str, (FormNumber, Fields<'p>)>,
}

impl Reader<'_> {
    /// `None` for a form that no schedule reads.
    fn held(&self, body: Body<'_>) -> Result<Option<Held>, String> {
        let Some((form, fields)) = self.forms.get(&*body.form) else { return Ok(None) };
        let subject = |text: &str| text.parse::<SubjectId>().map_err(|_| text.to_owned());
        let mut values = BTreeMap::new();
        for (field, raw) in body.values.0 {
            if let Some((field, kind)) = fields.get(&*field)
                && let Some(value) = raw.value(*kind)
            {
                values.insert((*field).clone(), value);
            }
        }
        Ok(Some(Held {
            form: *form,
            subject: subject(&body.subject)?,
            resident: body.resident.map(|resident| subject(&resident)).transpose()?,
            at: body.at.parse().map_err(|_| body.at.to_string())?,
            written: body.recorded_at,
            id: body.id.parse().map_err(|_| body.id.to_string())?,
            values,
        }))
    }
}

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = Vec<Held>;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Vec<Held>, D::Error> {
        reader.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = Vec<Held>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of records")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut bodies: A) -> Result<Vec<Held>, A::Error> {
        let mut records = Vec::new();
        while let Some(body) = bodies.next_element::<Body<'de>>()? {
            records.extend(self.held(body).map_err(A::Error::custom)?);
        }
        Ok(records)
    }
}

/// Field values in the order of the text.
#[derive(Default)]
struct Values<'a>(Vec<(Cow<'a, str>, Raw<'a>)>);

/// A value before the form says what it means.
enum Raw<'a> {
    Null,
    Bool(bool),
    Integer(i64),
    Text(Cow<'a, str>),
}

impl Raw<'_> {
    fn value(&self, kind: Kind) -> Option<Value> {
        Some(match (self, kind) {
            (Self::Bool(b), Kind::Bool) => Value::Bool(*b),
            (Self::Integer(n), Kind::Integer) => Value::Integer(*n),
            (Self::Integer(n), Kind::Decimal) => Value::Decimal((*n).into()),
            (Self::Text(text), Kind::Text) => Value::text(text),
            (Self::Text(text), Kind::Decimal) => Value::Decimal(text.parse().ok()?),
            (Self::Text(text), Kind::Date) => Value::Date(text.parse().ok()?),
            (Self::Text(text), Kind::DateTime) => Value::DateTime(text.parse().ok()?),
            _ => return None,
        })
    }
}

impl Serialize for Values<'_> {
    fn serialize<S: Serializer>(&self, writer: S) -> Result<S::Ok, S::Error> {
        let mut map = writer.serialize_map(Some(self.0.len()))?;
        for (field, raw) in &self.0 {
            match raw {
                Raw::Null => map.serialize_entry(field, &())?,
                Raw::Bool(b) => map.serialize_entry(field, b)?,
                Raw::Integer(n) => map.serialize_entry(field, n)?,
                Raw::Text(text) => map.serialize_entry(field, text)?,
            }
        }
        map.end()
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Values<'a> {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = Values<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Values<'de>, A::Error> {
                let mut values = Vec::new();
                while let Some(Raw::Text(field)) = map.next_key_seed(RawSeed)? {
                    values.push((field, map.next_value_seed(RawSeed)?));
                }
                Ok(Values(values))
            }
        }
        reader.deserialize_map(Fields)
    }
}

struct RawSeed;

impl<'de> DeserializeSeed<'de> for RawSeed {
    type Value = Raw<'de>;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Raw<'de>, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for RawSeed {
    type Value = Raw<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text, a whole number, true or false")
    }
    fn visit_unit<E>(self) -> Result<Raw<'de>, E> {
        Ok(Raw::Null)
    }
    fn visit_bool<E>(self, b: bool) -> Result<Raw<'de>, E> {
        Ok(Raw::Bool(b))
    }
    fn visit_i64<E>(self, n: i64) -> Result<Raw<'de>, E> {
        Ok(Raw::Integer(n))
    }
    fn visit_u64<E: serde::de::Error>(self, n: u64) -> Result<Raw<'de>, E> {
        i64::try_from(n).map(Raw::Integer).map_err(E::custom)
    }
    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Raw<'de>, E> {
        Ok(Raw::Text(Cow::Borrowed(text)))
    }
    fn visit_str<E>(self, text: &str) -> Result<Raw<'de>, E> {
        Ok(Raw::Text(Cow::Owned(text.to_owned())))
    }
}
