//! Two small packs without a fault, and a way to put one in and look where it is found.

#![allow(dead_code, reason = "each test file uses a part")]

use qianmo_core::Fault;
use qianmo_packs::{Loaded, load};

/// Marks, in a changed text, where a fault is expected.
pub(crate) const MARK: char = '⟦';

/// The files of the good packs.
pub(crate) fn good() -> Vec<(String, String)> {
    let files = [
        ("base/pack.toml", include_str!("../packs/base/pack.toml")),
        ("base/forms/resident.toml", include_str!("../packs/base/forms/resident.toml")),
        ("base/synth.toml", include_str!("../packs/base/synth.toml")),
        ("care/pack.toml", include_str!("../packs/care/pack.toml")),
        ("care/forms/visit.toml", include_str!("../packs/care/forms/visit.toml")),
        ("care/forms/choice.toml", include_str!("../packs/care/forms/choice.toml")),
        ("care/views/care_visit.sql", include_str!("../packs/care/views/care_visit.sql")),
        ("care/views/care_method.sql", include_str!("../packs/care/views/care_method.sql")),
        ("care/indicators.toml", include_str!("../packs/care/indicators.toml")),
        ("care/rosters/L90.toml", include_str!("../packs/care/rosters/L90.toml")),
        ("care/returns/R90.toml", include_str!("../packs/care/returns/R90.toml")),
        ("care/tables/schedule.toml", include_str!("../packs/care/tables/schedule.toml")),
        ("care/tables/targets.toml", include_str!("../packs/care/tables/targets.toml")),
        ("care/summary.md", include_str!("../packs/care/summary.md")),
        ("care/synth.toml", include_str!("../packs/care/synth.toml")),
        ("care/cases/edges.toml", include_str!("../packs/care/cases/edges.toml")),
        ("care/forms/growth.toml", include_str!("../packs/care/forms/growth.toml")),
        ("care/tables/weight_curve.toml", include_str!("../packs/care/tables/weight_curve.toml")),
        ("care/tables/weight_curve.csv", include_str!("../packs/care/tables/weight_curve.csv")),
    ];
    files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
}

/// The good packs with one change: in file `path` the only `old` becomes `new` (a new file when `old` is empty).
/// Marks are taken out; their places come back as `file:line:column`.
pub(crate) fn changed(path: &str, old: &str, new: &str) -> (Vec<(String, String)>, Vec<String>) {
    let mut files = good();
    if old.is_empty() {
        files.push((path.to_owned(), new.to_owned()));
    } else {
        let (_, text) = files.iter_mut().find(|(file, _)| file == path).expect("a file of the good packs");
        assert_eq!(text.matches(old).count(), 1, "「{old}」 must stand once in {path}");
        *text = text.replace(old, new);
    }
    let mut places = Vec::new();
    for (file, text) in &mut files {
        for (line, content) in text.lines().enumerate() {
            for (marks, (byte, _)) in content.match_indices(MARK).enumerate() {
                places.push(format!("{file}:{}:{}", line + 1, content[..byte].chars().count() + 1 - marks));
            }
        }
        *text = text.replace(MARK, "");
    }
    (files, places)
}

/// Makes the change and expects exactly these faults, the first at the first mark and so on; `CODE name=value …`.
pub(crate) fn check(path: &str, old: &str, new: &str, expected: &[&str]) -> Loaded {
    let (files, places) = changed(path, old, new);
    let loaded = load(&files);
    let found: Vec<String> = loaded.faults.iter().map(shown).collect();
    let wanted: Vec<String> = expected.iter().zip(&places).map(|(fault, place)| format!("{place} {fault}")).collect();
    assert_eq!((expected.len(), &found), (places.len(), &wanted), "after {old} -> {new}");
    loaded
}

/// `file:line:column CODE name=value …`.
pub(crate) fn shown(fault: &Fault) -> String {
    let params = fault.params.iter().map(|(name, value)| format!("{name}={value}"));
    let words: Vec<String> = [fault.place.to_string(), fault.code.to_owned()].into_iter().chain(params).collect();
    words.join(" ")
}
