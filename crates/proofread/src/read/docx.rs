//! Text of Word documents: paragraphs and tables.
//!
//! Lives here: the walk over `word/document.xml`. May not: styles, headers, comments, pictures.
//! Deleted revisions (`w:del`) are left out, inserted ones read as text.

use std::io::{Cursor, Read as _};

use quick_xml::Reader;
use quick_xml::events::Event;
use zip::ZipArchive;

use super::{LARGEST_BYTES, ReadError};

/// The document's paragraphs as lines; a table row is one line, its cells separated by tabs.
pub(super) fn text(bytes: &[u8]) -> Result<String, ReadError> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| ReadError::DamagedArchive)?;
    let part = archive.by_name("word/document.xml").map_err(|_| ReadError::NotWord)?;
    let mut xml = Vec::new();
    // The declared size may lie: the limit holds for what is unpacked.
    let limit = LARGEST_BYTES as u64 + 1;
    part.take(limit).read_to_end(&mut xml).map_err(|_| ReadError::DamagedArchive)?;
    if xml.len() > LARGEST_BYTES {
        return Err(ReadError::TooLarge { bytes: xml.len() });
    }
    walk(&xml)
}

#[derive(Default)]
struct Walk {
    out: String,
    /// Rows that are open: inside one, paragraphs do not end lines.
    rows: usize,
    /// Whether the cell has text already.
    in_text: bool,
    deleted: usize,
}

fn walk(xml: &[u8]) -> Result<String, ReadError> {
    let mut reader = Reader::from_reader(xml);
    let mut walk = Walk::default();
    loop {
        match reader.read_event().map_err(|_| ReadError::DamagedDocument)? {
            Event::Start(tag) => walk.open(tag.local_name().as_ref()),
            Event::Empty(tag) => walk.empty(tag.local_name().as_ref()),
            Event::End(tag) => walk.close(tag.local_name().as_ref()),
            Event::Text(content) if walk.in_text && walk.deleted == 0 => {
                walk.out.push_str(&content.decode().map_err(|_| ReadError::DamagedDocument)?);
            }
            Event::GeneralRef(name) if walk.in_text && walk.deleted == 0 => walk.reference(&name),
            Event::Eof => return Ok(walk.out),
            _ => {}
        }
    }
}

impl Walk {
    fn open(&mut self, tag: &[u8]) {
        match tag {
            b"t" => self.in_text = true,
            b"tr" => self.rows += 1,
            b"del" => self.deleted += 1,
            _ => {}
        }
    }

    fn empty(&mut self, tag: &[u8]) {
        match tag {
            b"tab" if self.rows == 0 => self.out.push('\t'),
            b"br" | b"cr" if self.rows == 0 => self.out.push('\n'),
            b"noBreakHyphen" => self.out.push('-'),
            // An empty paragraph keeps its line, so that line numbers match what the writer sees.
            b"p" if self.rows == 0 => self.out.push('\n'),
            _ => {}
        }
    }

    fn close(&mut self, tag: &[u8]) {
        match tag {
            b"t" => self.in_text = false,
            b"p" if self.rows == 0 => self.out.push('\n'),
            b"tc" if self.rows > 0 => self.out.push('\t'),
            b"tr" => {
                self.rows = self.rows.saturating_sub(1);
                if self.rows == 0 {
                    while self.out.ends_with('\t') {
                        self.out.pop();
                    }
                    self.out.push('\n');
                }
            }
            b"del" => self.deleted = self.deleted.saturating_sub(1),
            _ => {}
        }
    }

    fn reference(&mut self, name: &quick_xml::events::BytesRef<'_>) {
        if let Ok(Some(c)) = name.resolve_char_ref() {
            self.out.push(c);
            return;
        }
        let known = name.decode().ok().and_then(|name| quick_xml::escape::resolve_predefined_entity(&name));
        if let Some(text) = known {
            self.out.push_str(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn docx(body: &str) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        writer.start_file("word/document.xml", zip::write::SimpleFileOptions::default()).expect("writing to memory");
        write!(writer, "<w:document><w:body>{body}</w:body></w:document>").expect("writing to memory");
        writer.finish().expect("writing to memory").into_inner()
    }

    #[test]
    fn paragraphs_tables_and_revisions() {
        let body = "<w:p><w:r><w:t>共100</w:t></w:r><w:r><w:t>人&lt;甲&gt;</w:t></w:r></w:p><w:p/>\
            <w:tbl><w:tr><w:tc><w:p><w:r><w:t>建档</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>80人</w:t></w:r></w:p></w:tc></w:tr></w:tbl>\
            <w:p><w:del><w:r><w:delText>旧</w:delText><w:t>旧</w:t></w:r></w:del><w:ins><w:r><w:t>新</w:t></w:r></w:ins></w:p>";
        assert_eq!(text(&docx(body)).as_deref(), Ok("共100人<甲>\n\n建档\t80人\n新\n"));
    }

    #[test]
    fn archives_without_a_document_and_broken_xml_are_coded() {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        writer.start_file("xl/workbook.xml", zip::write::SimpleFileOptions::default()).expect("writing to memory");
        let archive = writer.finish().expect("writing to memory").into_inner();
        let code = |bytes: &[u8]| text(bytes).map_err(|error| error.code());
        assert_eq!(code(&archive), Err("PROOF-0008"));
        assert_eq!(code(&docx("<w:p></w:q>")), Err("PROOF-0011"));
    }
}
