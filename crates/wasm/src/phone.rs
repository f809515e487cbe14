//! Due lists of a village: the rules are loaded once, the records once, then days are asked.
//!
//! Errors are `{"error": {"code": …, "params": {…}}}`; their sentences are the page's, which has the catalogue for every other
//! error too: here it would make the module larger than everything else in it.

use std::cell::RefCell;

use qianmo_core::Fault;
use qianmo_core::pack::{Packs, Sensitivity};
use qianmo_core::schedule::{Fact, Planner};
use qianmo_wire::{due as list, programme, village};

use crate::json::quoted;

/// What the page has loaded.
struct Phone {
    packs: Packs,
    planner: Planner,
    records: Vec<village::Held>,
}

thread_local! {
    static PHONE: RefCell<Option<Phone>> = const { RefCell::new(None) };
}

/// Takes in a body of [`programme`]; records loaded before are dropped. Answers `{"forms": n}`: how many forms are read.
pub fn load_programme(body: &[u8]) -> String {
    let loaded = programme::read(body).map(|packs| {
        let planner = Planner::new(&packs);
        let forms = planner.forms().count();
        PHONE.set(Some(Phone { packs, planner, records: Vec::new() }));
        format!(r#"{{"forms":{forms}}}"#)
    });
    told(loaded)
}

/// Takes in the records of a village ([`village`]) in place of those before. Answers `{"records": n, "people": n}`; a household,
/// an organisation or an area that has records counts as one.
pub fn load_village(body: &[u8]) -> String {
    told(with(|phone| {
        phone.records = village::read(body, &phone.packs, &phone.planner)?;
        let people = phone.records.chunk_by(|a, b| a.owner() == b.owner()).count();
        Ok(format!(r#"{{"records":{},"people":{people}}}"#, phone.records.len()))
    }))
}

/// Answers a [`list::Question`] with `{"items": […]}`, the most urgent first.
pub fn due(question: &[u8]) -> String {
    told(list::Question::read(question).and_then(|question| {
        with(|phone| {
            let facts: Vec<Fact<'_>> = phone.records.iter().map(village::Held::fact).collect();
            let mut items = phone.planner.everybody(&facts, question.on, question.wanted);
            let secret = phone.packs.packs.iter().filter(|pack| pack.sensitivity == Sensitivity::Restricted && !question.restricted);
            for pack in secret {
                items.retain(|item| item.service.split('.').next() != Some(&*pack.id));
            }
            Ok(format!(r#"{{"items":{}}}"#, list::write(&phone.planner, &items, question)))
        })
    }))
}

/// Errors: `WIRE-0105` before a programme is loaded.
fn with(answer: impl FnOnce(&mut Phone) -> Result<String, Fault>) -> Result<String, Fault> {
    PHONE.with_borrow_mut(|phone| phone.as_mut().ok_or_else(|| Fault::new("WIRE-0105")).and_then(answer))
}

fn told(answer: Result<String, Fault>) -> String {
    answer.unwrap_or_else(|fault| {
        let params: Vec<String> = fault.params.iter().map(|(name, value)| format!("{}:{}", quoted(name), quoted(value))).collect();
        format!(r#"{{"error":{{"code":{},"params":{{{}}}}}}}"#, quoted(fault.code), params.join(","))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: &str = r#"{"version": 1, "packs": [{"id": "p", "name": "甲",
        "forms": [{"id": "p.person", "name": "档案", "name_en": "sheet", "subject": "resident", "profile": true, "locates": true,
            "fields": [["birth_date", "date"], ["sex", "choice"]]}],
        "schedule": {"services": [{"id": "p.visit", "name": "随访", "name_en": "visit", "meaning": "每年一次", "after": "p.person",
            "when": {"chain": [">=", [{"call": ["years", [{"name": "birth_date"}, {"name": "today"}]]}, {"is": {"integer": 65}}]]},
            "every": "year", "times": 1, "by": [], "asks": true, "urgency": 5}]}}]}"#;

    #[test]
    fn who_is_old_enough_is_listed_and_a_restricted_programme_only_when_asked() {
        assert_eq!(due(br#"{"on": "2025-06-15"}"#), r#"{"error":{"code":"WIRE-0105","params":{}}}"#);
        assert_eq!(load_programme(RULES.as_bytes()), r#"{"forms":1}"#);
        let person = |n: u32, born: &str| {
            let id = format!("00000000-0000-0000-0000-00000000000{n}");
            format!(
                r#"{{"id": "{id}", "form": "p.person", "subject": "{id}", "resident": "{id}", "at": "2012-01-01", "recorded_at": 0,
                    "values": {{"birth_date": "{born}", "sex": "2", "name": "某"}}}}"#
            )
        };
        let village = format!("[{},{}]", person(1, "1950-03-01"), person(2, "1990-03-01"));
        assert_eq!(load_village(village.as_bytes()), r#"{"records":2,"people":2}"#);
        let told = due(br#"{"on": "2025-06-15"}"#);
        assert!(
            told.starts_with(
                r#"{"items":[{"service":"p.visit","name":"随访","kind":"resident","subject":"00000000-0000-0000-0000-000000000001""#
            ),
            "{told}"
        );
        assert_eq!(told.matches("p.visit").count(), 1, "{told}");
        assert!(told.contains(r#""state":"due""#) && told.contains("每年一次：最迟2025年12月31日完成"), "{told}");
        load_programme(RULES.replace(r#""name": "甲","#, r#""name": "甲", "restricted": true,"#).as_bytes());
        load_village(village.as_bytes());
        assert_eq!(due(br#"{"on": "2025-06-15"}"#), r#"{"items":[]}"#);
        assert!(due(br#"{"on": "2025-06-15", "restricted": true}"#).contains("p.visit"));
    }
}
