//! A thin layer over spanned TOML: typed take, and a fault for each missing, unknown or misshaped key.
//!
//! A [`Table`] remembers which keys were asked for; dropping it reports the others. Values keep
//! their place, so that what is wrong further on (a reference, an expression) can say where it stands.
//! Tests: `tests/reading.rs`.

use std::cell::{Cell, RefCell};
use std::ops::Range;

use jiff::civil::Date;
use qianmo_core::fault::suggest;
use qianmo_core::{Fault, Kind, Place};
use rust_decimal::Decimal;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::source::{Sink, Source, Text};

/// A value with its place.
#[derive(Debug, Clone)]
pub(crate) struct Item<'a> {
    pub(crate) source: &'a Source,
    pub(crate) sink: &'a Sink,
    /// The key or position for messages.
    pub(crate) key: String,
    value: &'a DeValue<'a>,
    span: Range<usize>,
}

/// A table with its place; unknown keys are reported when it is dropped.
#[derive(Debug)]
pub(crate) struct Table<'a> {
    pub(crate) source: &'a Source,
    pub(crate) sink: &'a Sink,
    entries: &'a DeTable<'a>,
    span: Range<usize>,
    asked: RefCell<Vec<&'static str>>,
    reading: Cell<Reading>,
}

/// How far a table's keys can be judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// Whatever wasn't asked for is unknown.
    Closed,
    /// Any key may stand here.
    Open,
    /// Given up half-way: only what looks like a slip is reported.
    Skipped,
}

/// Reads a TOML document: what of it could be read, and whether that is all. Of each broken line the first fault is
/// reported; the others only follow from it.
pub(crate) fn parse<'a>(source: &'a Source, sink: &Sink) -> (Spanned<DeTable<'a>>, bool) {
    let (table, errors) = DeTable::parse_recoverable(&source.text);
    let whole = errors.is_empty();
    let mut reported = Vec::new();
    for error in errors {
        let place = source.place(error.span().map_or(0, |span| span.start));
        let Place::Text { line, .. } = place else { continue };
        if !reported.contains(&line) {
            reported.push(line);
            sink.push(Fault::new("PACK-0101").at(place).with("why", error.message()));
        }
    }
    (table, whole)
}

impl<'a> Table<'a> {
    pub(crate) fn root(source: &'a Source, sink: &'a Sink, table: &'a Spanned<DeTable<'a>>) -> Self {
        Self::new(source, sink, table.get_ref(), 0..0)
    }

    fn new(source: &'a Source, sink: &'a Sink, entries: &'a DeTable<'a>, span: Range<usize>) -> Self {
        Self { source, sink, entries, span, asked: RefCell::default(), reading: Cell::new(Reading::Closed) }
    }

    /// Where the table begins.
    pub(crate) fn place(&self) -> Place {
        self.source.place(self.span.start)
    }

