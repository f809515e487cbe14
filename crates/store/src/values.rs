//! Field values as text in the log: a compact JSON object, `{"sex":"2","born_on":"2012-01-01"}`.
//!
//! | value | text |
//! | --- | --- |
//! | text, codes | string |
//! | whole number | number |
//! | decimal | string, all its decimals kept: `"1.20"` |
//! | date, date-time | string: `"2012-01-01"`, `"2012-01-01T08:30"` (seconds only if there are any) |
//! | yes, no | `true`, `false` |
//! | unknown | absent |
//!
//! What a string means, only the form's field types tell: [`decode`] asks for them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use jiff::civil::{Date, DateTime};
use qianmo_core::{Decimal, Fault, Kind, Value};
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, Visitor};

/// Writes values as text. Equal values give equal text.
#[must_use]
pub fn encode(values: &BTreeMap<Arc<str>, Value>) -> String {
    let mut text = String::with_capacity(16 + values.len() * 24);
    encode_into(values, &mut text);
    text
}

pub(crate) fn encode_into(values: &BTreeMap<Arc<str>, Value>, text: &mut String) {
    text.clear();
    text.push('{');
    for (field, value) in values {
        if value.is_null() {
            continue;
        }
        if text.len() > 1 {
            text.push(',');
        }
        push_string(text, field);
        text.push(':');
        push_value(text, value);
    }
    text.push('}');
}

/// One value as it stands in the text.
pub(crate) fn push_value(text: &mut String, value: &Value) {
    use fmt::Write as _;
    // Writing to a `String` can't fail.
    let _ = match value {
        Value::Null => Ok(()),
        Value::Bool(b) => write!(text, "{b}"),
        Value::Integer(n) => write!(text, "{n}"),
        Value::Decimal(d) => write!(text, "\"{d}\""),
        Value::Date(d) => write!(text, "\"{d}\""),
        Value::DateTime(t) if t.second() == 0 && t.subsec_nanosecond() == 0 => {
            write!(text, "\"{}T{:02}:{:02}\"", t.date(), t.hour(), t.minute())
        }
        Value::DateTime(t) => write!(text, "\"{t}\""),
        Value::Text(t) => {
            push_string(text, t);
            Ok(())
        }
    };
}

pub(crate) fn push_string(text: &mut String, content: &str) {
    if content.bytes().all(|b| b >= 0x20 && b != b'"' && b != b'\\') {
        text.push('"');
        text.push_str(content);
        text.push('"');
    } else {
        text.push_str(&serde_json::to_string(content).expect("text always has a JSON form"));
    }
}

/// A value as it stands in the text, before the form says what it means.
#[derive(Debug, Clone, PartialEq)]
pub enum Raw<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Integer(i64),
    /// A string; borrowed unless it has escapes.
    Text(Cow<'a, str>),
}

impl Raw<'_> {
    /// The value that it means in a field of this kind; `None` when it can't be one.
    #[must_use]
    pub fn value(&self, kind: Kind) -> Option<Value> {
        Some(match (self, kind) {
            (Self::Null, _) => Value::Null,
            (Self::Bool(b), Kind::Bool) => Value::Bool(*b),
            (Self::Integer(n), Kind::Integer) => Value::Integer(*n),
            (Self::Integer(n), Kind::Decimal) => Value::Decimal(Decimal::from(*n)),
            (Self::Text(t), Kind::Text) => Value::text(t),
            (Self::Text(t), Kind::Decimal) => Value::Decimal(t.parse::<Decimal>().ok()?),
            (Self::Text(t), Kind::Date) => Value::Date(t.parse::<Date>().ok()?),
            (Self::Text(t), Kind::DateTime) => Value::DateTime(t.parse::<DateTime>().ok()?),
            _ => return None,
        })
    }

    /// What it shows by itself, for a field that the form doesn't have.
    fn as_shown(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(b) => Value::Bool(*b),
            Self::Integer(n) => Value::Integer(*n),
            Self::Text(t) => Value::text(t),
        }
    }
}

/// Hands out each field and value of a text, in the order of writing, without building a map.
///
/// Errors: `STORE-0108` for text that isn't a flat JSON object; what `each` returns.
pub fn parse_values<'a>(text: &'a str, each: &mut dyn FnMut(&str, Raw<'a>) -> Result<(), Fault>) -> Result<(), Fault> {
    let mut fault = None;
    let mut reader = serde_json::Deserializer::from_str(text);
    let read = reader.deserialize_map(Fields { each, fault: &mut fault }).and_then(|()| reader.end());
    match (fault, read) {
        (Some(fault), _) => Err(fault),
        (None, Ok(())) => Ok(()),
        (None, Err(_)) => Err(Fault::new("STORE-0108")),
    }
}

