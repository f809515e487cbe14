//! A fault with its words: what a screen shows, a terminal prints and a response carries.

use std::collections::BTreeMap;
use std::fmt;

use qianmo_core::{Fault, Place};
use serde::Serialize;

use crate::catalogue::{Lang, entry};

/// One thing that is wrong, told to a person. Serialised it is the body of a problem response (RFC 9457) without the
/// parts that only a server knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Stable code.
    pub code: &'static str,
    /// What happened.
    pub title: String,
    /// What exactly; may be empty.
    pub detail: String,
    /// What to do; may be empty.
    pub hint: String,
    /// Where, in words; empty when nowhere in particular.
    pub place: String,
    /// The values in the words, by name.
    pub params: BTreeMap<&'static str, String>,
    /// Whether it only asks: the record is taken.
    pub question: bool,
    #[serde(skip)]
    lang: Lang,
}

impl Problem {
    /// The same as a question about something that is taken as it is: an unusual value, a namesake.
    #[must_use]
    pub fn as_question(self) -> Self {
        Self { question: true, ..self }
    }
}

/// Puts a fault into words.
///
/// A sentence that needs a value which the fault doesn't carry is left out, so a catalogue may say "是否指「{suggestion}」？" for
/// faults that only sometimes have a suggestion. A value that is itself a code is shown as that code's title.
/// A code without entry shows its values.
#[must_use]
pub fn render(fault: &Fault, lang: Lang) -> Problem {
    let params = fault.params.iter().cloned().collect();
    let place = place(&fault.place, lang);
    let Some(words) = entry(fault.code, lang) else {
        let detail = fault.params.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ");
        return Problem {
            code: fault.code,
            title: fault.code.to_owned(),
            detail,
            hint: String::new(),
            place,
            params,
            question: false,
            lang,
        };
    };
    let filled = |template| fill(template, fault, lang);
    Problem {
        code: fault.code,
        title: filled(words.title),
        detail: filled(words.detail),
        hint: filled(words.hint),
        place,
        params,
        question: false,
        lang,
    }
}

fn fill(template: &str, fault: &Fault, lang: Lang) -> String {
    sentences(template).into_iter().filter_map(|sentence| fill_sentence(sentence, fault, lang)).collect::<String>().trim().to_owned()
}

/// The sentences of a text, each with its closing mark.
fn sentences(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|(_, next)| *next);
        let ends = matches!(c, '。' | '？' | '！') || (matches!(c, '.' | '?' | '!') && next.is_none_or(|next| next == ' '));
        if ends {
            let end = at + c.len_utf8();
            found.push(&text[start..end]);
            start = end;
        }
    }
    if start < text.len() {
        found.push(&text[start..]);
    }
    found
}

/// The sentence with its values; `None` when one is missing. `{{` and `}}` are braces themselves.
fn fill_sentence(sentence: &str, fault: &Fault, lang: Lang) -> Option<String> {
    let mut filled = String::with_capacity(sentence.len());
    let mut rest = sentence;
    while let Some(at) = rest.find(['{', '}']) {
        filled.push_str(&rest[..at]);
        let here = &rest[at..];
        if let Some(name) = placeholder(here) {
            let value = fault.param(name)?;
            filled.push_str(entry(value, lang).map_or(value, |words| words.title));
            rest = &here[name.len() + 2..];
        } else {
            filled.push_str(&here[..1]);
            rest = here.strip_prefix("{{").or_else(|| here.strip_prefix("}}")).unwrap_or(&here[1..]);
        }
    }
    filled.push_str(rest);
    Some(filled)
}

