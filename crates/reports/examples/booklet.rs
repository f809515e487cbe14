//! Prints packs as booklets in all formats, without the query engine: for work on the layout.
//!
//! `cargo run -p qianmo-reports --example booklet -- packs OUT_FOLDER ID…`

#![expect(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "an example")]

use std::path::Path;

use qianmo_reports::book::{Request, compose};
use qianmo_reports::{DocumentFormat, Fonts, write_document};

fn main() {
    let words: Vec<String> = std::env::args().collect();
    let [_, root, out, ids @ ..] = words.as_slice() else { panic!("booklet PACKS OUT ID…") };
    let mut files = Vec::new();
    collect(Path::new(root), Path::new(root), &mut files);
    let loaded = qianmo_packs::load(&files);
    for fault in &loaded.faults {
        eprintln!("{fault}");
    }
    let fonts = Fonts::system();
    for id in ids {
        let pack = loaded.packs.pack(id).unwrap();
        let document = compose(&Request { packs: &loaded.packs, pack, printed: qianmo_core::Date::constant(2026, 1, 5) });
        std::fs::write(Path::new(out).join(format!("{id}.txt")), document.text()).unwrap();
        for extension in ["docx", "pdf", "html", "md"] {
            let format: DocumentFormat = extension.parse().unwrap();
            let bytes = write_document(&document, format, &fonts).unwrap();
            std::fs::write(Path::new(out).join(format!("{id}.{extension}")), bytes).unwrap();
        }
    }
}

fn collect(root: &Path, dir: &Path, files: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, files);
        } else {
            let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
            files.push((name, std::fs::read_to_string(&path).unwrap()));
        }
    }
}
