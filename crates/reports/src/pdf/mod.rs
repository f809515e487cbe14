//! PDF, set by typst from markup that is generated here.
//!
//! Faults: `REPORT-0301` no Chinese font on the machine, `REPORT-0303` the typesetter refused the page.

mod fonts;
mod markup;
mod sheets;
mod world;

pub use fonts::Fonts;

use qianmo_core::Fault;
use typst_layout::PagedDocument;
use typst_pdf::PdfOptions;

use crate::model::Document;
use crate::sheet::Sheet;
use world::Page;

/// Sets a document. The same document and fonts give the same bytes.
///
/// Errors: `REPORT-0301`, `REPORT-0303`.
pub fn write(document: &Document, fonts: &Fonts) -> Result<Vec<u8>, Fault> {
    let faces = fonts.faces()?;
    set(&markup::document(document, &faces), fonts, &document.title)
}

/// Sets the sheets of a roster or return, each from a new page.
///
/// Errors: `REPORT-0301`, `REPORT-0303`.
pub fn write_sheets(sheets: &[Sheet], fonts: &Fonts) -> Result<Vec<u8>, Fault> {
    let faces = fonts.faces()?;
    let title = sheets.first().map(|sheet| sheet.title.as_str()).unwrap_or_default();
    set(&sheets::sheets(sheets, &faces), fonts, title)
}

fn set(markup: &str, fonts: &Fonts, title: &str) -> Result<Vec<u8>, Fault> {
    let refused = |why: String| Fault::new("REPORT-0303").with("title", title).with("why", why);
    let page = Page::new(markup, fonts.store());
    let set = typst::compile::<PagedDocument>(&page);
    let document = set.output.map_err(|errors| refused(words(&errors)))?;
    typst_pdf::pdf(&document, &PdfOptions::default()).map_err(|errors| refused(words(&errors)))
}

fn words(errors: &[typst::diag::SourceDiagnostic]) -> String {
    errors.iter().map(|error| error.message.to_string()).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_that_does_not_compile_is_a_fault() {
        let fault = set("#let", &Fonts::none(), "甲").unwrap_err();
        assert_eq!(fault.code, "REPORT-0303");
        assert_eq!(fault.param("title"), Some("甲"));
    }
}