/// The name in the placeholder that a text begins with, if it does.
fn placeholder(text: &str) -> Option<&str> {
    let (name, _) = text.strip_prefix('{')?.split_once('}')?;
    (!name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')).then_some(name)
}

fn place(place: &Place, lang: Lang) -> String {
    match (place, lang) {
        (Place::Sheet { file, sheet, row, column }, Lang::En) => {
            let named = |what: &str, name: &str| if name.is_empty() { String::new() } else { format!(" {what} '{name}'") };
            format!("{file}{} row {row}{}", named("sheet", sheet), named("column", column))
        }
        _ => place.to_string(),
    }
}

/// `错误[CODE]：标题：细节（哪里）`, then `提示：…` on its own line. Readable without colour.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [error, question, colon, open, close, hint] = match self.lang {
            Lang::Zh => ["错误", "请核对", "：", "（", "）", "提示"],
            Lang::En => ["error", "question", ": ", " (", ")", "hint"],
        };
        let head = if self.question { question } else { error };
        write!(f, "{head}[{}]{colon}{}", self.code, self.title)?;
        if !self.detail.is_empty() {
            write!(f, "{colon}{}", self.detail)?;
        }
        if !self.place.is_empty() {
            write!(f, "{open}{}{close}", self.place)?;
        }
        if !self.hint.is_empty() {
            write!(f, "\n{hint}{colon}{}", self.hint)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_told_with_place_and_hint() {
        let place = Place::Sheet { file: "儿童.xlsx".into(), sheet: "一月".into(), row: 7, column: "体重".into() };
        let fault = Fault::new("FORM-0104").with("field", "体重").with("value", "35").with("low", "0.5").with("high", "8");
        let fault = fault.with("unit", "kg").at(place);
        let told = render(&fault, Lang::Zh).to_string();
        assert!(told.starts_with("错误[FORM-0104]：") && told.contains("\n提示："), "{told}");
        assert!(told.contains("35") && told.contains("kg") && told.contains("（儿童.xlsx「一月」第7行「体重」列）"), "{told}");
        let told = render(&fault, Lang::En).to_string();
        let asked = render(&fault, Lang::Zh).as_question().to_string();
        assert!(asked.starts_with("请核对[FORM-0104]："), "{asked}");
        assert!(told.starts_with("error[FORM-0104]: ") && told.contains("(儿童.xlsx sheet '一月' row 7 column '体重')"), "{told}");
    }

    #[test]
    fn a_sentence_without_its_value_is_left_out() {
        let fault = Fault::new("FORM-0101").with("field", "birth_dat").with("form", "居民健康档案");
        let bare = render(&fault, Lang::Zh);
        assert!(!bare.hint.contains('{') && !bare.hint.contains("是否指") && !bare.hint.is_empty(), "{}", bare.hint);
        let helped = render(&fault.with("suggestion", "birth_date"), Lang::Zh);
        assert!(helped.hint.contains("是否指「birth_date」？"), "{}", helped.hint);
    }

    #[test]
    fn braces_that_are_no_placeholder_stay() {
        let fault = Fault::new("X").with("id", "births");
        let fill = |text| fill_sentence(text, &fault, Lang::Zh);
        assert_eq!(fill("{id} 写成 {{id}} 或 {编号:形式}"), Some("births 写成 {id} 或 {编号:形式}".into()));
        assert_eq!(fill("{other}"), None);
        assert_eq!(fill("} {"), Some("} {".into()));
    }

    #[test]
    fn a_value_that_is_a_code_is_shown_as_its_title() {
        let fault = Fault::new("FORM-0106").with("field", "身份证号").with("why", "CORE-0203");
        let title = entry("CORE-0203", Lang::Zh).unwrap().title;
        assert!(render(&fault, Lang::Zh).detail.contains(title));
    }

    #[test]
    fn a_code_without_words_still_shows_its_values() {
        let told = render(&Fault::new("NEW-9999").with("figure", "births"), Lang::Zh).to_string();
        assert_eq!(told, "错误[NEW-9999]：NEW-9999：figure=births");
    }

    #[test]
    fn a_problem_serialises_for_a_response() {
        let fault = Fault::new("STORE-0006").with("file", "qianmo.db");
        let body = serde_json::to_value(render(&fault, Lang::Zh)).unwrap();
        assert_eq!(body["code"], "STORE-0006");
        assert_eq!(body["params"]["file"], "qianmo.db");
        assert!(body.get("lang").is_none());
    }
}
