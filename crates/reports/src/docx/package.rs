//! Packing: what the docx library leaves out is put in, and the parts are deflated.
//!
//! Header rows repeat on each page, rows don't break across pages, the core properties name title and organisation.
//! Paragraph ids, which count on within a process, are taken out so that the same document gives the same bytes.

use std::io::{Cursor, Read, Write};

use docx_rs::Docx;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::model::Document;

pub(super) fn pack(docx: Docx, document: &Document) -> Vec<u8> {
    let date = format!("{}T00:00:00Z", document.date);
    let docx = docx.created_at(&date).updated_at(&date);
    let mut stored = Cursor::new(Vec::new());
    docx.build().pack(&mut stored).expect("writing to memory");
    let mut archive = ZipArchive::new(stored).expect("just written");
    let mut deflated = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).expect("just written");
        let name = part.name().expect("the library names its parts").into_owned();
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).expect("reading from memory");
        if name.rsplit('.').next() == Some("xml") {
            let text = String::from_utf8(bytes).expect("the library writes UTF-8");
            bytes = mend(&name, &text, document).into_bytes();
        }
        deflated.start_file(name.as_str(), options).expect("writing to memory");
        deflated.write_all(&bytes).expect("writing to memory");
    }
    deflated.finish().expect("writing to memory").into_inner()
}

fn mend(name: &str, text: &str, document: &Document) -> String {
    let text = without_paragraph_ids(text);
    match name {
        "word/document.xml" => text
            .replace("<w:trPr><w:cantSplit /></w:trPr>", "<w:trPr><w:cantSplit /><w:tblHeader /></w:trPr>")
            .replace("<w:trPr />", "<w:trPr><w:cantSplit /></w:trPr>"),
        "docProps/core.xml" => properties(&text, document),
        _ => text,
    }
}

/// Title and organisation in the core properties.
fn properties(text: &str, document: &Document) -> String {
    let title = format!("<dc:title>{}</dc:title>", crate::html::escape(&document.title));
    let creator = format!("<dc:creator>{}</dc:creator>", crate::html::escape(&document.organisation));
    let text = text.replace("<dc:creator>unknown</dc:creator>", &creator).replace(
        "<cp:lastModifiedBy>unknown</cp:lastModifiedBy>",
        &format!("<cp:lastModifiedBy>{}</cp:lastModifiedBy>", crate::html::escape(&document.organisation)),
    );
    if text.contains("<dc:title>") { text } else { text.replacen(&creator, &format!("{creator}{title}"), 1) }
}

fn without_paragraph_ids(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(" w14:paraId=\"") {
        kept.push_str(&rest[..at]);
        let tail = &rest[at + 13..];
        rest = tail.find('"').map_or("", |end| &tail[end + 1..]);
    }
    kept.push_str(rest);
    kept
}
