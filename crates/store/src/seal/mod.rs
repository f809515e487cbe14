//! Sealing: what identifies a person, and everything of restricted programmes, is encrypted before it reaches the disk.
//!
//! The store doesn't know programmes: a [`Policy`] names forms and fields. [`Keys`] come from a file outside the data. A sealed field
//! stands in the values as `"phone#1":"…"` (key number 1, base64 of nonce, ciphertext and tag), a wholly sealed form as
//! `{"#1":"…"}`; so the values stay one flat JSON object. `#` is in no field's name, so nothing else looks like it. Names of wholly sealed forms
//! and of kinds of subject are sealed, too, for the name alone can be a diagnosis.
//!
//! A ciphertext is bound to its record and field and can't be moved. Its nonce is a keyed hash of what is sealed and where
//! (a synthetic nonce), so the same record always gives the same bytes, and no nonce is drawn twice for two texts.
//!
//! Exact search goes over a keyed hash of the value; without the key it can't be computed for a guess.

mod cipher;
mod keyed;
mod keys;
mod policy;

use std::borrow::Cow;
use std::fmt;
use std::fmt::Write as _;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use qianmo_core::{Fault, Record, RecordId, Value};

pub use cipher::Suite;
pub(crate) use keyed::Keyed;
pub use keys::{KeyId, Keys};
pub use policy::Policy;

use crate::db::{Cell, Db, read};
use crate::values::{encode_into, push_string, push_value};

/// Keys and what to seal with them.
#[derive(Clone)]
pub struct Sealing {
    keys: Arc<Keys>,
    policy: Arc<Policy>,
}

impl fmt::Debug for Sealing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealing").field("keys", &self.keys).finish_non_exhaustive()
    }
}

/// A line of the search index: which index, and the keyed hash of the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) index: Arc<str>,
    pub(crate) digest: [u8; 16],
}

impl Sealing {
    /// Seals by this policy with these keys.
    #[must_use]
    pub fn new(keys: Keys, policy: Policy) -> Self {
        Self { keys: Arc::new(keys), policy: Arc::new(policy) }
    }

    /// The keys.
    #[must_use]
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// What is sealed.
    pub(crate) fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The record's values as they are stored, and what the search index holds of them.
    fn encode(&self, record: &Record, text: &mut String, found: &mut Vec<Found>) {
        let Some(form) = self.policy.form(&record.form) else { return encode_into(&record.values, text) };
        for (field, index) in &form.indexed {
            if let Some(value) = record.values.get(&**field).filter(|value| !value.is_null()) {
                let digest = self.keys.current().digest(index, &plain(value));
                found.push(Found { index: index.clone(), digest });
            }
        }
        let id = record.id.0.as_bytes();
        if form.whole {
            if record.values.is_empty() {
                return encode_into(&record.values, text);
            }
            let mut all = String::new();
            encode_into(&record.values, &mut all);
            let (key, sealed) = self.seal(id, "", &all);
            text.clear();
            let _ = write!(text, "{{\"#{key}\":\"{sealed}\"}}");
            return;
        }
        text.clear();
        text.push('{');
        let mut value_text = String::new();
        for (field, value) in record.values.iter().filter(|(_, value)| !value.is_null()) {
            if text.len() > 1 {
                text.push(',');
            }
            value_text.clear();
            push_value(&mut value_text, value);
            if form.fields.contains(&**field) {
                let (key, sealed) = self.seal(id, field, &value_text);
                let _ = write!(text, "\"{field}#{key}\":\"{sealed}\"");
            } else {
                push_string(text, field);
                text.push(':');
                text.push_str(&value_text);
            }
        }
        text.push('}');
    }

    fn seal(&self, context: &[u8], field: &str, text: &str) -> (KeyId, String) {
        let key = self.keys.current();
        (key.id, STANDARD_NO_PAD.encode(key.seal(context, field.as_bytes(), text.as_bytes())))
    }

    fn open(&self, context: &[u8], field: &str, key: u32, sealed: &str) -> Result<String, Fault> {
        let key = self.keys.get(KeyId(key)).ok_or_else(|| Fault::new("STORE-0301").with("key", key))?;
        let bytes = STANDARD_NO_PAD.decode(sealed).ok();
        let plain = bytes.and_then(|bytes| key.open(context, field.as_bytes(), &bytes)).and_then(|plain| String::from_utf8(plain).ok());
        plain.ok_or_else(|| Fault::new("STORE-0302").with("key", key.id))
    }

    /// The keyed hashes under which a value may stand in an index: one for each key.
    pub(crate) fn digests(&self, index: &str, value: &str) -> Vec<[u8; 16]> {
        self.keys.all().map(|key| key.digest(index, value)).collect()
    }
}

/// What an index holds of a value: its text, without JSON's quotes.
fn plain(value: &Value) -> Cow<'_, str> {
    match value {
        Value::Text(text) => Cow::Borrowed(text),
        other => Cow::Owned(other.to_string()),
    }
}

