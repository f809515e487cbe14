//! The pack author's guide prints its example's files, and the example stands beside the shipped packs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::done;

const DOCS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/packs");
const PACKS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../packs");

/// The files beneath `dir`, as paths from `root` with `/`.
fn files(root: &Path, dir: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    let name = |path: &Path| path.strip_prefix(root).unwrap().display().to_string().replace('\\', "/");
    entries.flat_map(|path| if path.is_dir() { files(root, &path) } else { vec![name(&path)] }).collect()
}

/// What the blocks headed "```language path" print of each file, one after the other.
fn listings(guide: &str) -> BTreeMap<String, String> {
    let mut printed = BTreeMap::<String, String>::new();
    let mut lines = guide.lines();
    while let Some(line) = lines.next() {
        let Some(info) = line.strip_prefix("```") else { continue };
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        let Some((_, path)) = info.split_once(' ') else { continue };
        let text = printed.entry(path.to_owned()).or_default();
        let gap = if text.is_empty() { "" } else { "\n" };
        *text = format!("{text}{gap}{}\n", block.join("\n"));
    }
    printed
}

#[test]
fn the_guide_prints_every_file_of_its_example_whole() {
    let guide = std::fs::read_to_string(Path::new(DOCS).join("guide.md")).unwrap();
    let example = Path::new(DOCS).join("example/fall_risk");
    let text = |path: String| (path.clone(), std::fs::read_to_string(example.join(path)).unwrap());
    let held: BTreeMap<String, String> = files(&example, &example).into_iter().map(text).collect();
    assert_eq!(listings(&guide), held);
}

#[test]
fn the_example_checks_clean_beside_the_shipped_packs() {
    let dir = tempfile::tempdir().unwrap();
    for from in [PathBuf::from(PACKS), Path::new(DOCS).join("example")] {
        for path in files(&from, &from) {
            let copy = dir.path().join(&path);
            std::fs::create_dir_all(copy.parent().unwrap()).unwrap();
            std::fs::copy(from.join(&path), copy).unwrap();
        }
    }
    done(&["packs", "check", dir.path().to_str().unwrap()]);
}
