//! The OpenAPI document, as far as the routes of administration go: programs are generated from it.

use std::collections::BTreeSet;

const TAGS: [&str; 10] = ["session", "workers", "devices", "areas", "organisations", "audit", "settings", "operation", "drafts", "signals"];

#[test]
fn operations_have_names_of_their_own_and_say_what_they_answer() {
    let document = serde_json::to_value(qianmo_server::document()).unwrap();
    let mut names = BTreeSet::new();
    let mut count = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in
            item.as_object().unwrap().iter().filter(|(_, operation)| TAGS.iter().any(|tag| operation["tags"][0] == *tag))
        {
            let name = operation["operationId"].as_str().unwrap();
            assert!(names.insert(name.to_owned()), "{method} {path}: {name} twice");
            let answers = operation["responses"].as_object().unwrap();
            let told = |class: char| answers.keys().any(|status| status.starts_with(class));
            assert!(told('2') || told('3'), "{method} {path}");
            // What needs a login can be refused.
            assert!(operation["security"].is_array() || (told('4') && told('5')), "{method} {path}");
            assert!(operation["summary"].as_str().is_some_and(|summary| summary.len() > 10), "{method} {path}");
            count += 1;
        }
    }
    assert!(count > 40, "{count}");
}

#[test]
fn every_type_that_is_named_is_described() {
    let document = serde_json::to_value(qianmo_server::document()).unwrap();
    let text = document.to_string();
    let described = document["components"]["schemas"].as_object().unwrap();
    let named: BTreeSet<&str> = text.split("#/components/schemas/").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(named.len() > 100, "{}", named.len());
    let missing: Vec<_> = named.into_iter().filter(|name| !described.contains_key(*name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
