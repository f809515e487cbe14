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

/// The description knows types by their last name alone: of two with one name the later would take the other's place.
#[test]
fn no_two_types_of_the_interface_have_one_name() {
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut folders: Vec<std::path::PathBuf> =
        ["src", "../wire/src"].map(|at| std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(at)).to_vec();
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            for after in text.split("ToSchema)]").skip(1) {
                let declared = after.lines().find(|line| line.contains("struct ") || line.contains("enum ")).unwrap_or_default();
                let name = declared.split(["struct ", "enum "].iter().find(|word| declared.contains(**word)).unwrap_or(&"struct ")).nth(1);
                let name: String = name.unwrap_or_default().chars().take_while(|c| c.is_alphanumeric()).collect();
                assert!(name.is_empty() || seen.insert(name.clone()), "{name} twice: {}", path.display());
            }
        }
    }
    assert!(seen.len() > 100, "{}", seen.len());
}
