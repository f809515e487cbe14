//! Forbidden words (`forbidden.toml`) in any text of a pack: names, labels, messages, templates, ids, SQL.

use std::sync::LazyLock;

use qianmo_core::Fault;
use toml::de::{DeTable, DeValue};

use crate::part::Doc;
use crate::source::{Sink, Source, Text};

/// The words, of texts and of ids.
static WORDS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let text = include_str!("forbidden.toml");
    let list = DeTable::parse(text).expect("the file is part of the program and a test reads it");
    let strings = |value: &DeValue<'_>| -> Vec<String> {
        value.as_array().iter().flat_map(|items| items.iter()).filter_map(|item| item.get_ref().as_str().map(str::to_owned)).collect()
    };
    list.get_ref().values().flat_map(|value| strings(value.get_ref())).collect()
});

/// Reports each forbidden word at its place.
pub(super) fn check(docs: &[Doc<'_>], sink: &Sink) {
    for doc in docs {
        report(&doc.source.file, sink, &|_| doc.source.place(0));
        match &doc.toml {
            Some(toml) => in_table(toml.get_ref(), doc.source, sink),
            None => report(&doc.source.text, sink, &|byte| doc.source.place(byte)),
        }
    }
}

fn in_table(table: &DeTable<'_>, source: &Source, sink: &Sink) {
    for (key, value) in table {
        report(key.get_ref(), sink, &|_| source.place(key.span().start));
        in_value(value, source, sink);
    }
}

fn in_value(value: &toml::Spanned<DeValue<'_>>, source: &Source, sink: &Sink) {
    match value.get_ref() {
        DeValue::String(text) => {
            let text = Text { value: text.to_string(), source, span: value.span() };
            report(&text.value, sink, &|byte| text.place_inside(byte));
        }
        DeValue::Array(items) => items.iter().for_each(|item| in_value(item, source, sink)),
        DeValue::Table(table) => in_table(table, source, sink),
        _ => {}
    }
}

fn report(text: &str, sink: &Sink, place: &dyn Fn(usize) -> qianmo_core::Place) {
    // A word of Chinese can't stand in a text without any: most texts are ids, numbers, conditions.
    let ascii = text.is_ascii();
    for word in WORDS.iter().filter(|word| word.len() <= text.len() && (!ascii || word.is_ascii())) {
        if let Some(byte) = text.find(word.as_str()) {
            sink.push(Fault::new("PACK-0501").at(place(byte)).with("word", word));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_read() {
        assert_eq!(WORDS.len(), 18);
        assert!(WORDS.iter().any(|word| word == "社会抚养费"));
    }
}
