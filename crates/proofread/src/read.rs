//! From the bytes of a file to its text.
//!
//! Lives here: telling formats apart by their content, encodings, the limit of size, Word documents (docx.rs).
//! May not: open files; know claims. The name of the file is only a hint for the message.

mod docx;
mod error;

pub use error::ReadError;

use encoding_rs::{GBK, UTF_16BE, UTF_16LE};

/// Larger inputs are no summaries; the limit keeps memory bounded.
pub const LARGEST_BYTES: usize = 64 * 1024 * 1024;

/// Reads the text of a file: plain text or Markdown in UTF-8, UTF-16 or GBK, or a Word document (docx).
///
/// Shapes and units: paragraphs and table rows become lines; cells of a row are separated by tabs.
///
/// # Errors
/// A [`ReadError`] with a stable code when the bytes are not such a text.
pub fn read(bytes: &[u8]) -> Result<String, ReadError> {
    if bytes.len() > LARGEST_BYTES {
        return Err(ReadError::TooLarge { bytes: bytes.len() });
    }
    match bytes {
        [] => Err(ReadError::Empty),
        [b'P', b'K', 3, 4, ..] => docx::text(bytes),
        [b'%', b'P', b'D', b'F', ..] => Err(ReadError::Pdf),
        [0xd0, 0xcf, 0x11, 0xe0, ..] => Err(ole(bytes)),
        [b'{', b'\\', b'r', b't', b'f', ..] => Err(ReadError::RichText),
        [0xff, 0xd8, 0xff, ..] | [0x89, b'P', b'N', b'G', ..] => Err(ReadError::Picture),
        _ => plain(bytes),
    }
}

/// An OLE container is an encrypted docx, or a document of Word 97 to 2003.
fn ole(bytes: &[u8]) -> ReadError {
    let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let head = &bytes[..bytes.len().min(1024 * 1024)];
    if head.windows(name.len()).any(|window| window == name) { ReadError::Encrypted } else { ReadError::OldWord }
}

fn plain(bytes: &[u8]) -> Result<String, ReadError> {
    let text = match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => utf8(rest).or_else(|| gbk(rest)),
        [0xff, 0xfe, rest @ ..] => UTF_16LE.decode_without_bom_handling_and_without_replacement(rest).map(Into::into),
        [0xfe, 0xff, rest @ ..] => UTF_16BE.decode_without_bom_handling_and_without_replacement(rest).map(Into::into),
        _ => utf8(bytes).or_else(|| gbk(bytes)),
    };
    let text = text.ok_or(ReadError::UnknownEncoding)?;
    if looks_binary(&text) { Err(ReadError::UnknownEncoding) } else { Ok(text) }
}

fn utf8(bytes: &[u8]) -> Option<String> {
    std::str::from_utf8(bytes).ok().map(str::to_owned)
}

fn gbk(bytes: &[u8]) -> Option<String> {
    let (text, damaged) = GBK.decode_without_bom_handling(bytes);
    if !damaged {
        return Some(text.into_owned());
    }
    // A few damaged characters in a long text are no reason to refuse it.
    let broken = text.chars().filter(|&c| c == char::REPLACEMENT_CHARACTER).count();
    (broken * 200 <= bytes.len()).then(|| text.into_owned())
}

/// Control characters do not occur in texts; one in a hundred makes it something else.
fn looks_binary(text: &str) -> bool {
    let odd = text.chars().filter(|&c| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{c}' | '\u{b}')).count();
    odd * 100 > text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_text_in_four_encodings() {
        let text = "共培训100人次。";
        assert_eq!(read(text.as_bytes()).as_deref(), Ok(text));
        let (gbk, _, _) = GBK.encode(text);
        assert_eq!(read(&gbk).as_deref(), Ok(text));
        let little: Vec<u8> = [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        assert_eq!(read(&little).as_deref(), Ok(text));
        let big: Vec<u8> = [0xfe, 0xff].into_iter().chain(text.encode_utf16().flat_map(u16::to_be_bytes)).collect();
        assert_eq!(read(&big).as_deref(), Ok(text));
    }

    #[test]
    fn what_is_no_text_has_a_code() {
        let code = |bytes: &[u8]| read(bytes).map_err(|error| error.code());
        assert_eq!(code(b""), Err("PROOF-0001"));
        assert_eq!(code(&vec![b'a'; LARGEST_BYTES + 1]), Err("PROOF-0002"));
        assert_eq!(code(b"%PDF-1.7 ..."), Err("PROOF-0003"));
        let mut encrypted = vec![0xd0, 0xcf, 0x11, 0xe0];
        encrypted.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
        assert_eq!(code(&encrypted), Err("PROOF-0004"));
        assert_eq!(code(&[0xd0, 0xcf, 0x11, 0xe0, 1, 2, 3]), Err("PROOF-0005"));
        assert_eq!(code(&[0, 1, 2, 3, 4, 5, 6, 7]), Err("PROOF-0006"));
        assert_eq!(code(b"PK\x03\x04 broken"), Err("PROOF-0007"));
        assert_eq!(code(b"{\\rtf1 }"), Err("PROOF-0009"));
        assert_eq!(code(&[0xff, 0xd8, 0xff, 0xe0]), Err("PROOF-0010"));
    }
}
