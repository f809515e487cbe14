//! The formats, and one function for documents and one for sheets.

use std::str::FromStr;

use qianmo_core::Fault;

use crate::model::Document;
use crate::pdf::Fonts;
use crate::sheet::Sheet;
use crate::{csv, docx, html, markdown, pdf, xlsx};

/// Formats of documents, named by their file extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentFormat {
    /// Word.
    Docx,
    /// PDF.
    Pdf,
    /// Markdown.
    Markdown,
    /// One HTML page.
    Html,
}

/// Formats of rosters and returns, named by their file extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SheetFormat {
    /// Excel.
    Xlsx,
    /// Comma-separated text.
    Csv,
    /// PDF.
    Pdf,
}

/// Reads a file extension.
///
/// Errors: `REPORT-0304` for another format, naming those there are.
impl FromStr for DocumentFormat {
    type Err = Fault;

    fn from_str(extension: &str) -> Result<Self, Fault> {
        match extension.to_ascii_lowercase().as_str() {
            "docx" => Ok(Self::Docx),
            "pdf" => Ok(Self::Pdf),
            "md" => Ok(Self::Markdown),
            "html" | "htm" => Ok(Self::Html),
            _ => Err(Fault::new("REPORT-0304").with("extension", extension).with("known", "docx、pdf、md、html")),
        }
    }
}

/// Reads a file extension.
///
/// Errors: `REPORT-0304` for another format, naming those there are.
impl FromStr for SheetFormat {
    type Err = Fault;

    fn from_str(extension: &str) -> Result<Self, Fault> {
        match extension.to_ascii_lowercase().as_str() {
            "xlsx" => Ok(Self::Xlsx),
            "csv" => Ok(Self::Csv),
            "pdf" => Ok(Self::Pdf),
            _ => Err(Fault::new("REPORT-0304").with("extension", extension).with("known", "xlsx、csv、pdf")),
        }
    }
}

/// Writes a document. `fonts` is asked for only by PDF.
///
/// Errors: those of [`pdf::write`].
pub fn write_document(document: &Document, format: DocumentFormat, fonts: &Fonts) -> Result<Vec<u8>, Fault> {
    match format {
        DocumentFormat::Docx => Ok(docx::write(document)),
        DocumentFormat::Markdown => Ok(markdown::write(document).into_bytes()),
        DocumentFormat::Html => Ok(html::write(document).into_bytes()),
        DocumentFormat::Pdf => pdf::write(document, fonts),
    }
}

/// Writes the sheets of a roster or return into one file. `fonts` is asked for only by PDF.
///
/// Errors: those of [`xlsx::write`] and [`pdf::write_sheets`].
pub fn write_sheets(sheets: &[Sheet], format: SheetFormat, fonts: &Fonts) -> Result<Vec<u8>, Fault> {
    match format {
        SheetFormat::Xlsx => xlsx::write(sheets),
        SheetFormat::Csv => Ok(csv::write(sheets)),
        SheetFormat::Pdf => pdf::write_sheets(sheets, fonts),
    }
}