    /// The value of an optional key.
    pub(crate) fn get(&self, key: &'static str) -> Option<Item<'a>> {
        self.asked.borrow_mut().push(key);
        let value = self.entries.get(key)?;
        Some(Item { source: self.source, sink: self.sink, key: key.to_owned(), value: value.get_ref(), span: value.span() })
    }

    /// The value of a key that must be there.
    pub(crate) fn need(&self, key: &'static str) -> Option<Item<'a>> {
        let item = self.get(key);
        if item.is_none() {
            self.sink.push(Fault::new("PACK-0103").at(self.place()).with("key", key));
        }
        item
    }

    /// The text of a key without which the table can't be read at all.
    pub(crate) fn key_text(&self, key: &'static str) -> Option<Text<'a>> {
        let text = self.text(key);
        if text.is_none() {
            self.skip();
        }
        text
    }

    /// Gives the table up: keys not asked for yet aren't unknown.
    pub(crate) fn skip(&self) {
        self.reading.set(Reading::Skipped);
    }

    /// Every entry, whatever its key.
    pub(crate) fn entries(&self) -> Vec<(Text<'a>, Item<'a>)> {
        self.reading.set(Reading::Open);
        let entry = |(key, value): (&'a Spanned<std::borrow::Cow<'a, str>>, &'a Spanned<DeValue<'a>>)| {
            let name = key.get_ref().to_string();
            let item = Item { source: self.source, sink: self.sink, key: name.clone(), value: value.get_ref(), span: value.span() };
            (Text { value: name, source: self.source, span: key.span() }, item)
        };
        self.entries.iter().map(entry).collect()
    }

    pub(crate) fn opt_text(&self, key: &'static str) -> Option<Text<'a>> {
        self.get(key)?.text()
    }

    /// The text of a key that must be there and not be empty.
    pub(crate) fn text(&self, key: &'static str) -> Option<Text<'a>> {
        let text = self.need(key)?.text()?;
        if text.value.trim().is_empty() {
            self.sink.push(Fault::new("PACK-0104").at(text.place()).with("key", key));
        }
        Some(text)
    }

    /// A text, empty when missing or wrong (reported).
    pub(crate) fn string(&self, key: &'static str) -> String {
        self.text(key).map(|text| text.value).unwrap_or_default()
    }

    /// A text, empty when absent.
    pub(crate) fn opt_string(&self, key: &'static str) -> String {
        self.opt_text(key).map(|text| text.value).unwrap_or_default()
    }

    pub(crate) fn flag(&self, key: &'static str) -> Option<bool> {
        self.get(key)?.flag()
    }

    pub(crate) fn integer(&self, key: &'static str) -> Option<i64> {
        self.get(key)?.integer()
    }

    pub(crate) fn items(&self, key: &'static str) -> Vec<Item<'a>> {
        self.get(key).map(|item| item.list()).unwrap_or_default()
    }

    pub(crate) fn texts(&self, key: &'static str) -> Vec<Text<'a>> {
        self.items(key).iter().filter_map(Item::text).collect()
    }

    pub(crate) fn strings(&self, key: &'static str) -> Vec<String> {
        self.texts(key).into_iter().map(|text| text.value).collect()
    }

    pub(crate) fn tables(&self, key: &'static str) -> Vec<Table<'a>> {
        self.items(key).iter().filter_map(Item::table).collect()
    }

    /// One of a few words; the first is the default when the key is absent.
    pub(crate) fn word<T: Copy>(&self, key: &'static str, words: &[(&'static str, T)]) -> T {
        self.get(key).and_then(|item| item.word(words)).unwrap_or(words[0].1)
    }
}

impl Drop for Table<'_> {
    fn drop(&mut self) {
        let reading = self.reading.get();
        let asked = self.asked.borrow();
        let unknown = |key: &str| reading != Reading::Open && !asked.contains(&key);
        for (key, _) in self.entries.iter().filter(|(key, _)| unknown(key.get_ref())) {
            let fault = Fault::new("PACK-0102").at(self.source.place(key.span().start)).with("key", key.get_ref());
            let fault = near(fault, key.get_ref(), asked.iter().copied());
            if reading == Reading::Closed || fault.param("suggestion").is_some() {
                self.sink.push(fault);
            }
        }
    }
}

impl<'a> Item<'a> {
    pub(crate) fn place(&self) -> Place {
        self.source.place(self.span.start)
    }

    pub(crate) fn text(&self) -> Option<Text<'a>> {
        match self.value {
            DeValue::String(text) => Some(Text { value: text.to_string(), source: self.source, span: self.span.clone() }),
            _ => self.wrong("文字"),
        }
    }

    pub(crate) fn is_text(&self) -> bool {
        self.value.is_str()
    }

    pub(crate) fn is_table(&self) -> bool {
        self.value.is_table()
    }

    /// The kind of what stands here; [`Kind::Null`] for lists and tables.
    pub(crate) fn natural_kind(&self) -> Kind {
        match self.value {
            DeValue::String(_) => Kind::Text,
            DeValue::Integer(_) => Kind::Integer,
            DeValue::Float(_) => Kind::Decimal,
            DeValue::Boolean(_) => Kind::Bool,
            DeValue::Datetime(value) if value.time.is_some() => Kind::DateTime,
            DeValue::Datetime(_) => Kind::Date,
            DeValue::Array(_) | DeValue::Table(_) => Kind::Null,
        }
    }

    pub(crate) fn flag(&self) -> Option<bool> {
        self.value.as_bool().or_else(|| self.wrong("true 或 false"))
    }

    pub(crate) fn integer(&self) -> Option<i64> {
        let read = |text: &str, radix| i64::from_str_radix(text, radix).ok();
        self.value.as_integer().and_then(|n| read(n.as_str(), n.radix())).or_else(|| self.wrong("整数"))
    }

    /// An exact number, whole or not.
    pub(crate) fn decimal(&self) -> Option<Decimal> {
        match self.value {
            DeValue::Integer(_) => self.integer().map(Decimal::from),
            DeValue::Float(number) => Decimal::from_str_exact(number.as_str()).ok().or_else(|| self.wrong("数字")),
            _ => self.wrong("数字"),
        }
    }

    pub(crate) fn date(&self) -> Option<Date> {
        match self.value {
            DeValue::Datetime(toml::value::Datetime { date: Some(date), time: None, .. }) => civil(*date),
            _ => None,
        }
        .or_else(|| self.wrong("日期"))
    }

    /// A local date and time of day; a date alone is its midnight.
    pub(crate) fn date_time(&self) -> Option<jiff::civil::DateTime> {
        let DeValue::Datetime(toml::value::Datetime { date: Some(date), time, offset: None }) = self.value else {
            return self.wrong("日期和时间");
        };
        let part = |n: Option<u8>| n.and_then(|n| i8::try_from(n).ok()).unwrap_or(0);
        let time = time.map(|time| (part(Some(time.hour)), part(Some(time.minute)), part(time.second)));
        let (hour, minute, second) = time.unwrap_or_default();
        civil(*date).map(|date| date.at(hour, minute, second, 0)).or_else(|| self.wrong("日期和时间"))
    }

    pub(crate) fn list(&self) -> Vec<Item<'a>> {
        let Some(list) = self.value.as_array() else {
            return self.wrong::<Vec<Item<'a>>>("列表").unwrap_or_default();
        };
        let item = |value: &'a Spanned<DeValue<'a>>| Item {
            source: self.source,
            sink: self.sink,
            key: self.key.clone(),
            value: value.get_ref(),
            span: value.span(),
        };
        list.iter().map(item).collect()
    }

    pub(crate) fn table(&self) -> Option<Table<'a>> {
        match self.value {
            DeValue::Table(entries) => Some(Table::new(self.source, self.sink, entries, self.span.clone())),
            _ => self.wrong("表"),
        }
    }

    /// One of a few words.
    pub(crate) fn word<T: Copy>(&self, words: &[(&'static str, T)]) -> Option<T> {
        let text = self.text()?;
        let found = words.iter().find(|(word, _)| *word == text.value);
        if found.is_none() {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).filter(|word| !word.is_empty()).collect();
            let fault = Fault::new("PACK-0105").at(text.place()).with("key", &self.key).with("value", &text.value);
            self.sink.push(near(fault.with("known", known.join("、")), &text.value, known.iter().copied()));
        }
        found.map(|(_, meaning)| *meaning)
    }

    /// Reports that something else was expected here.
    pub(crate) fn wrong<T>(&self, expected: &str) -> Option<T> {
        let found = match self.value {
            DeValue::String(_) => "文字",
            DeValue::Integer(_) => "整数",
            DeValue::Float(_) => "数字",
            DeValue::Boolean(_) => "true 或 false",
            DeValue::Datetime(_) => "日期",
            DeValue::Array(_) => "列表",
            DeValue::Table(_) => "表",
        };
        let fault = Fault::new("PACK-0106").at(self.place()).with("key", &self.key);
        self.sink.push(fault.with("expected", expected).with("found", found));
        None
    }
}

fn civil(date: toml::value::Date) -> Option<Date> {
    let part = |n: u8| i8::try_from(n).ok();
    Date::new(i16::try_from(date.year).ok()?, part(date.month)?, part(date.day)?).ok()
}

/// Adds "是否指…" when a known word is close.
pub(crate) fn near<'a>(fault: Fault, word: &str, known: impl IntoIterator<Item = &'a str>) -> Fault {
    // Of one letter nothing would be left after a slip.
    match suggest(word, known).filter(|close| word.chars().count() > 1 && *close != word) {
        Some(close) => fault.with("suggestion", close),
        None => fault,
    }
}
