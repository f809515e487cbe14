//! The catalogue of errors: for each code its words in each language.

include!(concat!(env!("OUT_DIR"), "/catalogue.rs"));

/// A language of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    /// Chinese, the default.
    #[default]
    Zh,
    /// English.
    En,
}

/// The words of one error, with placeholders `{name}` for its values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// What happened, in a few words.
    pub title: &'static str,
    /// What exactly, with the values.
    pub detail: &'static str,
    /// What to do.
    pub hint: &'static str,
}

fn table(lang: Lang) -> &'static [(&'static str, Entry)] {
    match lang {
        Lang::Zh => CHINESE,
        Lang::En => ENGLISH,
    }
}

/// The words of a code; `None` when the catalogue lacks it.
#[must_use]
pub fn entry(code: &str, lang: Lang) -> Option<Entry> {
    let table = table(lang);
    table.binary_search_by_key(&code, |(id, _)| id).ok().map(|place| table[place].1)
}

/// Every code of the catalogue, sorted.
pub fn codes() -> impl Iterator<Item = &'static str> {
    CHINESE.iter().map(|(code, _)| *code)
}