/// Writes a record's values, sealed where there is a sealing that says so.
///
/// Errors: `STORE-0109` for a field whose name has the seal's mark.
pub(crate) fn encode(sealing: Option<&Sealing>, record: &Record, text: &mut String, found: &mut Vec<Found>) -> Result<(), Fault> {
    if let Some(field) = record.values.keys().find(|field| field.contains('#')) {
        return Err(Fault::new("STORE-0109").with("record", record.id).with("field", field));
    }
    match sealing {
        None => encode_into(&record.values, text),
        Some(sealing) => sealing.encode(record, text, found),
    }
    Ok(())
}

/// Reads stored values: what is sealed is opened.
///
/// Errors: `STORE-0301` the key isn't there, `STORE-0302` the bytes were altered.
pub(crate) fn open_values<'t>(sealing: Option<&Sealing>, id: RecordId, text: &'t str) -> Result<Cow<'t, str>, Fault> {
    let Some(first) = Mark::next(text, 0) else { return Ok(Cow::Borrowed(text)) };
    let Some(sealing) = sealing else { return Err(Fault::new("STORE-0301").with("key", first.key)) };
    let id = id.0.as_bytes();
    if first.field.is_empty() {
        return sealing.open(id, "", first.key, first.sealed).map(Cow::Owned);
    }
    let mut opened = String::with_capacity(text.len());
    let (mut at, mut mark) = (0, Some(first));
    while let Some(found) = mark {
        opened.push_str(&text[at..found.from]);
        let _ = write!(opened, "\"{}\":", found.field);
        opened.push_str(&sealing.open(id, found.field, found.key, found.sealed)?);
        at = found.to;
        mark = Mark::next(text, at);
    }
    opened.push_str(&text[at..]);
    Ok(Cow::Owned(opened))
}

/// A sealed member in the values: `"field#key":"sealed"`, from byte `from` to before `to`.
struct Mark<'t> {
    field: &'t str,
    key: u32,
    sealed: &'t str,
    from: usize,
    to: usize,
}

impl<'t> Mark<'t> {
    /// The next one. `#1":"` can stand only at the end of a member's name: inside a string the quote would be escaped.
    fn next(text: &'t str, start: usize) -> Option<Self> {
        let mut at = start;
        loop {
            let hash = at + text[at..].find('#')?;
            at = hash + 1;
            let digits = text[at..].bytes().take_while(u8::is_ascii_digit).count();
            let Some(tail) = text[at + digits..].strip_prefix("\":\"") else { continue };
            let (Ok(key), Some(quote), Some(end)) = (text[at..at + digits].parse(), text[start..hash].rfind('"'), tail.find('"')) else {
                continue;
            };
            let from = start + quote;
            return Some(Self { field: &text[from + 1..hash], key, sealed: &tail[..end], from, to: at + digits + 3 + end + 1 });
        }
    }
}

/// A name as it is stored, sealed when it is that of a wholly sealed form or kind; then as older keys or an open policy stored it.
pub(crate) fn stored_words(sealing: Option<&Sealing>, word: &str) -> Vec<String> {
    let Some(sealing) = sealing.filter(|sealing| sealing.policy.hides(word)) else { return vec![word.to_owned()] };
    let newest_first: Vec<_> = sealing.keys.all().collect();
    let sealed =
        newest_first.iter().rev().map(|key| format!("#{}:{}", key.id, STANDARD_NO_PAD.encode(key.seal(b"word", b"", word.as_bytes()))));
    sealed.chain([word.to_owned()]).collect()
}

/// A stored text (a name, a setting) opened; one that can't be opened stays as it is.
pub(crate) fn open_word(sealing: Option<&Sealing>, stored: &str) -> String {
    open_text(sealing, b"word", stored).unwrap_or_else(|_| stored.to_owned())
}

/// A text sealed by itself, if there are keys.
pub(crate) fn stored_text(sealing: Option<&Sealing>, context: &[u8], text: &str) -> String {
    match sealing {
        None => text.to_owned(),
        Some(sealing) => {
            let (key, sealed) = sealing.seal(context, "", text);
            format!("#{key}:{sealed}")
        }
    }
}

/// A text that [`stored_text`] wrote.
///
/// Errors: `STORE-0301` the key isn't there, `STORE-0302` the bytes were altered.
pub(crate) fn open_text(sealing: Option<&Sealing>, context: &[u8], stored: &str) -> Result<String, Fault> {
    let Some((key, sealed)) = stored.strip_prefix('#').and_then(|rest| rest.split_once(':')) else { return Ok(stored.to_owned()) };
    let Ok(number) = key.parse() else { return Ok(stored.to_owned()) };
    sealing.ok_or_else(|| Fault::new("STORE-0301").with("key", key))?.open(context, "", number, sealed)
}

/// Where in the log an index knows a value.
///
/// Errors: `STORE-0301` without keys.
pub(crate) fn positions(db: &dyn Db, sealing: Option<&Sealing>, index: &str, value: &str) -> Result<Vec<i64>, Fault> {
    let sealing = sealing.ok_or_else(|| Fault::new("STORE-0301").with("key", 1))?;
    let mut positions = Vec::new();
    for digest in sealing.digests(index, value) {
        let values: [Cell; 2] = [index.into(), digest.as_slice().into()];
        let lines = db.query("SELECT seq FROM sealed_index WHERE county = @county AND name = $1 AND digest = $2", &values)?;
        positions.extend(read(db, &lines, |line| line.int(0))?);
    }
    Ok(positions)
}
