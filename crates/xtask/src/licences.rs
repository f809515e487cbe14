//! Licences of everything that the program is built from.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::boundaries::{names, normal_dependencies, reach};

/// Licences that go with Apache-2.0 in a binary.
const ALLOWED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
    "bzip2-1.0.6",
];

pub(crate) fn check(metadata: &Value, faults: &mut Vec<String>) {
    let names = names(metadata);
    let graph = normal_dependencies(metadata);
    let members = metadata["workspace_members"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let used: BTreeSet<&str> = members.flat_map(|member| reach(&graph, member)).collect();
    for package in metadata["packages"].as_array().into_iter().flatten() {
        let id = package["id"].as_str().unwrap_or_default();
        if !used.contains(id) {
            continue;
        }
        let licence = package["license"].as_str().unwrap_or("");
        if !allowed(licence) {
            faults.push(format!("licence of {}: 「{licence}」 isn't on the list", names.get(id).unwrap_or(&id)));
        }
    }
}

/// Whether an SPDX expression can be met: every `AND` part has an allowed `OR` choice.
fn allowed(expression: &str) -> bool {
    let flat = expression.replace('/', " OR ").replace(['(', ')'], "");
    flat.split(" AND ").all(|part| part.split(" OR ").any(|choice| ALLOWED.contains(&choice.trim())))
}

#[cfg(test)]
mod tests {
    use super::allowed;

    #[test]
    fn expressions_are_read() {
        assert!(allowed("MIT/Apache-2.0"));
        assert!(allowed("(MIT OR GPL-3.0) AND Unicode-3.0"));
        assert!(!allowed("GPL-3.0-only"));
        assert!(!allowed("MIT AND GPL-3.0-only"));
        assert!(!allowed(""));
    }
}
