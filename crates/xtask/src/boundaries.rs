//! Which crate may see what: the table of ARCHITECTURE.md, against the real dependency graph.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Crates and what must never be among their dependencies, direct or not.
const NEVER: &[(&str, &[&str])] = &[
    ("qianmo-core", &["tokio", "sqlparser", "datafusion", "arrow", "rusqlite", "serde", "serde_json", "toml", "rand", "axum"]),
    ("qianmo-packs", &["tokio", "datafusion", "arrow", "rusqlite", "axum", "rand", "qianmo-store", "qianmo-analytics"]),
    ("qianmo-wire", &["tokio", "datafusion", "rusqlite", "axum", "qianmo-store", "qianmo-analytics", "qianmo-packs"]),
    ("qianmo-store", &["datafusion", "axum", "qianmo-packs", "qianmo-analytics", "qianmo-reports"]),
    ("qianmo-analytics", &["rusqlite", "axum", "qianmo-store", "qianmo-reports"]),
    ("qianmo-reports", &["rusqlite", "datafusion", "axum", "tokio", "qianmo-store", "qianmo-analytics", "qianmo-packs"]),
    ("qianmo-proofread", &["rusqlite", "datafusion", "tokio", "axum", "qianmo-store", "qianmo-packs", "qianmo-analytics"]),
    ("qianmo-exchange", &["rusqlite", "datafusion", "axum", "tokio", "qianmo-store", "qianmo-analytics"]),
    ("qianmo-access", &["datafusion", "axum", "qianmo-packs", "qianmo-wire", "qianmo-desk"]),
    ("qianmo-sync", &["axum", "datafusion", "qianmo-packs", "qianmo-desk", "qianmo-analytics"]),
    ("qianmo-desk", &["axum", "clap", "datafusion", "typst", "qianmo-analytics", "qianmo-reports", "qianmo-packs"]),
    ("qianmo-figures", &["axum", "clap", "qianmo-packs", "qianmo-server"]),
    ("qianmo-server", &["datafusion", "typst", "clap", "qianmo-analytics", "qianmo-reports", "qianmo-figures"]),
    ("qianmo-pages", &["datafusion", "rusqlite", "clap", "qianmo-core", "qianmo-server"]),
    ("qianmo-wasm", &["rusqlite", "datafusion", "tokio", "axum", "sqlparser", "qianmo-packs", "qianmo-store", "qianmo-analytics"]),
    ("qianmo-synth", &["rusqlite", "datafusion", "axum", "tokio", "qianmo-store", "qianmo-analytics"]),
];

/// What `cargo metadata` says.
pub(crate) fn metadata(root: &Path) -> Result<Value, String> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--filter-platform", "x86_64-unknown-linux-gnu"])
        .current_dir(root)
        .output()
        .map_err(|e| format!("cargo metadata: {e}"))?;
    serde_json::from_slice(&output.stdout).map_err(|e| format!("cargo metadata: {e}: {}", String::from_utf8_lossy(&output.stderr)))
}

/// Names of packages by id.
pub(crate) fn names(metadata: &Value) -> BTreeMap<&str, &str> {
    let packages = metadata["packages"].as_array().map_or(&[][..], Vec::as_slice);
    packages.iter().filter_map(|package| Some((package["id"].as_str()?, package["name"].as_str()?))).collect()
}

/// What each package needs when it runs: normal dependencies only.
pub(crate) fn normal_dependencies(metadata: &Value) -> BTreeMap<&str, Vec<&str>> {
    let nodes = metadata["resolve"]["nodes"].as_array().map_or(&[][..], Vec::as_slice);
    let mut graph = BTreeMap::new();
    for node in nodes {
        let normal = |dep: &&Value| dep["dep_kinds"].as_array().is_some_and(|kinds| kinds.iter().any(|kind| kind["kind"].is_null()));
        let deps = node["deps"].as_array().map_or(&[][..], Vec::as_slice);
        let ids = deps.iter().filter(normal).filter_map(|dep| dep["pkg"].as_str()).collect();
        graph.insert(node["id"].as_str().unwrap_or_default(), ids);
    }
    graph
}

/// Everything reachable from a package.
pub(crate) fn reach<'a>(graph: &BTreeMap<&'a str, Vec<&'a str>>, from: &'a str) -> BTreeSet<&'a str> {
    let mut seen = BTreeSet::new();
    let mut todo = vec![from];
    while let Some(at) = todo.pop() {
        if seen.insert(at) {
            todo.extend(graph.get(at).into_iter().flatten());
        }
    }
    seen
}

pub(crate) fn check(root: &Path, metadata: &Value, faults: &mut Vec<String>) {
    let names = names(metadata);
    let map = std::fs::read_to_string(root.join("ARCHITECTURE.md")).unwrap_or_default();
    for member in metadata["workspace_members"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        let name = names.get(member).copied().unwrap_or_default();
        let folder = name.trim_start_matches("qianmo-");
        if root.join("crates").join(folder).is_dir() && !map.contains(&format!("### crates/{folder}\n")) {
            faults.push(format!("ARCHITECTURE.md: no paragraph 「### crates/{folder}」"));
        }
        let Some((_, never)) = NEVER.iter().find(|(of, _)| *of == name) else { continue };
        let seen = match alone(root, name) {
            Ok(seen) => seen,
            Err(why) => {
                faults.push(why);
                continue;
            }
        };
        for other in never.iter().filter(|other| seen.contains(**other)) {
            faults.push(format!("crates/{folder}: must never depend on {other} (ARCHITECTURE.md)"));
        }
    }
    for line in map.lines().filter_map(|line| line.strip_prefix("### crates/")) {
        if !root.join("crates").join(line.trim()).is_dir() {
            faults.push(format!("ARCHITECTURE.md: crates/{line} is gone"));
        }
    }
}

/// What a crate needs when it is built alone: the workspace's metadata would mix in features that others turn on.
fn alone(root: &Path, name: &str) -> Result<BTreeSet<String>, String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "-p", name, "-e", "normal", "--prefix", "none", "--format", "{p}"])
        .current_dir(root)
        .output()
        .map_err(|e| format!("cargo tree: {e}"))?;
    if !output.status.success() {
        return Err(format!("cargo tree -p {name}: {}", String::from_utf8_lossy(&output.stderr)));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect())
}