/// Reads values back by the kind of each field; a field whose kind is unknown keeps what the text shows.
///
/// Errors: `STORE-0107` when a value isn't of its field's kind, `STORE-0108` for text that can't be read at all.
pub fn decode(text: &str, kind_of: &dyn Fn(&str) -> Option<Kind>) -> Result<BTreeMap<Arc<str>, Value>, Fault> {
    let mut values = BTreeMap::new();
    parse_values(text, &mut |field, raw| {
        let value = match kind_of(field) {
            None => raw.as_shown(),
            Some(kind) => raw.value(kind).ok_or_else(|| Fault::new("STORE-0107").with("field", field).with("expected", kind.chinese()))?,
        };
        values.insert(field.into(), value);
        Ok(())
    })?;
    Ok(values)
}

struct Fields<'f, 'a> {
    each: &'f mut dyn FnMut(&str, Raw<'a>) -> Result<(), Fault>,
    fault: &'f mut Option<Fault>,
}

impl<'a> Visitor<'a> for Fields<'_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(Raw::Text(field)) = map.next_key_seed(RawSeed)? {
            let raw = map.next_value_seed(RawSeed)?;
            if let Err(fault) = (self.each)(&field, raw) {
                *self.fault = Some(fault);
                return Err(A::Error::custom("stopped"));
            }
        }
        Ok(())
    }
}

struct RawSeed;

impl<'a> DeserializeSeed<'a> for RawSeed {
    type Value = Raw<'a>;

    fn deserialize<D: Deserializer<'a>>(self, reader: D) -> Result<Raw<'a>, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'a> Visitor<'a> for RawSeed {
    type Value = Raw<'a>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text, a whole number, true or false")
    }
    fn visit_unit<E>(self) -> Result<Raw<'a>, E> {
        Ok(Raw::Null)
    }
    fn visit_bool<E>(self, b: bool) -> Result<Raw<'a>, E> {
        Ok(Raw::Bool(b))
    }
    fn visit_i64<E>(self, n: i64) -> Result<Raw<'a>, E> {
        Ok(Raw::Integer(n))
    }
    fn visit_u64<E: serde::de::Error>(self, n: u64) -> Result<Raw<'a>, E> {
        i64::try_from(n).map(Raw::Integer).map_err(E::custom)
    }
    fn visit_borrowed_str<E>(self, text: &'a str) -> Result<Raw<'a>, E> {
        Ok(Raw::Text(Cow::Borrowed(text)))
    }
    fn visit_str<E>(self, text: &str) -> Result<Raw<'a>, E> {
        Ok(Raw::Text(Cow::Owned(text.to_owned())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn sample() -> BTreeMap<Arc<str>, Value> {
        BTreeMap::from([
            ("amount".into(), Value::Decimal(Decimal::new(120, 2))),
            ("born_on".into(), Value::Date(date(2012, 1, 1))),
            ("born_at".into(), Value::DateTime(date(2012, 1, 1).at(8, 30, 0, 0))),
            ("exact".into(), Value::DateTime(date(2012, 1, 1).at(8, 30, 5, 0))),
            ("live".into(), Value::Bool(true)),
            ("name".into(), Value::text("王\"小\\丫\n\u{1}")),
            ("weeks".into(), Value::Integer(-39)),
        ])
    }

    fn kind_of(field: &str) -> Option<Kind> {
        Some(match field {
            "amount" => Kind::Decimal,
            "born_on" => Kind::Date,
            "born_at" | "exact" => Kind::DateTime,
            "live" => Kind::Bool,
            "weeks" => Kind::Integer,
            "name" => Kind::Text,
            _ => return None,
        })
    }

    #[test]
    fn every_kind_of_value_comes_back_as_it_went() {
        let mut values = sample();
        let text = encode(&values);
        assert!(text.contains(r#""amount":"1.20""#) && text.contains(r#""born_at":"2012-01-01T08:30""#), "{text}");
        assert_eq!(decode(&text, &kind_of).unwrap(), values);
        values.insert("sex".into(), Value::Null);
        assert_eq!(encode(&values), text, "an unknown value is an absent one");
        assert_eq!(encode(&BTreeMap::new()), "{}");
    }

    #[test]
    fn a_field_that_the_form_no_longer_has_keeps_what_the_text_shows() {
        let read = decode(r#"{"old":"x","count":3}"#, &kind_of).unwrap();
        assert_eq!(read["old"], Value::text("x"));
        assert_eq!(read["count"], Value::Integer(3));
    }

    #[test]
    fn text_that_is_not_what_the_form_says_is_a_fault_with_field_and_value() {
        for text in [r#"{"born_on":"2012-02-31"}"#, r#"{"weeks":"many"}"#, r#"{"live":1}"#, r#"{"amount":"1,2"}"#] {
            let fault = decode(text, &kind_of).unwrap_err();
            assert_eq!(fault.code, "STORE-0107", "{text}");
            assert!(!fault.param("field").unwrap().is_empty(), "{text}");
        }
        for text in ["", "[1]", r#"{"weeks":1.5}"#, r#"{"weeks":[1]}"#, r#"{"weeks":1}x"#, r#"{"weeks""#] {
            assert_eq!(decode(text, &kind_of).unwrap_err().code, "STORE-0108", "{text}");
        }
    }
}
